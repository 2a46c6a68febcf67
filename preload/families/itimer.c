/*
 * itimer.c - setitimer(), alarm() and ualarm(). A process has one timer of each kind. It counts as
 * created when it is armed from rest, and as released when it is disarmed or, one-shot, has
 * expired: a timer at rest holds nothing.
 *
 * The three calls set the same ITIMER_REAL. alarm() and setitimer() must stay async-signal-safe.
 */
#include <sys/time.h>
#include <unistd.h>

#include "families/family.h"
#include "ledger/admission.h"
#include "ledger/inherit.h"

static const clockid_t clocks[] = {
    [ITIMER_REAL] = CLOCK_MONOTONIC,
    [ITIMER_VIRTUAL] = CLOCK_PROCESS_CPUTIME_ID,
    [ITIMER_PROF] = CLOCK_PROCESS_CPUTIME_ID,
};

static const int signals[] = {
    [ITIMER_REAL] = SIGALRM,
    [ITIMER_VIRTUAL] = SIGVTALRM,
    [ITIMER_PROF] = SIGPROF,
};

static uint64_t timeval_us(const struct timeval *time)
{
    return (uint64_t)time->tv_sec * 1000000u + (uint64_t)time->tv_usec;
}

/* `was_running`: what the kernel said of the timer's state before. */
static void itimer_was_set(int which, uint64_t value_us, uint64_t interval_us, bool was_running,
                           const struct call *call)
{
    struct timer_ref ref = timer_find(TLK_ITIMER, (uint64_t)which);
    struct arming arming = {
        .now = clock_mono(),
        .value = value_us * 1000,
        .interval = interval_us * 1000,
        .before = {.known = true, .running = was_running},
        .caller = call->caller,
    };

    if (ref.slot && (!was_running || !value_us)) {
        ref = timer_take(TLK_ITIMER, (uint64_t)which);
        timer_accounted(ref, was_running);
        if (was_running)
            timer_armed(ref, &arming);
        timer_released(ref);
        ref.slot = 0;
    }
    /* One that ran already came from elsewhere, unless it was left out on purpose. */
    if (!ref.slot && value_us && (!was_running || admission_complete())) {
        struct birth birth = {
            .call = *call,
            .id = (uint64_t)which,
            .clock = clocks[which],
            .signal = signals[which],
        };
        ref = timer_created(&birth);
    }
    if (ref.slot && value_us)
        timer_armed(ref, &arming);
}

/* A child that only disarms what fork did not pass on needs no recording for that. */
static bool itimer_matters(uint64_t value)
{
    return value || gate_open() ? family_admits(TLK_ITIMER) : false;
}

HOOK int setitimer(__itimer_which_t kind, const struct itimerval *value, struct itimerval *old)
{
    int which = (int)kind;
    struct itimerval before, wanted = {0};
    bool copied = value && value == old;
    int result;

    if (!family_admits(TLK_ITIMER))
        return real()->setitimer(which, value, old);
    if (copied)
        wanted = *value;
    result = real()->setitimer(which, value, old ? old : &before);
    if (result != 0)
        return result;
    if (value && !copied)
        wanted = *value;
    itimer_was_set(which, timeval_us(&wanted.it_value), timeval_us(&wanted.it_interval),
                   timeval_us(old ? &old->it_value : &before.it_value) != 0,
                   &CALL("setitimer", TLK_ITIMER));
    return result;
}

HOOK unsigned alarm(unsigned seconds)
{
    unsigned left = real()->alarm(seconds);

    if (itimer_matters(seconds))
        itimer_was_set(ITIMER_REAL, (uint64_t)seconds * 1000000u, 0, left != 0,
                       &CALL("alarm", TLK_ITIMER));
    return left;
}

HOOK useconds_t ualarm(useconds_t value, useconds_t interval)
{
    useconds_t left = real()->ualarm(value, interval);

    if (left != (useconds_t)-1 && itimer_matters(value))
        itimer_was_set(ITIMER_REAL, value, interval, left != 0, &CALL("ualarm", TLK_ITIMER));
    return left;
}

/*
 * What runs already came over exec, which hands on these timers as it does descriptors; or was set
 * before this constructor, and is known.
 */
__attribute__((constructor)) static void itimers_adopt(void)
{
    for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++) {
        struct birth birth = {
            .call = {.function = "execve", .family = TLK_ITIMER},
            .id = (uint64_t)which,
            .clock = clocks[which],
            .signal = signals[which],
            .flags = TLK_INHERITED,
        };
        struct arming arming = {.now = clock_mono()};
        struct itimerval left;

        if (getitimer((__itimer_which_t)which, &left) != 0 || !timeval_us(&left.it_value) ||
            !family_admits(TLK_ITIMER) || timer_find(TLK_ITIMER, (uint64_t)which).slot)
            continue;
        arming.value = timeval_us(&left.it_value) * 1000;
        arming.interval = timeval_us(&left.it_interval) * 1000;
        inherit_arming(timer_created(&birth), &arming);
    }
}
