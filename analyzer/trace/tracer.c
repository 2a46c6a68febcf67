#include "trace/tracer.h"

#include "base/clock.h"
#include "base/errors.h"
#include "base/memory.h"
#include "core/clock.h" /* the shim's */
#include "outside/kernel_timers.h"
#include "outside/running.h"
#include "trace/probes.h"
#include "trace/programs.h"
#include "trace/sites.h"
#include "trace/traced.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define SECOND 1000000000ull
/* kill -9 of the tracer loses no more than that. */
#define SNAPSHOTS (3 * SECOND)
/* Of so many known stacks one is unwound all the same. */
#define SAMPLE 4096
/* By which glibc tells a thread of its own of a timer with SIGEV_THREAD. */
#define SIGNAL_OF_LIBC 32

struct tracer {
    struct probes *probes;
    struct sites *sites;
    struct programs *programs;
    struct traced_run run;
    bool all;               /* every process */
    struct traced **by_pid; /* of all numbers that there can be */
    pid_t pid_most;
    struct traced **processes; /* those that are traced now, in no order */
    size_t count, room;
    uint64_t reached; /* when what was taken last happened */
    uint64_t written; /* when that was done last */
    size_t unwritten;
};

/* ---- processes ---- */

static pid_t pid_most(void)
{
    long most = 0;
    FILE *file = fopen("/proc/sys/kernel/pid_max", "re");
    if (!file || fscanf(file, "%ld", &most) != 1 || most < 1)
        most = 1 << 22;
    if (file)
        fclose(file);
    return (pid_t)most;
}

static struct traced *process_of(const struct tracer *tracer, uint32_t pid)
{
    return pid <= (uint32_t)tracer->pid_most ? tracer->by_pid[pid] : NULL;
}

static void program_meet(struct tracer *tracer, pid_t pid)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
    programs_meet(tracer->programs, path);
}

static void process_enter(struct tracer *tracer, struct traced *traced)
{
    tracer->processes =
        memory_grow(tracer->processes, tracer->count, &tracer->room, sizeof(*tracer->processes));
    traced->place = tracer->count;
    tracer->processes[tracer->count++] = traced;
    tracer->by_pid[traced->pid] = traced;
}

/* One that was there before, or of whose making was not told. */
static struct traced *process_add(struct tracer *tracer, uint32_t pid, uint64_t now)
{
    struct traced *traced = traced_new((pid_t)pid, now);
    program_meet(tracer, (pid_t)pid);
    process_enter(tracer, traced);
    return traced;
}

static void process_remove(struct tracer *tracer, struct traced *traced)
{
    struct traced *last = tracer->processes[--tracer->count];
    tracer->processes[last->place = traced->place] = last;
    tracer->by_pid[traced->pid] = NULL;
    sites_end(tracer->sites, traced->pid);
    traced_free(traced);
}

/* What did not reach us; of a process that has no ledger nothing is missing that is told. */
static void losses_tell(struct tracer *tracer, struct traced *traced)
{
    struct trace_losses losses = probes_losses(tracer->probes, traced->pid);
    uint64_t events = losses.events - traced->told.events;
    uint64_t foreign = losses.foreign - traced->told.foreign;
    if (events + foreign == 0)
        return;
    traced->begun = true;
    ledger_dropped(traced_ledger(traced, &tracer->run), TLK_DROP_EVENT, events + foreign);
    traced->told = losses;
}

/* One in which nothing has changed is as good as it was, but for its age at the `last`. */
static void process_write(struct tracer *tracer, struct traced *traced, bool last, uint64_t now)
{
    losses_tell(tracer, traced);
    bool due = traced->ledger && (last || ledger_changed(traced->ledger));
    if (due && !traced_write(traced, &tracer->run, true, now))
        tracer->unwritten += last;
}

/* Its end was lost: how it ended, nobody knows. */
static void process_lose(struct tracer *tracer, struct traced *traced, uint64_t now)
{
    losses_tell(tracer, traced);
    if (!traced_write(traced, &tracer->run, false, now))
        tracer->unwritten++;
    process_remove(tracer, traced);
}

