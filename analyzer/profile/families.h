/*
 * families.h - what families of timers are called, and the kinds of timers that gotime makes.
 */
#ifndef TIMERLEAK_PROFILE_FAMILIES_H
#define TIMERLEAK_PROFILE_FAMILIES_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "posix", "timerfd"; "any" for 0. */
const char *family_name(uint64_t family);

/* The family of that name, which need not end there; 0 if there is none. */
uint64_t family_find(const char *name, size_t length);

/*
 * Reads names with commas between them into a bit for each; all, if the list is NULL. False, with
 * the first name that no family has, if there is one.
 */
bool family_parse(const char *list, uint64_t *families, struct text *unknown);

struct family_list {
    char s[128];
};

/* The names of those whose bits are set. */
struct family_list family_list(uint64_t families, const char *separator);

/* "after", "ticker"; NULL for a function that makes no timer of gotime's. */
const char *gotime_kind(const char *function);

/* What to call the timers that a function makes: "gotime/after", or their family alone. */
struct text family_label(uint64_t family, const char *function);

#endif
