#include "command.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define HANGS (120 * 1000) /* ms without output, longer than any test stays silent */

char *text_make(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        abort();
    va_end(arguments);
    return text;
}

char *built(const char *name)
{
    const char *build = getenv("TIMERLEAK_BUILD");

    /* No assertion: parameters are made outside of any test, where one waits forever. */
    if (!build) {
        fputs("TIMERLEAK_BUILD must name the build directory\n", stderr);
        exit(2);
    }
    return text_make("%s/%s", build, name);
}

char *directory_make(void)
{
    char *path = strdup("/tmp/timerleak-e2e-XXXXXX");

    cr_assert(mkdtemp(path), "%s: %s", path, strerror(errno));
    return path;
}

void directory_remove(char *path)
{
    DIR *directory = opendir(path);
    struct dirent *entry;

    while (directory && (entry = readdir(directory)))
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory)
        closedir(directory);
    rmdir(path);
    free(path);
}

/* Commands started and not finished: only when there is none left, every child is a left-over. */
static int unfinished;

static void become(const struct command *command, int in, int out, int err)
{
    const struct rlimit no_core = {0, 0};
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* The tests may run under nohup, or in the background of a script. */
    signal(SIGHUP, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    setrlimit(RLIMIT_CORE, &no_core);
    /* What one test has learned of a program is not for others to know. */
    setenv("TIMERLEAK_CACHE", "off", 0);
    for (const char *const *variable = command->environment; variable && *variable; variable++)
        putenv((char *)*variable);
    dup2(in, 0);
    dup2(out, 1);
    dup2(err, 2);
    closefrom(3);
    if (command->prepare)
        command->prepare();
    execv(command->argv[0], (char *const *)command->argv);
    _exit(127);
}

struct running command_start(const struct command *command)
{
    struct running running = {.out.text = strdup(""), .err.text = strdup("")};
    int in[2], out[2], err[2];

    cr_assert(access(command->argv[0], X_OK) == 0, "%s can't be run", command->argv[0]);
    /* A daemon that its parent left becomes a child of ours, and can be waited for. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    cr_assert(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
    cr_assert(pipe2(err, O_CLOEXEC) == 0);
    unfinished++;
    running.pid = fork();
    cr_assert(running.pid >= 0);
    if (running.pid == 0) {
        setpgid(0, 0);
        become(command, in[0], out[1], err[1]);
    }
    close(in[0]);
    close(out[1]);
    close(err[1]);
    running.input = in[1];
    running.out.fd = out[0];
    running.err.fd = err[0];
    return running;
}

struct running command_start_on(const struct command *command, int terminal)
{
    struct running running = {.input = -1, .out = {-1, strdup(""), 0}, .err = {-1, strdup(""), 0}};

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    unfinished++;
    running.pid = fork();
    cr_assert(running.pid >= 0);
    if (running.pid == 0) {
        setsid();
        ioctl(terminal, TIOCSCTTY, 0);
        become(command, terminal, terminal, terminal);
    }
    return running;
}

static void stream_read(struct stream *stream)
{
    char buffer[4096];
    ssize_t got = read(stream->fd, buffer, sizeof(buffer));

    if (got <= 0) {
        close(stream->fd);
        stream->fd = -1;
        return;
    }
    stream->text = realloc(stream->text, stream->length + (size_t)got + 1);
    memcpy(stream->text + stream->length, buffer, (size_t)got);
    stream->length += (size_t)got;
    stream->text[stream->length] = '\0';
}

bool command_read(struct running *running)
{
    struct pollfd ready[2] = {{running->out.fd, POLLIN, 0}, {running->err.fd, POLLIN, 0}};

    if (running->out.fd < 0 && running->err.fd < 0)
        return false;
    if (poll(ready, 2, HANGS) == 0)
        kill(-running->pid, SIGKILL);
    if (ready[0].revents)
        stream_read(&running->out);
    if (ready[1].revents)
        stream_read(&running->err);
    return true;
}

bool command_wait_for(struct running *running, const char *text)
{
    while (!strstr(running->out.text, text))
        if (!command_read(running))
            return false;
    return true;
}

struct outcome command_finish(struct running *running)
{
    struct outcome outcome = {.pid = running->pid};

    close(running->input);
    while (command_read(running))
        continue;
    waitpid(running->pid, &outcome.status, 0);
    unfinished--;
    while (unfinished == 0 && waitpid(-1, NULL, 0) > 0)
        continue;
    outcome.out = running->out.text;
    outcome.err = running->err.text;
    return outcome;
}

struct outcome command_run(const struct command *command)
{
    struct running running = command_start(command);

    return command_finish(&running);
}

void outcome_forget(struct outcome *outcome)
{
    free(outcome->out);
    free(outcome->err);
}

int outcome_code(const struct outcome *outcome)
{
    if (WIFSIGNALED(outcome->status))
        return 128 + WTERMSIG(outcome->status);
    return WEXITSTATUS(outcome->status);
}
