/*
 * suppressions.h - rules for findings that do not count, in LeakSanitizer's syntax.
 *
 * A line is a comment, if it begins with '#', or
 *
 *     KIND:PATTERN    or    KIND:STATE:PATTERN
 *
 * KIND is "leak", for timers of any family, or a family: timerfd, posix, itimer, gotime. STATE is
 * never-armed, never-fired, never-stopped or never-released: the state of most of the site's live
 * timers. A site is suppressed if the pattern is found in the name, the file or the module of any
 * frame of its stack. '*' stands for any text, '^' at its begin and '$' at its end hold it to the
 * begin and the end of what it is compared with; nothing else is special.
 */
#ifndef TIMERLEAK_PROFILE_SUPPRESSIONS_H
#define TIMERLEAK_PROFILE_SUPPRESSIONS_H

#include "base/errors.h"
#include "profile/profile.h"

struct rule {
    const char *text; /* the line; fit to be shown */
    const char *pattern;
    uint64_t families;      /* bits: see families.h */
    enum timer_state state; /* TIMER_STATES: any */
    size_t line;            /* from 1 */
    size_t used;            /* sites that it suppresses */
    bool broad;             /* see suppressions_weigh() */
};

struct suppressions {
    struct rule *rules;
    size_t count, room;
    char *text;
};

/* NULL, with the error in words, if the file can't be read, or a line of it is no rule. */
struct suppressions *suppressions_read(const char *path, char error[ERROR_SIZE]);
void suppressions_free(struct suppressions *suppressions);

/* The first rule that suppresses the site, NULL if none does. All that do are noted as used. */
const struct rule *suppressions_find(struct suppressions *suppressions, struct profile *profile,
                                     struct site *site, enum timer_state state);

/*
 * Notes which rules are over-broad: those that match "main", what is above it, a wrapped function,
 * or the stacks of nearly all sites, so that they would hide every leak to come.
 */
void suppressions_weigh(struct suppressions *suppressions, struct profile *profile);

/* Whether a pattern is found in a text. */
bool suppression_matches(const char *pattern, const char *text);

#endif
