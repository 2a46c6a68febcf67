/*
 * gate.h - what lets a build pass: every site judged, by its verdict, by what is known, and by the
 * rules that suppress it. Views and exports only read it.
 *
 * A site counts if --fail-on says so. One that counts and is neither suppressed nor known fails.
 */
#ifndef TIMERLEAK_PROFILE_GATE_H
#define TIMERLEAK_PROFILE_GATE_H

#include "base/text.h"
#include "profile/baseline.h"
#include "profile/suppressions.h"

enum outcome { OUTCOME_PASSES, OUTCOME_SUPPRESSED, OUTCOME_KNOWN, OUTCOME_FAILS, OUTCOMES };

struct judged {
    struct site *site;
    enum timer_state state; /* the one that most of its live timers are in */
    enum outcome outcome;
    const struct rule *rule; /* that suppresses it, else NULL */
};

enum gate_result {
    GATE_PASSES,
    GATE_FAILS,
    GATE_IN_DOUBT, /* what was recorded does not do to judge by */
};

struct gate_options {
    bool verdicts[VERDICTS], states[TIMER_STATES]; /* that count */
    bool passed_on, overwritten;                   /* those that have such a timer do */
    uint64_t max_live;                             /* UINT64_MAX: any number */
    uint64_t max_dropped;                          /* of a process, see losses_hiding() */
    uint64_t families;                             /* that are asked about: bits: see families.h */
    bool allow_empty;                              /* no timer at all is fine */
    bool incomplete;                               /* a recording could not be read */
    bool filtered; /* sites were left out: what was not seen is not gone */
    bool sought;   /* some were asked for: none of them is nothing to judge by */
};

struct gate {
    struct profile *profile;
    struct gate_options options;
    struct judged *judged; /* one for each site of the profile, in its order */
    size_t count;
    size_t outcomes[OUTCOMES]; /* how many sites */
    uint64_t live;             /* timers of all sites that are not suppressed */
    bool too_many;             /* of them */
    char **doubts;             /* why it can't be judged, in words */
    size_t doubt_count, doubt_room;
    struct suppressions *suppressions; /* NULL: none */
    struct baseline *baseline;         /* NULL: none */
};

/* Beside verdicts and states. */
#define GATE_PASSED_ON "passed-on"
#define GATE_OVERWRITTEN "overwritten"

/*
 * Reads a list of verdicts and states, with commas between them: "leak", "held" (leaks too), and
 * states; GATE_PASSED_ON and GATE_OVERWRITTEN. False, with the first that is unknown, if there is
 * one.
 */
bool gate_parse(struct gate_options *options, const char *list, struct text *unknown);

/*
 * Judges all sites of a profile that is sorted and added up, and gives them their fingerprints. The
 * gate owns suppressions and baseline, each of which may be NULL. Ends with gate_free(); the
 * profile stays the caller's.
 */
void gate_judge(struct gate *gate, struct profile *profile, const struct gate_options *options,
                struct suppressions *suppressions, struct baseline *baseline);
void gate_free(struct gate *gate);

enum gate_result gate_result(const struct gate *gate);

/*
 * Whether all was seen: then a rule that suppresses nothing, or a site of the baseline that was not
 * seen, is not needed any more.
 */
bool gate_is_whole(const struct gate *gate);

/*
 * Takes what is known and what fails for the new baseline: from now on it is known. What the old
 * one has of families that were not asked about stays. Returns the old baseline, which the caller
 * frees.
 */
struct baseline *gate_accept(struct gate *gate);

/* "passes", "suppressed", "known", "fails" */
const char *outcome_name(enum outcome outcome);

#endif
