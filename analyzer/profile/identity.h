/*
 * identity.h - by what a finding is known again in another run, on another machine, after code has
 * moved: its family and the functions of its stack. No lines, no addresses, no states, which pass
 * with time, nothing of the C library's start of a program, and no suffixes or template
 * arguments, which a compiler gives.
 * Written down, that is its fingerprint.
 */
#ifndef TIMERLEAK_PROFILE_IDENTITY_H
#define TIMERLEAK_PROFILE_IDENTITY_H

#include "profile/profile.h"

struct identity {
    const char **functions; /* interned in the profile; leaf first, the wrapped function is first */
    size_t count;
};

/* Ends with identity_free(). */
void identity_make(struct identity *identity, struct profile *profile, struct site *site);
void identity_free(struct identity *identity);

/*
 * Of functions, leaf first: makes their names plain, interned, and those one that follow each
 * other; returns how many are left.
 */
size_t identity_fold(struct strings *strings, const char **functions, size_t count);

/* What a fingerprint begins with, in 16 hexadecimal digits. */
uint64_t identity_hash(const char *family, const char *const *functions, size_t count);

/*
 * Sets the fingerprint and the id of every site of a profile that is judged. A second call in the
 * same function is another finding, and gets "-2" appended, and so on: leaks before what is held or
 * clean, then by address. The same code linked into a second program is the same finding: only the
 * site's id, which a report has once, gets "@2" appended, and so on.
 */
void fingerprints_set(struct profile *profile);

#endif
