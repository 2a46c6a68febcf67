#include "outside/kernel_timers.h"

#include "base/memory.h"
#include "base/numbers.h"

#include <dirent.h>
#include <inttypes.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NS_PER_SECOND UINT64_C(1000000000)

#define LINK_TIMERFD "anon_inode:[timerfd]"
#define LINK_EPOLL "anon_inode:[eventpoll]"

static struct kernel_timer *append_timer(struct kernel_timers *list, uint64_t family, uint64_t id)
{
    list->timers = memory_grow(list->timers, list->count, &list->room, sizeof(*list->timers));
    struct kernel_timer *timer = &list->timers[list->count++];
    *timer = (struct kernel_timer){.family = family, .id = id, .clock = -1};
    return timer;
}

/* ---- POSIX timers ---- */

/* Lines of a timer follow its "ID:"; of the clock's line, the last. */
bool kernel_posix_read(struct kernel_timers *list, pid_t pid)
{
    char path[64], line[256], notify[64];
    uint64_t id, value;
    int signal;
    struct kernel_timer *timer = NULL;
    snprintf(path, sizeof(path), "/proc/%d/timers", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    while (fgets(line, sizeof(line), file)) {
        if (sscanf(line, "ID: %" SCNu64, &id) == 1) {
            timer = append_timer(list, TLK_POSIX, id);
        } else if (timer && sscanf(line, "signal: %d/%" SCNx64, &signal, &value) == 2) {
            timer->signal = signal;
            timer->value = value;
        } else if (timer && sscanf(line, "notify: %63s", notify) == 1) {
            timer->to_thread = strstr(notify, "/tid.") != NULL;
            if (strncmp(notify, "none/", strlen("none/")) == 0)
                timer->signal = 0;
        } else if (timer) {
            sscanf(line, "ClockID: %d", &timer->clock);
        }
    }
    fclose(file);
    return true;
}

/* ---- descriptors ---- */

/* A process works on while it is read: what is gone meanwhile has nothing to tell. */
static FILE *open_fdinfo(pid_t pid, uint64_t descriptor)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/fdinfo/%" PRIu64, (int)pid, descriptor);
    return fopen(path, "re");
}

static void read_time(const char *line, const char *format, uint64_t *ns)
{
    uint64_t seconds, rest;
    if (sscanf(line, format, &seconds, &rest) == 2)
        *ns = count_sum(count_product(seconds, NS_PER_SECOND), rest);
}

static void append_timerfd(void *context, pid_t pid, uint64_t descriptor)
{
    char line[256];
    FILE *file = open_fdinfo(pid, descriptor);
    if (!file)
        return;
    struct kernel_timer *timer = append_timer(context, TLK_TIMERFD, descriptor);
    while (fgets(line, sizeof(line), file)) {
        sscanf(line, "clockid: %d", &timer->clock);
        sscanf(line, "ticks: %" SCNu64, &timer->ticks);
        read_time(line, "it_value: (%" SCNu64 ", %" SCNu64 ")", &timer->left);
        read_time(line, "it_interval: (%" SCNu64 ", %" SCNu64 ")", &timer->interval);
    }
    fclose(file);
}

static void append_watches(void *context, pid_t pid, uint64_t descriptor)
{
    char line[256];
    struct kernel_watches *watches = context;
    struct kernel_watch watch = {.epoll = descriptor};
    FILE *file = open_fdinfo(pid, descriptor);
    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "tfd: %" SCNu64, &watch.descriptor) != 1)
            continue;
        watches->list =
            memory_grow(watches->list, watches->count, &watches->room, sizeof(*watches->list));
        watches->list[watches->count++] = watch;
    }
    if (file)
        fclose(file);
}

static bool leads_to(int directory, const char *descriptor, const char *wanted)
{
    char target[64];
    ssize_t length = readlinkat(directory, descriptor, target, sizeof(target) - 1);
    if (length < 0)
        return false;
    target[length] = '\0';
    return strcmp(target, wanted) == 0;
}

/* Calls it for each descriptor that leads there, and counts all; false if none can be read. */
static bool visit_descriptors(pid_t pid, const char *wanted,
                              void (*visit)(void *context, pid_t pid, uint64_t descriptor),
                              void *context, size_t *all)
{
    char path[64];
    struct dirent *entry;
    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    DIR *directory = opendir(path);
    if (!directory)
        return false;
    *all = 0;
    while ((entry = readdir(directory))) {
        if (entry->d_name[0] == '.')
            continue;
        (*all)++;
        if (leads_to(dirfd(directory), entry->d_name, wanted))
            visit(context, pid, strtoull(entry->d_name, NULL, 10));
    }
    closedir(directory);
    return true;
}

bool kernel_timerfds_read(struct kernel_timers *list, pid_t pid)
{
    return visit_descriptors(pid, LINK_TIMERFD, append_timerfd, list, &list->descriptors);
}

bool kernel_timers_read(struct kernel_timers *list, pid_t pid)
{
    *list = (struct kernel_timers){0};
    return kernel_timerfds_read(list, pid) && kernel_posix_read(list, pid);
}

void kernel_watches_read(struct kernel_watches *watches, pid_t pid)
{
    size_t all;
    *watches = (struct kernel_watches){0};
    visit_descriptors(pid, LINK_EPOLL, append_watches, watches, &all);
}

enum kernel_state kernel_timer_state(const struct kernel_timer *timer)
{
    if (timer->ticks > 0)
        return KERNEL_UNREAD;
    return timer->left > 0 ? KERNEL_ARMED : KERNEL_IDLE;
}

const char *kernel_state_name(enum kernel_state state)
{
    static const char *const names[KERNEL_STATES] = {
        [KERNEL_ARMED] = "armed", [KERNEL_UNREAD] = "unread", [KERNEL_IDLE] = "idle"};
    return names[state];
}

/* ---- which are the same ---- */

static long compare_files(pid_t left_pid, uint64_t left, pid_t right_pid, uint64_t right)
{
    return syscall(SYS_kcmp, left_pid, right_pid, KCMP_FILE, (unsigned long)left,
                   (unsigned long)right);
}

bool kernel_same_timer(pid_t pid, uint64_t a, uint64_t b)
{
    return compare_files(pid, a, pid, b) == 0;
}

/* Several things in a set may be called by one number: the kernel counts them. */
bool kernel_watch_holds(pid_t pid, const struct kernel_watch *watch)
{
    struct kcmp_epoll_slot slot = {(uint32_t)watch->epoll, (uint32_t)watch->descriptor, 0};
    long order;
    while ((order = syscall(SYS_kcmp, pid, pid, KCMP_EPOLL_TFD, (unsigned long)watch->descriptor,
                            &slot)) > 0)
        slot.toff++;
    return order == 0 || slot.toff == 0;
}

int kernel_compare(pid_t left_pid, uint64_t left, pid_t right_pid, uint64_t right)
{
    int order;
    switch (compare_files(left_pid, left, right_pid, right)) {
    case 0:
        return 0;
    case 1:
        return -1;
    case 2:
        return 1;
    default: /* one is gone, or that is not to be known */
        order = compare_numbers((uint64_t)left_pid, (uint64_t)right_pid);
        return order ? order : compare_numbers(left, right);
    }
}
