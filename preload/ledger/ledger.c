#include "ledger/ledger.h"

#include <errno.h>
#include <string.h>

#include "core/atomic.h"
#include "core/clock.h"
#include "core/gate.h"
#include "core/thread.h"
#include "ledger/admission.h"
#include "ledger/expiry.h"
#include "stacks/stack.h"
#include "tables/counts.h"
#include "tables/descriptors.h"
#include "tables/details.h"
#include "tables/extras.h"
#include "tables/families.h"
#include "tables/regions.h"
#include "tables/modules.h"
#include "tables/sites.h"
#include "tables/strings.h"

#define BOUNDED (TLK_BOUND_BY_FILES | TLK_BOUND_BY_SIGNALS | TLK_OF_PROCESS)
#define SMALLEST_STACK 1

#define CLOCK_LOWEST (-32) /* of those of processes and threads only the sign is told */

_Static_assert(TLK_FAMILIES <= 32, "the family of a timer has five bits");

uint32_t ledger_depth;

/* A library that reports of itself has frames of its own below the call that it reports. */
static uint32_t frames_skip_below(struct stack *stack, const void *caller)
{
    uint32_t below = 0;

    while (below < stack->depth && stack->addresses[below] != caller)
        below++;
    if (below == stack->depth)
        return 0;
    memmove(stack->addresses, stack->addresses + below,
            (stack->depth - below) * sizeof(*stack->addresses));
    return below;
}

/* These two are kept apart so that the second needs little room on the stack. */
static __attribute__((noinline)) uint32_t site_of_stack(const struct call *call)
{
    _Alignas(struct stack) char room[STACK_BYTES(TLK_MAX_DEPTH + STACK_OWN_FRAMES)];
    struct stack *stack = (struct stack *)room;
    uint32_t epoch = modules_epoch(), site;

    stack->function = call->function;
    stack->kind = call->kind;
    stack->family = call->family;
    stack->unwound = true;
    stack->depth =
        stack_capture(stack->addresses, ledger_depth, !recall_possible(call), &stack->truncated);
    stack->depth -= frames_skip_below(stack, call->caller);
    if (!stack->depth) {
        stack->addresses[0] = call->caller;
        stack->depth = 1;
    }
    site = sites_find(stack);
    recall_learn(call, stack, site, epoch);
    return site;
}

static __attribute__((noinline)) uint32_t site_of_caller(const struct call *call)
{
    _Alignas(struct stack) char room[STACK_BYTES(SMALLEST_STACK)];
    struct stack *stack = (struct stack *)room;

    stack->function = call->function;
    stack->kind = call->kind;
    stack->family = call->family;
    stack->unwound = stack->truncated = false;
    stack->depth = call->caller ? SMALLEST_STACK : 0;
    stack->addresses[0] = call->caller;
    if (call->caller)
        recording_drop(TLK_DROP_STACK);
    return sites_find(stack);
}

static uint32_t site_of(const struct call *call)
{
    uint32_t site;

    if (!call->caller || !stack_suffices())
        return site_of_caller(call);
    return recall_site(call, &site) ? site : site_of_stack(call);
}

/* What is meaningful by what it is: see struct tlk_extra. */
static void timer_fill_own(struct tlk_timer *timer, const struct birth *birth)
{
    struct tlk_extra *extra;

    if (family_has(birth->call.family, TLK_BY_DESCRIPTOR))
        return;
    if (!birth->cookie && !birth->retained && !birth->notified)
        return;
    extra = extra_need(timer);
    if (!extra)
        return;
    if (birth->notify == TLK_NOTIFY_THREAD) {
        extra->notice = (uint32_t)birth->cookie;
        extra->notified = birth->notified ? (uintptr_t)birth->notified + 1 : 0;
    } else {
        extra->retained = birth->retained < UINT32_MAX ? (uint32_t)birth->retained : UINT32_MAX;
        extra->cookie = birth->cookie;
    }
}

/* A line at a time: all at once the compiler has one instruction do it, which is slow to begin. */
static void timer_clear(struct tlk_timer *timer)
{
    const size_t line = 64;

    memset(timer, 0, line);
    memset((char *)timer + line, 0, sizeof(*timer) - line);
}

