/*
 * regions.h - what lies where in the recording: its regions, which grow by segments (recording.h).
 */
#ifndef TIMERLEAK_REGIONS_H
#define TIMERLEAK_REGIONS_H

#include "tables/mapfile.h"

/* As mapfile_create(); every region has its first segment, so that its record 0 exists. */
bool regions_create(const struct settings *settings, const char *program);

/* Before fork, with the locks of all tables held: how far the regions reach, for the child's. */
void regions_remember(void);

/*
 * As mapfile_create_for_child(): strings, modules, frames and sites are copied, as many as
 * regions_remember() saw, for the parent's go on growing. The timers are all free.
 */
bool regions_create_for_child(const struct settings *settings, const char *program);

/*
 * Room for `count` records next to each other: the index of the first, 0 when there is none. The
 * caller holds the lock of that region, fills the records and publishes them.
 */
uint32_t region_take(enum tlk_region_id id, uint32_t count);
void region_publish(enum tlk_region_id id, uint32_t used);

/* How many records of this size there can be, at most, in all of the recording. */
uint32_t region_most(enum tlk_region_id id);

/* By region and segment: where the region's record 0 would lie if this segment reached to there. */
extern uintptr_t region_origins[TLK_REGIONS][TLK_SEGMENTS];

/* With numbers known when compiled this takes no division: see the two below. */
static inline void *region_place(enum tlk_region_id id, uint32_t index, uint32_t stride,
                                 uint32_t first)
{
    return (void *)(region_origins[id][tlk_segment_of(index, first)] + (size_t)index * stride);
}

static inline void *region_at(enum tlk_region_id id, uint32_t index)
{
    const struct tlk_region *region = &recording->regions[id];

    return region_place(id, index, region->stride, region->first);
}

static inline struct tlk_site *site_at(uint32_t index)
{
    return region_place(TLK_SITES, index, sizeof(struct tlk_site), TLK_FIRST_SITES);
}

static inline struct tlk_timer *timer_at(uint32_t slot)
{
    return region_place(TLK_TIMERS, slot, sizeof(struct tlk_timer), TLK_FIRST_TIMERS);
}

#endif
