/*
 * filter.h - keeps the sites that are asked for, as pprof's options of the same names do.
 */
#ifndef TIMERLEAK_PROFILE_FILTER_H
#define TIMERLEAK_PROFILE_FILTER_H

#include "base/errors.h"
#include "profile/patterns.h"

struct filter {
    const char *families;       /* names with commas between them; NULL: all */
    const char *focus, *ignore; /* extended regular expressions over functions, files, modules */
};

/*
 * Drops all other sites, and their timers, from the profile, and settles what is left; what an
 * earlier filter had dropped is there again, unless this one drops it too. False, with
 * the error in words, if a family is unknown or an expression is none; the profile is then as it
 * was.
 */
bool profile_filter(struct profile *profile, const struct filter *filter, char error[ERROR_SIZE]);

#endif