static void timer_fill(struct tlk_timer *timer, const struct birth *birth, uint32_t site,
                       uint64_t now)
{
    uint32_t generation = timer->generation + 1, family = birth->call.family;

    timer_clear(timer);
    timer->generation = generation & TLK_GENERATION_MOST;
    timer->site = site & (TLK_SITES_MOST - 1);
    timer->flags =
        (uint16_t)(birth->flags | (family_has(family, TLK_FIRES_TOLD) ? TLK_EXACT_FIRES : 0));
    timer->id = birth->id;
    timer->created = now;
    timer->family = (uint8_t)family;
    timer->notify = (uint8_t)birth->notify;
    timer->references = !birth->kept;
    timer->clock = (int8_t)(birth->clock > CLOCK_LOWEST ? birth->clock : CLOCK_LOWEST);
    timer->deadline_clock = (int8_t)clock_readable(birth->clock);
    timer->signal = (uint8_t)birth->signal;
    timer->thread = birth->call.caller ? thread_id() : 0;
    timer_fill_own(timer, birth);
}

/* A child has armed it never yet: it is its parent's arming, with expirations for that to count. */
static bool arming_is_parents(const struct tlk_timer *timer)
{
    return timer->armed == 0 && family_has(timer->family, TLK_BY_DESCRIPTOR);
}

static void count_unknown(struct tlk_timer *timer, bool unknown)
{
    struct tlk_extra *extra = unknown ? extra_need(timer) : NULL;

    if (extra)
        extra->fired_unknown++;
}

/* A one-shot arming ends: by expiring, or because it was set anew, stopped or released. */
static void settle_one_shot(struct tlk_timer *timer, const struct account *account, bool stopping,
                            uint64_t coarse)
{
    enum expired expired;

    if (timer->fired_now)
        return;
    if (account->known)
        expired = account->running ? EXPIRED_NO : EXPIRED_YES;
    else
        expired = expiry_check(timer, coarse);
    if (expired == EXPIRED_YES && timer->flags & TLK_EXACT_FIRES)
        expired = EXPIRED_UNKNOWN; /* it may have been caught between expiring and calling back */
    if (expired == EXPIRED_YES)
        timer_add_expirations(timer, !arming_is_parents(timer));
    else if (expired == EXPIRED_UNKNOWN)
        count_unknown(timer, !arming_is_parents(timer));
    else if (stopping)
        timer->stopped++;
}

static void settle_periodic(struct tlk_timer *timer, bool stopping, uint64_t coarse)
{
    if (stopping)
        timer->stopped++;
    if (timer->flags & TLK_EXACT_FIRES || arming_is_parents(timer))
        return;
    if (timer->deadline_clock < 0) {
        count_unknown(timer, timer->fired_now == 0);
    } else if (family_has(timer->family, TLK_BY_DESCRIPTOR)) {
        /* Unread, it expires once and then rests: one, however long ago. */
        timer_add_expirations(timer, expiry_check(timer, coarse) == EXPIRED_YES);
    } else {
        uint64_t count = expiry_count(timer), known = timer_expirations_now(timer);
        timer_add_expirations(timer, count > known ? count - known : 0);
    }
}

static void arming_settle(struct tlk_timer *timer, const struct account *account, bool stopping,
                          uint64_t coarse)
{
    if (!(timer->flags & TLK_ARMED))
        return;
    timer->flags &= (uint16_t)~TLK_ARMED;
    if (timer->interval)
        settle_periodic(timer, stopping, coarse);
    else
        settle_one_shot(timer, account, stopping, coarse);
}

/* Found by its id, which is no descriptor. */
static bool is_named(const struct tlk_timer *timer)
{
    return timer->references && !family_has(timer->family, TLK_BY_DESCRIPTOR);
}

/* Its arming, if there is one, ends with it. */
static inline void last_arming_settle(struct tlk_timer *timer, uint64_t now)
{
    static const struct account nothing_known;

    if (timer_runs(timer) && timer_runs_until(timer, now + CLOCK_LAG)) /* as most do */
        timer->stopped++;
    else
        arming_settle(timer, &nothing_known, true, now);
}

/* Within a section, of a timer that was claimed. */
static void timer_leave(struct tlk_timer *timer, uint32_t slot)
{
    uint64_t now = clock_coarse();
    const struct tlk_extra *extra;
    struct outcome outcome;

    last_arming_settle(timer, now);
    extra = extra_of(timer);
    outcome = (struct outcome){
        .lifetime = now > timer->created ? now - timer->created : 0,
        .armed = timer->armed,
        .fired = timer_expirations(timer),
        .stopped = timer->stopped,
        .fired_unknown = extra ? extra->fired_unknown : 0,
    };
    if (!sites_count_released(timer->site, now, &outcome))
        recording_drop(TLK_DROP_LOCK);
    extra_end(timer);
    __atomic_store_n(&timer->tag, TLK_TAG(TLK_FREE, timer->generation), __ATOMIC_RELAXED);
    if (is_named(timer) && !live_drop(slot))
        recording_drop(TLK_DROP_LOCK);
    else
        slot_give(slot);
}

