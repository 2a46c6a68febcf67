/* A sandbox that kills the process for every system call this program does not make by itself. */
// link: -lseccomp
#include <seccomp.h>
#include <sys/prctl.h>
#include "support/timers.h"

static void enter_sandbox(void)
{
    const int allowed[] = {SCMP_SYS(timerfd_create),
                           SCMP_SYS(timerfd_settime),
                           SCMP_SYS(read),
                           SCMP_SYS(close),
                           SCMP_SYS(dup),
                           SCMP_SYS(write),
                           SCMP_SYS(timer_create),
                           SCMP_SYS(timer_settime),
                           SCMP_SYS(alarm),
#ifdef __aarch64__
                           SCMP_SYS(setitimer), /* all there is of alarm() */
#endif
                           SCMP_SYS(timer_delete),
                           SCMP_SYS(exit_group)};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        fail_if(seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0), "seccomp_rule_add");
    fail_if(seccomp_load(filter), "seccomp_load");
    seccomp_release(filter);
}

SITE static void deeper(int depth)
{
    if (depth > 0) {
        deeper(depth - 1);
        __asm__ volatile("" ::: "memory");
        return;
    }
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(fd, once(1));
    expirations(fd);
    int copy = dup(fd);
    close(fd);
    close(copy);
}

int main(void)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    enter_sandbox();
    // expect-process: end=exited:9
    for (int depth = 0; depth < 30; depth++)
        deeper(depth);
    for (int i = 0; i < 700; i++) {
        timer_t timer;
        // expect: posix held created=700 released=100 armed=700 never-fired=600
        fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
        arm_timer(timer, once(AN_HOUR));
        if (i < 100)
            timer_delete(timer);
    }
    // expect: itimer clean created=1 released=1 armed=1 stopped=1
    alarm(10);
    alarm(0);
    const char good_bye[] = "still alive\n";
    return write(1, good_bye, sizeof good_bye - 1) > 0 ? 9 : 8;
}
