/*
 * details.h - how struct tlk_details is kept: the same for the shim and for who watches a process
 * from outside, so that the same events make the same records.
 */
#ifndef TIMERLEAK_DETAILS_H
#define TIMERLEAK_DETAILS_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "recording.h"

static inline void spans_fill(struct tlk_details *details, uint64_t until, uint32_t live)
{
    while (details->history_used < until)
        details->history[details->history_used++] = (struct tlk_span){live, live};
}

/* Makes room for later times: every two spans become one. */
static inline void spans_halve(struct tlk_details *details)
{
    for (uint32_t i = 0; i < TLK_HISTORY_BUCKETS / 2; i++) {
        const struct tlk_span *a = &details->history[2 * i], *b = a + 1;

        details->history[i].low = a->low < b->low ? a->low : b->low;
        details->history[i].high = a->high > b->high ? a->high : b->high;
    }
    details->history_used = TLK_HISTORY_BUCKETS / 2;
    details->history_shift++;
}

/* Of `before`, `live` are live from now on, so long after the first. */
static inline void span_note(struct tlk_details *details, uint64_t since, uint32_t before,
                             uint32_t live)
{
    struct tlk_span *span;
    uint64_t index;

    while ((index = since >> details->history_shift) >= TLK_HISTORY_BUCKETS) {
        spans_fill(details, TLK_HISTORY_BUCKETS, before);
        spans_halve(details);
    }
    spans_fill(details, index + 1, before);
    span = &details->history[details->history_used - 1];
    if (live < span->low) /* written only when it changes, for other threads read it too */
        span->low = live;
    if (live > span->high)
        span->high = live;
}

/* Of a timer that lived so many ns. */
static inline unsigned lifetime_bucket(uint64_t value)
{
    unsigned log = value ? 63u - (unsigned)__builtin_clzll(value) : 0;

    return log < TLK_LIFETIME_BUCKETS ? log : TLK_LIFETIME_BUCKETS - 1;
}

/* False: it failed for another reason. */
static inline bool failure_of(int error, enum tlk_failure *failure)
{
    static const int errors[TLK_FAILURES] = {[TLK_FAILED_EMFILE] = EMFILE,
                                             [TLK_FAILED_ENFILE] = ENFILE,
                                             [TLK_FAILED_EAGAIN] = EAGAIN,
                                             [TLK_FAILED_ENOMEM] = ENOMEM};

    for (*failure = 0; *failure < TLK_FAILURES; ++*failure)
        if (errors[*failure] == error)
            return true;
    return false;
}

static inline void failure_note(struct tlk_details *details, enum tlk_failure failure, uint64_t now)
{
    if (!details->first_failed)
        details->first_failed = now;
    details->last_failed = now;
    details->failed[failure]++;
}

#endif
