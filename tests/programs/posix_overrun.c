/* A periodic timer whose signal is blocked for a while: the missed expirations are its overrun. */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    sigset_t ticks;
    sigemptyset(&ticks);
    sigaddset(&ticks, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &ticks, NULL);
    struct sigevent notify = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
    timer_t timer;
    // expect: posix clean created=1 released=1 armed=1 fired>=10 stopped=1
    fail_if(timer_create(CLOCK_MONOTONIC, &notify, &timer), "timer_create");
    arm_timer(timer, every(1));
    let_pass(20);
    siginfo_t info;
    printf("signal %s\n", sigwaitinfo(&ticks, &info) == SIGRTMIN ? "SIGRTMIN" : "another");
    printf("overrun %s\n", timer_getoverrun(timer) >= 5 && info.si_overrun >= 5 ? "many" : "few");
    struct itimerspec left;
    int failed = timer_gettime(timer, &left);
    printf("gettime %d, interval %ld\n", failed, left.it_interval.tv_nsec);
    printf("delete %d\n", timer_delete(timer));
    struct timespec now = {0, 0};
    while (sigtimedwait(&ticks, NULL, &now) == SIGRTMIN)
        continue;
    print_process_facts();
    return 0;
}
