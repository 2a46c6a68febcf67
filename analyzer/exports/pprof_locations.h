/*
 * pprof_locations.h - where samples of an exported profile are: mappings, locations, functions.
 * Each is written when a sample first needs it.
 */
#ifndef TIMERLEAK_EXPORTS_PPROF_LOCATIONS_H
#define TIMERLEAK_EXPORTS_PPROF_LOCATIONS_H

#include "exports/pprof_messages.h"
#include "profile/selection.h"

struct pprof_locations;

/* Writes the main program's mapping: pprof takes the first for it. */
struct pprof_locations *pprof_locations_new(struct pprof_messages *messages,
                                            const struct selection *selection);
void pprof_locations_free(struct pprof_locations *places);

/* The id of a location, 0 if it is not shown. */
uint64_t pprof_location(struct pprof_locations *places, uint32_t location);

#endif
