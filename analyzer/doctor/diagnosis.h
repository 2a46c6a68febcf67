/*
 * diagnosis.h - what `timerleak doctor` has to say: remarks in groups, and what follows from them.
 */
#ifndef TIMERLEAK_DIAGNOSIS_H
#define TIMERLEAK_DIAGNOSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum health {
    HEALTH_OK,   /* works */
    HEALTH_NOTE, /* works; good to know */
    HEALTH_MEND, /* recording works, but less well than it could */
    HEALTH_NO,   /* prevents recording */
};

struct remark {
    const char *group; /* its heading */
    enum health health;
    char *text;
    char *advice; /* lines, each ended; NULL: none */
};

/* All zeros is an empty one; diagnosis_free() in the end. */
struct diagnosis {
    const char *group;
    struct remark *remarks;
    size_t count, room;
};

/* What is remarked from now on stands under this heading, a constant string. */
void diagnosis_group(struct diagnosis *diagnosis, const char *group);

/*
 * Adds a remark, or a line of advice to the last one. The formats are printf's; what they take from
 * files and the environment is made fit for a terminal.
 */
void diagnosis_remark(struct diagnosis *diagnosis, enum health health, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diagnosis_advise(struct diagnosis *diagnosis, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

size_t diagnosis_count(const struct diagnosis *diagnosis, enum health health);

/* A line for each remark, its advice below, and a conclusion at the end. */
void diagnosis_print(FILE *to, const struct diagnosis *diagnosis);

/* The same for programs, schema "timerleak/1". */
void diagnosis_write_json(FILE *to, const struct diagnosis *diagnosis);

void diagnosis_free(struct diagnosis *diagnosis);

#endif
