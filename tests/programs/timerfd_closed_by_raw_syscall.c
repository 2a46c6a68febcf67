/*
 * Descriptors closed behind every wrapper's back: the next timer gets the same number, and in the
 * end something else does. Nothing is left, so nothing may be called live.
 */
// needs: clean end: only the kernel can tell of a raw close
#include <fcntl.h>
#include <sys/syscall.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    int first = -1, same = 0;
    for (int turn = 0; turn < 10; turn++) {
        // expect: timerfd clean created=10 released=10 armed=10
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(fd, once(AN_HOUR));
        first = first < 0 ? fd : first;
        same += fd == first;
        syscall(SYS_close, fd);
    }
    // expect: timerfd clean created=1 released=1 armed=0
    int gone = timerfd_create(CLOCK_MONOTONIC, 0);
    syscall(SYS_close, gone);
    printf("same number %d times, then %d\n", same, open("/dev/null", O_RDONLY) == gone);
    print_process_facts();
    return 0;
}
