/*
 * What a program takes from itself, its recording has had before: in each child that does so and
 * then makes its first timer, that is recorded.
 */
// needs: root
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "support/timers.h"
#include "support/transparency.h"

static void by_chroot(void)
{
    char empty[] = "/tmp/timerleak-chroot-XXXXXX";
    fail_if(!mkdtemp(empty) || chdir(empty) || rmdir(empty) || chroot("."), "chroot");
}

static void by_user(void)
{
    fail_if(setgroups(0, NULL) || setresgid(65534, 65534, 65534) || setuid(65534), "setuid");
}

static void by_namespace(void)
{
    fail_if(unshare(CLONE_NEWNS), "unshare");
    fail_if(syscall(SYS_chroot, "/proc"), "chroot");
}

static void by_limit_of_files(void)
{
    fail_if(setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0}), "setrlimit");
}

static void by_limit_of_descriptors(void)
{
    fail_if(prlimit(0, RLIMIT_NOFILE, &(struct rlimit){0, 0}, NULL), "prlimit");
}

/* All calls but those to make a timer, to tell and to end are the death of it. */
static void by_filter(void)
{
#define ALLOW(name)                                                                                \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1),                                         \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        ALLOW(timer_create),
        ALLOW(write),
        ALLOW(exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {sizeof(filter) / sizeof(*filter), filter};
    fail_if(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program), "seccomp");
}

static void in_child(void (*close_in)(void))
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    int status = 1;
    if (fork() == 0) {
        close_in();
        // expect@child: posix held created=1 never-armed=1
        // expect@child2: posix held created=1 never-armed=1
        // expect@child3: posix held created=1 never-armed=1
        // expect@child4: posix held created=1 never-armed=1
        // expect@child5: posix held created=1 never-armed=1
        // expect@child6: posix held created=1 never-armed=1
        fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
        _exit(7);
    }
    wait(&status);
    printf("%d\n", WEXITSTATUS(status));
}

int main(void)
{
    // expect-process@child6: created=1 live=1
    in_child(by_chroot);
    in_child(by_user);
    in_child(by_namespace);
    in_child(by_limit_of_files);
    in_child(by_limit_of_descriptors);
    in_child(by_filter);
    // expect: timerfd clean created=1 released=1
    close(timerfd_create(CLOCK_MONOTONIC, 0));
    print_process_facts();
    return 0;
}
