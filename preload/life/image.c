/*
 * image.c - the calls that end this program without an exit handler: exec and _exit. A memory write
 * tells the recording, and a perf map of code that it ran is kept; then the real call is made.
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/real.h"
#include "life/process.h"

extern char **environ;

/* exec returns only to say that it failed. */
#define EXEC(call)                                                                                 \
    do {                                                                                           \
        bool noted = process_note_exec();                                                          \
        int result = (call);                                                                       \
        if (noted)                                                                                 \
            process_note_exec_failed();                                                            \
        return result;                                                                             \
    } while (0)

HOOK int execve(const char *path, char *const *argv, char *const *environment)
{
    EXEC(real()->execve(path, argv, environment));
}

HOOK int execv(const char *path, char *const *argv)
{
    EXEC(real()->execv(path, argv));
}

HOOK int execvp(const char *file, char *const *argv)
{
    EXEC(real()->execvp(file, argv));
}

HOOK int execvpe(const char *file, char *const *argv, char *const *environment)
{
    EXEC(real()->execvpe(file, argv, environment));
}

HOOK int fexecve(int fd, char *const *argv, char *const *environment)
{
    EXEC(real()->fexecve(fd, argv, environment));
}

HOOK int execveat(int directory, const char *path, char *const *argv, char *const *environment,
                  int flags)
{
    if (!real()->execveat) {
        errno = ENOSYS;
        return -1;
    }
    EXEC(real()->execveat(directory, path, argv, environment, flags));
}

/* How many arguments there are, the closing NULL included. */
static size_t count_arguments(va_list *arguments)
{
    size_t count = 2;

    while (va_arg(*arguments, const char *))
        count++;
    return count;
}

/* By address: what follows the NULL is the caller's to take. */
static void arguments_gather(const char **argv, const char *first, va_list *arguments)
{
    *argv = first;
    while (*argv)
        *++argv = va_arg(*arguments, const char *);
}

/* Like glibc, lays the arguments out on the stack: execl() must be async-signal-safe. */
#define GATHER(argv, first, arguments)                                                             \
    const char **argv;                                                                             \
    va_list arguments;                                                                             \
    va_start(arguments, first);                                                                    \
    argv = __builtin_alloca(count_arguments(&arguments) * sizeof(*argv));                          \
    va_end(arguments);                                                                             \
    va_start(arguments, first);                                                                    \
    arguments_gather(argv, first, &arguments)

HOOK int execl(const char *path, const char *first, ...)
{
    GATHER(argv, first, arguments);
    va_end(arguments);
    return execve(path, (char *const *)argv, environ);
}

HOOK int execlp(const char *file, const char *first, ...)
{
    GATHER(argv, first, arguments);
    va_end(arguments);
    return execvp(file, (char *const *)argv);
}

HOOK int execle(const char *path, const char *first, ...)
{
    char *const *environment;
    GATHER(argv, first, arguments);
    environment = va_arg(arguments, char *const *);
    va_end(arguments);
    return execve(path, (char *const *)argv, environment);
}

HOOK void _exit(int status)
{
    process_note_exit(status);
    real()->_exit(status);
    __builtin_unreachable();
}

HOOK void _Exit(int status)
{
    process_note_exit(status);
    real()->_exit(status);
    __builtin_unreachable();
}

HOOK void quick_exit(int status)
{
    process_note_exit(status);
    real()->quick_exit(status);
    __builtin_unreachable();
}
