/*
 * shape.h - what a site's life may look like, timer by timer, and what it must be called.
 */
#ifndef ANALYZER_SHAPE_H
#define ANALYZER_SHAPE_H

#include "loaded.h"

struct shape {
    struct builder *builder;
    struct site_record *site;
};

/* Of a process that lives so long; times are ns since its start. */
struct shape shape_begin(uint64_t duration);
struct timer_record *shape_make(struct shape *shape, uint64_t when);
void shape_release(struct shape *shape, uint64_t when, uint64_t life); /* made, and released */

/* Ends the shape. The reason must have these words. */
void shape_expect(struct shape *shape, enum verdict verdict, const char *why);

#endif
