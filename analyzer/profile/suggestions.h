/*
 * suggestions.h - rules that would suppress what fails, and as little else as can be.
 */
#ifndef TIMERLEAK_PROFILE_SUGGESTIONS_H
#define TIMERLEAK_PROFILE_SUGGESTIONS_H

#include "profile/gate.h"

/*
 * A rule for each site that fails, with its stack as a comment, whatever the state of its timers.
 * It names the path: the function nearest to the timer that no other place of its family has in its
 * stack, and that is no library's; where there is none, a file that no other has, else what the
 * fewest others have. Errors are in ferror().
 */
void suggestions_write(FILE *to, const struct gate *gate);

#endif
