/*
 * pprof_locations.h - where samples of an exported profile are: mappings, locations, functions.
 * Each is written when a sample first needs it.
 */
#ifndef TIMERLEAK_EXPORTS_PPROF_LOCATIONS_H
#define TIMERLEAK_EXPORTS_PPROF_LOCATIONS_H

#include "exports/pprof_messages.h"
#include "profile/selection.h"

struct pprof_places;

/* Writes the main program's mapping: pprof takes the first for it. */
struct pprof_places *pprof_places_new(struct messages *messages, const struct selection *selection);
void pprof_places_free(struct pprof_places *places);

/* The id of a location, 0 if it is not shown. */
uint64_t pprof_location(struct pprof_places *places, uint32_t location);

#endif
