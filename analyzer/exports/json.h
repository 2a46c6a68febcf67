/*
 * json.h - the report as JSON, schema "timerleak/1": a stable interface.
 *
 * Keys are only ever added. Times are ns; a frame's `offset` is the address of the call in the
 * module's file. `stack` is leaf first, and the leaf is the wrapped function.
 */
#ifndef TIMERLEAK_EXPORTS_JSON_H
#define TIMERLEAK_EXPORTS_JSON_H

#include "profile/profile.h"

#include <jansson.h>
#include <stdio.h>

/*
 * The report, which the caller releases; its sites are in the profile's order, which is sorted and
 * added up.
 */
json_t *json_report(struct profile *profile);

/* False if it could not be written. */
bool json_write(FILE *to, struct profile *profile);

/* JSON has no unsigned integers in jansson: what exceeds int64 comes only from damage. */
json_t *json_count(uint64_t value);

#endif
