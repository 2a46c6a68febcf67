/*
 * profile.h - the model of recordings is made here: see model.h.
 */
#ifndef TIMERLEAK_PROFILE_PROFILE_H
#define TIMERLEAK_PROFILE_PROFILE_H

#include "base/strings.h"
#include "base/text.h"
#include "profile/locations.h"
#include "profile/model.h"
#include "recording/reader.h"
#include "symbols/symbols.h"

struct profile *profile_new(void);
void profile_free(struct profile *profile);

/*
 * Adds all that a recording holds. The recording may be closed afterwards. Of a base, only samples
 * count: sites that are in it alone have no parts.
 */
void profile_add(struct profile *profile, struct recording *recording);

/*
 * Forgets all that recordings said, so that they can be added anew, as they are later. Modules,
 * locations and the symbols found for them stay: each is looked up once.
 */
void profile_renew(struct profile *profile);

/* Sets totals from the sites that are there. */
void profile_add_up(struct profile *profile);

void counts_add(struct counts *to, const struct counts *from);
void counts_scale(struct counts *counts, uint64_t factor);
uint64_t counts_value(const struct counts *counts, const struct sample_type *type);

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

#endif
