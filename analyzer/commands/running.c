#include "commands/running.h"

#include "base/memory.h"
#include "recording/kernel.h"

#include <errno.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool running_number(const char *text, pid_t *pid)
{
    char *end;
    long number = strtol(text, &end, 10);
    *pid = (pid_t)number;
    return end != text && !*end && number > 0 && number <= INT32_MAX;
}

struct advice running_advice(const char *path)
{
    struct advice advice = {"root itself may not: a container or a security module forbids it"};
    struct stat status;
    const char *or_root = geteuid() == 0 ? "" : " or root";
    bool others = stat(path, &status) == 0 && status.st_uid != 0 && status.st_uid != geteuid();
    const struct passwd *user = others ? getpwuid(status.st_uid) : NULL;
    if (user)
        snprintf(advice.s, sizeof(advice.s), "do this as %.32s%s", user->pw_name, or_root);
    else if (others)
        snprintf(advice.s, sizeof(advice.s), "do this as user %u%s", status.st_uid, or_root);
    else if (geteuid() != 0)
        snprintf(advice.s, sizeof(advice.s), "do this as root");
    return advice;
}

static void complain(pid_t pid, int error)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    if (access(path, F_OK) != 0)
        fprintf(stderr, "timerleak: there is no process %d\n", (int)pid);
    else if (error == EACCES || error == EPERM)
        fprintf(stderr, "timerleak: process %d may not be looked at: %s; %s\n", (int)pid,
                strerror(error), running_advice(path).s);
    else if (error != 0)
        fprintf(stderr, "timerleak: process %d can't be looked at: %s\n", (int)pid,
                strerror(error));
    else
        fprintf(stderr,
                "timerleak: process %d has no recording mapped: was it started by \"timerleak "
                "record\", or with the shim preloaded, and its recording not removed since?\n",
                (int)pid);
}

static bool is_same_file(const char *path, const char *other)
{
    struct stat a, b;
    return stat(path, &a) == 0 &&
           (stat(other, &b) != 0 || (a.st_dev == b.st_dev && a.st_ino == b.st_ino));
}

/*
 * The process may live in another root, a container, where that path is another file than here. Its
 * own view of the path leads there.
 */
static char *seen_from_here(pid_t pid, char *path)
{
    size_t size = strlen(path) + 32;
    char *seen = memory_new(1, size);
    snprintf(seen, size, "/proc/%d/root%s", (int)pid, path);
    bool same = is_same_file(path, seen);
    free(same ? seen : path);
    return same ? path : seen;
}

char *running_recording(pid_t pid)
{
    char *path = kernel_mapped_recording(pid);
    if (path)
        return seen_from_here(pid, path);
    complain(pid, errno);
    return NULL;
}
