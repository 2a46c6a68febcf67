/*
 * samples.h - what pprof calls samples: the timers of one trace that have the same labels, with a
 * value for each sample type.
 */
#ifndef TIMERLEAK_PROFILE_SAMPLES_H
#define TIMERLEAK_PROFILE_SAMPLES_H

#include "base/index.h"
#include "profile/states.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trace;

/* The types in their order; all profiles have all of them, so that they can be compared. */
enum sample_type_id {
    SAMPLE_LIVE,
    SAMPLE_CREATED,
    SAMPLE_ARMED,
    SAMPLE_FIRED,
    SAMPLE_STOPPED,
    SAMPLE_RELEASED,
    SAMPLE_NEVER_ARMED,
    SAMPLE_NEVER_FIRED,
    SAMPLE_NEVER_STOPPED,
    SAMPLE_NEVER_RELEASED,
    SAMPLE_AGE,     /* ns, of all live timers together */
    SAMPLE_WAKEUPS, /* expirations per second of the process's run, rounded */
    SAMPLE_TYPES
};

struct sample_type {
    enum sample_type_id id;
    const char *name;
    const char *unit; /* "count" or "nanoseconds" */
};

/* The type of that name or number, the first ("live") for NULL; NULL if there is none such. */
const struct sample_type *sample_find(const char *name);

/* The types in their order, NULL beyond the last. */
const struct sample_type *sample_at(size_t index);

#define SAMPLE_RELEASED_STATE TIMER_STATES /* in labels.state: live no more */
#define SAMPLE_NO_CLOCK INT32_MAX

/*
 * What timers of one sample have in common. Times are rounded so that equal ones meet: ages down
 * to 1, 2 or 5 times a power of ten, timeouts to two digits. A hash key: all bytes are set.
 */
struct labels {
    uint64_t timeout, interval, age; /* ns, 0: none */
    int32_t clock;                   /* CLOCK_* as given at creation, or SAMPLE_NO_CLOCK */
    uint16_t state;                  /* enum timer_state, or SAMPLE_RELEASED_STATE */
    uint16_t base;                   /* 1: of a recording that others are compared with */
};

struct sample {
    struct trace *trace;
    struct labels labels;
    uint64_t count; /* of live or, in SAMPLE_RELEASED_STATE, released timers */
    uint64_t created, armed, fired, stopped;
    uint64_t age;     /* ns, together */
    uint64_t wakeups; /* per million seconds */
};

struct samples {
    struct sample *list;
    size_t count, room;
    struct index index;
};

/* The sample of a trace with these labels, which is made if need be; valid until the next is made.
 */
struct sample *sample_of(struct samples *samples, struct trace *trace, const struct labels *labels);

/* The same if there is one, else NULL. */
const struct sample *sample_known(const struct samples *samples, const struct trace *trace,
                                  const struct labels *labels);

uint64_t sample_value(const struct sample *sample, const struct sample_type *type);

/* For labels: an age, rounded down; a timeout, rounded to the nearest. */
uint64_t sample_round_age(uint64_t ns);
uint64_t sample_round_timeout(uint64_t ns);

void samples_free(struct samples *samples);

#endif
