/* The helper is inlined into its caller: the report still shows both, each with its line. */
#include "support/timers.h"
#include "support/transparency.h"

static inline __attribute__((always_inline)) int start_timeout(void)
{
    // expect: timerfd held created=1 never-fired=1 inlined=yes
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(fd, once(AN_HOUR));
    return fd;
}

SITE static int open_connection(void)
{
    // expect-caller: timerfd held created=1 never-fired=1
    int timeout = start_timeout();
    return timeout + 1;
}

int main(void)
{
    printf("%d\n", open_connection() > 0);
    print_process_facts();
    return 0;
}
