/*
 * foreign.c - families of other objects, which tell of their timers themselves: see
 * timerleak_ledger.h. What they tell of fires is exact where the family says so.
 *
 * The reference that they keep for a timer is the ledger's own, so that nothing need be looked up
 * by handle. All but `created` may be called with a lock of theirs held: none of these calls
 * unwinds, asks the loader or waits for others.
 */
#include <sys/uio.h>
#include <unistd.h>

#include "families/family.h"
#include "ledger/inherit.h"
#include "ledger/timerleak_ledger.h"
#include "tables/modules.h"

static uint64_t reference_of(struct timer_ref ref)
{
    return (uint64_t)ref.generation << 32 | ref.slot;
}

/* A child that uses a timer of its parent's has a recording from then on. */
static struct timer_ref ref_of(uint64_t timer)
{
    return timer && (gate_open() || (gate_waits() && process_wake()))
               ? (struct timer_ref){(uint32_t)timer, (uint32_t)(timer >> 32)}
               : (struct timer_ref){0};
}

static uint32_t foreign_family(const char *name, uint32_t traits)
{
    return families_add(name, traits);
}

static void foreign_leave_out(const void *code)
{
    modules_leave_out(code);
}

static bool foreign_admits(uint32_t family)
{
    return family && family_admits(family);
}

/* `now` as of struct birth. */
static uint64_t foreign_born(const struct timerleak_birth *given, uint64_t now)
{
    const struct timerleak_call *call = given->call;
    struct birth birth = {
        /* all members: to clear it beforehand would take longer than the rest */
        .call = {.function = call->function,
                 .kind = call->kind,
                 .family = given->family,
                 .frame = call->frame,
                 .caller = call->caller,
                 .rbp = call->rbp},
        .id = given->handle,
        .clock = given->clock,
        .notify = TLK_NOTIFY_NONE,
        .signal = 0,
        .flags = 0,
        .cookie = given->cookie,
        .retained = given->retained,
        .notified = NULL,
        .kept = given->kept,
        .now = now,
    };
    struct timer_ref ref;

    if (!foreign_admits(given->family))
        return 0;
    ref = timer_created(&birth);
    if (given->name)
        timer_named(ref, given->name);
    return reference_of(ref);
}

static uint64_t foreign_created(const struct timerleak_birth *given)
{
    return foreign_born(given, 0);
}

/* Handles that came over fork are known again when the child's recording begins. */
static bool handles_known(void)
{
    return gate_open() || (gate_waits() && inherit_count() && process_wake());
}

static uint64_t foreign_find(uint32_t family, uint64_t handle)
{
    return handles_known() ? reference_of(timer_find(family, handle)) : 0;
}

static uint64_t foreign_take(uint32_t family, uint64_t handle)
{
    return handles_known() ? reference_of(timer_take(family, handle)) : 0;
}

static uint64_t foreign_cookie(uint64_t timer)
{
    return timer_cookie(ref_of(timer));
}

static void foreign_armed(uint64_t timer, int64_t now, int64_t deadline, int64_t period,
                          const void *caller)
{
    struct timer_ref ref = ref_of(timer);
    bool untimed = now == TIMERLEAK_OTHER_CLOCK;

    if (now == TIMERLEAK_AT_BIRTH) {
        now = (int64_t)timer_at(ref.slot)->created;
        deadline = deadline < INT64_MAX - now ? deadline + now : INT64_MAX;
    }

    struct arming arming = {
        .now = untimed ? 0 : (uint64_t)now,
        .absolute = true,
        .value = deadline > 0 ? (uint64_t)deadline : 1,
        .interval = (uint64_t)period,
        .before = {.known = true, .running = true},
        .untimed = untimed,
        .caller = caller,
    };

    timer_armed(ref, &arming);
}

static uint64_t foreign_started(const struct timerleak_birth *given, int64_t now, int64_t deadline,
                                int64_t period)
{
    uint64_t timer = foreign_born(given, now > 0 ? (uint64_t)now : 0);

    if (timer)
        foreign_armed(timer, now, deadline, period, given->call->caller);
    return timer;
}

static void foreign_fired(uint64_t timer, uint64_t expirations)
{
    timer_fired(ref_of(timer), expirations);
}

static void foreign_stopped(uint64_t timer)
{
    timer_armed(ref_of(timer), &(struct arming){.before = {.known = true, .running = true}});
}

static void foreign_released(uint64_t timer)
{
    timer_released_unfired(ref_of(timer));
}

static void foreign_named(uint64_t timer, const char *name)
{
    timer_named(ref_of(timer), name);
}

static bool foreign_enter(const void *frame)
{
    if (thread.vforked || outermost_goes_on((uintptr_t)frame))
        return false;
    outermost_begin((uintptr_t)frame);
    return true;
}

static void foreign_leave(void)
{
    outermost_end();
}

static void foreign_lost(uint64_t timer)
{
    timer_lost(ref_of(timer));
}

static bool foreign_peek(void *to, const void *from, size_t size)
{
    struct iovec mine = {to, size}, theirs = {(void *)(uintptr_t)from, size};
    int saved = errno;
    bool copied =
        !gate->sandboxed && process_vm_readv(getpid(), &mine, 1, &theirs, 1, 0) == (ssize_t)size;

    errno = saved;
    return copied;
}

HOOK const struct timerleak_ledger timerleak_ledger = {
    .size = sizeof(timerleak_ledger),
    .family = foreign_family,
    .leave_out = foreign_leave_out,
    .admits = foreign_admits,
    .created = foreign_created,
    .find = foreign_find,
    .take = foreign_take,
    .cookie = foreign_cookie,
    .armed = foreign_armed,
    .fired = foreign_fired,
    .stopped = foreign_stopped,
    .released = foreign_released,
    .named = foreign_named,
    .enter = foreign_enter,
    .leave = foreign_leave,
    .lost = foreign_lost,
    .unloads = modules_epoch,
    .at_end = process_before_end,
    .peek = foreign_peek,
    .started = foreign_started,
};
