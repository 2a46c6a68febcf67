#include "base/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Who has read enough closes the pipe: that is no error. */
static const int ignored[] = {SIGPIPE, SIGINT, SIGQUIT};

#define IGNORED (sizeof(ignored) / sizeof(*ignored))

static void ignore_signals(struct sigaction before[IGNORED])
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    for (size_t i = 0; i < IGNORED; i++)
        sigaction(ignored[i], &ignore, &before[i]);
}

static void restore_signals(const struct sigaction before[IGNORED])
{
    for (size_t i = 0; i < IGNORED; i++)
        sigaction(ignored[i], &before[i], NULL);
}

static void write_all(int to, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t written = write(to, text, size);
        if (written < 0 && errno != EINTR)
            return;
        text += written < 0 ? 0 : written;
        size -= written < 0 ? 0 : (size_t)written;
    }
}

/* 0, or an errno. */
static int spawn(pid_t *pid, const char *const argv[], int from, int to)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t usual;
    sigemptyset(&usual);
    for (size_t i = 0; i < IGNORED; i++)
        sigaddset(&usual, ignored[i]);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, from, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, to, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    int error = posix_spawnp(pid, argv[0], &files, &attributes, (char **)(uintptr_t)argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

static int await(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int feed(const char *const argv[], const char *text, size_t size, int to)
{
    struct sigaction before[IGNORED];
    int ends[2], status = FEED_NOT_FOUND;
    pid_t pid;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return FEED_NOT_FOUND;
    ignore_signals(before);
    int error = spawn(&pid, argv, ends[0], to);
    close(ends[0]);
    if (!error)
        write_all(ends[1], text, size);
    close(ends[1]);
    if (!error)
        status = await(pid);
    restore_signals(before);
    return status;
}
