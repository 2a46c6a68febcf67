/*
 * writer.h - a recording while it is made: its records in memory, where they may still change, and
 * as they will lie in the file.
 */
#ifndef TIMERLEAK_RECORDING_WRITER_H
#define TIMERLEAK_RECORDING_WRITER_H

#include "recording.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct writer {
    struct tlk_header header; /* but for page numbers, which are told when it is written */
    unsigned char *segments[TLK_REGIONS][TLK_SEGMENTS];
};

/* Of no records, with the shim's families, all watched. */
void writer_begin(struct writer *writer);
void writer_end(struct writer *writer);

/*
 * Room for `count` records side by side, of zeros when they are taken for the first time; their
 * place does not change. `*index` becomes the first one's. NULL: a recording holds no more.
 */
void *writer_take(struct writer *writer, enum tlk_region_id id, uint32_t count, uint32_t *index);

/* A record that was taken, or the reserved one of a region that has others. */
void *writer_at(const struct writer *writer, enum tlk_region_id id, uint32_t index);

/* 0: there is no room for it. */
uint32_t writer_string(struct writer *writer, const char *text);

/* False, with errno set, when not all could be written. */
bool writer_write(const struct writer *writer, FILE *to);

#endif
