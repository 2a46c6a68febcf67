/*
 * families.h - the families of timers that are known: those of the shim, those of libraries that
 * objects beside it wrap (foreign.h), and whatever recordings have brought. What is to be decided
 * about a family is decided by its traits.
 *
 * A family has one number in this process, whichever recordings have it: an index, or a bit.
 */
#ifndef TIMERLEAK_PROFILE_FAMILIES_H
#define TIMERLEAK_PROFILE_FAMILIES_H

#include "base/text.h"
#include "recording.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAMILIES_MOST 64
#define FAMILIES_ALL "all" /* in place of a list of names */

/*
 * The numbers of a recording's families here, by those that it gives them; 0 for one whose name
 * can't be one, or when there are too many.
 */
void families_intern(const struct tlk_header *header, uint64_t numbers[TLK_FAMILIES]);

/* A bit for each of a recording's families that was watched, or that was not. */
uint64_t families_of(const struct tlk_header *header, bool watched);

/* Numbers below may be asked about. */
uint64_t family_count(void);

/* A bit for each that is known. */
uint64_t families_known(void);

/* "posix", "timerfd"; "any" for 0. */
const char *family_name(uint64_t family);

/* Whether it has any of these traits (enum tlk_trait). */
bool family_has(uint64_t family, uint32_t traits);

/* A bit for each that is called so: two recordings may disagree about the traits. */
uint64_t families_named(const char *name, size_t length);
uint64_t family_namesakes(uint64_t family);

/* Whether it stands for its namesakes where names are listed, each once. */
bool family_is_first(uint64_t family);

/*
 * Reads names with commas between them into a bit for each; all, if the list is NULL, or says so.
 * False, with the first name that no family has, if there is one: the others are read.
 */
bool family_parse(const char *list, uint64_t *families, struct text *unknown);

struct family_list {
    char s[128];
};

/* The names of those whose bits are set. */
struct family_list family_list(uint64_t families, const char *separator);

/* What to call timers of that kind: "gotime/after"; or their family alone, if it is "". */
struct text family_label(uint64_t family, const char *kind);

#endif
