/*
 * kernel_match.h - a recording of a running process beside the kernel's list of its timers.
 */
#ifndef TIMERLEAK_OUTSIDE_KERNEL_MATCH_H
#define TIMERLEAK_OUTSIDE_KERNEL_MATCH_H

#include "profile/profile.h"
#include "outside/kernel_timers.h"

struct kernel_match {
    size_t matched;
    size_t copies;                    /* further descriptors of matched timers */
    size_t unwatched;                 /* in the kernel, of families that were not to be recorded */
    size_t itimers;                   /* in the recording; no other process can see the kernel's */
    const struct live_timer **unseen; /* live in the recording, not in the kernel */
    size_t unseen_count;
    const struct kernel_timer **unrecorded; /* in the kernel, not in the recording */
    size_t unrecorded_count;
};

/* Compares, marking `kernel`; the results point into both. The caller frees both arrays. */
void kernel_match_make(struct kernel_match *match, const struct profile *profile,
                       struct kernel_timers *kernel, pid_t pid);
void kernel_match_free(struct kernel_match *match);

#endif
