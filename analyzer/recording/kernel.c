#include "recording/kernel.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SUFFIX ".tlk"

static struct kernel_timer *append(struct kernel_timers *list, enum tlk_family family, uint64_t id)
{
    list->timers = memory_grow(list->timers, list->count, &list->room, sizeof(*list->timers));
    struct kernel_timer *timer = &list->timers[list->count++];
    *timer = (struct kernel_timer){.family = family, .id = id, .clock = -1};
    return timer;
}

/* Lines of a timer follow its "ID:"; of the clock's line, the last. */
static bool read_posix(struct kernel_timers *list, pid_t pid)
{
    char path[64], line[256], notify[64];
    uint64_t id, value;
    struct kernel_timer *timer = NULL;
    snprintf(path, sizeof(path), "/proc/%d/timers", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    while (fgets(line, sizeof(line), file)) {
        if (sscanf(line, "ID: %" SCNu64, &id) == 1)
            timer = append(list, TLK_POSIX, id);
        else if (timer && sscanf(line, "signal: %*d/%" SCNx64, &value) == 1)
            timer->value = value;
        else if (timer && sscanf(line, "notify: %63s", notify) == 1)
            timer->to_thread = strstr(notify, "/tid.") != NULL;
        else if (timer)
            sscanf(line, "ClockID: %d", &timer->clock);
    }
    fclose(file);
    return true;
}

static void read_fdinfo(struct kernel_timer *timer, pid_t pid)
{
    char path[64], line[256];
    snprintf(path, sizeof(path), "/proc/%d/fdinfo/%" PRIu64, (int)pid, timer->id);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file))
        sscanf(line, "clockid: %d", &timer->clock);
    if (file)
        fclose(file);
}

static bool is_timerfd(pid_t pid, const char *descriptor)
{
    char path[64], target[64];
    snprintf(path, sizeof(path), "/proc/%d/fd/%.20s", (int)pid, descriptor);
    ssize_t length = readlink(path, target, sizeof(target) - 1);
    if (length < 0)
        return false;
    target[length] = '\0';
    return strcmp(target, "anon_inode:[timerfd]") == 0;
}

static bool read_descriptors(struct kernel_timers *list, pid_t pid)
{
    char path[64];
    struct dirent *entry;
    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    DIR *directory = opendir(path);
    if (!directory)
        return false;
    while ((entry = readdir(directory))) {
        if (is_timerfd(pid, entry->d_name))
            read_fdinfo(append(list, TLK_TIMERFD, strtoull(entry->d_name, NULL, 10)), pid);
    }
    closedir(directory);
    return true;
}

bool kernel_timers_read(struct kernel_timers *list, pid_t pid)
{
    *list = (struct kernel_timers){0};
    return read_posix(list, pid) && read_descriptors(list, pid);
}

bool kernel_same_timer(pid_t pid, uint64_t a, uint64_t b)
{
    return syscall(SYS_kcmp, pid, pid, KCMP_FILE, (unsigned long)a, (unsigned long)b) == 0;
}

char *kernel_mapped_recording(pid_t pid)
{
    char path[64], line[PATH_MAX + 256], *found = NULL;
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    errno = 0;
    while (!found && fgets(line, sizeof(line), file)) {
        char *name = strchr(line, '/');
        if (!name)
            continue;
        name[strcspn(name, "\n")] = '\0';
        size_t length = strlen(name);
        if (length > strlen(SUFFIX) && strcmp(name + length - strlen(SUFFIX), SUFFIX) == 0)
            found = memory_copy(name);
    }
    int error = errno;
    fclose(file);
    errno = error;
    return found;
}