/* Only one caller gets to release a timer, whatever closes race. */
static inline bool timer_claim(struct tlk_timer *timer, uint32_t generation)
{
    uint32_t live = TLK_TAG(TLK_LIVE, generation);

    return atomic_replace_32(&timer->tag, &live, TLK_TAG(TLK_LEAVING, generation));
}

static void release_put_off(struct timer_ref ref)
{
    if (thread.pending_count < THREAD_PENDING) {
        thread.pending[thread.pending_count].slot = ref.slot;
        thread.pending[thread.pending_count].generation = ref.generation;
        thread.pending_count++;
    } else {
        recording_drop(TLK_DROP_PENDING);
    }
}

void pending_leave(void)
{
    while (thread.pending_count) {
        struct timer_ref ref;

        thread.pending_count--;
        ref.slot = thread.pending[thread.pending_count].slot;
        ref.generation = thread.pending[thread.pending_count].generation;
        if (!section_enter())
            return;
        timer_leave(timer_at(ref.slot), ref.slot);
        section_exit();
    }
}

/* An earlier timer of that name ended unseen; or there is no room, and this one is given up. */
static __attribute__((noinline)) void former_leave(uint32_t slot)
{
    struct tlk_timer *timer = timer_at(slot);

    if (timer_claim(timer, timer->generation))
        timer_leave(timer, slot);
}

/* Makes the timer known by its id. Within a section. */
static inline void timer_name(const struct birth *birth, uint32_t slot)
{
    uint32_t before = family_has(birth->call.family, TLK_BY_DESCRIPTOR)
                          ? descriptor_put((int)birth->id, slot)
                          : live_put(birth->call.family, birth->id, slot);

    if (__builtin_expect(before, 0))
        former_leave(before);
}

/* Within a section. */
static struct timer_ref timer_enter(const struct birth *birth)
{
    uint64_t now =
        birth->now ? birth->now : clock_mono(); /* first: that waits for what was begun */
    uint32_t site = site_of(&birth->call), slot;
    struct tlk_timer *timer;
    struct timer_ref ref;

    slot = slot_take();
    if (!slot) {
        recording_drop(TLK_DROP_FULL);
        return (struct timer_ref){0};
    }
    timer = timer_at(slot);
    if (!sites_count_created(site, now, birth->flags & TLK_INHERITED)) {
        recording_drop(TLK_DROP_LOCK);
        slot_give(slot);
        return (struct timer_ref){0};
    }
    timer_fill(timer, birth, site, now);
    ref = (struct timer_ref){slot, timer->generation};
    __atomic_store_n(&timer->tag, TLK_TAG(TLK_LIVE, ref.generation), __ATOMIC_RELEASE);
    if (birth->notified)
        modules_meet((const void *)birth->notified);
    if (!birth->kept)
        timer_name(birth, slot);
    return ref;
}

/* Of a timer that is not entered: one that had its descriptor before has ended unseen. */
static void former_end(const struct birth *birth)
{
    if (family_has(birth->call.family, TLK_BY_DESCRIPTOR))
        timer_released(timer_take(birth->call.family, birth->id));
}

struct timer_ref timer_created(const struct birth *birth)
{
    struct timer_ref ref = {0};
    int saved = errno;

    if (admission_admits(birth->call.family)) {
        if (section_enter()) {
            ref = timer_enter(birth);
            section_leave();
        } else {
            recording_drop(TLK_DROP_BUSY);
        }
    }
    if (!ref.slot)
        former_end(birth);
    errno = saved;
    return ref;
}

void timer_failed(const struct call *call, int error)
{
    enum tlk_failure failure;

    if (!failure_of(error, &failure) || !admission_open() || !section_enter())
        return;
    sites_count_failed(site_of(call), clock_mono(), failure);
    section_leave();
    errno = error;
}

void timer_armed(struct timer_ref ref, const struct arming *arming)
{
    struct tlk_timer *timer = timer_live(ref);

    if (!timer)
        return;
    timer_touch(timer, arming->now ? arming->now : clock_coarse());
    if (timer->interval || !arming->before.running || !arming->value || timer->fired_now)
        arming_settle(timer, &arming->before, arming->value == 0, arming->now);
    if (!arming->value)
        return;
    timer->interval = arming->interval;
    timer_forget_expirations_now(timer);
    expiry_set(timer, arming->value, arming->absolute, arming->now);
    if (arming->untimed)
        timer->deadline_clock = -1;
    timer->armed += timer->armed != UINT32_MAX;
    if (arming->caller)
        timer_set_by(timer, arming->caller);
    timer->flags |= TLK_ARMED;
}

