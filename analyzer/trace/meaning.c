#include "trace/meaning.h"

#include "core/clock.h" /* the shim's */

#include <signal.h>
#include <string.h>
#include <sys/time.h>

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
void meaning_enter_before(struct traced *traced, const struct traced_run *run,
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

static void descriptor_before(struct host *host, struct traced *traced,
                              const struct trace_event *event, uint32_t flags)
{
    struct ledger_birth birth = birth_of(event, TLK_TIMERFD, 0);
    birth.clock = event->state.known ? event->state.clock : -1;
    birth.flags |= flags;
    birth.thread = 0;
    meaning_enter_before(traced, &host->run, &birth);
    enter_state(traced->ledger, event->object, &event->state, event->now);
}

/* What is set must be known; what came about unseen is entered as late as this. */
static void made_known(struct host *host, struct traced *traced, const struct trace_event *event,
                       uint32_t family)
{
    if (ledger_knows(traced_ledger(traced, &host->run), family, event->object))
        return;
    if (family == TLK_TIMERFD) {
        descriptor_before(host, traced, event, 0);
    } else {
        struct ledger_birth birth = birth_of(event, family, 0);
        birth.clock = CLOCK_UNKNOWN;
        meaning_enter_before(traced, &host->run, &birth);
    }
}

/* ---- each event ---- */

static void take_forked(struct host *host, const struct trace_event *event)
{
    struct traced *parent = host_find(host, event->other), *old = host_find(host, event->pid);
    struct trace_losses told = {0};
    if (old) {
        host_lose(host, old, event->now);
        told = probes_losses(host->probes, (pid_t)event->pid);
    }
    mappings_read(event->now); /* what the parent has by then, its child has, too */
    struct traced *child =
        parent ? traced_forked((pid_t)event->pid, parent, (uint64_t)event->value, event->now)
               : traced_new((pid_t)event->pid, event->now);
    child->told = told;
    host_enter(host, child);
}

/* What the process before it, or its parent, held of it. */
static const struct ledger *ledger_before(const struct host *host, const struct traced *traced,
                                          const struct trace_event *event)
{
    const struct traced *parent =
        event->value == TRACE_FORKED ? host_find(host, event->other) : NULL;
    if (event->value == TRACE_EXECED)
        return traced->replaced;
    return parent ? parent->ledger : NULL;
}

static void take_open(struct host *host, struct traced *traced, const struct trace_event *event)
{
    const struct ledger *before = ledger_before(host, traced, event);
    bool known = traced->ledger && ledger_knows(traced->ledger, TLK_TIMERFD, event->object);
    if (event->value == TRACE_EXITED) {
        if (known && event->state.ticks)
            ledger_unread(traced->ledger, TLK_TIMERFD, event->object, event->state.ticks);
        return;
    }
    /* What fork hands on is worth no recording, as long as nothing is done with it. */
    traced->begun |= event->value != TRACE_FORKED;
    if (before && ledger_knows(before, TLK_TIMERFD, event->object))
        ledger_inherited(traced_ledger(traced, &host->run), before, event->object, event->fd,
                         event->flags & TRACE_CLOEXEC ? TLK_CLOEXEC : 0, event->now);
    else if (known)
        ledger_shared(traced->ledger, event->object, event->fd, 0, event->now);
    else
        descriptor_before(host, traced, event, event->value ? TLK_INHERITED : 0);
}

static void take_created(struct host *host, struct traced *traced, const struct trace_event *event)
{
    uint32_t family = family_of_call(event->call);
    uint32_t site = sites_of_event(host->sites, traced, event, family);
    struct ledger_birth birth = birth_of(event, family, site);
    ledger_created(traced->ledger, &birth);
}

static void take_failed(struct host *host, struct traced *traced, const struct trace_event *event)
{
    uint32_t site = sites_of_event(host->sites, traced, event, family_of_call(event->call));
    ledger_failed(traced->ledger, site, (int)event->value, event->now);
}

static struct ledger_arming arming_of(const struct host *host, struct traced *traced,
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
                                      ? host->run.to_boot
                                      : host->run.to_real),
    };
}

