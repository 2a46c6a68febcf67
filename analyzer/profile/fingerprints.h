/*
 * fingerprints.h - names for sites that stay the same when code moves: by family and functions.
 */
#ifndef TIMERLEAK_PROFILE_FINGERPRINTS_H
#define TIMERLEAK_PROFILE_FINGERPRINTS_H

#include "profile/profile.h"

/*
 * Sets the fingerprint of every site. Two calls in one function have the same functions: the
 * second, by address, gets "-2" appended, and so on.
 */
void fingerprints_set(struct profile *profile);

#endif
