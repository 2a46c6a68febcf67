/*
 * finding.h - what is said of a site: the verdict, and why.
 */
#ifndef TIMERLEAK_PROFILE_FINDING_H
#define TIMERLEAK_PROFILE_FINDING_H

#include "profile/states.h"

/* In the order of severity. */
enum verdict { VERDICT_CLEAN, VERDICT_HELD, VERDICT_GROWING, VERDICT_LEAK, VERDICTS };

#define WHY_SIZE 384

struct finding {
    enum verdict verdict;
    enum timer_state state; /* that most of those are in that stay behind; TIMER_STATES: of all */
    double growth;          /* timers per second; 0 unless it is a leak that grows */
    char why[WHY_SIZE];
};

#endif
