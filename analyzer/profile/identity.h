/*
 * identity.h - by what a finding is known again in another run, on another machine, after code has
 * moved: its family, the state of its timers and the functions of its stack. No lines, no
 * addresses, nothing of the C library's start of a program, and no suffixes that a compiler gives.
 */
#ifndef TIMERLEAK_PROFILE_IDENTITY_H
#define TIMERLEAK_PROFILE_IDENTITY_H

#include "profile/profile.h"

struct identity {
    const char **functions; /* interned in the profile; leaf first, the wrapped function is first */
    size_t count;
    uint64_t hash; /* of the family, the state and the functions */
};

/* Ends with identity_free(). */
void identity_make(struct identity *identity, struct profile *profile, struct site *site,
                   enum timer_state state);
void identity_free(struct identity *identity);

/*
 * Sets the fingerprint of every site. Two calls in one function have the same functions: the
 * second, by address, gets "-2" appended, and so on.
 */
void fingerprints_set(struct profile *profile);

#endif
