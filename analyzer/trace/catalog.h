/*
 * catalog.h - what a recording in the making says of places: modules, frames, sites, and what is
 * counted at each.
 */
#ifndef TIMERLEAK_TRACE_CATALOG_H
#define TIMERLEAK_TRACE_CATALOG_H

#include "base/index.h"
#include "recording/writer.h"

#include <stdbool.h>
#include <stdint.h>

struct catalog {
    struct writer writer;
    struct index strings, modules, frames, sites;
};

void catalog_begin(struct catalog *catalog);
void catalog_end(struct catalog *catalog);

/* All of these find or add; 0: there is no room. A string is there once. */
uint32_t catalog_string(struct catalog *catalog, const char *text);
uint32_t catalog_family(struct catalog *catalog, const char *name, uint32_t traits);
uint32_t catalog_module(struct catalog *catalog, const struct tlk_module *module, const char *path);

/* Of the site that is wanted family, depth, flags and strings are told. Without room that is
 * counted. */
uint32_t catalog_site(struct catalog *catalog, const struct tlk_site *wanted,
                      const uint64_t *frames);

/* The same, of a place that another catalog has. */
uint64_t catalog_frame_of(struct catalog *catalog, const struct catalog *other, uint64_t frame);
uint32_t catalog_site_of(struct catalog *catalog, const struct catalog *other, uint32_t site);

/* Site 0 in the place of one that there is not. False: there is no room even for that. */
bool catalog_site_check(struct catalog *catalog, uint32_t *site);

struct tlk_site *catalog_site_at(const struct catalog *catalog, uint32_t site);

/* As sites_count_created() and its kin do in the shim (tables/counts.h). */
void catalog_created(struct catalog *catalog, uint32_t site, bool inherited, uint64_t now);
void catalog_released(struct catalog *catalog, uint32_t site, uint64_t lifetime, uint64_t now);
void catalog_failed(struct catalog *catalog, uint32_t site, enum tlk_failure failure, uint64_t now);

#endif
