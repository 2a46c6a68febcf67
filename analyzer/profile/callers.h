/*
 * callers.h - what live timers tell of the code that has to do with them: who set them last, who
 * duplicated their descriptors, what they call when they expire. Each is a location (stacks.h).
 *
 * A record has a frame, or an address of which none was made yet: that lies in the module that was
 * loaded there in the end, or is shown as it is.
 */
#ifndef TIMERLEAK_PROFILE_CALLERS_H
#define TIMERLEAK_PROFILE_CALLERS_H

#include "profile/model.h"

#define CALLER_UNKNOWN UINT32_MAX

/* Where the modules of one recording were loaded in the end. */
struct loaded_modules {
    struct loaded_module {
        uint64_t start, end, bias;
        uint32_t module; /* of the profile's */
    } * list;
    size_t count, room;
    const uint32_t *modules; /* all of the recording, as indices of the profile's */
    size_t module_count;
};

/* A module of the recording that is the profile's `module`. */
void loaded_modules_add(struct loaded_modules *loaded, const struct tlk_module *record,
                        uint32_t module);

/* Locations, or CALLER_UNKNOWN. */
struct callers {
    uint32_t setter, duplicator, notified;
};

struct callers callers_of(struct profile *profile, const struct loaded_modules *loaded,
                          const struct timer_record *timer);

/* ---- of all live timers of a site ---- */

enum caller_role { CALLER_SETS, CALLER_DUPLICATES };

/* Of a site's timers, so many more have this location in that role, and expire that often. */
void callers_count(struct profile *profile, struct site *site, enum caller_role role,
                   uint32_t location, uint64_t timers, uint64_t wakeups);

/* That whose timers wake most, or, where none do, that of the most timers; NULL: none is known. */
const struct caller *callers_most(const struct profile *profile, const struct site *site,
                                  enum caller_role role);

void callers_free(struct profile *profile);

/* The innermost frame of a location that is not of the wrapped function's class: the line of the
 * call. */
const struct stack_frame *caller_frame(struct profile *profile, const struct site *site,
                                       uint32_t location);

/* Whether the frame is of a function that makes the site's timers, up to the headline's. */
bool caller_is_maker(struct profile *profile, struct site *site, const struct stack_frame *frame);

#endif