void timer_named(struct timer_ref ref, const char *name)
{
    struct tlk_timer *timer = timer_live(ref);
    struct tlk_extra *extra = timer ? extra_need(timer) : NULL;

    if (!extra || !section_enter())
        return;
    if (lock_take(&catalog_lock)) {
        extra->name = string_name(name);
        lock_give(&catalog_lock);
    }
    section_leave();
}

uint64_t timer_cookie(struct timer_ref ref)
{
    const struct tlk_timer *timer = timer_live(ref);
    const struct tlk_extra *extra = timer ? extra_of(timer) : NULL;

    if (!extra || family_has(timer->family, TLK_BY_DESCRIPTOR))
        return 0;
    return timer->notify == TLK_NOTIFY_THREAD ? extra->notice : extra->cookie;
}

void timer_accounted(struct timer_ref ref, bool running)
{
    struct tlk_timer *timer = timer_live(ref);

    if (timer)
        timer_touch(timer, clock_coarse());
    if (timer && !running && timer->flags & TLK_ARMED && !timer->interval && !timer->fired_now &&
        !(timer->flags & TLK_EXACT_FIRES))
        timer_fired(ref, 1);
}

void timer_fired(struct timer_ref ref, uint64_t expirations)
{
    struct tlk_timer *timer = timer_live(ref);

    if (!timer)
        return;
    /* Received in the instant in which it expired, it showed neither a time nor an expiration. */
    if (timer->flags & TLK_RECEIVED && timer->armed == 0)
        timer->armed = 1;
    if (!timer->interval) /* once an arming, whoever tells: the kernel's account, a read, a callback
                           */
        expirations = timer->fired_now == 0;
    timer_add_expirations_now(timer, expirations);
    timer->seen = timer_moment(clock_coarse());
}

void timer_fired_at_least(struct timer_ref ref, uint64_t expirations)
{
    const struct tlk_timer *timer = timer_live(ref);
    uint64_t known = timer ? timer_expirations_now(timer) : 0;

    if (timer && expirations > known)
        timer_fired(ref, expirations - known);
}

void timer_unread(struct timer_ref ref, uint64_t expirations)
{
    struct tlk_timer *timer = timer_live(ref);

    if (!timer)
        return;
    uint32_t seen = timer->seen;

    timer_fired(ref, expirations);
    timer->seen = seen; /* by the program */
    timer->flags |= TLK_UNREAD;
}

void timer_lost(struct timer_ref ref)
{
    struct tlk_timer *timer = timer_live(ref);

    if (timer)
        timer->flags |= TLK_OVERWRITTEN;
}

struct timer_ref timer_find(uint32_t family, uint64_t id)
{
    uint32_t slot;

    if (family_has(family, TLK_BY_DESCRIPTOR))
        return timer_ref_of(descriptor_find((int)id));
    slot = live_find_fast(family, id);
    if (!slot && section_enter()) {
        slot = live_find(family, id);
        section_leave();
    }
    return timer_ref_of(slot);
}

struct timer_ref timer_take(uint32_t family, uint64_t id)
{
    uint32_t slot = 0;

    if (family_has(family, TLK_BY_DESCRIPTOR))
        return timer_ref_of(descriptor_find((int)id) ? descriptor_put((int)id, 0) : 0);
    if (section_enter()) {
        slot = live_remove(family, id);
        section_leave();
    } else {
        slot = live_remove_now(family, id);
    }
    return timer_ref_of(slot);
}

void timer_ended(struct tlk_timer *timer, struct timer_ref ref)
{
    if (!timer_claim(timer, ref.generation))
        return;
    if (section_enter()) {
        timer_leave(timer, ref.slot);
        section_leave();
    } else {
        release_put_off(ref);
    }
}

void timer_released_unfired(struct timer_ref ref)
{
    static const struct account runs = {.known = true, .running = true};
    struct tlk_timer *timer = timer_live(ref);

    if (!timer)
        return;
    arming_settle(timer, &runs, true, 0);
    timer_ended(timer, ref);
}

void timer_released(struct timer_ref ref)
{
    if (ref.slot)
        timer_ended(timer_at(ref.slot), ref);
}
