#include "outside/running.h"

#include "base/errors.h"
#include "base/memory.h"
#include "recording/kernel.h"

#include <errno.h>
#include <fcntl.h>
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

void running_complain(pid_t pid, int error)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    if (access(path, F_OK) != 0)
        complain("there is no process %d", (int)pid);
    else if (error == EACCES || error == EPERM)
        complain("process %d may not be looked at: %s; %s", (int)pid, strerror(error),
                 running_advice(path).s);
    else
        complain("process %d can't be looked at: %s", (int)pid, strerror(error));
}

static void complain_of_no_recording(pid_t pid)
{
    complain("process %d has no recording mapped: it has made no timer so far, was not started by "
             "\"timerleak record\" or with the shim preloaded, or its recording was removed "
             "since. Start it anew, by \"timerleak record\"; or record it as it runs, by "
             "\"timerleak trace -p %d\"",
             (int)pid, (int)pid);
}

/* With errno 0 if the path leads to another file. */
static bool leads_to_mapped(const char *path, pid_t pid)
{
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return false;
    bool mapped = kernel_has_mapped(pid, file);
    close(file);
    errno = 0;
    return mapped;
}

static char *seen_through(pid_t pid, const char *path)
{
    size_t size = strlen(path) + 32;
    char *seen = memory_new(1, size);
    snprintf(seen, size, "/proc/%d/root%s", (int)pid, path);
    return seen;
}

/*
 * The process may live in another root, a container, where that path is another file than here. Its
 * own view of the path leads there; unless another file was put in its place since. A path that may
 * not be opened is for the caller to complain of.
 */
static char *seen_from_here(pid_t pid, const char *path)
{
    char *here = memory_copy(path), *there = seen_through(pid, path), *found = NULL;
    if (leads_to_mapped(here, pid)) {
        found = here;
    } else {
        bool denied = errno == EACCES;
        if (leads_to_mapped(there, pid))
            found = there;
        else if (denied || errno == EACCES)
            found = here;
    }
    if (!found)
        complain("process %d writes to %s, but that is gone, or another file now", (int)pid, path);
    if (found != here)
        free(here);
    if (found != there)
        free(there);
    return found;
}

char *running_recording(pid_t pid)
{
    char *path = kernel_mapped_recording(pid), *seen = NULL;
    if (path)
        seen = seen_from_here(pid, path);
    else if (errno != 0)
        running_complain(pid, errno);
    else
        complain_of_no_recording(pid);
    free(path);
    return seen;
}
