/*
 * Expirations that nobody reads. The kernel does not re-arm an unread periodic timerfd: it has
 * expired once and shows no time left, yet it is as alive as a timer can be. What expired less than
 * a period, or a second, ago is about to be read.
 */
#include <poll.h>
#include "support/timers.h"
#include "support/transparency.h"

/* A shim that asked timerfd_gettime would set an unread periodic timer going again. */
static void print_ticks(int fd)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    count_lines(path, "ticks:", 1);
}

int main(void)
{
    // expect: timerfd held created=1 armed=1 fired=1 never-released=1
    int once_only = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(once_only, once(1));
    // expect: timerfd held created=1 armed=1 fired=1 never-stopped=1 unread=1
    int periodic = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(periodic, every(2));
    struct pollfd both[] = {{once_only, POLLIN, 0}, {periodic, POLLIN, 0}};
    let_pass(30);
    printf("ready %d\n", poll(both, 2, 0));
    print_ticks(once_only);
    print_ticks(periodic);
    print_process_facts();
    return 0;
}
