/*
 * recording_builder.h - recordings of processes that never were: a small ledger that writes what
 * the shim would have written, at times that the test chooses.
 *
 * Pointers into a builder stay valid until builder_free.
 */
#ifndef ANALYZER_RECORDING_BUILDER_H
#define ANALYZER_RECORDING_BUILDER_H

#include "recording/records.h"

#include <stddef.h>

#define US UINT64_C(1000)
#define MS (1000 * US)
#define SECOND (1000 * MS)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

/* Where a built process starts on each clock, so that no test takes one for another. */
#define START_MONO (1000 * SECOND)
#define START_REAL (UINT64_C(1700000000) * SECOND)
#define START_BOOT (2000 * SECOND)
#define RESOLUTION (4 * MS)

struct builder;

/* A process that ran for `duration` and exited; the header may be changed before writing. */
struct builder *builder_new(uint64_t duration);
void builder_free(struct builder *builder);
struct tlk_header *builder_header(struct builder *builder);

/* Started as `first`, without further arguments, from the file `exe`. */
void builder_started_as(struct builder *builder, const char *first, const char *exe);

uint32_t builder_string(struct builder *builder, const char *text);

/* `build_id` may be NULL. Returns its index, for TLK_FRAME. */
uint32_t builder_module(struct builder *builder, const char *path, const void *build_id,
                        size_t build_id_size);

/* Where a module was loaded in the end, with addresses in its file from 0 on. */
struct tlk_module *builder_loaded(struct builder *builder, uint32_t module, uint64_t start,
                                  uint64_t end);

/* All of the shim's families are there, and watched. */
void builder_family(struct builder *builder, uint32_t number, const char *name, uint32_t traits);

/* Of the families that are there, those with a bit were watched. */
void builder_watched(struct builder *builder, uint32_t watched);

/* Frames are given leaf first, as the shim would see them: return addresses. */
struct site_record *builder_site(struct builder *builder, uint32_t family, const char *function,
                                 const uint64_t *frames, size_t depth);

/* A site of one frame in no module, told from others by its address. */
struct site_record *builder_plain_site(struct builder *builder, uint32_t family, uint64_t address);

/* That which gathers what finds no room. */
struct site_record *builder_site_zero(struct builder *builder);

/* Creates and releases at `when`, ns since the start. A released timer's slot is not used again. */
struct timer_record *builder_create(struct builder *builder, struct site_record *site,
                                    uint64_t when);
void builder_release(struct builder *builder, struct timer_record *timer, uint64_t when);

/* Writes a temporary file and returns its path; the caller removes the file and frees the path. */
char *builder_write(struct builder *builder);

/* The bytes of the file, which the caller frees. */
unsigned char *builder_bytes(struct builder *builder, size_t *size);

#endif