/* Whose end still lay in the ring is told of before this is called again. */
static void processes_seek(struct tracer *tracer, uint64_t now)
{
    for (size_t i = tracer->count; i-- > 0;) {
        struct traced *traced = tracer->processes[i];
        if (!traced->missing) {
            traced->missing = kill(traced->pid, 0) != 0 && errno == ESRCH;
            continue;
        }
        pid_t pid = traced->pid;
        process_lose(tracer, traced, now);
        probes_forget(tracer->probes, pid);
    }
}

/* ---- what calls set ---- */

static int clock_of_itimer(uint64_t which)
{
    return which == ITIMER_REAL ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID;
}

static int signal_of_itimer(uint64_t which)
{
    return which == ITIMER_REAL ? SIGALRM : which == ITIMER_VIRTUAL ? SIGVTALRM : SIGPROF;
}

static uint32_t family_of_call(enum trace_call call)
{
    switch (call) {
    case TRACE_TIMERFD_CREATE:
    case TRACE_TIMERFD_SETTIME:
    case TRACE_TIMERFD_GETTIME:
        return TLK_TIMERFD;
    case TRACE_SETITIMER:
    case TRACE_GETITIMER:
    case TRACE_ALARM:
        return TLK_ITIMER;
    default:
        return TLK_POSIX;
    }
}

/* glibc makes one of SIGEV_THREAD out of a signal to a thread of its own. */
static enum tlk_notify notify_of(const struct trace_event *event)
{
    switch (event->notify) {
    case SIGEV_NONE:
        return TLK_NOTIFY_NONE;
    case SIGEV_THREAD:
        return TLK_NOTIFY_THREAD;
    case SIGEV_THREAD_ID:
        return event->signal == SIGNAL_OF_LIBC ? TLK_NOTIFY_THREAD : TLK_NOTIFY_THREAD_ID;
    default:
        return TLK_NOTIFY_SIGNAL;
    }
}

static struct ledger_birth birth_of(const struct trace_event *event, uint32_t family, uint32_t site)
{
    struct ledger_birth birth = {
        .family = family,
        .site = site,
        .key = event->object,
        .id = family == TLK_TIMERFD ? (uint64_t)event->fd : event->object,
        .clock = event->clock,
        .thread = event->tid,
        .flags = event->flags & TRACE_CLOEXEC ? TLK_CLOEXEC : 0,
        .now = event->now,
    };
    if (family == TLK_POSIX) {
        birth.notify = notify_of(event);
        birth.signal = birth.notify == TLK_NOTIFY_SIGNAL || birth.notify == TLK_NOTIFY_THREAD_ID
                           ? (uint32_t)(event->notify < 0 ? SIGALRM : event->signal)
                           : 0;
    } else if (family == TLK_ITIMER) {
        birth.clock = clock_of_itimer(event->object);
        birth.signal = (uint32_t)signal_of_itimer(event->object);
    }
    return birth;
}

/* One that was there already when the tracer came. */
static void enter_before(struct traced *traced, const struct traced_run *run,
                         struct ledger_birth *birth)
{
    struct ledger *ledger = traced_ledger(traced, run);
    struct ledger_place place = {.family = birth->family, .function = "made before"};
    birth->site = ledger_site(ledger, &place);
    ledger_created(ledger, birth);
}

/* It expired at once, if that is still to be read. */
static uint64_t left_of(const struct trace_state *state)
{
    return state->left > 0 ? (uint64_t)state->left : state->ticks > 0;
}

static void enter_state(struct ledger *ledger, uint64_t key, const struct trace_state *state,
                        uint64_t now)
{
    struct ledger_arming arming = {
        .now = now,
        .value = left_of(state),
        .interval = state->interval,
        .inherited = true,
    };
    if (state->known && (state->left > 0 || state->interval || state->ticks))
        ledger_armed(ledger, TLK_TIMERFD, key, &arming);
}

static void descriptor_before(struct tracer *tracer, struct traced *traced,
                              const struct trace_event *event, uint32_t flags)
{
    struct ledger_birth birth = birth_of(event, TLK_TIMERFD, 0);
    birth.clock = event->state.known ? event->state.clock : -1;
    birth.flags |= flags;
    birth.thread = 0;
    enter_before(traced, &tracer->run, &birth);
    enter_state(traced->ledger, event->object, &event->state, event->now);
}

