#include "profile/states.h"

#include "base/numbers.h"
#include "base/text.h"
#include "profile/families.h"
#include "profile/foreign.h"

#include <string.h>
#include <time.h>

#define NS_PER_SECOND UINT64_C(1000000000)

/* Nobody waits ten years: such a deadline is one of another clock, or of another unit. */
#define FAR_FUTURE_NS (INT64_C(10) * 365 * 24 * 3600 * 1000000000)

static const char *const names[TIMER_STATES] = {
    [NEVER_ARMED] = "never-armed",
    [NEVER_FIRED] = "never-fired",
    [NEVER_STOPPED] = "never-stopped",
    [NEVER_RELEASED] = "never-released",
};

const char *state_name(enum timer_state state)
{
    return names[state];
}

const char *state_word(enum timer_state state, uint64_t family)
{
    const struct foreign *foreign = foreign_named(family_name(family));
    return state == NEVER_RELEASED && foreign && foreign->kept ? foreign->kept : state_name(state);
}

enum timer_state state_named(const char *word, size_t length)
{
    enum timer_state state = 0;
    const struct foreign *foreign;
    for (size_t i = 0; (foreign = foreign_at(i)); i++) {
        if (foreign->kept && text_is(word, length, foreign->kept))
            return NEVER_RELEASED;
    }
    while (state < TIMER_STATES && !text_is(word, length, names[state]))
        state++;
    return state;
}

/* What a clock shows at that moment; false for those of which a recording says nothing. */
static bool clock_at(int clock, const struct moment *now, uint64_t *shown)
{
    switch (clock) {
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_COARSE:
        *shown = now->mono;
        return true;
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        *shown = now->boot;
        return true;
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
        *shown = now->real;
        return true;
    default:
        return false;
    }
}

static int64_t clamp_time(__int128 value)
{
    if (value > INT64_MAX)
        return INT64_MAX;
    return value < INT64_MIN ? INT64_MIN : (int64_t)value;
}

/* Notes when it is due. A coarse deadline has passed only when it surely has. */
static void judge_deadline(const struct timer_record *timer, const struct moment *now,
                           struct judgement *judgement)
{
    uint64_t shown;
    if (!judgement->armed || !clock_at(timer->deadline_clock, now, &shown))
        return;
    __int128 deadline = timer->deadline;
    if (timer->flags & TLK_COARSE_DEADLINE)
        deadline += now->resolution;
    judgement->due_known = true;
    judgement->due = clamp_time(deadline - shown);
    judgement->far_future = judgement->due > FAR_FUTURE_NS;
}

/* Expirations of this arming by the kernel's clock; 0 if its first deadline has not passed. */
static uint64_t count_expirations(const struct timer_record *timer,
                                  const struct judgement *judgement)
{
    if (!judgement->due_known || judgement->due > 0)
        return 0;
    if (timer->interval == 0)
        return 1;
    return (uint64_t)(-(__int128)judgement->due) / timer->interval + 1;
}

/*
 * An unread periodic timerfd is not re-armed: however many deadlines passed, it fired once. Where
 * the kernel was asked, TLK_UNREAD, that once is counted already.
 */
static uint64_t derived_fires(const struct timer_record *timer, uint64_t expired)
{
    if (timer->flags & (TLK_EXACT_FIRES | TLK_UNREAD) || expired <= timer->fired_now)
        return 0;
    return family_has(timer->family, TLK_BY_DESCRIPTOR) ? 1 : expired - timer->fired_now;
}

/* The kernel's timers expire by the clock, a library's when it comes to them, and tells. */
static enum timer_state armed_state(const struct timer_record *timer, uint64_t expired,
                                    const struct judgement *judgement)
{
    bool over = timer->fired_now || (expired && !family_has(timer->family, TLK_FIRES_TOLD));
    if (timer->interval == 0 && over)
        return NEVER_RELEASED;
    return judgement->fired || judgement->fired_unknown ? NEVER_STOPPED : NEVER_FIRED;
}

/* When it was last touched, mono: to the end of the unit in which it was. */
static uint64_t touched_at(const struct timer_record *timer, const struct moment *now)
{
    uint64_t time = now->start + ((uint64_t)timer->touched << TLK_TOUCHED_SHIFT);
    return timer->touched && time > timer->created ? time : timer->created;
}

