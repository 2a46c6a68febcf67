#include "recording/writer.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t strides[TLK_REGIONS] = TLK_STRIDES, firsts[TLK_REGIONS] = TLK_FIRSTS;

void writer_begin(struct writer *writer)
{
    *writer = (struct writer){
        .header = {.magic = TLK_MAGIC,
                   .version = TLK_VERSION,
                   .byte_order = TLK_BYTE_ORDER,
                   .header_size = sizeof(struct tlk_header),
                   .page_size = TLK_PAGE,
                   .page_used = 1,
                   .one_in = 1,
                   .families =
                       {
#define X(number, name, traits) [number] = {name, traits, 1},
                           TLK_FAMILIES_OF_SHIM(X)
#undef X
                       },
                   .family_count = 1
#define X(number, name, traits) +1
                   TLK_FAMILIES_OF_SHIM(X)
#undef X
        },
    };
    for (int i = 0; i < TLK_REGIONS; i++) {
        writer->header.regions[i].stride = strides[i];
        writer->header.regions[i].first = firsts[i];
    }
}

void writer_end(struct writer *writer)
{
    for (int i = 0; i < TLK_REGIONS; i++) {
        for (uint32_t j = 0; j < writer->header.regions[i].segments; j++)
            free(writer->segments[i][j]);
    }
}

static uint64_t records_of(const struct tlk_region *region, uint32_t segment)
{
    return segment ? tlk_segment_start(segment, region->first) : region->first;
}

static uint32_t pages_of(const struct tlk_region *region, uint64_t records)
{
    return (uint32_t)((records * region->stride + TLK_PAGE - 1) / TLK_PAGE);
}

static bool region_grow(struct writer *writer, enum tlk_region_id id)
{
    struct tlk_region *region = &writer->header.regions[id];
    if (region->segments == TLK_SEGMENTS)
        return false;
    uint64_t records = records_of(region, region->segments);
    uint32_t pages = pages_of(region, records);
    if (region->room + records > UINT32_MAX ||
        writer->header.page_used + pages > TLK_LARGEST / TLK_PAGE)
        return false;
    writer->segments[id][region->segments++] = memory_new(records, region->stride);
    region->room += (uint32_t)records;
    writer->header.page_used += pages;
    return true;
}

void *writer_take(struct writer *writer, enum tlk_region_id id, uint32_t count, uint32_t *index)
{
    struct tlk_region *region = &writer->header.regions[id];
    uint32_t first = region->used ? region->used : 1;
    uint32_t segment = tlk_segment_of(first, region->first);
    if (count > region->first)
        return NULL;
    if (count > 0 && tlk_segment_of(first + count - 1, region->first) != segment)
        first = (uint32_t)tlk_segment_start(segment + 1, region->first);
    while (first >= region->room) {
        if (!region_grow(writer, id))
            return NULL;
    }
    region->used = first + count;
    *index = first;
    return writer_at(writer, id, first);
}

void *writer_at(const struct writer *writer, enum tlk_region_id id, uint32_t index)
{
    const struct tlk_region *region = &writer->header.regions[id];
    uint32_t segment = tlk_segment_of(index, region->first);
    size_t within = index - tlk_segment_start(segment, region->first);
    return writer->segments[id][segment] + within * region->stride;
}

uint32_t writer_string(struct writer *writer, const char *text)
{
    uint32_t index;
    size_t size = strlen(text) + 1;
    void *string =
        size > UINT32_MAX ? NULL : writer_take(writer, TLK_STRINGS, (uint32_t)size, &index);
    if (!string)
        return 0;
    memcpy(string, text, size);
    return index;
}

/* ---- writing ---- */

/* Only segments that are in use, and of the last the pages that are. */
static void region_place(struct tlk_region *region, uint32_t segment, uint32_t *next)
{
    uint32_t used = tlk_segment_used(region, segment);
    if (used == 0) {
        region->segments = segment;
        return;
    }
    uint64_t room = (uint64_t)pages_of(region, used) * TLK_PAGE / region->stride;
    uint64_t records = records_of(region, segment);
    region->pages[segment] = *next;
    region->room =
        (uint32_t)(tlk_segment_start(segment, region->first) + (room < records ? room : records));
    *next += pages_of(region, used);
}

/* Regions take turns: what is small comes first, whatever it is. */
static uint32_t lay_out(struct tlk_header *header)
{
    uint32_t next = 1;
    for (uint32_t turn = 0; turn < TLK_SEGMENTS; turn++) {
        for (int id = 0; id < TLK_REGIONS; id++) {
            if (turn < header->regions[id].segments)
                region_place(&header->regions[id], turn, &next);
        }
    }
    return next;
}

static void write_pages(const void *bytes, size_t size, FILE *to)
{
    static const unsigned char rest[TLK_PAGE];
    fwrite(bytes, 1, size, to);
    fwrite(rest, 1, (TLK_PAGE - size % TLK_PAGE) % TLK_PAGE, to);
}

bool writer_write(const struct writer *writer, FILE *to)
{
    struct tlk_header header = writer->header;
    header.page_count = header.page_used = lay_out(&header);
    write_pages(&header, sizeof(header), to);
    for (uint32_t turn = 0; turn < TLK_SEGMENTS; turn++) {
        for (int id = 0; id < TLK_REGIONS; id++) {
            const struct tlk_region *region = &header.regions[id];
            if (turn < region->segments)
                write_pages(writer->segments[id][turn],
                            (size_t)tlk_segment_used(region, turn) * region->stride, to);
        }
    }
    return !ferror(to);
}