/* What is set must be known; what came about unseen is entered as late as this. */
static void made_known(struct tracer *tracer, struct traced *traced,
                       const struct trace_event *event, uint32_t family)
{
    if (ledger_knows(traced_ledger(traced, &tracer->run), family, event->object))
        return;
    if (family == TLK_TIMERFD) {
        descriptor_before(tracer, traced, event, 0);
    } else {
        struct ledger_birth birth = birth_of(event, family, 0);
        birth.clock = CLOCK_UNKNOWN;
        enter_before(traced, &tracer->run, &birth);
    }
}

/* ---- each event ---- */

static void take_forked(struct tracer *tracer, const struct trace_event *event)
{
    struct traced *parent = process_of(tracer, event->other), *old = process_of(tracer, event->pid);
    struct trace_losses told = {0};
    if (old) {
        process_lose(tracer, old, event->now);
        told = probes_losses(tracer->probes, (pid_t)event->pid);
    }
    mappings_read(event->now); /* what the parent has by then, its child has, too */
    if (parent)
        process_enter(tracer,
                      traced_forked((pid_t)event->pid, parent, (uint64_t)event->value, event->now));
    else
        process_add(tracer, event->pid, event->now);
    process_of(tracer, event->pid)->told = told;
}

/* What the process before it, or its parent, held of it. */
static const struct ledger *ledger_before(const struct tracer *tracer, const struct traced *traced,
                                          const struct trace_event *event)
{
    const struct traced *parent =
        event->value == TRACE_FORKED ? process_of(tracer, event->other) : NULL;
    if (event->value == TRACE_EXECED)
        return traced->replaced;
    return parent ? parent->ledger : NULL;
}

static void take_open(struct tracer *tracer, struct traced *traced, const struct trace_event *event)
{
    const struct ledger *before = ledger_before(tracer, traced, event);
    bool known = traced->ledger && ledger_knows(traced->ledger, TLK_TIMERFD, event->object);
    if (event->value == TRACE_EXITED) {
        if (known && event->state.ticks)
            ledger_unread(traced->ledger, TLK_TIMERFD, event->object, event->state.ticks);
        return;
    }
    /* What fork hands on is worth no recording, as long as nothing is done with it. */
    traced->begun |= event->value != TRACE_FORKED;
    if (before && ledger_knows(before, TLK_TIMERFD, event->object))
        ledger_inherited(traced_ledger(traced, &tracer->run), before, event->object, event->fd,
                         event->flags & TRACE_CLOEXEC ? TLK_CLOEXEC : 0, event->now);
    else if (known)
        ledger_shared(traced->ledger, event->object, event->fd, 0, event->now);
    else
        descriptor_before(tracer, traced, event, event->value ? TLK_INHERITED : 0);
}

static void take_created(struct tracer *tracer, struct traced *traced,
                         const struct trace_event *event)
{
    uint32_t family = family_of_call(event->call);
    uint32_t site = sites_of_event(tracer->sites, traced, event, family);
    struct ledger_birth birth = birth_of(event, family, site);
    ledger_created(traced->ledger, &birth);
}

static void take_failed(struct tracer *tracer, struct traced *traced,
                        const struct trace_event *event)
{
    uint32_t site = sites_of_event(tracer->sites, traced, event, family_of_call(event->call));
    ledger_failed(traced->ledger, site, (int)event->value, event->now);
}

static struct ledger_arming arming_of(const struct tracer *tracer, struct traced *traced,
                                      const struct trace_event *event)
{
    return (struct ledger_arming){
        .now = event->now,
        .value = event->first,
        .interval = event->interval,
        .absolute = event->flags & TRACE_ABSOLUTE,
        .asked = event->flags & (TRACE_RAN | TRACE_RAN_OUT),
        .ran = event->flags & TRACE_RAN,
        .setter = sites_caller(traced, event),
        .clock_offset = (int64_t)(event->state.known && event->state.clock == CLOCK_BOOTTIME
                                      ? tracer->run.to_boot
                                      : tracer->run.to_real),
    };
}

