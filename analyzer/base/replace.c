#include "base/replace.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DESCRIPTORS "/proc/self/fd"

/* What open() would give a new file. */
static mode_t new_mode(mode_t mode)
{
    mode_t mask = umask(0);
    umask(mask);
    return mode & ~mask;
}

/* Where a link leads: it stays, and what it names is replaced. */
static char *real_path(const char *path)
{
    char *real = realpath(path, NULL);
    return real ? real : memory_copy(path);
}

/* /dev/stdout, /dev/fd/N: what is open there is meant, whatever file it is. */
static bool is_descriptor(const char *path)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_MAGICLINKS};
    long file = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
    if (file >= 0)
        close((int)file);
    return file < 0 && errno == ELOOP;
}

/* Not to be replaced, but written as it is: a pipe, a device, what is open already. */
static bool is_special(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && (!S_ISREG(status.st_mode) || is_descriptor(path));
}

static char *partial_name(const char *path)
{
    size_t size = strlen(path) + sizeof(".XXXXXX");
    char *name = memory_new(1, size);
    snprintf(name, size, "%s.XXXXXX", path);
    return name;
}

/* Without a name, so that nothing is left if we are killed; -1 where there is no such thing. */
static int open_nameless(const char *path)
{
    const char *last = strrchr(path, '/');
    if (access(DESCRIPTORS, X_OK) != 0)
        return -1;
    char *directory = last ? strndup(path, (size_t)(last - path) + 1) : memory_copy(".");
    int file = directory ? open(directory, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600) : -1;
    free(directory);
    return file;
}

/* Only a moment before the name is the old one's: link() replaces nothing. */
static bool name_it(struct replacement *replacement)
{
    char descriptor[sizeof(DESCRIPTORS) + 16];
    snprintf(descriptor, sizeof(descriptor), DESCRIPTORS "/%d", fileno(replacement->to));
    /* A name that is free, as mkostemp() finds them. */
    int taken = mkostemp(replacement->partial, O_CLOEXEC);
    if (taken < 0)
        return false;
    close(taken);
    replacement->nameless =
        unlink(replacement->partial) != 0 ||
        linkat(AT_FDCWD, descriptor, AT_FDCWD, replacement->partial, AT_SYMLINK_FOLLOW) != 0;
    return !replacement->nameless;
}

static void replacement_forget(struct replacement *replacement)
{
    free(replacement->path);
    free(replacement->partial);
    *replacement = (struct replacement){0};
}

static void unlink_partial(const struct replacement *replacement)
{
    if (replacement->partial && !replacement->nameless)
        unlink(replacement->partial);
}

static bool open_partial(struct replacement *replacement, mode_t mode)
{
    replacement->partial = partial_name(replacement->path);
    int file = open_nameless(replacement->path);
    replacement->nameless = file >= 0;
    if (file < 0)
        file = mkostemp(replacement->partial, O_CLOEXEC);
    if (file < 0)
        return false;
    if (fchmod(file, mode) == 0)
        replacement->to = fdopen(file, "w");
    if (!replacement->to) {
        close(file);
        unlink_partial(replacement);
    }
    return replacement->to;
}

bool replace_possible(const char *path)
{
    char *real = real_path(path);
    char *last = strrchr(real, '/');
    if (last)
        last[last == real] = '\0';
    bool possible = is_special(path) || access(last ? real : ".", W_OK | X_OK) == 0;
    int error = errno;
    free(real);
    errno = error;
    return possible;
}

bool replace_begin(struct replacement *replacement, const char *path, mode_t mode)
{
    struct stat old;
    bool there = stat(path, &old) == 0;
    *replacement = (struct replacement){.path = real_path(path)};
    if (is_special(path))
        replacement->to = fopen(path, "we");
    else
        open_partial(replacement, there ? old.st_mode & 0777 : new_mode(mode));
    if (replacement->to)
        return true;
    int error = errno;
    replacement_forget(replacement);
    errno = error;
    return false;
}

bool replace_end(struct replacement *replacement)
{
    bool written = fflush(replacement->to) == 0 && !ferror(replacement->to);
    if (replacement->partial)
        written = written && (replacement->fleeting || fsync(fileno(replacement->to)) == 0) &&
                  (!replacement->nameless || name_it(replacement));
    int error = errno;
    if (fclose(replacement->to) != 0 && written) {
        written = false;
        error = errno;
    }
    if (replacement->partial && written && rename(replacement->partial, replacement->path) != 0) {
        written = false;
        error = errno;
    }
    if (!written)
        unlink_partial(replacement);
    replacement_forget(replacement);
    errno = error;
    return written;
}

void replace_abandon(struct replacement *replacement)
{
    fclose(replacement->to);
    unlink_partial(replacement);
    replacement_forget(replacement);
}