/*
 * Of a ticker, when it expires next. One with a descriptor is not set anew before its expiration is
 * read: where the kernel was asked (TLK_UNREAD), those that are unread are among those counted. A
 * library comes to its own when it can; those of the kernel go by the clock, seen or not.
 */
static int64_t next_expiry(const struct timer_record *timer, const struct judgement *judgement)
{
    uint64_t over = timer->fired_now;
    if (timer->flags & TLK_UNREAD && over > 0)
        over--;
    if (!family_has(timer->family, TLK_BY_DESCRIPTOR | TLK_FIRES_TOLD)) {
        uint64_t expired = count_expirations(timer, judgement);
        over = expired > over ? expired : over;
    }
    return clamp_time((__int128)judgement->due + count_product(over, timer->interval));
}

/* What is unread for less than a period, or a second, is about to be read. */
static bool is_unread(const struct timer_record *timer, const struct judgement *judgement)
{
    int64_t patience = timer->interval && timer->interval < NS_PER_SECOND ? (int64_t)timer->interval
                                                                          : (int64_t)NS_PER_SECOND;
    bool asked = timer->flags & TLK_UNREAD;
    if (!judgement->due_known || judgement->due > 0 || (timer->fired_now > 0 && !asked))
        return false;
    return judgement->next <= -patience;
}

void state_judge(const struct timer_record *timer, const struct moment *now,
                 struct judgement *judgement)
{
    *judgement = (struct judgement){
        .fired = timer->fired,
        .age = elapsed(now->mono, timer->created),
        .idle = elapsed(now->mono, touched_at(timer, now)),
        .armed = timer->flags & TLK_ARMED,
        .inherited = timer->flags & TLK_INHERITED,
        .received = timer->flags & TLK_RECEIVED,
        .overwritten = timer->flags & TLK_OVERWRITTEN,
        .left_behind = timer->flags & TLK_LEFT_BEHIND,
    };
    if (!judgement->armed) {
        /* Of an inherited one, only the time tells that the parent armed it: counts begin anew. */
        bool was_armed = timer->armed > 0 || timer->armed_at > 0;
        judgement->state = was_armed ? NEVER_RELEASED : NEVER_ARMED;
        judgement->over = was_armed && family_has(timer->family, TLK_FREE_AT_REST);
        return;
    }
    judge_deadline(timer, now, judgement);
    judgement->next = next_expiry(timer, judgement);
    uint64_t expired = count_expirations(timer, judgement);
    judgement->fired_unknown =
        !judgement->due_known && timer->fired_now == 0 && !(timer->flags & TLK_EXACT_FIRES);
    judgement->fired += derived_fires(timer, expired);
    judgement->state = armed_state(timer, expired, judgement);
    judgement->unread = family_has(timer->family, TLK_BY_DESCRIPTOR) && is_unread(timer, judgement);
    if (expired && timer->fired_now == 0) {
        judgement->overdue = timer->flags & TLK_EXACT_FIRES;
    }
    if (judgement->state == NEVER_RELEASED) {
        uint64_t past = judgement->due_known && judgement->due < 0 ? -(uint64_t)judgement->due : 0;
        judgement->idle = past < judgement->idle ? past : judgement->idle;
        judgement->armed = false;
        judgement->over = family_has(timer->family, TLK_FREE_AT_REST);
    }
}

uint64_t timer_retained(const struct timer_record *timer)
{
    bool other = family_has(timer->family, TLK_BY_DESCRIPTOR) || timer->notify == TLK_NOTIFY_THREAD;
    return other ? 0 : timer->retained;
}

bool state_passed_on(const struct timer_record *timer, bool forked)
{
    return !forked && timer->flags & TLK_INHERITED && timer->touched == 0 && timer->seen == 0 &&
           family_has(timer->family, TLK_BY_DESCRIPTOR);
}

uint64_t state_timeout(const struct timer_record *timer, const struct moment *now)
{
    uint64_t shown;
    if (!(timer->flags & TLK_ARMED) || !clock_at(timer->deadline_clock, now, &shown))
        return 0;
    __int128 armed_at = (__int128)shown - now->mono + timer->armed_at;
    int64_t timeout = clamp_time(timer->deadline - armed_at);
    return timeout > 0 ? (uint64_t)timeout : 0;
}