static void take_itimer(struct tracer *tracer, struct traced *traced,
                        const struct trace_event *event)
{
    const struct ledger_arming arming = arming_of(tracer, traced, event);
    uint32_t site = event->first ? sites_of_event(tracer->sites, traced, event, TLK_ITIMER) : 0;
    const struct ledger_birth birth = birth_of(event, TLK_ITIMER, site);
    ledger_process_armed(traced->ledger, &birth, &arming);
}

static void take_armed(struct tracer *tracer, struct traced *traced,
                       const struct trace_event *event)
{
    uint32_t family = family_of_call(event->call);
    if (family == TLK_ITIMER) {
        take_itimer(tracer, traced, event);
        return;
    }
    made_known(tracer, traced, event, family);
    struct ledger_arming arming = arming_of(tracer, traced, event);
    ledger_armed(traced->ledger, family, event->object, &arming);
}

static void take_copied(struct tracer *tracer, struct traced *traced,
                        const struct trace_event *event)
{
    struct ledger *ledger = traced_ledger(traced, &tracer->run);
    if (ledger_knows(ledger, TLK_TIMERFD, event->object)) {
        ledger_shared(ledger, event->object, event->fd,
                      event->value == TRACE_COPY_MADE ? sites_caller(traced, event) : 0,
                      event->now);
    } else if (event->value == TRACE_COPY_RECEIVED) {
        struct ledger_birth birth =
            birth_of(event, TLK_TIMERFD, sites_of_event(tracer->sites, traced, event, TLK_TIMERFD));
        birth.clock = event->state.known ? event->state.clock : CLOCK_UNKNOWN;
        birth.flags |= TLK_RECEIVED;
        ledger_created(ledger, &birth);
        struct ledger_arming arming = {
            .now = event->now,
            .value = left_of(&event->state),
            .interval = event->state.interval,
        };
        if (arming.value)
            ledger_armed(ledger, TLK_TIMERFD, event->object, &arming);
    } else {
        descriptor_before(tracer, traced, event, 0);
    }
}

/* Of functions of Go's runtime. */
static void take_go(struct tracer *tracer, struct traced *traced, const struct trace_event *event)
{
    const struct trace_go *go = (const struct trace_go *)event;
    const struct golang_probe *probe;
    struct golang *golang = programs_of_probe(tracer->programs, (uint64_t)event->value, &probe);
    uint64_t callers[TRACE_GO_CALLERS], frames[TRACE_GO_CALLERS], function;
    uint32_t depth = event->size / sizeof(*callers);
    if (!golang || depth > TRACE_GO_CALLERS)
        return;
    mappings_read(event->now);
    if (!traced->go)
        traced->go = golang_timers_new(golang, traced->ledger);
    memcpy(callers, go + 1, depth * sizeof(*callers));
    sites_frames(traced, callers, depth, frames);
    const uint64_t entry = event->registers.ip + 1;
    sites_frames(traced, &entry, 1, &function);
    golang_follow(traced->go, probe, go, frames, depth, TLK_FRAME_MODULE(function));
}

static void take_own(struct tracer *tracer, struct traced *traced, const struct trace_event *event)
{
    struct ledger *ledger = traced_ledger(traced, &tracer->run);
    uint32_t family = family_of_call(event->call);
    switch (event->what) {
    case TRACE_CREATED:
        take_created(tracer, traced, event);
        break;
    case TRACE_FAILED:
        take_failed(tracer, traced, event);
        break;
    case TRACE_ARMED:
        take_armed(tracer, traced, event);
        break;
    case TRACE_ASKED:
        ledger_asked(ledger, family, event->object, event->flags & (TRACE_RAN | TRACE_RAN_OUT),
                     event->flags & TRACE_RAN, event->now);
        break;
    case TRACE_READ:
        ledger_fired(ledger, TLK_TIMERFD, event->object, (uint64_t)event->value, event->now);
        break;
    case TRACE_DELETED:
        ledger_released(ledger, TLK_POSIX, event->object, event->now);
        break;
    case TRACE_CLOSING:
        ledger_unshared(ledger, event->object, event->fd, event->now);
        break;
    case TRACE_COPIED:
        take_copied(tracer, traced, event);
        break;
    case TRACE_GO:
        take_go(tracer, traced, event);
        break;
    }
}

