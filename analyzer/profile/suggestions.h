/*
 * suggestions.h - rules that would suppress what fails, and as little else as can be.
 */
#ifndef TIMERLEAK_PROFILE_SUGGESTIONS_H
#define TIMERLEAK_PROFILE_SUGGESTIONS_H

#include "profile/gate.h"

/*
 * A rule for each site that fails, with its stack as a comment. It names the function that the
 * fewest other sites have in their stacks, of those the nearest to the timer. Errors are in
 * ferror().
 */
void suggestions_write(FILE *to, const struct gate *gate);

#endif
