#include "trace/sites.h"

#include "base/hash.h"
#include "base/memory.h"
#include "trace/known.h"

#include <stdlib.h>
#include <string.h>

struct sites {
    struct probes *probes;
    struct known *known;
};

/* What a report shows as the leaf. */
static const char *const functions[] = {
    [TRACE_TIMERFD_CREATE] = "timerfd_create",
    [TRACE_TIMERFD_SETTIME] = "timerfd_settime",
    [TRACE_TIMER_CREATE] = "timer_create",
    [TRACE_TIMER_SETTIME] = "timer_settime",
    [TRACE_SETITIMER] = "setitimer",
    [TRACE_ALARM] = "alarm",
    [TRACE_RECVMSG] = "recvmsg",
    [TRACE_RECVMMSG] = "recvmmsg",
    [TRACE_PIDFD_GETFD] = "pidfd_getfd",
};

static const char *function_of(uint8_t call)
{
    size_t count = sizeof(functions) / sizeof(*functions);
    return call < count && functions[call] ? functions[call] : "syscall";
}

static bool step_put(void *context, uint64_t key, const struct trace_step *step)
{
    return probes_step(context, key, step);
}

struct sites *sites_new(struct probes *probes)
{
    struct sites *sites = memory_new(1, sizeof(*sites));
    sites->probes = probes;
    sites->known = known_new(step_put, probes);
    return sites;
}

void sites_free(struct sites *sites)
{
    known_free(sites->known);
    free(sites);
}

void sites_follow(struct sites *sites, struct traced *traced)
{
    uint32_t epoch = traced->map ? memory_map_epoch(traced->map) : traced->epoch;
    if (epoch == traced->epoch)
        return;
    traced->epoch = epoch;
    probes_epoch(sites->probes, traced->pid, epoch);
}

void sites_end(struct sites *sites, pid_t pid)
{
    known_end(sites->known, (uint32_t)pid);
}

/* Most addresses come again and again. */
struct traced_frame {
    uint64_t address, frame;
    uint32_t epoch;
};
#define FRAMES 1024u

static uint64_t frame_make(struct traced *traced, uint64_t address)
{
    struct tlk_module module;
    const char *path;
    uint64_t vaddr;
    /* Of a return address: the call before it may be the last of its file. */
    uint32_t number = unwinder_place(traced_unwinder(traced), address - 1, &module, &path, &vaddr)
                          ? ledger_module(traced->ledger, &module, path)
                          : 0;
    return number ? TLK_FRAME(number, vaddr + 1) : TLK_FRAME(0, address);
}

static uint64_t frame_of(struct traced *traced, uint64_t address)
{
    uint32_t epoch = traced->map ? memory_map_epoch(traced->map) : 0;
    if (!traced->frames)
        traced->frames = memory_new(FRAMES, sizeof(*traced->frames));
    struct traced_frame *kept =
        &traced->frames[hash_key(&address, sizeof(address)) >> 32 & (FRAMES - 1)];
    if (kept->address != address || kept->epoch != epoch)
        *kept = (struct traced_frame){address, frame_make(traced, address), epoch};
    return kept->frame;
}

void sites_frames(struct traced *traced, const uint64_t *addresses, uint32_t count,
                  uint64_t *frames)
{
    for (uint32_t i = 0; i < count; i++)
        frames[i] = frame_of(traced, addresses[i]);
}

/* The way into the kernel is no caller, as it is none for the shim. */
static uint32_t site_of_callers(struct traced *traced, const uint64_t *callers, uint32_t depth,
                                bool truncated, const struct ledger_place *like)
{
    uint64_t frames[TLK_MAX_DEPTH];
    struct ledger_place place = *like;
    uint32_t skipped = 0;
    while (skipped + 1 < depth &&
           unwinder_is_wrapper(traced_unwinder(traced), callers[skipped], place.function))
        skipped++;
    place.depth = depth - skipped;
    sites_frames(traced, callers + skipped, place.depth, frames);
    place.frames = frames;
    place.flags = (place.depth ? TLK_SITE_UNWOUND : 0) | (truncated ? TLK_SITE_TRUNCATED : 0);
    return ledger_site(traced->ledger, &place);
}