static void take_execed(struct tracer *tracer, struct traced *traced,
                        const struct trace_event *event)
{
    const char *text = (const char *)(event + 1);
    const struct traced_image image = {
        .program = event->size >= TRACE_PROGRAM ? text : "",
        .arguments = text + TRACE_PROGRAM,
        .arguments_size = event->size >= TRACE_PROGRAM ? event->size - TRACE_PROGRAM : 0,
    };
    program_meet(tracer, traced->pid);
    sites_end(tracer->sites, traced->pid);
    tracer->unwritten += !traced_execed(traced, &image, &tracer->run, event->now);
    if (traced->replaced) {
        ledger_process_inherited(traced_ledger(traced, &tracer->run), traced->replaced, event->now);
        traced->begun |= ledger_used(traced->ledger);
    }
}

static void take_exited(struct tracer *tracer, struct traced *traced,
                        const struct trace_event *event)
{
    losses_tell(tracer, traced);
    tracer->unwritten += !traced_exited(traced, (int)event->value, &tracer->run, event->now);
    probes_forget(tracer->probes, traced->pid);
    process_remove(tracer, traced);
}

static bool is_arranging(const struct trace_event *event)
{
    return event->what == TRACE_CLOSING ||
           (event->what == TRACE_COPIED && event->value == TRACE_COPY_MADE);
}

static void take(void *context, const struct trace_event *event)
{
    struct tracer *tracer = context;
    tracer->reached = event->now;
    if (event->what == TRACE_FORKED) {
        take_forked(tracer, event);
        return;
    }
    struct traced *traced = process_of(tracer, event->pid);
    if (!traced) /* it was there before the tracer, or its fork was lost */
        traced = process_add(tracer, event->pid, event->now);
    if (event->what == TRACE_OPEN) {
        take_open(tracer, traced, event);
    } else if (event->what == TRACE_EXECED) {
        take_execed(tracer, traced, event);
    } else if (event->what == TRACE_EXITED) {
        take_exited(tracer, traced, event);
    } else {
        traced_exec_settled(traced);
        traced->arranged |= is_arranging(event);
        traced->begun |= !is_arranging(event);
        take_own(tracer, traced, event);
    }
}

/* ---- what is there already ---- */

static enum tlk_notify notify_before(const struct kernel_timer *timer)
{
    if (timer->signal == 0)
        return TLK_NOTIFY_NONE;
    if (!timer->to_thread)
        return TLK_NOTIFY_SIGNAL;
    return timer->signal == SIGNAL_OF_LIBC ? TLK_NOTIFY_THREAD : TLK_NOTIFY_THREAD_ID;
}

static void posix_before(struct tracer *tracer, pid_t pid, uint64_t now)
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
        struct traced *traced = process_of(tracer, (uint32_t)pid);
        if (!traced)
            traced = process_add(tracer, (uint32_t)pid, now);
        traced->begun = true;
        if (!traced->ledger || !ledger_knows(traced->ledger, TLK_POSIX, timer->id))
            enter_before(traced, &tracer->run, &birth);
    }
    free(timers.timers);
}

/* Calls `each` for the children that its threads have now. */
static void children_each(struct tracer *tracer, pid_t pid, void (*each)(struct tracer *, pid_t))
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
            each(tracer, child);
        if (children)
            fclose(children);
    }
    if (threads)
        closedir(threads);
}

static void watch_with_children(struct tracer *tracer, pid_t pid)
{
    if (!process_of(tracer, (uint32_t)pid) && probes_watch(tracer->probes, pid)) {
        process_add(tracer, (uint32_t)pid, clock_now(CLOCK_MONOTONIC));
        children_each(tracer, pid, watch_with_children);
    }
}

static void posix_before_all(struct tracer *tracer, uint64_t now)
{
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    pid_t pid;
    while (processes && (entry = readdir(processes)))
        if (running_number(entry->d_name, &pid) && pid != getpid()) {
            program_meet(tracer, pid);
            posix_before(tracer, pid, now);
        }
    if (processes)
        closedir(processes);
}

