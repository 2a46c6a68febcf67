/*
 * json.h - the report as JSON, schema "timerleak/1": a stable interface.
 *
 * Keys are only ever added. Times are ns; a frame's `offset` is the address of the call in the
 * module's file. `stack` is leaf first, and the leaf is the wrapped function.
 */
#ifndef TIMERLEAK_EXPORTS_JSON_H
#define TIMERLEAK_EXPORTS_JSON_H

#include "profile/profile.h"

#include <stdio.h>

/* False if it could not be written. The profile is sorted and added up. */
bool json_write(FILE *to, struct profile *profile);

#endif