/* Where the stack could not be had, the words at its top tell the caller, mostly. */
static uint32_t site_of_top(struct traced *traced, const struct trace_event *event,
                            const struct ledger_place *like)
{
    struct unwound unwound;
    mappings_read(event->now);
    ledger_dropped(traced->ledger, TLK_DROP_STACK, 1);
    if (!unwind(traced_unwinder(traced), &event->registers, event->top, sizeof(event->top),
                &unwound))
        unwound = (struct unwound){.callers = {event->registers.ip}, .depth = 1};
    return site_of_callers(traced, unwound.callers, unwound.depth, true, like);
}

static uint32_t site_of_copy(struct sites *sites, struct traced *traced,
                             const struct trace_event *event, const struct ledger_place *like)
{
    struct unwound unwound;
    struct unwinder *unwinder = traced_unwinder(traced);
    mappings_read(event->now);
    if (!unwind(unwinder, &event->registers, event + 1, event->size, &unwound))
        unwound = (struct unwound){.callers = {event->registers.ip}, .depth = 1};
    uint32_t site =
        site_of_callers(traced, unwound.callers, unwound.depth, unwound.truncated, like);
    sites_follow(sites, traced);
    const struct known_place place = {
        .pid = event->pid,
        .epoch = traced->epoch,
        .call = event->call,
        .ip = event->registers.ip,
    };
    if (event->stack != TRACE_KNOWN)
        known_add(sites->known, &place, &unwound, site);
    return site;
}

/* A sample that came with its copy all the same tells whether it was right. */
static uint32_t site_of_known(struct sites *sites, struct traced *traced,
                              const struct trace_event *event, const struct ledger_place *like)
{
    uint32_t site = 0;
    bool known = known_site(sites->known, event->pid, event->known, &site);
    if (!event->size && known)
        return site;
    if (!event->size)
        return site_of_top(traced, event, like);
    uint32_t anew = site_of_copy(sites, traced, event, like);
    if (known && anew != site) {
        ledger_dropped(traced->ledger, TLK_DROP_MISTAKEN, 1);
        known_doubt(sites->known, event->pid);
    }
    return anew;
}

uint32_t sites_of_event(struct sites *sites, struct traced *traced, const struct trace_event *event,
                        uint32_t family)
{
    const struct ledger_place place = {.family = family, .function = function_of(event->call)};
    if (event->stack == TRACE_KNOWN)
        return site_of_known(sites, traced, event, &place);
    if (event->size)
        return site_of_copy(sites, traced, event, &place);
    return site_of_top(traced, event, &place);
}

/* fcntl() of the C library is several functions. */
static uint64_t caller_of_copy(struct unwinder *unwinder, const struct trace_event *event)
{
    struct unwound unwound;
    uint32_t i = 0;
    if (!unwind(unwinder, &event->registers, event + 1, event->size, &unwound))
        return 0;
    while (i < unwound.depth && (unwinder_is_wrapper(unwinder, unwound.callers[i], "dup") ||
                                 unwinder_is_wrapper(unwinder, unwound.callers[i], "fcntl")))
        i++;
    return i < unwound.depth ? unwound.callers[i] : 0;
}

uint64_t sites_caller(struct traced *traced, const struct trace_event *event)
{
    struct unwinder *unwinder = traced_unwinder(traced);
    uint64_t top[TRACE_TOP_WORDS], address;
    mappings_read(event->now);
    memcpy(top, event->top, sizeof(top));
    if (event->what == TRACE_COPIED)
        address = caller_of_copy(unwinder, event);
    else
        address = unwind_caller(unwinder, &event->registers, top);
    return address ? frame_of(traced, address) : 0;
}