/* After the kernel's programs are at work, so that nothing falls between. */
static void enter_running(struct tracer *tracer, const struct tracing *tracing)
{
    uint64_t now = clock_now(CLOCK_MONOTONIC);
    if (!tracing->all && tracing->pid == getpid()) {
        probes_watch(tracer->probes, tracing->pid); /* for what it will fork */
        return;
    }
    if (tracing->all)
        posix_before_all(tracer, now);
    else if (tracing->children)
        watch_with_children(tracer, tracing->pid);
    else if (probes_watch(tracer->probes, tracing->pid))
        process_add(tracer, (uint32_t)tracing->pid, now);
    for (size_t i = 0; !tracing->all && i < tracer->count; i++)
        posix_before(tracer, tracer->processes[i]->pid, now);
    probes_existing(tracer->probes, take, tracer);
}

/* ---- from begin to end ---- */

struct tracer *tracer_new(const struct tracing *tracing)
{
    struct trace_settings settings = {
        .all = tracing->all,
        .self = (uint32_t)getpid(),
        .children = tracing->children,
        .sample = SAMPLE,
    };
    char error[ERROR_SIZE];
    struct probes *probes = probes_open(&settings, error);
    if (!probes) {
        complain("%s", error);
        return NULL;
    }
    struct tracer *tracer = memory_new(1, sizeof(*tracer));
    uint64_t now = clock_now(CLOCK_MONOTONIC);
    tracer->probes = probes;
    tracer->run = (struct traced_run){
        .pattern = tracing->pattern,
        .session = tracing->session,
        .to_real = clock_now(CLOCK_REALTIME) - now,
        .to_boot = clock_now(CLOCK_BOOTTIME) - now,
    };
    tracer->all = tracing->all;
    tracer->written = now;
    tracer->pid_most = pid_most();
    tracer->by_pid = memory_new((size_t)tracer->pid_most + 1, sizeof(*tracer->by_pid));
    mappings_follow();
    tracer->sites = sites_new(probes);
    tracer->programs = programs_new(probes);
    if (tracing->program)
        programs_meet(tracer->programs, tracing->program);
    enter_running(tracer, tracing);
    return tracer;
}

static void write_all(struct tracer *tracer, bool last, uint64_t now)
{
    for (size_t i = 0; i < tracer->count; i++)
        process_write(tracer, tracer->processes[i], last, now);
    tracer->written = now;
}

/* All that happened before `then` was taken: what is told of code until then can be entered. */
static void caught_up(struct tracer *tracer, uint64_t then)
{
    mappings_read(then);
    for (size_t i = 0; i < tracer->count; i++)
        sites_follow(tracer->sites, tracer->processes[i]);
}

void tracer_turn(struct tracer *tracer, int ms)
{
    uint64_t then = clock_now(CLOCK_MONOTONIC);
    bool all = probes_read(tracer->probes, take, tracer, ms);
    if (all)
        caught_up(tracer, then);
    uint64_t now = clock_now(CLOCK_MONOTONIC);
    if (now - tracer->written < SNAPSHOTS)
        return;
    if (all)
        processes_seek(tracer, now);
    write_all(tracer, false, now);
}

bool tracer_idle(const struct tracer *tracer)
{
    return !tracer->all && tracer->count == 0;
}

size_t tracer_end(struct tracer *tracer)
{
    uint64_t now = clock_now(CLOCK_MONOTONIC);
    while (!probes_read(tracer->probes, take, tracer, 0) && tracer->reached < now)
        ;
    now = clock_now(CLOCK_MONOTONIC);
    write_all(tracer, true, now);
    size_t unwritten = tracer->unwritten;
    while (tracer->count > 0)
        process_remove(tracer, tracer->processes[0]);
    sites_free(tracer->sites);
    programs_free(tracer->programs);
    mappings_stop();
    probes_close(tracer->probes);
    free(tracer->processes);
    free(tracer->by_pid);
    free(tracer);
    return unwritten;
}
