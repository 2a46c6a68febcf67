/*
 * posix.c - timer_create() and its kin.
 *
 * glibc exports each of them in several versions. Those from 2.3.3 on take timer_t; the oldest, on
 * x86-64 only, takes an int, and a program linked with it keeps four bytes for it: writing eight
 * there would destroy its neighbour. So the shim exports both, under the versions of glibc
 * (exports.map), and each calls its own.
 */
#include <signal.h>
#include <string.h>

#include "core/machine.h"
#include "families/notice.h"
#include "families/setting.h"
#include "ledger/admission.h"

#define INT_ID(id) ((uint64_t)1 << 62 | (uint32_t)(id)) /* no timer_t looks like that */

static void posix_birth(struct birth *birth, clockid_t clock, const struct sigevent *event)
{
    static const enum tlk_notify notifies[] = {
        [SIGEV_SIGNAL] = TLK_NOTIFY_SIGNAL,
        [SIGEV_NONE] = TLK_NOTIFY_NONE,
        [SIGEV_THREAD] = TLK_NOTIFY_THREAD,
        [SIGEV_THREAD_ID] = TLK_NOTIFY_THREAD_ID,
    };

    birth->clock = clock;
    birth->notify = event ? notifies[event->sigev_notify] : TLK_NOTIFY_SIGNAL;
    birth->signal = SIGALRM;
    if (event)
        birth->signal = birth->notify == TLK_NOTIFY_SIGNAL || birth->notify == TLK_NOTIFY_THREAD_ID
                            ? event->sigev_signo
                            : 0;
    if (birth->notify == TLK_NOTIFY_THREAD)
        birth->notified = event->sigev_notify_function;
}

/*
 * The real call, with a notification function of ours in the place of the program's where there is
 * one, and the timer is sure to be entered: a notice is given back with its timer. glibc has
 * checked the event when it succeeds.
 */
static int posix_create(const struct posix_timer_calls *calls, clockid_t clock,
                        struct sigevent *event, void *id, struct notice **notice)
{
    struct sigevent ours;

    *notice = NULL;
    if (event && event->sigev_notify == SIGEV_THREAD && event->sigev_notify_function &&
        admission_of_all())
        *notice = notice_take(event->sigev_notify_function, event->sigev_value);
    if (!*notice)
        return calls->timer_create(clock, event, id);
    ours = *event;
    ours.sigev_notify_function = notice_deliver;
    ours.sigev_value.sival_ptr = *notice;
    return calls->timer_create(clock, &ours, id);
}

static void posix_created(const struct call *call, uint64_t id, clockid_t clock,
                          const struct sigevent *event, struct notice *notice)
{
    struct birth birth = {.call = *call, .id = id, .cookie = notice_number(notice)};
    struct timer_ref ref;

    posix_birth(&birth, clock, event);
    birth.flags = notice ? TLK_EXACT_FIRES : 0;
    ref = timer_created(&birth);
    if (notice)
        notice_belongs_to(notice, ref);
}

static void posix_failed(const struct call *call, struct notice *notice)
{
    int error = errno;

    if (notice)
        notice_give(notice);
    timer_failed(call, error);
    errno = error;
}

static struct timer_ref posix_find(uint64_t id)
{
    return gate_open() ? timer_find(TLK_POSIX, id) : (struct timer_ref){0};
}

static __attribute__((noinline)) int posix_set_slowly(const struct posix_timer_calls *calls,
                                                      void *id, uint64_t key, int flags,
                                                      const struct itimerspec *value,
                                                      struct itimerspec *old, const void *caller)
{
    struct setting setting;
    struct timer_ref ref = posix_find(key);
    int result;

    if (!ref.slot)
        return calls->timer_settime(id, flags, value, old);
    setting_prepare(&setting, ref, value, old);
    result = calls->timer_settime(id, flags, value, setting.old);
    if (result == 0)
        setting_report(&setting, value, flags & TIMER_ABSTIME, caller);
    return result;
}

static inline int posix_set(const struct posix_timer_calls *calls, void *id, uint64_t key,
                            int flags, const struct itimerspec *value, struct itimerspec *old,
                            const void *caller)
{
    struct postponing postponing;
    int result;

    if (!postponing_begin(&postponing, live_find_fast(TLK_POSIX, key), old))
        return posix_set_slowly(calls, id, key, flags, value, old, caller);
    result = calls->timer_settime(id, flags, value, NULL);
    if (result == 0)
        postponing_end(&postponing, value, flags & TIMER_ABSTIME, caller);
    return result;
}

