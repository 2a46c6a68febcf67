/*
 * selection.h - what pprof's filters leave of a profile: the input of all views and exports that
 * are pprof's.
 *
 * Filters mean what they mean there: focus, ignore, tagfocus and tagignore choose samples; show,
 * hide, show_from and noinlines cut frames out of stacks; the granularity says which frames are
 * one place.
 */
#ifndef TIMERLEAK_PROFILE_SELECTION_H
#define TIMERLEAK_PROFILE_SELECTION_H

#include "base/errors.h"
#include "profile/places.h"
#include "profile/profile.h"
#include "profile/samples.h"

#include <stdio.h>

/* NULL, "" or false: not asked for. */
struct selection_options {
    const struct sample_type *type;
    const char *focus, *ignore, *show, *hide, *show_from;
    const char *tagfocus, *tagignore;
    enum granularity granularity;
    bool noinlines;
    bool relative_percentages; /* the total is that of what is left */
    bool subtract;             /* base samples are taken off their like (base, not diff_base) */
    bool zeros;                /* samples whose value is 0 are not left out */
    bool normalize;            /* scaled to the base's sums */
    const char *trim_path;     /* prefixes of files, with colons between them */
    const char *source_path;   /* files are shown below a directory of it */
};

/* A sample of those that a view is of. */
struct selected {
    const struct sample *sample; /* NULL: only in the base */
    const struct sample *base;   /* whose values are taken off; NULL: none */
    int64_t value;               /* of the type that was asked for */
    uint32_t depth;              /* of its site's locations, so many are shown */
};

struct selection {
    struct profile *profile;
    struct selection_options options;
    int64_t total; /* that percentages are of */
    struct selected *samples;
    size_t count;
    double ratios[SAMPLE_TYPES]; /* of normalize */
    struct frame_filter *frames; /* with all places that were met: frames->places */
};

/*
 * False, with the error in words, if an option can't be understood. What matches nothing is told
 * in `warnings` (may be NULL), a line each, as pprof does. The caller ends with selection_free()
 * in any case.
 */
bool selection_make(struct selection *selection, struct profile *profile,
                    const struct selection_options *options, FILE *warnings,
                    char error[ERROR_SIZE]);
void selection_free(struct selection *selection);

/*
 * Of a location, the places of the frames that are shown, innermost first; none if it is hidden.
 * Numbers for selection_place(); all but the last were inlined.
 */
const uint32_t *selection_places(const struct selection *selection, uint32_t location,
                                 size_t *count);

/* Valid until the next call of selection_places() for a location that it was not called for. */
const struct place *selection_place(const struct selection *selection, uint32_t place);

/* Any type's value of a sample that is left, base taken off and normalized. */
int64_t selected_value(const struct selection *selection, const struct selected *selected,
                       const struct sample_type *type);

/* The labels of it, and its site. */
const struct sample *selected_sample(const struct selected *selected);

/* The trace of a sample that is left. */
const struct trace *selected_trace(const struct selected *selected);

#endif
