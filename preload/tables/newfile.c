#include "tables/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/real.h"
#include "recording.h"

#define NAME_TRIES 100
#define DESCRIPTORS "/proc/thread-self/fd" /* by which a file without a name is given one */

static int open_nameless(const char *path)
{
    char directory[4400];
    const char *slash = strrchr(path, '/');

    if (access(DESCRIPTORS, X_OK) != 0)
        return -1;
    snprintf(directory, sizeof(directory), "%.*s", slash ? (int)(slash - path) + 1 : 1,
             slash ? path : ".");
    return open(directory, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
}

/*
 * A name that is taken was left by a process that was killed; or, where containers share a folder,
 * is another's with the same pid.
 */
static int open_part(char *part, size_t room, const char *path)
{
    int fd = -1;

    errno = EEXIST;
    for (int i = 0; i < NAME_TRIES && fd < 0 && errno == EEXIST; i++) {
        char number[16] = "";

        if (i)
            snprintf(number, sizeof(number), ".%d", i);
        if ((size_t)snprintf(part, room, "%s.%d%s.part", path, getpid(), number) >= room)
            errno = ENAMETOOLONG;
        else
            fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    }
    return fd;
}

bool newfile_open(struct newfile *file, const char *path)
{
    file->part[0] = '\0';
    file->fd = open_nameless(path);
    if (file->fd < 0)
        file->fd = open_part(file->part, sizeof(file->part), path);
    return file->fd >= 0;
}

size_t newfile_limited(size_t size)
{
    struct rlimit limit = {.rlim_cur = RLIM_INFINITY};

    getrlimit(RLIMIT_FSIZE, &limit);
    return size < limit.rlim_cur ? size : limit.rlim_cur / TLK_CHUNK * TLK_CHUNK;
}

/* Not every file system can rename without replacing. */
static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (access(to, F_OK) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

int newfile_publish(struct newfile *file, const char *path)
{
    char descriptor[64];
    int result;

    snprintf(descriptor, sizeof(descriptor), DESCRIPTORS "/%d", file->fd);
    if (!file->part[0])
        return linkat(AT_FDCWD, descriptor, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
    result = rename_new(file->part, path);
    if (result == 0)
        file->part[0] = '\0';
    return result;
}

void newfile_close(struct newfile *file)
{
    if (file->part[0])
        unlink(file->part);
    real()->close(file->fd);
    file->fd = -1;
}
