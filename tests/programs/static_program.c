// traced: no: a static program is seen
/* A static program loads no shim: there is no recording, and it runs as it would without one. */
// build: -static
// expect-no-recording
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    printf("timerfd %d\n", fd);
    print_process_facts();
    return 0;
}
