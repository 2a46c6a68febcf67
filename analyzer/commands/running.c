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

struct text running_permitted(const char *path)
{
    struct text text = {"root"};
    struct stat status;
    if (stat(path, &status) != 0 || status.st_uid == 0)
        return text;
    const struct passwd *user = getpwuid(status.st_uid);
    if (user)
        snprintf(text.s, sizeof(text.s), "%.32s or root", user->pw_name);
    else
        snprintf(text.s, sizeof(text.s), "user %u or root", (unsigned)status.st_uid);
    return text;
}

static void complain(pid_t pid, int error)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    if (access(path, F_OK) != 0)
        fprintf(stderr, "timerleak: there is no process %d\n", (int)pid);
    else if (error != 0)
        fprintf(stderr, "timerleak: process %d may not be looked at: %s; do this as %s\n", (int)pid,
                strerror(error), running_permitted(path).s);
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
