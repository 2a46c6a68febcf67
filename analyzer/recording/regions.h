/*
 * regions.h - the file below a recording: its header, and regions read some records at a time.
 */
#ifndef TIMERLEAK_RECORDING_REGIONS_H
#define TIMERLEAK_RECORDING_REGIONS_H

#include "base/errors.h"
#include "recording.h"

#include <stdbool.h>
#include <stddef.h>

/* One region: the checked copy of its table, and the records that were read last. */
struct region {
    struct tlk_region table;
    uint32_t window, window_end; /* the first that `bytes` holds, and the one behind the last */
    unsigned char *bytes;
};

/* Reads and checks all of the header but its regions. */
bool regions_read_header(int file, const char *path, struct tlk_header *header,
                         char error[ERROR_SIZE]);

/* Reads a region's table anew from the file and checks it against the file's size. */
bool region_open(struct region *region, int file, const char *path, enum tlk_region_id id,
                 char error[ERROR_SIZE]);
void region_close(struct region *region);

/*
 * The record, in the window: valid until the next call. NULL if there is none or if the file ends
 * before it. Reads the file only where the window does not hold the record.
 */
const void *region_record(struct region *region, int file, uint32_t index);

/* Reads `size` bytes at the record anew, past the window. */
bool region_reread(const struct region *region, int file, uint32_t index, void *to, size_t size);

/* All records in one piece; NULL if the file ends before. */
void *region_load(const struct region *region, int file);

#endif
