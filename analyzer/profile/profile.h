/*
 * profile.h - the model of recordings is made here: see model.h.
 */
#ifndef TIMERLEAK_PROFILE_PROFILE_H
#define TIMERLEAK_PROFILE_PROFILE_H

#include "base/strings.h"
#include "profile/families.h"
#include "profile/model.h"
#include "profile/stacks.h"
#include "recording/reader.h"
#include "symbols/symbols.h"

struct profile *profile_new(void);
void profile_free(struct profile *profile);

/*
 * Adds all that a recording holds. The recording may be closed afterwards. Of a base, only samples
 * count: sites that are in it alone have no parts.
 */
void profile_add(struct profile *profile, struct recording *recording);

/* The modules of a recording, as indices of the profile's, made if need be; the caller frees them.
 */
uint32_t *profile_modules(struct profile *profile, struct recording *recording);

/* The site that a recorded one is: made if need be, and listed when there is anything to tell. */
struct site *profile_site(struct profile *profile, const struct recording *recording,
                          const struct tlk_site *record, const uint32_t *modules);
void profile_list_site(struct profile *profile, struct site *site);

/*
 * Forgets all that recordings said, so that they can be added anew, as they are later. Modules,
 * locations and the symbols found for them stay: each is looked up once.
 */
void profile_renew(struct profile *profile);

/*
 * Sorts the sites: leaks first, then by number live; and the processes, by their starts. The order
 * is the same on every run.
 */
void profile_sort(struct profile *profile);

/* How many sites have that verdict. */
size_t profile_count_sites(const struct profile *profile, enum verdict verdict);

/* The state that most of its live timers are in; of a leak, those that stay behind, where these are
 * told from others. */
enum timer_state site_state(const struct site *site);

/* Sets totals from the sites that are there. */
void profile_add_up(struct profile *profile);

/* Creations that failed, for whatever reason, and what such a reason is called: "EMFILE". */
uint64_t counts_failed(const struct counts *counts);
const char *failure_name(enum tlk_failure failure);

/* "1,686 creations failed: EMFILE, ENOMEM" */
struct text counts_failures(const struct counts *counts);

void counts_add(struct counts *to, const struct counts *from);
bool counts_any(const struct counts *counts);
void counts_scale(struct counts *counts, uint64_t factor);
uint64_t counts_value(const struct counts *counts, const struct sample_type *type);

#endif
