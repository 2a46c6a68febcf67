#define _GNU_SOURCE
#include "fdinfo.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of the thread: /proc/self shows nothing once the main thread has left by pthread_exit(). */
#define PROC "/proc/thread-self/"

enum fdinfo_kind fdinfo_kind(int fd)
{
    static const char expected[] = "anon_inode:[timerfd]";
    char path[64], target[64];
    ssize_t length;

    if (fcntl(fd, F_GETFD) < 0)
        return FDINFO_CLOSED;
    snprintf(path, sizeof(path), PROC "fd/%d", fd);
    length = readlink(path, target, sizeof(target));
    if (length < 0)
        return FDINFO_UNKNOWN;
    return length == (ssize_t)strlen(expected) && !memcmp(target, expected, (size_t)length)
               ? FDINFO_TIMERFD
               : FDINFO_OTHER;
}

static uint64_t pair_ns(const char *line)
{
    unsigned long long seconds = 0, nanoseconds = 0;

    return sscanf(line, "(%llu, %llu)", &seconds, &nanoseconds) == 2
               ? seconds * 1000000000u + nanoseconds
               : 0;
}

static const char *value_of(const char *line, const char *key)
{
    size_t length = strlen(key);

    return strncmp(line, key, length) ? NULL : line + length;
}

bool fdinfo_read(int fd, struct fdinfo *info)
{
    char path[64], line[128];
    const char *value;
    FILE *file;

    *info = (struct fdinfo){0};
    snprintf(path, sizeof(path), PROC "fdinfo/%d", fd);
    file = fopen(path, "re");
    if (!file)
        return false;
    while (fgets(line, sizeof(line), file)) {
        if ((value = value_of(line, "clockid: ")))
            info->clock = atoi(value);
        else if ((value = value_of(line, "ticks: ")))
            info->ticks = strtoull(value, NULL, 10);
        else if ((value = value_of(line, "it_value: ")))
            info->value = pair_ns(value);
        else if ((value = value_of(line, "it_interval: ")))
            info->interval = pair_ns(value);
    }
    fclose(file);
    return true;
}

unsigned fdinfo_each(void (*visit)(int fd))
{
    DIR *directory = opendir(PROC "fd");
    const struct dirent *entry;
    unsigned count = 0;

    if (!directory)
        return 0;
    while ((entry = readdir(directory))) {
        int fd = atoi(entry->d_name);

        if (entry->d_name[0] == '.' || fd == dirfd(directory))
            continue;
        count++;
        if (visit)
            visit(fd);
    }
    closedir(directory);
    return count;
}
