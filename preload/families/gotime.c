/*
 * gotime.c - the timers of the library gotime (preload/gotime), which tells of them itself: see
 * watch.h there. What it tells is exact, fires included, so that nothing is derived from deadlines.
 *
 * The cookie that the library keeps for a timer is the ledger's reference to it, so that nothing is
 * looked up by handle. All but `created` may be called with a lock of the library's held: it comes
 * before the ledger's locks, and none of these calls unwinds, asks the loader or waits for the
 * library. A forked child has no such timer, as it has no POSIX timer, and the library forgets the
 * cookies.
 */
#include "families/family.h"
#include "gotime/watch.h"

static uint64_t cookie_of(struct timer_ref ref)
{
    return (uint64_t)ref.generation << 32 | ref.slot;
}

static struct timer_ref ref_of(uint64_t cookie)
{
    return gate_open() ? (struct timer_ref){(uint32_t)cookie, (uint32_t)(cookie >> 32)}
                       : (struct timer_ref){0};
}

static uint64_t created(const struct gotime_call *call, uint64_t handle, size_t retained,
                        const char *name)
{
    struct birth birth = {
        .call = {.function = call->function,
                 .family = TLK_GOTIME,
                 .frame = call->frame,
                 .caller = call->caller,
                 .rbp = call->rbp},
        .id = handle,
        .clock = CLOCK_MONOTONIC,
        .flags = TLK_EXACT_FIRES,
        .kept_by_family = true,
        .unbounded = true,
        .retained = retained,
    };
    struct timer_ref ref;

    if (!family_admits(TLK_GOTIME))
        return 0;
    ref = timer_created(&birth);
    if (name)
        timer_named(ref, name);
    return cookie_of(ref);
}

static void armed(uint64_t cookie, int64_t now, int64_t deadline, int64_t period)
{
    bool untimed = now == GOTIME_OTHER_CLOCK;
    struct arming arming = {
        .now = untimed ? 0 : (uint64_t)now,
        .absolute = true,
        .value = deadline > 0 ? (uint64_t)deadline : 1,
        .interval = (uint64_t)period,
        .before = {.known = true, .running = true},
        .untimed = untimed,
    };

    timer_armed(ref_of(cookie), &arming);
}

static void fired(uint64_t cookie, uint64_t expirations)
{
    timer_fired(ref_of(cookie), expirations);
}

static void stopped(uint64_t cookie)
{
    timer_armed(ref_of(cookie), &(struct arming){.before = {.known = true, .running = true}});
}

/* One that is still armed is stopped by that. */
static void released(uint64_t cookie)
{
    stopped(cookie);
    timer_released(ref_of(cookie));
}

static void named(uint64_t cookie, const char *name)
{
    timer_named(ref_of(cookie), name);
}

HOOK const struct timerleak_gotime timerleak_gotime = {
    .size = sizeof(timerleak_gotime),
    .created = created,
    .armed = armed,
    .fired = fired,
    .stopped = stopped,
    .released = released,
    .named = named,
};
