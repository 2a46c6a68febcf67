/*
 * A handler jumps out of a blocking read: the call never returns. What the program makes after
 * that is recorded like everything else.
 */
#include <setjmp.h>
#include <sys/time.h>
#include "support/timers.h"
#include "support/transparency.h"

static sigjmp_buf before_read;

static void give_up(int number)
{
    siglongjmp(before_read, number);
}

int main(void)
{
    signal(SIGALRM, give_up);
    volatile int jumped = 0;
    for (volatile int turn = 0; turn < 5; turn++) {
        // expect: timerfd clean created=5 released=5 armed=5 fired=0 stopped=5 peak=1
        volatile int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(fd, once(AN_HOUR));
        struct itimerval soon = {{0, 0}, {0, 3000}};
        if (sigsetjmp(before_read, 1)) {
            jumped++;
        } else {
            // expect: itimer clean created=5 released=5 armed=5 fired=5
            setitimer(ITIMER_REAL, &soon, NULL);
            expirations(fd);
        }
        close(fd);
    }
    let_pass(12);
    printf("jumped %d times\n", jumped);
    print_process_facts();
    return 0;
}
