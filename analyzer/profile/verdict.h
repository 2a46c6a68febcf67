/*
 * verdict.h - whether the timers of a site leak, with the reason in words and numbers.
 *
 * Evidence, not taste: what is live and in use or steady is held, whatever its number; but a pile
 * that was left alone, or has eaten up a limit, is a leak, steady or not.
 */
#ifndef TIMERLEAK_PROFILE_VERDICT_H
#define TIMERLEAK_PROFILE_VERDICT_H

#include "profile/evidence.h"

/* In the order of severity. */
enum verdict { VERDICT_CLEAN, VERDICT_HELD, VERDICT_GROWING, VERDICT_LEAK, VERDICTS };

#define WHY_SIZE 256

struct finding {
    enum verdict verdict;
    enum timer_state state; /* that most of those are in that stay behind; TIMER_STATES: of all */
    double growth;          /* timers per second; 0 unless it is a leak that grows */
    char why[WHY_SIZE];
};

void verdict_find(const struct evidence *evidence, struct finding *finding);

/* "leak", "growing", "held", "clean" */
const char *verdict_name(enum verdict verdict);

#endif