static void take_itimer(struct host *host, struct traced *traced, const struct trace_event *event)
{
    const struct ledger_arming arming = arming_of(host, traced, event);
    uint32_t site = event->first ? sites_of_event(host->sites, traced, event, TLK_ITIMER) : 0;
    const struct ledger_birth birth = birth_of(event, TLK_ITIMER, site);
    ledger_process_armed(traced->ledger, &birth, &arming);
}

static void take_armed(struct host *host, struct traced *traced, const struct trace_event *event)
{
    uint32_t family = family_of_call(event->call);
    if (family == TLK_ITIMER) {
        take_itimer(host, traced, event);
        return;
    }
    made_known(host, traced, event, family);
    struct ledger_arming arming = arming_of(host, traced, event);
    ledger_armed(traced->ledger, family, event->object, &arming);
}

static void take_copied(struct host *host, struct traced *traced, const struct trace_event *event)
{
    struct ledger *ledger = traced_ledger(traced, &host->run);
    if (ledger_knows(ledger, TLK_TIMERFD, event->object)) {
        ledger_shared(ledger, event->object, event->fd,
                      event->value == TRACE_COPY_MADE ? sites_caller(traced, event) : 0,
                      event->now);
    } else if (event->value == TRACE_COPY_RECEIVED) {
        struct ledger_birth birth =
            birth_of(event, TLK_TIMERFD, sites_of_event(host->sites, traced, event, TLK_TIMERFD));
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
        descriptor_before(host, traced, event, 0);
    }
}

/* Of functions of Go's runtime. */
static void take_go(struct host *host, struct traced *traced, const struct trace_event *event)
{
    const struct trace_go *go = (const struct trace_go *)event;
    const struct golang_probe *probe;
    struct golang *golang = programs_of_probe(host->programs, (uint64_t)event->value, &probe);
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

static void take_own(struct host *host, struct traced *traced, const struct trace_event *event)
{
    struct ledger *ledger = traced_ledger(traced, &host->run);
    uint32_t family = family_of_call(event->call);
    switch (event->what) {
    case TRACE_CREATED:
        take_created(host, traced, event);
        break;
    case TRACE_FAILED:
        take_failed(host, traced, event);
        break;
    case TRACE_ARMED:
        take_armed(host, traced, event);
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
        take_copied(host, traced, event);
        break;
    case TRACE_GO:
        take_go(host, traced, event);
        break;
    }
}

static void take_execed(struct host *host, struct traced *traced, const struct trace_event *event)
{
    const char *text = (const char *)(event + 1);
    const struct traced_image image = {
        .program = event->size >= TRACE_PROGRAM ? text : "",
        .arguments = text + TRACE_PROGRAM,
        .arguments_size = event->size >= TRACE_PROGRAM ? event->size - TRACE_PROGRAM : 0,
    };
    host_meet_program(host, traced->pid);
    sites_end(host->sites, traced->pid);
    host->unwritten += !traced_execed(traced, &image, &host->run, event->now);
    if (traced->replaced) {
        ledger_process_inherited(traced_ledger(traced, &host->run), traced->replaced, event->now);
        traced->begun |= ledger_used(traced->ledger);
    }
}

static void take_exited(struct host *host, struct traced *traced, const struct trace_event *event)
{
    host_tell_losses(host, traced);
    host->unwritten += !traced_exited(traced, (int)event->value, &host->run, event->now);
    probes_forget(host->probes, traced->pid);
    host_forget(host, traced);
}

static bool is_arranging(const struct trace_event *event)
{
    return event->what == TRACE_CLOSING ||
           (event->what == TRACE_COPIED && event->value == TRACE_COPY_MADE);
}

void meaning_take(void *context, const struct trace_event *event)
{
    struct host *host = context;
    host->reached = event->now;
    if (event->what == TRACE_FORKED) {
        take_forked(host, event);
        return;
    }
    struct traced *traced = host_find(host, event->pid);
    if (!traced) /* it was there before the tracer, or its fork was lost */
        traced = host_meet(host, event->pid, event->now);
    if (event->what == TRACE_OPEN) {
        take_open(host, traced, event);
    } else if (event->what == TRACE_EXECED) {
        take_execed(host, traced, event);
    } else if (event->what == TRACE_EXITED) {
        take_exited(host, traced, event);
    } else {
        traced_exec_settled(traced);
        traced->arranged |= is_arranging(event);
        traced->begun |= !is_arranging(event);
        take_own(host, traced, event);
    }
}
