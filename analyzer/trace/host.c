#include "trace/host.h"

#include "base/memory.h"
#include "trace/programs.h"
#include "trace/sites.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

void host_begin(struct host *host)
{
    host->by_pid = memory_new(PID_MOST + 1, sizeof(*host->by_pid));
}

void host_end(struct host *host)
{
    while (host->count > 0)
        host_forget(host, host->processes[0]);
    free(host->processes);
    free(host->by_pid);
}

struct traced *host_find(const struct host *host, uint32_t pid)
{
    return pid <= PID_MOST ? host->by_pid[pid] : NULL;
}

void host_meet_program(struct host *host, pid_t pid)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
    programs_meet(host->programs, path);
}

void host_enter(struct host *host, struct traced *traced)
{
    host->processes =
        memory_grow(host->processes, host->count, &host->room, sizeof(*host->processes));
    traced->place = host->count;
    host->processes[host->count++] = traced;
    host->by_pid[traced->pid] = traced;
}

/* One that was there before, or of whose making was not told. */
struct traced *host_meet(struct host *host, uint32_t pid, uint64_t now)
{
    struct traced *traced = traced_new((pid_t)pid, now);
    host_meet_program(host, (pid_t)pid);
    host_enter(host, traced);
    return traced;
}

void host_forget(struct host *host, struct traced *traced)
{
    struct traced *last = host->processes[--host->count];
    host->processes[last->place = traced->place] = last;
    host->by_pid[traced->pid] = NULL;
    sites_end(host->sites, traced->pid);
    traced_free(traced);
}

/* What did not reach us; of a process that has no ledger nothing is missing that is told. */
void host_tell_losses(struct host *host, struct traced *traced)
{
    struct trace_losses losses = probes_losses(host->probes, traced->pid);
    uint64_t events = losses.events - traced->told.events;
    uint64_t foreign = losses.foreign - traced->told.foreign;
    if (events + foreign == 0)
        return;
    traced->begun = true;
    ledger_dropped(traced_ledger(traced, &host->run), TLK_DROP_EVENT, events + foreign);
    traced->told = losses;
}

/* One in which nothing has changed is as good as it was, but for its age at the `last`. */
void host_write(struct host *host, struct traced *traced, bool last, uint64_t now)
{
    host_tell_losses(host, traced);
    bool due = traced->ledger && (last || ledger_changed(traced->ledger));
    if (due && !traced_write(traced, &host->run, true, now))
        host->unwritten += last;
}

/* Its end was lost: how it ended, nobody knows. */
void host_lose(struct host *host, struct traced *traced, uint64_t now)
{
    host_tell_losses(host, traced);
    if (!traced_write(traced, &host->run, false, now))
        host->unwritten++;
    host_forget(host, traced);
}

/* Whose end still lay in the ring is told of before this is called again. */
void host_seek(struct host *host, uint64_t now)
{
    for (size_t i = host->count; i-- > 0;) {
        struct traced *traced = host->processes[i];
        if (!traced->missing) {
            traced->missing = kill(traced->pid, 0) != 0 && errno == ESRCH;
            continue;
        }
        pid_t pid = traced->pid;
        host_lose(host, traced, now);
        probes_forget(host->probes, pid);
    }
}
