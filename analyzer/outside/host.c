#include "outside/host.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "outside/cgroup.h"
#include "outside/running.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- one process ---- */

/* The kernel may have no list of POSIX timers; who has ended since has none. */
static bool timers_read(struct kernel_timers *timers, pid_t pid)
{
    return kernel_timerfds_read(timers, pid) && (kernel_posix_read(timers, pid) || errno == ENOENT);
}

/* False if it has ended. */
static bool host_process_describe(struct host_process *process)
{
    pid_t pid = process->pid;
    char *groups = proc_text(pid, "cgroup");
    process->cgroup = cgroup_path(groups);
    free(groups);
    process->name = proc_thread_name(pid, pid);
    process->command = proc_text(pid, "cmdline");
    text_clean(process->command);
    text_trim(process->command);
    process->most_descriptors = proc_most_descriptors(pid);
    process->queued = proc_pending_signals(pid, &process->most_queued);
    return proc_start(pid, &process->start);
}

static void host_process_free(struct host_process *process)
{
    free(process->command);
    free(process->cgroup);
    free(process->timers.timers);
    free(process->watches.list);
}

static bool host_keep(struct host *host, struct host_process *process)
{
    if (!host_process_describe(process)) {
        host_process_free(process);
        errno = ESRCH;
        return false;
    }
    host->list = memory_grow(host->list, host->count, &host->room, sizeof(*host->list));
    host->list[host->count++] = *process;
    return true;
}

bool host_add(struct host *host, pid_t pid)
{
    struct host_process process = {.pid = pid};
    for (size_t i = 0; i < host->count; i++) {
        if (host->list[i].pid == pid)
            return true;
    }
    if (!timers_read(&process.timers, pid)) {
        int error = errno;
        host_process_free(&process);
        errno = error;
        return false;
    }
    kernel_watches_read(&process.watches, pid);
    return host_keep(host, &process);
}

/* ---- all ---- */

/* Threads of the kernel hold no timers: that they may not be looked at is no loss. */
static void host_look_at(struct host *host, pid_t pid)
{
    struct host_process process = {.pid = pid};
    bool read = timers_read(&process.timers, pid);
    bool denied = !read && (errno == EACCES || errno == EPERM);
    bool idle = read && process.timers.descriptors == 0 && process.timers.count == 0;
    if (denied || idle) {
        bool program = proc_is_program(pid);
        host->denied += denied && program;
        host->processes += idle && program;
    } else {
        host->processes += read;
    }
    if (read && process.timers.count > 0)
        host_keep(host, &process);
    else
        host_process_free(&process);
}

void host_read(struct host *host)
{
    pid_t pid;
    struct dirent *entry;
    uint64_t begun = clock_now(CLOCK_MONOTONIC);
    *host = (struct host){0};
    DIR *directory = opendir("/proc");
    while (directory && (entry = readdir(directory))) {
        if (running_number(entry->d_name, &pid))
            host_look_at(host, pid);
    }
    if (directory)
        closedir(directory);
    host_tell_apart(host);
    host->took = clock_now(CLOCK_MONOTONIC) - begun;
}

void host_free(struct host *host)
{
    for (size_t i = 0; i < host->count; i++)
        host_process_free(&host->list[i]);
    free(host->list);
}

/* ---- which timers are the same ---- */

/* A descriptor that leads to a timer. */
struct lead {
    pid_t pid;
    struct kernel_timer *timer;
};

/* Descriptors may come and go meanwhile, and orders change: merge sort, as qsort is, bears that. */
static int by_timer(const void *left, const void *right)
{
    const struct lead *a = left, *b = right;
    return kernel_compare(a->pid, a->timer->id, b->pid, b->timer->id);
}

static struct lead *leads_of(const struct host *host, size_t *count)
{
    size_t room = 0;
    struct lead *leads = NULL;
    *count = 0;
    for (size_t i = 0; i < host->count; i++) {
        const struct kernel_timers *timers = &host->list[i].timers;
        for (size_t j = 0; j < timers->count; j++) {
            if (timers->timers[j].family != TLK_TIMERFD)
                continue;
            leads = memory_grow(leads, *count, &room, sizeof(*leads));
            leads[(*count)++] = (struct lead){host->list[i].pid, &timers->timers[j]};
        }
    }
    return leads;
}

void host_tell_apart(struct host *host)
{
    size_t count, next;
    struct lead *leads = leads_of(host, &count);
    if (count > 0)
        qsort(leads, count, sizeof(*leads), by_timer);
    for (size_t first = 0; first < count; first = next, host->numbers++) {
        bool shared = false;
        for (next = first; next < count; next++) {
            if (next > first && by_timer(&leads[first], &leads[next]) != 0)
                break;
            shared |= leads[next].pid != leads[first].pid;
        }
        for (size_t i = first; i < next; i++) {
            leads[i].timer->number = host->numbers;
            leads[i].timer->shared = shared;
        }
    }
    free(leads);
}
