#include "families/notice.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/gate.h"
#include "core/hash.h"
#include "core/lock.h"
#include "core/memory.h"
#include "core/thread.h"
#include "life/process.h"

#define NOTICES 65536
#define BUCKETS 1024

/*
 * After timer_delete() a thread that glibc started for the last expiration may still be on its way
 * here. So a notice is never changed: given back, it serves only a timer that calls the same
 * function with the same value, and a late call does what it should have done in any case.
 */
struct notice {
    void (*function)(union sigval);
    union sigval value;
    struct timer_ref ref;
    struct notice *next_idle;
};

static struct notice *idle[BUCKETS];
static struct notice *notices;
static unsigned made;

static struct notice **notice_bucket(void (*function)(union sigval), union sigval value)
{
    uint64_t mixed = hash_mix((uintptr_t)function, (uintptr_t)value.sival_ptr);

    return &idle[mixed >> 32 & (BUCKETS - 1)];
}

static struct notice *notice_take_idle(void (*function)(union sigval), union sigval value)
{
    for (struct notice **at = notice_bucket(function, value); *at; at = &(*at)->next_idle) {
        struct notice *notice = *at;

        if (notice->function == function && notice->value.sival_ptr == value.sival_ptr) {
            *at = notice->next_idle;
            return notice;
        }
    }
    return NULL;
}

/*
 * Nothing before the first is needed, for whoever forks has the kernel look through all there is.
 * glibc makes more system calls than this one at that moment, to start its thread.
 */
static bool notices_reserved(void)
{
    int saved = errno;

    if (!notices && !gate->sandboxed)
        notices = memory_reserve(NOTICES * sizeof(*notices));
    errno = saved;
    return notices;
}

static struct notice *notice_make(void (*function)(union sigval), union sigval value)
{
    struct notice *notice = notices_reserved() && made < NOTICES ? &notices[made++] : NULL;

    if (notice)
        *notice = (struct notice){.function = function, .value = value};
    return notice;
}

struct notice *notice_take(void (*function)(union sigval), union sigval value)
{
    struct notice *notice;

    if (!section_enter())
        return NULL;
    if (!lock_take(&family_lock)) {
        section_leave();
        return NULL;
    }
    notice = notice_take_idle(function, value);
    if (!notice)
        notice = notice_make(function, value);
    lock_give(&family_lock);
    section_leave();
    return notice;
}

uint32_t notice_number(const struct notice *notice)
{
    return notice ? (uint32_t)(notice - notices) + 1 : 0;
}

struct notice *notice_of(uint64_t number)
{
    return number ? &notices[number - 1] : NULL;
}

void notice_belongs_to(struct notice *notice, struct timer_ref ref)
{
    notice->ref = ref;
}

void notice_give(struct notice *notice)
{
    struct notice **bucket = notice_bucket(notice->function, notice->value);

    if (!section_enter())
        return;
    if (lock_take(&family_lock)) {
        notice->next_idle = *bucket;
        *bucket = notice;
        lock_give(&family_lock);
    }
    section_leave();
}

void notice_deliver(union sigval argument)
{
    struct notice *notice = argument.sival_ptr;

    timer_fired(notice->ref, 1);
    notice->function(notice->value);
}
