/*
 * suggestions.h - rules that would suppress a site, and as little else as can be.
 *
 * A rule names the path: the function nearest to the timer that no other place of its family has in
 * its stack, and that is no library's; where there is none, a file that no other has, else what the
 * fewest others have. Its stack is before it as a comment. Errors are in ferror().
 */
#ifndef TIMERLEAK_PROFILE_SUGGESTIONS_H
#define TIMERLEAK_PROFILE_SUGGESTIONS_H

#include "profile/gate.h"

struct suggestions;

/* Of a profile that outlives them. Ends with suggestions_free(), which takes NULL. */
struct suggestions *suggestions_new(struct profile *profile);
void suggestions_free(struct suggestions *suggestions);

/* The rule for a site, whatever the state of its timers. */
void suggestion_write(FILE *to, struct suggestions *suggestions, struct site *site);

/* For each site that fails. */
void suggestions_write(FILE *to, const struct gate *gate);

#endif
