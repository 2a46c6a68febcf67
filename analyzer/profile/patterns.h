/*
 * patterns.h - the regular expressions of filters, and what they match.
 */
#ifndef TIMERLEAK_PROFILE_PATTERNS_H
#define TIMERLEAK_PROFILE_PATTERNS_H

#include "base/errors.h"
#include "profile/profile.h"

#include <regex.h>

struct pattern {
    bool set;            /* else it was not asked for */
    const char *literal; /* where nothing in it is special: searched for as it is */
    regex_t regex;
};

/*
 * An extended regular expression; NULL and "" are none. False, with the error in words, if it is
 * not one. `origin` names where it came from: "--focus". The text outlives the pattern.
 */
bool pattern_compile(struct pattern *pattern, const char *origin, const char *text,
                     char error[ERROR_SIZE]);
void pattern_free(struct pattern *pattern);

/* Whether it is found in the text; false for NULL. */
bool pattern_matches(const struct pattern *pattern, const char *text);

/* In the name, whole or short, or the file of a frame; and, of a location, also in the path of its
 * module. */
bool pattern_matches_frame(const struct pattern *pattern, struct profile *profile,
                           const struct stack_frame *frame);
bool pattern_matches_module(const struct pattern *pattern, const struct stack_frame *frame);
bool pattern_matches_location(const struct pattern *pattern, struct profile *profile,
                              uint32_t location);

#endif
