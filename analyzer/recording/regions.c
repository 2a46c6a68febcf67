#include "recording/regions.h"

#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WINDOW ((size_t)65536) /* bytes */

static const uint32_t strides[TLK_REGIONS] = TLK_STRIDES, firsts[TLK_REGIONS] = TLK_FIRSTS;

static const char *const names[TLK_REGIONS] = {"strings", "modules", "frames", "stacks",
                                               "details", "sites",   "extras", "timers"};

/* Whether all `size` bytes were there. */
static bool read_at(int file, uint64_t offset, void *to, size_t size)
{
    unsigned char *next = to;
    while (size > 0) {
        ssize_t got = pread(file, next, size, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        next += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return true;
}

static bool check_format(const struct tlk_header *header, const char *path, char error[ERROR_SIZE])
{
    if (header->byte_order == __builtin_bswap32(TLK_BYTE_ORDER))
        return error_set(
            error,
            "%s was recorded on a machine of the other byte order; read it on one like "
            "that",
            path);
    if (header->byte_order != TLK_BYTE_ORDER)
        return error_set(error, "%s is damaged: its byte order is unknown", path);
    if (header->version != TLK_VERSION)
        return error_set(
            error,
            "%s has format version %u, this timerleak reads version %u; use the timerleak "
            "that recorded it",
            path, header->version, TLK_VERSION);
    if (header->header_size != sizeof(*header) || header->page_size != TLK_PAGE)
        return error_set(error, "%s is damaged: its header has a wrong size", path);
    return true;
}

bool regions_read_header(int file, const char *path, struct tlk_header *header,
                         char error[ERROR_SIZE])
{
    struct stat status;
    if (fstat(file, &status) != 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return error_set(error, "%s is not a regular file", path);
    memset(header->magic, 0, sizeof(header->magic));
    bool started = read_at(file, 0, header, sizeof(header->magic));
    /* The shim writes the magic last: until then the file is a row of zeros. */
    if (status.st_size == 0 || (started && header->magic[0] == '\0'))
        return error_set(error, "%s is empty: its process ended before anything was recorded",
                         path);
    if (memcmp(header->magic, TLK_MAGIC, sizeof(header->magic)) != 0)
        return error_set(error, "%s is no recording: it does not start as one", path);
    if (!read_at(file, 0, header, sizeof(*header)))
        return error_set(error, "%s is cut short: not even its header is complete; copy it again",
                         path);
    if (header->family_count > TLK_FAMILIES)
        header->family_count = TLK_FAMILIES;
    return check_format(header, path, error);
}

static uint64_t segment_offset(const struct tlk_region *table, uint32_t segment)
{
    return (uint64_t)table->pages[segment] * TLK_PAGE;
}

/* Every record in use must be in the file, whole: that is not checked again. */
static bool check_segments(const struct tlk_region *table, uint64_t file_size, const char *name,
                           const char *path, char error[ERROR_SIZE])
{
    for (uint32_t i = 0; i < table->segments; i++) {
        uint64_t used = (uint64_t)tlk_segment_used(table, i) * table->stride;
        if (table->pages[i] == 0)
            return error_set(error, "%s is damaged: its %s overlap the header", path, name);
        if (segment_offset(table, i) + used > file_size)
            return error_set(error, "%s is cut short: some of its %s are missing; copy it again",
                             path, name);
    }
    return true;
}

bool region_open(struct region *region, int file, const char *path, enum tlk_region_id id,
                 char error[ERROR_SIZE])
{
    struct tlk_region *table = &region->table;
    struct stat status;
    size_t offset = offsetof(struct tlk_header, regions) + id * sizeof(*table);
    /* The size last: a file that grows never has segments in a table before it has them. */
    if (!read_at(file, offset, table, sizeof(*table)) || fstat(file, &status) != 0)
        return error_set(error, "%s could not be read: %s", path, strerror(errno));
    if (table->used == 0 && table->segments == 0)
        return true;
    if (table->stride != strides[id] || table->first != firsts[id])
        return error_set(error, "%s is damaged: its %s have a wrong size", path, names[id]);
    if (table->segments > TLK_SEGMENTS ||
        table->used > tlk_segment_start(table->segments, table->first))
        return error_set(error, "%s is damaged: it claims more %s than it has room for", path,
                         names[id]);
    return check_segments(table, (uint64_t)status.st_size, names[id], path, error);
}

void region_close(struct region *region)
{
    free(region->bytes);
}

/* Where a record lies in the file. */
static uint64_t record_offset(const struct tlk_region *table, uint32_t index)
{
    uint32_t segment = tlk_segment_of(index, table->first);
    uint64_t within = index - tlk_segment_start(segment, table->first);
    return segment_offset(table, segment) + within * table->stride;
}

/* Reads records from this one on, as far as they lie side by side. */
static bool move_window(struct region *region, int file, uint32_t index)
{
    const struct tlk_region *table = &region->table;
    uint32_t segment = tlk_segment_of(index, table->first);
    uint64_t end = tlk_segment_start(segment, table->first) + tlk_segment_used(table, segment);
    uint64_t count = WINDOW / table->stride;
    if (count > end - index)
        count = end - index;
    if (!region->bytes)
        region->bytes = memory_new(1, WINDOW);
    region->window = region->window_end = 0;
    if (!read_at(file, record_offset(table, index), region->bytes, count * table->stride))
        return false;
    region->window = index;
    region->window_end = index + (uint32_t)count;
    return true;
}

const void *region_record(struct region *region, int file, uint32_t index)
{
    if (index >= region->table.used)
        return NULL;
    if ((index < region->window || index >= region->window_end) &&
        !move_window(region, file, index))
        return NULL;
    return region->bytes + (size_t)(index - region->window) * region->table.stride;
}

bool region_reread(const struct region *region, int file, uint32_t index, void *to, size_t size)
{
    return read_at(file, record_offset(&region->table, index), to, size);
}

void *region_load(const struct region *region, int file)
{
    const struct tlk_region *table = &region->table;
    unsigned char *all = memory_new(table->used ? table->used : 1, table->stride);
    for (uint32_t i = 0; i < table->segments; i++) {
        size_t at = tlk_segment_start(i, table->first) * table->stride;
        if (!read_at(file, segment_offset(table, i), all + at,
                     (size_t)tlk_segment_used(table, i) * table->stride)) {
            free(all);
            return NULL;
        }
    }
    return all;
}
