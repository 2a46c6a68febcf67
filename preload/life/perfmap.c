#include "life/perfmap.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/gate.h"
#include "core/real.h"
#include "core/thread.h"
#include "stacks/stack.h"
#include "tables/mapfile.h"
#include "tables/newfile.h"
#include "tables/sites.h"

/* A process, and since when (CLOCK_REALTIME). */
struct writer {
    int32_t pid;
    uint64_t start;
};

static struct writer parent; /* of which this process has the code */

void perfmap_forked(void)
{
    parent = (struct writer){recording->pid, recording->start_real};
}

/* By a coarse clock: no later than that. */
static uint64_t written_at(const struct stat *status)
{
    return (uint64_t)status->st_mtim.tv_sec * 1000000000u + (uint64_t)status->st_mtim.tv_nsec +
           recording->clock_resolution;
}

/*
 * Whoever may write to /tmp can have made it: a link, a FIFO; and an earlier process of that number
 * may have left it.
 */
static int map_open(const struct writer *writer)
{
    char path[64];
    struct stat status;
    int fd;

    if (!writer->pid)
        return -1;
    snprintf(path, sizeof(path), TLK_PERF_MAP, (int)writer->pid);
    fd = (int)real()->syscall(SYS_openat, AT_FDCWD, path,
                              O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0 && (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
                    status.st_uid != geteuid() || written_at(&status) < writer->start)) {
        real()->syscall(SYS_close, fd);
        return -1;
    }
    return fd;
}

/* Of one that has grown too large, the beginning. */
static void map_copy(int to, int from, size_t *room)
{
    ssize_t copied = 1;

    while (*room && (copied = sendfile(to, from, NULL, *room)) > 0)
        *room -= (size_t)copied;
}

/*
 * One that was left by a recording of the same name is replaced. What else is called so stays, as
 * a linker's map of the program.
 */
static void make_way(const char *path)
{
    char mark[sizeof(TLK_PERF_MAP_MARK) - 1];
    int fd = (int)real()->syscall(SYS_openat, AT_FDCWD, path,
                                  O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0 || (real()->syscall(SYS_read, fd, mark, sizeof(mark)) == sizeof(mark) &&
                   !memcmp(mark, TLK_PERF_MAP_MARK, sizeof(mark))))
        unlink(path);
    if (fd >= 0)
        real()->syscall(SYS_close, fd);
}

static void maps_write(const char *path, const int maps[2])
{
    struct newfile file;
    char head[64];
    size_t room = newfile_limited(TLK_PERF_MAP_MOST);
    int length = snprintf(head, sizeof(head), TLK_PERF_MAP_HEAD, (int)recording->pid,
                          (unsigned long long)recording->start_mono);

    if (room < (size_t)length || !newfile_open(&file, path))
        return;
    if (write(file.fd, head, (size_t)length) == length) {
        room -= (size_t)length;
        map_copy(file.fd, maps[0], &room);
        if (room && write(file.fd, "\n", 1) == 1) /* the other may be writing a line */
            room--;
        map_copy(file.fd, maps[1], &room);
        make_way(path);
        newfile_publish(&file, path);
    }
    newfile_close(&file);
}

void perfmap_keep(void)
{
    const struct writer own = {recording->pid, recording->start_real};
    const char *beside = mapfile_path();
    size_t length = strlen(beside);
    char path[4500];
    int maps[2], cancel;

    if (gate->sandboxed || !sites_lie_beyond() || !stack_suffices())
        return;
    cancel = cancel_hold_off();
    maps[0] = map_open(&parent);
    maps[1] = map_open(&own);
    if (length > strlen(TLK_SUFFIX) && !strcmp(beside + length - strlen(TLK_SUFFIX), TLK_SUFFIX))
        length -= strlen(TLK_SUFFIX);
    snprintf(path, sizeof(path), "%.*s%s", (int)length, beside, TLK_PERF_MAP_SUFFIX);
    if (maps[0] >= 0 || maps[1] >= 0)
        maps_write(path, maps);
    for (int i = 0; i < 2; i++)
        if (maps[i] >= 0)
            real()->syscall(SYS_close, maps[i]);
    cancel_let(cancel);
}
