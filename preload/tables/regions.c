#include "tables/regions.h"

#include <string.h>

static const uint32_t strides[TLK_REGIONS] = TLK_STRIDES, firsts[TLK_REGIONS] = TLK_FIRSTS;

uintptr_t region_origins[TLK_REGIONS][TLK_SEGMENTS];

/* What a child that is forked now has in common with its parent. */
static struct {
    struct tlk_region regions[TLK_REGIONS];
    uint32_t pages;
} at_fork;

/*
 * Another segment. One that was cut short, as no more pages could be had, is the last: the next
 * would not begin where it ends.
 */
static void region_grow(enum tlk_region_id id)
{
    struct tlk_region *region = &recording->regions[id];
    uint64_t start = tlk_segment_start(region->segments, region->first);
    uint64_t records = start ? start : region->first, size = records * region->stride;
    uint32_t page, pages, wanted = (uint32_t)((size + TLK_PAGE - 1) / TLK_PAGE);

    if (region->segments == TLK_SEGMENTS || region->room != start || start + records > UINT32_MAX)
        return;
    pages = mapfile_take_pages(wanted, &page);
    if (!pages)
        return;
    if (pages < wanted)
        records = (uint64_t)pages * TLK_PAGE / region->stride;
    region_origins[id][region->segments] =
        (uintptr_t)recording + (size_t)page * TLK_PAGE - start * region->stride;
    region->pages[region->segments] = page;
    __atomic_store_n(&region->segments, region->segments + 1, __ATOMIC_RELEASE);
    __atomic_store_n(&region->room, (uint32_t)(start + records), __ATOMIC_RELEASE);
}

static void lay_out(void)
{
    for (int id = 0; id < TLK_REGIONS; id++) {
        struct tlk_region *region = &recording->regions[id];

        *region = (struct tlk_region){.stride = strides[id], .used = 1, .first = firsts[id]};
        region_grow((enum tlk_region_id)id);
    }
}

bool regions_create(const struct settings *settings, const char *program)
{
    if (!mapfile_create(settings, program))
        return false;
    lay_out();
    return true;
}

uint32_t region_take(enum tlk_region_id id, uint32_t count)
{
    struct tlk_region *region = &recording->regions[id];
    uint32_t first = region->used, segment = tlk_segment_of(first, region->first);

    if (count > region->first)
        return 0;
    if (tlk_segment_of(first + count - (count > 0), region->first) != segment)
        first = (uint32_t)tlk_segment_start(segment + 1, region->first);
    if (first >= region->room)
        region_grow(id);
    return first + count <= region->room ? first : 0;
}

void region_publish(enum tlk_region_id id, uint32_t used)
{
    __atomic_store_n(&recording->regions[id].used, used, __ATOMIC_RELEASE);
}

uint32_t region_most(enum tlk_region_id id)
{
    return (uint32_t)(mapfile_most() / strides[id]);
}

/* The page is shared with the children of before: what is written to is copied first. */
void regions_remember(void)
{
    if (memcmp(at_fork.regions, recording->regions, sizeof(at_fork.regions)) != 0)
        memcpy(at_fork.regions, recording->regions, sizeof(at_fork.regions));
    if (at_fork.pages != recording->page_used)
        at_fork.pages = recording->page_used;
}

/* Lest a reference to a timer of the parent's mean one that the child makes in the same slot. */
static void copy_generations(struct tlk_timer *to, const struct tlk_timer *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i].generation = from[i].generation;
}

static void copy(struct tlk_header *to, const struct tlk_header *from)
{
    memcpy(to->regions, at_fork.regions, sizeof(to->regions));
    for (int id = 0; id < TLK_REGIONS; id++) {
        const struct tlk_region *region = &to->regions[id];

        for (uint32_t segment = 0; segment < region->segments; segment++) {
            size_t offset = (size_t)region->pages[segment] * TLK_PAGE;
            size_t used = tlk_segment_used(region, segment);
            char *at = (char *)to + offset;
            const char *copied = (const char *)from + offset;

            if (id == TLK_TIMERS)
                copy_generations((void *)at, (const void *)copied, used);
            else
                memcpy(at, copied, used * region->stride);
        }
    }
}

bool regions_create_for_child(const struct settings *settings, const char *program)
{
    return mapfile_create_for_child(settings, program, at_fork.pages, copy);
}
