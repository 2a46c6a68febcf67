/*
 * Fork hands timerfds on, but neither POSIX timers nor interval timers. The parent goes on with
 * its own; the child closes what it was given, except one.
 */
#include <errno.h>
#include <sys/wait.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    int status, fds[5];
    // expect: posix held created=1 never-fired=1
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
    arm_timer(timer, once(AN_HOUR));
    // expect: itimer held created=1 never-fired=1
    alarm(3600);
    for (int i = 0; i < 5; i++)
        // expect: timerfd held created=5 inherited=0 released=0 never-armed=5
        // expect@child: timerfd held created=0 inherited=5 released=4 never-armed=1
        // expect@together: timerfd held created=5 inherited=4 released=4 never-armed=5
        fds[i] = timerfd_create(CLOCK_MONOTONIC, 0);
    fflush(stdout);
    if (fork() == 0) {
        for (int i = 0; i < 4; i++)
            close(fds[i]);
        printf("in the child: delete %d, alarm %u\n", timer_delete(timer), alarm(0));
        exit(7);
    }
    wait(&status);
    let_pass(50);
    printf("the child exited with %d\n", WEXITSTATUS(status));
    print_process_facts();
    return 0;
}
