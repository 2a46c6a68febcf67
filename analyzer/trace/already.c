#include "trace/already.h"

#include "base/clock.h"
#include "outside/kernel_timers.h"
#include "outside/running.h"
#include "trace/meaning.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static enum tlk_notify notify_before(const struct kernel_timer *timer)
{
    if (timer->signal == 0)
        return TLK_NOTIFY_NONE;
    if (!timer->to_thread)
        return TLK_NOTIFY_SIGNAL;
    return timer->signal == SIGNAL_OF_LIBC ? TLK_NOTIFY_THREAD : TLK_NOTIFY_THREAD_ID;
}

static void posix_before(struct host *host, pid_t pid, uint64_t now)
{
    struct kernel_timers timers = {0};
    kernel_posix_read(&timers, pid);
    for (size_t i = 0; i < timers.count; i++) {
        const struct kernel_timer *timer = &timers.timers[i];
        struct ledger_birth birth = {
            .family = TLK_POSIX,
            .key = timer->id,
            .id = timer->id,
            .clock = timer->clock,
            .notify = notify_before(timer),
            .signal = (uint32_t)timer->signal,
            .now = now,
        };
        struct traced *traced = host_find(host, (uint32_t)pid);
        if (!traced)
            traced = host_meet(host, (uint32_t)pid, now);
        traced->begun = true;
        if (!traced->ledger || !ledger_knows(traced->ledger, TLK_POSIX, timer->id))
            meaning_enter_before(traced, &host->run, &birth);
    }
    free(timers.timers);
}

/* Calls `each` for the children that its threads have now. */
static void children_each(struct host *host, pid_t pid, void (*each)(struct host *, pid_t))
{
    char path[64], file[384];
    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    struct dirent *thread;
    while (threads && (thread = readdir(threads))) {
        int child;
        snprintf(file, sizeof(file), "%s/%s/children", path, thread->d_name);
        FILE *children = thread->d_name[0] == '.' ? NULL : fopen(file, "re");
        while (children && fscanf(children, "%d", &child) == 1)
            each(host, child);
        if (children)
            fclose(children);
    }
    if (threads)
        closedir(threads);
}

static void watch_with_children(struct host *host, pid_t pid)
{
    if (!host_find(host, (uint32_t)pid) && probes_watch(host->probes, pid)) {
        host_meet(host, (uint32_t)pid, clock_now(CLOCK_MONOTONIC));
        children_each(host, pid, watch_with_children);
    }
}

static void posix_before_all(struct host *host, uint64_t now)
{
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    pid_t pid;
    while (processes && (entry = readdir(processes)))
        if (running_number(entry->d_name, &pid) && pid != getpid()) {
            host_meet_program(host, pid);
            posix_before(host, pid, now);
        }
    if (processes)
        closedir(processes);
}

void already_enter(struct host *host, const struct tracing *tracing)
{
    uint64_t now = clock_now(CLOCK_MONOTONIC);
    if (!tracing->all && tracing->pid == getpid()) {
        probes_watch(host->probes, tracing->pid); /* for what it will fork */
        return;
    }
    if (tracing->all)
        posix_before_all(host, now);
    else if (tracing->children)
        watch_with_children(host, tracing->pid);
    else if (probes_watch(host->probes, tracing->pid))
        host_meet(host, (uint32_t)tracing->pid, now);
    for (size_t i = 0; !tracing->all && i < host->count; i++)
        posix_before(host, host->processes[i]->pid, now);
    probes_existing(host->probes, meaning_take, host);
}
