/*
 * naming.h - what functions are called where people read: by the short name, and as much more as
 * tells them from all others of the profile. By their whole names they are known: to filters,
 * fingerprints, suppressions, exports and JSON.
 *
 * Names are settled when one is asked for: all that are known by then together, so that their order
 * does not matter. One that is met later never changes or repeats what was settled.
 */
#ifndef TIMERLEAK_PROFILE_NAMING_H
#define TIMERLEAK_PROFILE_NAMING_H

#include "base/strings.h"

#include <stdbool.h>

struct naming;
/* What frames that read the same are called: those of one function, or of several. */
struct called;

/* All names are interned in these strings. */
struct naming *naming_new(struct strings *strings);
void naming_free(struct naming *naming);

/* Whether whole names are shown. */
void naming_show_whole(struct naming *naming, bool whole);

struct called *called_new(struct naming *naming);

/* One of its functions; the signature is NULL if none is known. */
void called_add(struct called *called, const char *name, const char *signature);

/* What is shown, and the whole of it: with parameters, if it is one function. */
const char *called_shown(const struct called *called);
const char *called_whole(const struct called *called);

/* What is shown for all functions of a name together: "add(...)", if there are several. */
const char *naming_shown(struct naming *naming, const char *name);
const char *naming_whole(struct naming *naming, const char *name);

/* The name as short as it gets, whatever others there are. */
const char *naming_short(struct naming *naming, const char *name);

#endif
