/*
 * gated.h - profiles with stacks that a test makes up, and their gates.
 */
#ifndef ANALYZER_GATED_H
#define ANALYZER_GATED_H

#include "exports/exports.h"
#include "loaded.h"

#define MADE_FRAMES 6

struct made_frame {
    const char *function; /* NULL ends the stack; "": unknown; C++ as linkers know it */
    const char *file;     /* NULL: unknown */
    int line;
    const char *module; /* NULL: "/nowhere/server" */
};

/* A site: its timers pile up if there are many, else they are held. */
struct made {
    uint32_t family;                       /* 0: timerfd */
    unsigned live;                         /* MANY: a leak */
    bool armed;                            /* never-fired, else never-armed */
    const char *module;                    /* which tells it from others with the same frames */
    struct made_frame frames[MADE_FRAMES]; /* above the wrapped function, leaf first */
};

#define MANY 60

/* A process of two hours with these sites. Names are kept as the analyzer keeps them: clean. */
struct profile *made_profile(const struct made *sites, size_t count);

/* The same, into a profile that the caller has made. */
void made_into(struct profile *profile, const struct made *sites, size_t count);

/* What a leak without options, rules and baseline is judged by. */
extern const struct gate_options leaks_fail;

/* The verdict for the site of that index of the array that made the profile. */
const struct judged *judged_of(const struct gate *gate, size_t index);

/* What `write` makes of a gate, in a repository at /src: text that the caller frees. */
char *gate_text(gate_export *write, const struct gate *gate);

/* Suppressions as if read from a file with that text; the test fails if they are none. */
struct suppressions *rules_of(const char *text);

/* A new file with that text, which the caller removes and frees. */
char *file_of(const char *text);

/* Names that break formats which do not expect them. */
extern const struct made hostile;

#endif
