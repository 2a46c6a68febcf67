#include "recording/regions.h"

#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_WINDOW UINT32_MAX

static const uint32_t strides[TLK_REGIONS] = TLK_STRIDES;

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
    if (header->header_size != sizeof(*header) || header->chunk_size != TLK_CHUNK)
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

/* Every chunk of the directory must be in the file, whole: records are not checked again. */
static bool check_directory(const struct tlk_region *table, uint64_t file_chunks, const char *name,
                            const char *path, char error[ERROR_SIZE])
{
    for (uint32_t i = 0; i < table->chunks; i++) {
        if (table->directory[i] == 0)
            return error_set(error, "%s is damaged: its %s overlap the header", path, name);
        if (table->directory[i] >= file_chunks)
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
    /* The size last: a file that grows never has chunks in a directory before it has them. */
    if (!read_at(file, offset, table, sizeof(*table)) || fstat(file, &status) != 0)
        return error_set(error, "%s could not be read: %s", path, strerror(errno));
    region->window = NO_WINDOW;
    if (table->used == 0 && table->chunks == 0)
        return true;
    if (table->stride != strides[id])
        return error_set(error, "%s is damaged: its %s have a wrong size", path, names[id]);
    region->per_chunk = TLK_CHUNK / table->stride;
    if (table->chunks > TLK_REGION_CHUNKS ||
        table->used > (uint64_t)table->chunks * region->per_chunk)
        return error_set(error, "%s is damaged: it claims more %s than it has room for", path,
                         names[id]);
    return check_directory(table, (uint64_t)status.st_size / TLK_CHUNK, names[id], path, error);
}

void region_close(struct region *region)
{
    free(region->chunk);
}

const void *region_record(struct region *region, int file, uint32_t index)
{
    if (index >= region->table.used)
        return NULL;
    uint32_t entry = index / region->per_chunk;
    if (entry != region->window) {
        if (!region->chunk)
            region->chunk = memory_new(1, TLK_CHUNK);
        region->window = NO_WINDOW;
        uint64_t offset = (uint64_t)region->table.directory[entry] * TLK_CHUNK;
        if (!read_at(file, offset, region->chunk, TLK_CHUNK))
            return NULL;
        region->window = entry;
    }
    return region->chunk + (size_t)(index % region->per_chunk) * region->table.stride;
}

bool region_reread(const struct region *region, int file, uint32_t index, void *to, size_t size)
{
    uint64_t chunk = region->table.directory[index / region->per_chunk];
    uint64_t within = (uint64_t)(index % region->per_chunk) * region->table.stride;
    return read_at(file, chunk * TLK_CHUNK + within, to, size);
}

void *region_load(const struct region *region, int file)
{
    uint32_t chunks = region->table.chunks;
    unsigned char *all = memory_new(chunks ? chunks : 1, TLK_CHUNK);
    for (uint32_t i = 0; i < chunks; i++) {
        uint64_t offset = (uint64_t)region->table.directory[i] * TLK_CHUNK;
        if (!read_at(file, offset, all + (size_t)i * TLK_CHUNK, TLK_CHUNK)) {
            free(all);
            return NULL;
        }
    }
    return all;
}
