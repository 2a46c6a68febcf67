/*
 * ledger.h - what families report: a timer was created, armed, fired, stopped, released. All that
 * is written to the recording about timers is written here.
 *
 * Every call keeps errno and may be used in a signal handler; it makes no system call but futex(),
 * when threads collide, and those by which a full recording grows (mapfile.h). What cannot be
 * entered is counted as dropped. A create is reported after the real call succeeded, a release
 * before the real call is made: in between the kernel may give the same name to another thread.
 */
#ifndef TIMERLEAK_LEDGER_H
#define TIMERLEAK_LEDGER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "core/clock.h"
#include "core/thread.h"
#include "ledger/expiry.h"
#include "recording.h"
#include "stacks/recall.h"
#include "tables/live.h"
#include "tables/modules.h"

struct birth {
    struct call call; /* CALL of the hook; without a caller there is no stack: it came over exec */
    uint64_t id;      /* what the program calls it: descriptor, timer id, handle */
    clockid_t clock;
    enum tlk_notify notify;
    int signal;
    uint32_t flags;    /* TLK_CLOEXEC, TLK_INHERITED, TLK_RECEIVED; TLK_EXACT_FIRES where the family
                          has not said */
    uint64_t cookie;   /* for the family; see timer_cookie(); of TLK_NOTIFY_THREAD 32 bits */
    uint64_t retained; /* bytes that it keeps alive, where the program said so */
    void (*notified)(union sigval); /* of TLK_NOTIFY_THREAD */
    bool kept;    /* the family keeps the reference: the timer is not found by its id */
    uint64_t now; /* when it was; 0: now */
};

/*
 * Enters a new live timer. A reference to nothing when it was dropped, or left out on purpose
 * (admission.h). A live timer that the id stood for until now must have ended unseen, and is
 * released.
 */
struct timer_ref timer_created(const struct birth *birth);

/* The real call failed, with this errno. The caller has asked whether the timer was to be entered.
 */
void timer_failed(const struct call *call, int error);

/* The live timer that the program calls so; timer_take() also makes it unknown from now on. */
struct timer_ref timer_find(uint32_t family, uint64_t id);
struct timer_ref timer_take(uint32_t family, uint64_t id);

/* The program gave it a name, which is copied. */
void timer_named(struct timer_ref ref, const char *name);

/* What the family gave at birth; 0 for no timer, and for those with descriptors. */
uint64_t timer_cookie(struct timer_ref ref);

/* The kernel's own account of a timer: its old value, as settime and gettime give it. */
struct account {
    bool known;
    bool running; /* it had time left */
};

struct arming {
    uint64_t
        now; /* timer_prepare() from before the real call: the deadline is no later than it is */
    bool absolute;
    uint64_t value; /* ns; 0 disarms */
    uint64_t interval;
    struct account before;
    bool untimed;       /* it expires by a clock that only the program knows */
    const void *caller; /* return address of the call that set it; NULL: none did anew */
};

/* The timer was set. With a value of zero it was stopped, or had nothing to stop. */
void timer_armed(struct timer_ref ref, const struct arming *arming);

/* What is known of a timer's current arming, when it is about to be set anew. */
enum running {
    RUNNING_NOT,     /* it is not armed: there is nothing to ask */
    RUNNING_SURELY,  /* one-shot, and by the clock not expired */
    RUNNING_PERHAPS, /* the kernel's account is worth having */
};

/* One-shot, by the monotonic clock, and was not seen to fire. */
static inline bool timer_is_simple(const struct tlk_timer *timer)
{
    return !timer->interval && !timer->fired_now && timer->deadline_clock == CLOCK_MONOTONIC;
}

/* The same, and it is armed. */
static inline bool timer_runs(const struct tlk_timer *timer)
{
    return timer->flags & TLK_ARMED && timer_is_simple(timer);
}

