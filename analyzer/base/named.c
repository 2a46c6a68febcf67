#include "base/named.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define CONFIGFS_MAGIC 0x62656570

static const char too_large[] = "it is too large";

/* The path of an open file, also of one that is only found (O_PATH). */
struct link {
    char s[32];
};

static struct link link_of(int file)
{
    struct link link;
    snprintf(link.s, sizeof(link.s), "/proc/self/fd/%d", file);
    return link;
}

/* Whether reading there asks the kernel, instead of a disk. */
static bool is_kernels(int file)
{
    static const unsigned magics[] = {
        PROC_SUPER_MAGIC,   SYSFS_MAGIC,  DEBUGFS_MAGIC,       TRACEFS_MAGIC,  SECURITYFS_MAGIC,
        CGROUP_SUPER_MAGIC, BPF_FS_MAGIC, CGROUP2_SUPER_MAGIC, PSTOREFS_MAGIC, EFIVARFS_MAGIC,
        SELINUX_MAGIC,      SMACK_MAGIC,  BINFMTFS_MAGIC,      CONFIGFS_MAGIC};
    struct statfs system;
    if (fstatfs(file, &system) != 0)
        return true;
    for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++) {
        if ((unsigned)system.f_type == magics[i])
            return true;
    }
    return false;
}

static const char *named_judge(int found, const struct named_rules *rules)
{
    char real[PATH_MAX];
    struct stat status;
    ssize_t length = readlink(link_of(found).s, real, sizeof(real) - 1);
    if (length < 0 || fstat(found, &status) != 0)
        return strerror(errno);
    real[length] = '\0';
    if (S_ISFIFO(status.st_mode) && *real != '/')
        return NULL;
    if (!S_ISREG(status.st_mode))
        return "it is not a regular file";
    if (is_kernels(found))
        return "it is the kernel's, and no file on a disk";
    if (rules && rules->most != NAMED_ANY_SIZE && (uintmax_t)status.st_size > rules->most)
        return too_large;
    return rules && rules->judge ? rules->judge(real, rules->context) : NULL;
}

int named_open(const char *path, const struct named_rules *rules, const char **why)
{
    int found = open(path, O_PATH | O_CLOEXEC), file = -1;
    if (found < 0) {
        *why = strerror(errno);
        return -1;
    }
    errno = 0;
    *why = named_judge(found, rules);
    if (!*why) {
        /* What was judged, whatever its name leads to by now. */
        file = open(link_of(found).s, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        *why = file < 0 ? strerror(errno) : NULL;
    }
    int error = errno;
    close(found);
    errno = error;
    return file;
}

/* A pipe is waited for: somebody writes to it. */
static void wait_for_data(int file)
{
    fcntl(file, F_SETFL, fcntl(file, F_GETFL) & ~O_NONBLOCK);
}

static char *read_all(int file, size_t most, size_t *size, const char **why)
{
    size_t room = 0;
    char *text = memory_grow(NULL, 0, &room, 1);
    *size = 0;
    for (;;) {
        ssize_t got = read(file, text + *size, room - *size - 1);
        if (got < 0 && errno == EINTR)
            continue;
        *size += got > 0 ? (size_t)got : 0;
        bool large = most != NAMED_ANY_SIZE && *size > most;
        *why = got < 0 ? strerror(errno) : large ? too_large : NULL;
        if (got <= 0 || large)
            break;
        if (room - *size < 2)
            text = memory_grow(text, room, &room, 1);
    }
    text[*size] = '\0';
    if (!*why)
        return text;
    free(text);
    return NULL;
}

char *named_read(const char *path, const struct named_rules *rules, size_t *size, const char **why)
{
    size_t got;
    int file = named_open(path, rules, why);
    if (file < 0)
        return NULL;
    wait_for_data(file);
    char *text = read_all(file, rules ? rules->most : NAMED_ANY_SIZE, size ? size : &got, why);
    int error = errno;
    close(file);
    errno = error;
    return text;
}
