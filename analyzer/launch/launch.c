/* launch.c - fork, exec, wait, and the signals around them. */
#include "launch/launch.h"

#include "base/clock.h"
#include "cli/status.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const int forwarded[] = {SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
#define FORWARDED (sizeof(forwarded) / sizeof(*forwarded))

static volatile pid_t running; /* the program, 0 once it has been waited for */

static void launch_forward_signal(int number)
{
    int saved = errno;
    if (running > 0)
        kill(running, number);
    errno = saved;
}

/* By which a test of the program finds this one: see timerleak_verify.h. */
static void launch_set_own_command(void)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    if (length <= 0)
        return;
    path[length] = '\0';
    setenv("TIMERLEAK_COMMAND", path, 0);
}

/* Only in the child: nothing else of this process needs the program's environment. */
static void launch_set_environment(const struct launch *launch)
{
    char number[32];
    if (launch->preload != NULL)
        setenv("LD_PRELOAD", launch->preload, 1);
    unsetenv("TIMERLEAK_PRELOAD");
    if (launch->hand_on != NULL && launch->children)
        setenv("TIMERLEAK_PRELOAD", launch->hand_on, 1);
    launch_set_own_command();
    setenv("TIMERLEAK_OUTPUT", launch->output, 1);
    snprintf(number, sizeof(number), "%016llx", (unsigned long long)launch->session);
    setenv("TIMERLEAK_SESSION", number, 1);
    if (launch->families != NULL)
        setenv("TIMERLEAK_FAMILIES", launch->families, 1);
    if (launch->exe != NULL)
        setenv("TIMERLEAK_EXE", launch->exe, 1);
    snprintf(number, sizeof(number), "%ld", launch->sample);
    if (launch->sample > 0)
        setenv("TIMERLEAK_SAMPLE", number, 1);
    snprintf(number, sizeof(number), "%d", getpid());
    if (launch->children)
        unsetenv("TIMERLEAK_ONLY_PID");
    else
        setenv("TIMERLEAK_ONLY_PID", number, 1);
}

/* Tells `report`, which a successful exec closes, why there is no program. */
static _Noreturn void launch_become_program(const struct launch *launch,
                                            const struct sigaction *child_action,
                                            const sigset_t *mask, int report)
{
    if (launch->output)
        launch_set_environment(launch);
    sigaction(SIGCHLD, child_action, NULL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(launch->command[0], launch->command);
    int error = errno;
    while (write(report, &error, sizeof(error)) < 0 && errno == EINTR)
        ;
    _exit(EXIT_NOT_FOUND);
}

/* Called with these signals blocked, once there is somebody to pass them on to. */
static void launch_take_signals(pid_t program)
{
    struct sigaction action = {.sa_handler = launch_forward_signal, .sa_flags = SA_RESTART},
                     inherited;
    running = program;
    for (size_t i = 0; i < FORWARDED; i++) {
        /* nohup(1) and the like: what is ignored here, the program ignores too. */
        if (sigaction(forwarded[i], NULL, &inherited) == 0 && inherited.sa_handler != SIG_IGN)
            sigaction(forwarded[i], &action, NULL);
    }
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
}

static void launch_wait(struct launched *launched, int report)
{
    ssize_t length;
    while ((length = read(report, &launched->error, sizeof(launched->error))) < 0 && errno == EINTR)
        ;
    if (length != sizeof(launched->error))
        launched->error = 0;

    /* Once it is reaped its number may be another's: stop passing signals on before. */
    siginfo_t info;
    while (waitid(P_PID, (id_t)launched->pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        ;
    running = 0;
    launched->end_mono = clock_now(CLOCK_MONOTONIC);
    launched->end_real = clock_now(CLOCK_REALTIME);
    launched->end_boot = clock_now(CLOCK_BOOTTIME);
    while (waitpid(launched->pid, &launched->status, 0) < 0 && errno == EINTR)
        ;
}

bool launch_run(const struct launch *launch, struct launched *launched)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0)
        return false;

    /* Blocked until the program's number is known; its own mask and actions stay as they were. */
    sigset_t blocked, mask;
    sigfillset(&blocked);
    sigprocmask(SIG_SETMASK, &blocked, &mask);
    /* If SIGCHLD came ignored, the kernel would discard the exit status. */
    struct sigaction child_action, plain = {.sa_handler = SIG_DFL};
    sigaction(SIGCHLD, &plain, &child_action);

    launched->pid = fork();
    if (launched->pid == 0)
        launch_become_program(launch, &child_action, &mask, report[1]);
    int error = errno;
    close(report[1]);
    if (launched->pid > 0)
        launch_take_signals(launched->pid);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    if (launched->pid > 0)
        launch_wait(launched, report[0]);
    close(report[0]);
    errno = error;
    return launched->pid > 0;
}

int launch_end_alike(int status)
{
    if (!WIFSIGNALED(status))
        return WEXITSTATUS(status);
    /* A core limit of 0 does not stop a core that is piped to a program; not being dumpable does.
     */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    prctl(PR_SET_DUMPABLE, 0);
    int number = WTERMSIG(status);
    signal(number, SIG_DFL);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, number);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &one, NULL);
    return EXIT_SIGNAL + number;
}
