#include "ledger/fdinfo.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/real.h"

/* Of the thread: /proc/self shows nothing once the main thread has left by pthread_exit(). */
#define PROC "/proc/thread-self/"
#define PATH_ROOM 48

/* By hand: stdio is not for signal handlers, nor for small stacks. */
static const char *path_of(char *room, const char *folder, int fd)
{
    char digits[12], *at = digits + sizeof(digits);
    unsigned number = (unsigned)fd;

    *--at = '\0';
    do
        *--at = (char)('0' + number % 10);
    while (number /= 10);
    stpcpy(stpcpy(room, folder), at);
    return room;
}

enum fdinfo_kind fdinfo_kind(int fd)
{
    static const char expected[] = "anon_inode:[timerfd]";
    char path[PATH_ROOM], target[64];
    ssize_t length = readlink(path_of(path, PROC "fd/", fd), target, sizeof(target));

    if (length < 0)
        return real()->fcntl(fd, F_GETFD) < 0 ? FDINFO_CLOSED : FDINFO_UNKNOWN;
    return length == (ssize_t)strlen(expected) && !memcmp(target, expected, (size_t)length)
               ? FDINFO_TIMERFD
               : FDINFO_OTHER;
}

/* "(SECONDS, NANOSECONDS)" */
static uint64_t pair_ns(const char *line)
{
    char *comma;
    uint64_t seconds = *line == '(' ? strtoull(line + 1, &comma, 10) : 0;

    return *line == '(' && *comma == ',' ? seconds * 1000000000u + strtoull(comma + 1, NULL, 10)
                                         : 0;
}

/* The rest of the line that begins with the key, within the text; NULL when there is none. */
static const char *value_of(const char *text, const char *key)
{
    size_t length = strlen(key);

    for (; text && *text; text = strchr(text, '\n'), text += text != NULL)
        if (!strncmp(text, key, length))
            return text + length;
    return NULL;
}

size_t fdinfo_read_file(const char *path, char *text, size_t room)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t used = 0;
    ssize_t got = 0;

    while (fd >= 0 && used + 1 < room && (got = real()->read(fd, text + used, room - 1 - used)) > 0)
        used += (size_t)got;
    if (fd >= 0)
        real()->close(fd);
    text[used] = '\0';
    return used;
}

bool fdinfo_read(int fd, struct fdinfo *info)
{
    char path[PATH_ROOM], text[512];
    const char *value;

    *info = (struct fdinfo){0};
    if (!fdinfo_read_file(path_of(path, PROC "fdinfo/", fd), text, sizeof(text)))
        return false;
    if ((value = value_of(text, "clockid: ")))
        info->clock = atoi(value);
    if ((value = value_of(text, "ticks: ")))
        info->ticks = strtoull(value, NULL, 10);
    if ((value = value_of(text, "it_value: ")))
        info->value = pair_ns(value);
    if ((value = value_of(text, "it_interval: ")))
        info->interval = pair_ns(value);
    return true;
}

static unsigned visit_entries(int directory, char *room, size_t size, void (*visit)(int fd))
{
    unsigned count = 0;
    ssize_t got;

    while ((got = getdents64(directory, room, size)) > 0) {
        for (ssize_t at = 0; at < got; at += ((struct dirent64 *)(room + at))->d_reclen) {
            const struct dirent64 *entry = (const struct dirent64 *)(room + at);

            if (entry->d_name[0] == '.' || atoi(entry->d_name) == directory)
                continue;
            count++;
            if (visit)
                visit(atoi(entry->d_name));
        }
    }
    return count;
}

unsigned fdinfo_each(void (*visit)(int fd))
{
    _Alignas(struct dirent64) char room[4096];
    int directory = open(PROC "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    unsigned count;

    if (directory < 0)
        return 0;
    count = visit_entries(directory, room, sizeof(room), visit);
    real()->close(directory);
    return count;
}

static bool any_timer;

static void look_at(int fd)
{
    any_timer = any_timer || fdinfo_kind(fd) == FDINFO_TIMERFD;
}

/* What has no place in a file system, as a timerfd, is of no type. */
static bool may_be_timer(const struct stat *status)
{
    return !(status->st_mode & S_IFMT);
}

bool fdinfo_any_timer(void)
{
    struct stat folder, status;
    off_t left;

    any_timer = false;
    left = stat("/proc/self/fd", &folder) == 0 ? folder.st_size : 0;
    if (left <= 0)
        fdinfo_each(look_at);
    for (int fd = 0; left > 0 && fd < FD_SETSIZE; fd++) {
        if (fstat(fd, &status) != 0)
            continue;
        left--;
        if (may_be_timer(&status))
            look_at(fd);
    }
    if (left > 0)
        fdinfo_each(look_at);
    return any_timer;
}
