// traced: no: it is known from where it was received
/*
 * In a sandbox that kills for every system call this program does not make by itself, a timer is
 * received: it is known from the time that it is set.
 */
// link: -lseccomp
#include <seccomp.h>
#include <sys/prctl.h>
#include "support/passing.h"
#include "support/timers.h"

static void enter_sandbox(void)
{
    const int allowed[] = {SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime), SCMP_SYS(sendmsg),
                           SCMP_SYS(recvmsg),        SCMP_SYS(close),           SCMP_SYS(write),
                           SCMP_SYS(exit_group)};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        fail_if(seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0), "seccomp_rule_add");
    fail_if(seccomp_load(filter), "seccomp_load");
    seccomp_release(filter);
}

int main(void)
{
    int ends[2];
    fail_if(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    enter_sandbox();
    // expect: timerfd clean created=1 released=1 armed=0
    int made = timerfd_create(CLOCK_MONOTONIC, 0);
    send_descriptor(ends[0], made);
    close(made);
    int received = receive_descriptor(ends[1]);
    // expect-caller: timerfd held created=0 inherited=1 armed=1 never-fired=1
    arm_timerfd(received, once(AN_HOUR));
    const char good_bye[] = "still alive\n";
    return write(1, good_bye, sizeof good_bye - 1) > 0 ? 9 : 8;
}