/* It never was, neither here nor by a parent. */
static inline bool timer_is_new(const struct tlk_timer *timer)
{
    return !timer->armed && !(timer->flags & TLK_ARMED);
}

/* `now` by the monotonic clock: see TLK_TOUCHED. */
static inline uint32_t timer_moment(uint64_t now)
{
    uint64_t start = recording->start_mono;

    return TLK_TOUCHED(now > start ? now - start : 0); /* coarse, it may be behind */
}

/* Somebody decided something about it. */
static inline void timer_touch(struct tlk_timer *timer, uint64_t now)
{
    timer->touched = timer_moment(now);
}

static inline void timer_set_by(struct tlk_timer *timer, const void *caller)
{
    if (__builtin_expect(timer->setter != (uintptr_t)caller, 0)) {
        timer->setter = (uintptr_t)caller;
        modules_meet(caller);
    }
}

static inline bool timer_runs_until(const struct tlk_timer *timer, uint64_t time)
{
    return (int64_t)time < timer->deadline;
}

/*
 * Before a settime: `now` is the time to arm by, precise for a first arming; for a re-arming, which
 * may be a program's hottest call, by the coarse clock, which leaves the deadline uncertain by a
 * tick.
 */
static inline enum running timer_prepare(struct timer_ref ref, uint64_t *now)
{
    const struct tlk_timer *timer = timer_live(ref);

    *now = timer && timer->armed ? clock_coarse() : clock_mono();
    if (!timer || !(timer->flags & TLK_ARMED))
        return RUNNING_NOT;
    return timer_runs(timer) && timer_runs_until(timer, *now + CLOCK_LAG) ? RUNNING_SURELY
                                                                          : RUNNING_PERHAPS;
}

/*
 * What timer_armed() comes to for a one-shot timer that was running surely, or never set yet, and
 * is set to expire `value` ns from `now`. False, and nothing is done, when it is not as simple as
 * that.
 */
static inline bool timer_postponed(struct tlk_timer *timer, uint32_t generation, uint64_t value,
                                   uint64_t now, const void *caller)
{
    if (timer->generation != generation || !timer_is_live(timer) || !timer_is_simple(timer) ||
        !(timer->flags & TLK_ARMED || timer_is_new(timer)) || !value || value > INT64_MAX - now ||
        timer->armed == UINT32_MAX)
        return false;
    expiry_postpone(timer, value, now);
    timer->armed++;
    timer_set_by(timer, caller);
    timer_touch(timer, now);
    timer->flags |= TLK_ARMED;
    return true;
}

/* The kernel told the program whether the timer has time left. */
void timer_accounted(struct timer_ref ref, bool running);

/* `expirations` were delivered to the program. */
void timer_fired(struct timer_ref ref, uint64_t expirations);

/* At least so many expirations of the current arming are over. */
void timer_fired_at_least(struct timer_ref ref, uint64_t expirations);

/* The kernel holds expirations that the program has not read. */
void timer_unread(struct timer_ref ref, uint64_t expirations);

/* Its memory, which is the program's, was freed or used anew while it was armed. */
void timer_lost(struct timer_ref ref);

/*
 * The timer is no more. Only the first call for a reference counts. Who calls has removed it from
 * the table of live timers.
 */
void timer_released(struct timer_ref ref);

/* The same, of one that its library tells has not expired since it was set, if it was. */
void timer_released_unfired(struct timer_ref ref);

/* As timer_released(), for who has looked where it is. */
void timer_ended(struct tlk_timer *timer, struct timer_ref ref);

/* Does what signal handlers had to put off during a section. */
void pending_leave(void);

/*
 * Ends what section_enter() began, and does what signal handlers had to put off meanwhile. For a
 * family that guards something of its own with a lock.
 */
static inline void section_leave(void)
{
    section_exit();
    if (__builtin_expect(thread.pending_count, 0))
        pending_leave();
}

/* Frames kept of a stack; set at the start. */
extern uint32_t ledger_depth;

#endif
