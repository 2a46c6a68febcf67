/*
 * records.h - what the records of a recording say, in one piece: a recording keeps what few sites
 * and timers have apart from them, and counts in as few bits as suffice.
 */
#ifndef TIMERLEAK_RECORDING_RECORDS_H
#define TIMERLEAK_RECORDING_RECORDS_H

#include "recording.h" /* preload's: the layout */

#include <stdbool.h>

/* See struct tlk_site and struct tlk_details. */
struct site_record {
    uint16_t family, depth;
    uint32_t stack;
    uint32_t function, kind; /* strings */
    uint32_t flags;          /* enum tlk_site_flags */
    uint64_t created, inherited, released;
    uint64_t armed, fired, stopped, fired_unknown;
    uint64_t first_created, last_created, last_released;
    uint64_t longest_life;
    uint32_t live, peak;
    uint32_t failed[TLK_FAILURES];
    uint64_t first_failed, last_failed;
    uint64_t lifetimes[TLK_LIFETIME_BUCKETS];
    uint64_t history_start; /* that of the spans; otherwise they are as in struct tlk_details */
    uint32_t history_shift, history_used;
    struct tlk_span history[TLK_HISTORY_BUCKETS];
};

/* See struct tlk_timer and struct tlk_extra. */
struct timer_record {
    uint32_t state, generation;
    uint32_t site;
    uint32_t flags; /* enum tlk_timer_flags */
    uint64_t id;
    uint64_t created, armed_at;
    int64_t deadline;
    uint64_t interval;
    uint32_t armed, stopped;
    uint64_t fired, fired_now;
    uint32_t fired_unknown;
    uint32_t touched, seen;
    uint32_t name; /* string */
    uint64_t setter;
    uint8_t family, notify, references, signal;
    int16_t clock, deadline_clock;
    uint32_t thread;
    /* Of a family by descriptor: */
    uint16_t duplicates[TLK_DUPLICATES];
    uint64_t duplicator;
    /* Of TLK_NOTIFY_THREAD: */
    uint64_t notified;
    /* Of all others: */
    uint32_t retained;
};

/* `details` and `extra` are NULL where there are none. False: damaged. */
bool site_unpack(const struct tlk_site *site, const struct tlk_details *details,
                 struct site_record *record);
void timer_unpack(const struct tlk_timer *timer, const struct tlk_extra *extra,
                  struct timer_record *record);

#endif
