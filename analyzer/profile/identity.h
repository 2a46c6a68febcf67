/*
 * identity.h - by what a finding is known again in another run, on another machine, after code has
 * moved: its family, the state of its timers and the functions of its stack. No lines, no
 * addresses, nothing of the C library's start of a program, and no suffixes that a compiler gives.
 * Written down, that is its fingerprint.
 */
#ifndef TIMERLEAK_PROFILE_IDENTITY_H
#define TIMERLEAK_PROFILE_IDENTITY_H

#include "profile/profile.h"

#define FINGERPRINT_SIZE 32

struct identity {
    const struct site *site;
    const char **functions; /* interned in the profile; leaf first, the wrapped function is first */
    size_t count;
    uint64_t hash; /* of the family, the state and the functions */
    char fingerprint[FINGERPRINT_SIZE];
};

/* Ends with identity_free(). */
void identity_make(struct identity *identity, struct profile *profile, struct site *site,
                   enum timer_state state);
void identity_free(struct identity *identity);

/*
 * Gives all findings of a profile their fingerprints; the list gets another order. A second call in
 * the same function is another finding, and gets "-2" appended, and so on. The same code linked
 * into a second program is not.
 */
void fingerprints_set(struct identity **identities, size_t count, struct profile *profile);

/*
 * Sets the id of every site of a profile, whatever becomes of it: its family and all of its frames
 * as they are called here. A second call in one function, by address, gets "-2" appended, and so
 * on.
 */
void site_ids_set(struct profile *profile);

#endif
