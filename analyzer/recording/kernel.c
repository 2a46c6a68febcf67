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
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SUFFIX ".tlk"

static struct kernel_timer *append_timer(struct kernel_timers *list, uint64_t family, uint64_t id)
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
            timer = append_timer(list, TLK_POSIX, id);
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
            read_fdinfo(append_timer(list, TLK_TIMERFD, strtoull(entry->d_name, NULL, 10)), pid);
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

/* A line of /proc/PID/maps. */
struct mapping {
    uint64_t start, end;
    char rights[8]; /* "rw-s" */
    unsigned major, minor;
    uint64_t inode;
    const char *name; /* NULL: of no file; else within `line` */
    char line[PATH_MAX + 256];
};

static FILE *open_maps(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    return fopen(path, "re");
}

static bool next_mapping(FILE *maps, struct mapping *mapping)
{
    *mapping->line = '\0';
    if (!fgets(mapping->line, sizeof(mapping->line), maps) ||
        sscanf(mapping->line, "%" SCNx64 "-%" SCNx64 " %7s %*s %x:%x %" SCNu64, &mapping->start,
               &mapping->end, mapping->rights, &mapping->major, &mapping->minor,
               &mapping->inode) != 6)
        return false;
    char *name = strchr(mapping->line, '/');
    if (name)
        name[strcspn(name, "\n")] = '\0';
    mapping->name = name;
    return true;
}

char *kernel_mapped_recording(pid_t pid)
{
    struct mapping mapping;
    char *found = NULL;
    FILE *maps = open_maps(pid);
    if (!maps)
        return NULL;
    errno = 0;
    while (!found && next_mapping(maps, &mapping)) {
        size_t length = mapping.name ? strlen(mapping.name) : 0;
        if (length > strlen(SUFFIX) && strcmp(mapping.name + length - strlen(SUFFIX), SUFFIX) == 0)
            found = memory_copy(mapping.name);
    }
    int error = errno;
    fclose(maps);
    errno = error;
    return found;
}

/* What maps say of a file: on some file systems, fstat() gives it another device. */
static bool find_own_mapping(const void *page, struct mapping *mapping)
{
    FILE *maps = open_maps(getpid());
    bool found = false;
    while (maps && !found && next_mapping(maps, mapping))
        found = mapping->start <= (uintptr_t)page && (uintptr_t)page < mapping->end;
    if (maps)
        fclose(maps);
    return found;
}

static bool has_same_mapping(pid_t pid, const struct mapping *wanted)
{
    struct mapping mapping;
    FILE *maps = open_maps(pid);
    bool found = false;
    while (maps && !found && next_mapping(maps, &mapping))
        found = mapping.major == wanted->major && mapping.minor == wanted->minor &&
                mapping.inode == wanted->inode && strncmp(mapping.rights, "rw-s", 4) == 0;
    if (maps)
        fclose(maps);
    return found;
}

bool kernel_has_mapped(pid_t pid, int file)
{
    struct mapping mapping;
    void *page = mmap(NULL, 1, PROT_READ, MAP_SHARED, file, 0);
    if (page == MAP_FAILED)
        return false;
    bool found = find_own_mapping(page, &mapping);
    munmap(page, 1);
    return found && has_same_mapping(pid, &mapping);
}
