/*
 * reasons.h - why a verdict is what it is, in words and numbers: each adds to finding->why. A
 * reason says what is true of all that it counts.
 */
#ifndef TIMERLEAK_PROFILE_REASONS_H
#define TIMERLEAK_PROFILE_REASONS_H

#include "profile/evidence.h"
#include "profile/finding.h"

/* What speaks for a leak. */
struct grounds {
    bool behind;      /* some live on for much longer than any that was released */
    bool rounds;      /* so they do, after few releases, but with each round it is one more */
    bool rising;      /* they were made throughout, and none ends */
    bool alone;       /* they fired or were stopped, and nobody came back to them */
    bool fills;       /* they are a large part of all that there may be, and creations fail */
    bool left_behind; /* nobody waits for most of those that are not due yet */
};

/* Sets the growth too. */
void reason_leak(const struct evidence *e, struct finding *finding, const struct grounds *grounds);

/* What it would take to tell. */
void reason_not_due(const struct evidence *e, struct finding *finding, double at_a_time);
void reason_forgotten(const struct evidence *e, struct finding *finding);
void reason_pool(const struct evidence *e, struct finding *finding);
void reason_warming_up(const struct evidence *e, struct finding *finding);
void reason_tail(const struct evidence *e, struct finding *finding);
void reason_too_few(const struct evidence *e, struct finding *finding, uint64_t one_in);

/* `kept`: those that outstay the others were made at the start. */
void reason_held(const struct evidence *e, struct finding *finding, bool kept);
void reason_clean(const struct evidence *e, struct finding *finding);

/* What shows as live may be gone, and what is not would be no leak. */
void reason_collected(const struct evidence *e, struct finding *finding);

/* Before any of them: a mistake, whatever becomes of it. */
void reason_overwritten(const struct evidence *e, struct finding *finding);

/* Beside any of them: how many are in use, and how much stands behind the numbers. */
void reason_used(const struct evidence *e, struct finding *finding);
void reason_sample(const struct evidence *e, struct finding *finding);

#endif
