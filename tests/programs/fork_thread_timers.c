// traced: no: whether a clock of processor time has expired is not known from outside
/*
 * Timers that call back in a thread, made before a fork and after it, in the child. On a clock that
 * only the kernel can read it is the callbacks that tell how often they fired.
 */
#include <sys/wait.h>
#include "support/timers.h"
#include "support/transparency.h"

static volatile unsigned calls;

static void on_expiry(union sigval value)
{
    (void)value;
    calls++;
}

int main(void)
{
    struct sigevent notify = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = on_expiry};
    timer_t waiting, timer;
    int status = 0, children = 1;
    // expect: posix held created=1 armed=1 fired=0 never-fired=1
    // expect-process@child: created=1 inherited=0 live=0
    fail_if(timer_create(CLOCK_PROCESS_CPUTIME_ID, &notify, &waiting), "timer_create");
    arm_timer(waiting, once(AN_HOUR));
    for (int turn = 0; turn < 2; turn++) {
        // expect: posix clean created=2 released=2 armed=2 fired=2 stopped=0
        // expect@child: posix clean created=1 released=1 armed=1 fired=1 stopped=0
        fail_if(timer_create(CLOCK_PROCESS_CPUTIME_ID, &notify, &timer), "timer_create");
        unsigned before = calls;
        arm_timer(timer, once(1));
        while (calls == before)
            continue; /* its clock runs only while the process does */
        fail_if(timer_delete(timer), "timer_delete");
        fflush(stdout);
        if (turn == 0 && fork() == 0) {
            printf("of the parent's: delete %d\n", timer_delete(waiting));
            children = 0;
        }
    }
    if (children)
        wait(&status);
    printf("%d child, which exited with %d\n", children, WEXITSTATUS(status));
    return 0;
}
