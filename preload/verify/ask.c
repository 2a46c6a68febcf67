#include "verify/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/real.h"

#define CUT "... and more\n"

static pid_t wait_for(pid_t pid, int *status, int options)
{
    pid_t result;

    while ((result = (pid_t)syscall(SYS_wait4, pid, status, options, NULL)) < 0 && errno == EINTR)
        ;
    return result;
}

/* A copy of this process that tells by this signal that it ends; nothing that waits for fork() is
 * called. */
static pid_t child_fork(int signal)
{
    return (pid_t)syscall(SYS_clone, signal, 0, 0, 0, 0);
}

/* The copy's environment is its own. */
static void forget_preload(void)
{
    static const char name[] = "LD_PRELOAD=";
    char **kept = environ;

    for (char **each = environ; each && *each; each++)
        if (strncmp(*each, name, sizeof(name) - 1))
            *kept++ = *each;
    if (kept)
        *kept = NULL;
}

static _Noreturn void child_become(const char *const *argv, int out, const sigset_t *mask)
{
    forget_preload();
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
        real()->dup2(out, fd);
        real()->fcntl(fd, F_SETFD, 0);
    }
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, NULL, sizeof(unsigned long));
    real()->execvp(argv[0], (char *const *)argv);
    real()->_exit(ASK_NOT_FOUND);
    __builtin_unreachable();
}

/*
 * After exec a command ends with SIGCHLD, whatever it was made with. So it is a grandchild, and who
 * waits for it here is a child that has no signal, and ends as it does.
 */
static _Noreturn void stand_between(const char *const *argv, int out, const sigset_t *mask)
{
    int status = 0;
    pid_t pid;

    signal(SIGCHLD, SIG_DFL);
    pid = child_fork(SIGCHLD);
    if (pid == 0)
        child_become(argv, out, mask);
    if (pid < 0 || wait_for(pid, &status, 0) != pid || !WIFEXITED(status))
        kill(getpid(), SIGKILL);
    real()->_exit(WEXITSTATUS(status));
    __builtin_unreachable();
}

/* Reads to the end, so that the command doesn't wait for a reader. Returns what was kept. */
static size_t answer_drain(int in, char *text, size_t room, bool *cut)
{
    char rest[512] = "";
    size_t length = 0;
    ssize_t got;

    *cut = false;
    do {
        bool full = length == room;

        got =
            syscall(SYS_read, in, full ? rest : text + length, full ? sizeof(rest) : room - length);
        if (got > 0 && full)
            *cut = true;
        else if (got > 0)
            length += (size_t)got;
    } while (got > 0 || (got < 0 && errno == EINTR));
    return length;
}

static void answer_collect(int in, char *text, size_t size)
{
    bool cut;
    size_t length = answer_drain(in, text, size - sizeof(CUT), &cut);

    if (cut) {
        while (length > 0 && text[length - 1] != '\n')
            length--;
        memcpy(text + length, CUT, sizeof(CUT));
    } else {
        text[length] = '\0';
    }
}

int ask(const char *const *argv, char *text, size_t size)
{
    sigset_t all, mask;
    int ends[2], status = 0;
    pid_t pid;

    text[0] = '\0';
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    /* The program's handlers are not for these processes. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &mask);
    pid = child_fork(0);
    if (pid == 0)
        stand_between(argv, ends[1], &mask);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    syscall(SYS_close, ends[1]);
    if (pid > 0)
        answer_collect(ends[0], text, size);
    syscall(SYS_close, ends[0]);
    if (pid < 0 || wait_for(pid, &status, __WCLONE) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}