static int posix_get(const struct posix_timer_calls *calls, void *id, uint64_t key,
                     struct itimerspec *value)
{
    struct timer_ref ref = posix_find(key);
    int result = calls->timer_gettime(id, value);

    if (result == 0)
        timer_accounted(ref, nanoseconds(&value->it_value) != 0);
    return result;
}

static int posix_overrun(const struct posix_timer_calls *calls, void *id, uint64_t key)
{
    struct timer_ref ref = posix_find(key);
    int overrun = calls->timer_getoverrun(id);

    if (overrun > 0)
        timer_fired_at_least(ref, (uint64_t)overrun + 1);
    return overrun;
}

static int posix_delete(const struct posix_timer_calls *calls, void *id, uint64_t key)
{
    if (gate_open()) {
        struct timer_ref ref = timer_take(TLK_POSIX, key);
        struct notice *notice = notice_of(timer_cookie(ref));

        timer_released(ref);
        if (notice)
            notice_give(notice);
    }
    return calls->timer_delete(id);
}

#define CREATE(suffix, calls, id_type, key)                                                        \
    HOOK int timer_create_##suffix(clockid_t clock, struct sigevent *event, id_type *id);          \
    HOOK int timer_create_##suffix(clockid_t clock, struct sigevent *event, id_type *id)           \
    {                                                                                              \
        struct notice *notice = NULL;                                                              \
        int result;                                                                                \
                                                                                                   \
        if (!family_admits(TLK_POSIX))                                                             \
            return real()->calls.timer_create(clock, event, id);                                   \
        result = posix_create(&real()->calls, clock, event, id, &notice);                          \
        if (result == 0)                                                                           \
            posix_created(&CALL("timer_create", TLK_POSIX), key(*id), clock, event, notice);       \
        else                                                                                       \
            posix_failed(&CALL("timer_create", TLK_POSIX), notice);                                \
        return result;                                                                             \
    }

#define OTHERS(suffix, calls, id_type, key)                                                        \
    HOOK int timer_settime_##suffix(id_type id, int flags, const struct itimerspec *value,         \
                                    struct itimerspec *old);                                       \
    HOOK int timer_settime_##suffix(id_type id, int flags, const struct itimerspec *value,         \
                                    struct itimerspec *old)                                        \
    {                                                                                              \
        return posix_set(&real()->calls, (void *)(intptr_t)id, key(id), flags, value, old,         \
                         __builtin_return_address(0));                                             \
    }                                                                                              \
    HOOK int timer_gettime_##suffix(id_type id, struct itimerspec *value);                         \
    HOOK int timer_gettime_##suffix(id_type id, struct itimerspec *value)                          \
    {                                                                                              \
        return posix_get(&real()->calls, (void *)(intptr_t)id, key(id), value);                    \
    }                                                                                              \
    HOOK int timer_getoverrun_##suffix(id_type id);                                                \
    HOOK int timer_getoverrun_##suffix(id_type id)                                                 \
    {                                                                                              \
        return posix_overrun(&real()->calls, (void *)(intptr_t)id, key(id));                       \
    }                                                                                              \
    HOOK int timer_delete_##suffix(id_type id);                                                    \
    HOOK int timer_delete_##suffix(id_type id)                                                     \
    {                                                                                              \
        return posix_delete(&real()->calls, (void *)(intptr_t)id, key(id));                        \
    }

#define POINTER_ID(id) ((uint64_t)(uintptr_t)(id))

/* `version` is "@GLIBC_x" for a version that new programs don't get, "@@GLIBC_x" for theirs. */
#define EXPORT(suffix, version)                                                                    \
    __asm__(".symver timer_create_" #suffix ",timer_create" version);                              \
    __asm__(".symver timer_settime_" #suffix ",timer_settime" version);                            \
    __asm__(".symver timer_gettime_" #suffix ",timer_gettime" version);                            \
    __asm__(".symver timer_getoverrun_" #suffix ",timer_getoverrun" version);                      \
    __asm__(".symver timer_delete_" #suffix ",timer_delete" version)

CREATE(now, posix, timer_t, POINTER_ID)
OTHERS(now, posix, timer_t, POINTER_ID)
EXPORT(now, "@@GLIBC_2.34");

#ifdef MACHINE_TIMERS_THEN
CREATE(then, posix, timer_t, POINTER_ID)
OTHERS(then, posix, timer_t, POINTER_ID)
EXPORT(then, "@" MACHINE_TIMERS_THEN);
#endif

#ifdef MACHINE_TIMERS_FIRST
CREATE(first, posix_int, int, INT_ID)
OTHERS(first, posix_int, int, INT_ID)
EXPORT(first, "@" MACHINE_TIMERS_FIRST);
#endif
