/*
 * Each timer is deleted, yet the limit of pending signals is reached: its signal is blocked and
 * stays pending. Creations and deletions balance; the recording must not call it a leak.
 */
// needs: root
#include <errno.h>
#include <sys/resource.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    struct rlimit limit = {15, 15};
    setrlimit(RLIMIT_SIGPENDING, &limit);
    fail_if(setuid(62000 + getpid() % 1000), "setuid");
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    int failed = 0;
    for (int turn = 0; turn < 20; turn++) {
        struct sigevent notify = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + turn};
        timer_t timer;
        // expect: posix clean created=15 released=15 armed=15 fired=15
        if (timer_create(CLOCK_MONOTONIC, &notify, &timer)) {
            failed++;
            continue;
        }
        arm_timer(timer, once(1));
        let_pass(6);
        fail_if(timer_delete(timer), "timer_delete");
    }
    printf("failed %d\n", failed);
    print_process_facts();
    return 0;
}
