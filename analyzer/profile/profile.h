/*
 * profile.h - the model of recordings is made here: see model.h.
 */
#ifndef TIMERLEAK_PROFILE_PROFILE_H
#define TIMERLEAK_PROFILE_PROFILE_H

#include "base/strings.h"
#include "profile/families.h"
#include "profile/model.h"
#include "profile/naming.h"
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

/* The trace that a recorded site is: made if need be. */
struct trace *profile_trace(struct profile *profile, const struct recording *recording,
                            const struct site_record *record, const uint32_t *modules);

/* By what does not depend on where modules were loaded, so that every run gives the same order. */
int traces_compare(const struct profile *profile, const struct trace *a, const struct trace *b);

/* By their frames, leaf first: those that share the first ones lie together. */
int sites_compare(const struct site *a, const struct site *b);

/* The site that is shown for all that share so many frames of that path: made if need be. */
struct site *profile_site_of_paths(struct profile *profile, const struct site *path, size_t depth);

/*
 * Forgets all that recordings said, so that they can be added anew, as they are later. Modules,
 * locations and the symbols found for them stay: each is looked up once.
 */
void profile_renew(struct profile *profile);

/*
 * To be called when all was added, and when filters have dropped some: tells which sites are shown,
 * and in what order (leaks first, then by number live; the same on every run), sorts the processes
 * by their starts, and sets headlines and totals.
 */
void profile_settle(struct profile *profile);

/* How many sites have that verdict. */
size_t profile_count_sites(const struct profile *profile, enum verdict verdict);

/* The state that most of its live timers are in; of a leak, those that stay behind, where these are
 * told from others. */
enum timer_state site_state(const struct site *site);

/* Why a site was found to be what it is, and how it is spread over paths and processes. */
const char *site_why(struct profile *profile, const struct site *site);

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
