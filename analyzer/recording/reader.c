#include "recording/reader.h"

#include "base/memory.h"
#include "base/named.h"
#include "recording/regions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <time.h>

static bool recording_load(struct recording *recording, char error[ERROR_SIZE])
{
    /* From what refers to what is referred to, which is why a running process does no harm. */
    for (int id = TLK_REGIONS - 1; id >= 0; id--) {
        if (!region_open(&recording->regions[id], recording->file, recording->path,
                         (enum tlk_region_id)id, error))
            return false;
    }
    recording->stacks = region_load(&recording->regions[TLK_STACKS], recording->file);
    recording->frames = region_load(&recording->regions[TLK_FRAMES], recording->file);
    recording->strings = region_load(&recording->regions[TLK_STRINGS], recording->file);
    if (!recording->stacks || !recording->frames || !recording->strings) {
        return error_set(error, "%s was cut short while it was read; try again", recording->path);
    }
    return true;
}

static struct recording *open_file(int file, const char *name, bool copy, char error[ERROR_SIZE])
{
    struct recording *recording = memory_new(1, sizeof(*recording));
    recording->path = memory_copy(name);
    recording->file = file;
    recording->copy = copy;
    if (!regions_read_header(file, name, &recording->header, error) ||
        !recording_load(recording, error)) {
        recording_close(recording);
        return NULL;
    }
    return recording;
}

struct recording *recording_open(const char *path, char error[ERROR_SIZE])
{
    const char *why;
    int file = named_open(path, NULL, &why);
    if (file < 0) {
        error_set(error, "%s: %s", path, why);
        return NULL;
    }
    return open_file(file, path, false, error);
}

struct recording *recording_open_copy(int file, const char *name, char error[ERROR_SIZE])
{
    return open_file(file, name, true, error);
}

void recording_close(struct recording *recording)
{
    for (size_t i = 0; i < TLK_REGIONS; i++)
        region_close(&recording->regions[i]);
    free(recording->strings);
    free(recording->frames);
    free(recording->stacks);
    free(recording->path);
    close(recording->file);
    free(recording);
}

uint32_t recording_count(const struct recording *recording, enum tlk_region_id region)
{
    return recording->regions[region].table.used;
}

enum found { FOUND_NONE, FOUND_DAMAGED, FOUND_WHOLE };

static bool count_damage(struct recording *recording, enum found found)
{
    recording->damaged += found == FOUND_DAMAGED;
    return found == FOUND_WHOLE;
}

bool recording_module(struct recording *recording, uint32_t index, struct tlk_module *module)
{
    const void *record = region_record(&recording->regions[TLK_MODULES], recording->file, index);
    if (!record)
        return false;
    memcpy(module, record, sizeof(*module));
    bool whole = module->build_id_size <= sizeof(module->build_id);
    return count_damage(recording, whole ? FOUND_WHOLE : FOUND_DAMAGED);
}

static bool lie_together(const struct region *region, uint32_t first, uint32_t last)
{
    return tlk_segment_of(first, region->table.first) == tlk_segment_of(last, region->table.first);
}

/* The numbers of one stack lie in one segment and are published, as are the frames. */
static bool stack_exists(const struct recording *recording, const struct site_record *site)
{
    const struct region *stacks = &recording->regions[TLK_STACKS];
    if (site->depth == 0)
        return true;
    if (site->stack == 0 || site->depth > TLK_MAX_DEPTH || site->stack >= stacks->table.used ||
        site->depth > stacks->table.used - site->stack ||
        !lie_together(stacks, site->stack, site->stack + site->depth - 1))
        return false;
    for (uint32_t i = 0; i < site->depth; i++) {
        uint32_t number = recording->stacks[site->stack + i];
        if (number == 0 || number >= recording_count(recording, TLK_FRAMES))
            return false;
    }
    return true;
}

/* What it refers to apart may be newer than the opening of a running process's recording. */
static bool refers_beyond(const struct recording *recording, enum tlk_region_id region,
                          uint32_t index)
{
    return index > 0 && index >= recording_count(recording, region) &&
           recording->header.end != TLK_RUNNING;
}

/* Since the header of a running process was read there may have come more. */
static bool family_unread(const struct recording *recording, uint32_t family)
{
    return family >= recording->header.family_count && recording->header.end == TLK_RUNNING;
}

/* Until it had details, its own part told what they tell. */
static const struct tlk_details *details_of(struct recording *recording,
                                            const struct tlk_site *site)
{
    return site->details == 0
               ? NULL
               : region_record(&recording->regions[TLK_DETAILS], recording->file, site->details);
}

static enum found find_site(struct recording *recording, uint32_t index, struct site_record *site)
{
    const struct tlk_site *record =
        region_record(&recording->regions[TLK_SITES], recording->file, index);
    if (!record || family_unread(recording, record->family))
        return FOUND_NONE;
    bool whole = site_unpack(record, details_of(recording, record), site);
    return whole && site->family < recording->header.family_count &&
                   !refers_beyond(recording, TLK_DETAILS, record->details) &&
                   stack_exists(recording, site)
               ? FOUND_WHOLE
               : FOUND_DAMAGED;
}

bool recording_site(struct recording *recording, uint32_t index, struct site_record *site)
{
    return count_damage(recording, find_site(recording, index, site));
}

/* Whether the slot still holds the timer that was copied. Only a process at work can change it. */
static bool still_there(const struct recording *recording, uint32_t index,
                        const struct tlk_timer *timer)
{
    uint32_t tag;
    _Static_assert(offsetof(struct tlk_timer, tag) == 0, "the tag leads");
    if (recording->header.end != TLK_RUNNING)
        return true;
    return region_reread(&recording->regions[TLK_TIMERS], recording->file, index, &tag,
                         sizeof(tag)) &&
           tag == timer->tag;
}

/* Read past the window: of a running process it must be as new as the timer. */
static const struct tlk_extra *extra_of(struct recording *recording, const struct tlk_timer *timer,
                                        struct tlk_extra *extra)
{
    uint32_t index = timer->thread & (TLK_EXTRA - 1);
    bool read = timer->thread & TLK_EXTRA && index < recording_count(recording, TLK_EXTRAS) &&
                region_reread(&recording->regions[TLK_EXTRAS], recording->file, index, extra,
                              sizeof(*extra));
    return read ? extra : NULL;
}

static enum found find_timer(struct recording *recording, uint32_t index,
                             struct timer_record *timer)
{
    const struct tlk_timer *record =
        region_record(&recording->regions[TLK_TIMERS], recording->file, index);
    struct tlk_extra extra;
    if (!record || record->state == TLK_FREE || record->state == TLK_LEAVING)
        return FOUND_NONE;
    timer_unpack(record, extra_of(recording, record, &extra), timer);
    if (!still_there(recording, index, record))
        return FOUND_NONE;
    if (record->thread & TLK_EXTRA &&
        refers_beyond(recording, TLK_EXTRAS, record->thread & (TLK_EXTRA - 1)))
        return FOUND_DAMAGED;
    uint32_t sites = recording_count(recording, TLK_SITES);
    if ((timer->site >= sites && recording->header.end == TLK_RUNNING) ||
        family_unread(recording, timer->family))
        return FOUND_NONE;
    if (timer->state != TLK_LIVE || timer->family == 0 ||
        timer->family >= recording->header.family_count || timer->site >= sites)
        return FOUND_DAMAGED;
    return FOUND_WHOLE;
}

bool recording_timer(struct recording *recording, uint32_t index, struct timer_record *timer)
{
    return count_damage(recording, find_timer(recording, index, timer));
}

static void note_event(uint64_t *last, uint64_t time)
{
    if (time > *last)
        *last = time;
}

/* When its last fire was seen, at least: in that unit, and not before it was due. */
static uint64_t fire_seen(const struct recording *recording, const struct timer_record *timer)
{
    uint64_t unit = UINT64_C(1) << TLK_TOUCHED_SHIFT, due;
    if (timer->seen == 0)
        return 0;
    uint64_t seen = recording->header.start_mono + (timer->seen - 1) * unit;
    bool known = timer->fired_now > 0 && timer->deadline_clock == CLOCK_MONOTONIC &&
                 !__builtin_mul_overflow(timer->fired_now - 1, timer->interval, &due) &&
                 !__builtin_add_overflow(due, (uint64_t)timer->deadline, &due);
    return known && due > seen && due - seen < unit ? due : seen;
}

uint64_t recording_last_event(struct recording *recording)
{
    struct site_record site;
    struct timer_record timer;
    uint64_t last = recording->header.start_mono;
    note_event(&last, recording->header.switched);
    for (uint32_t i = 0; i < recording_count(recording, TLK_SITES); i++) {
        if (find_site(recording, i, &site) != FOUND_WHOLE)
            continue;
        note_event(&last, site.last_created);
        note_event(&last, site.last_released);
    }
    for (uint32_t i = 0; i < recording_count(recording, TLK_TIMERS); i++) {
        if (find_timer(recording, i, &timer) != FOUND_WHOLE)
            continue;
        note_event(&last, timer.created);
        note_event(&last, timer.armed_at);
        note_event(&last, fire_seen(recording, &timer));
    }
    return last;
}

void recording_frames(const struct recording *recording, const struct site_record *site,
                      uint64_t frames[TLK_MAX_DEPTH])
{
    for (uint32_t i = 0; i < site->depth; i++)
        frames[i] = recording->frames[recording->stacks[site->stack + i]];
}

const char *recording_string(const struct recording *recording, uint32_t offset)
{
    const struct tlk_region *table = &recording->regions[TLK_STRINGS].table;
    if (offset == 0 || offset >= table->used)
        return "";
    uint32_t segment = tlk_segment_of(offset, table->first);
    uint64_t start = tlk_segment_start(segment, table->first);
    size_t room = start + tlk_segment_used(table, segment) - offset;
    return memchr(recording->strings + offset, '\0', room) ? recording->strings + offset : "";
}

const char *recording_argument(const struct recording *recording, uint32_t index)
{
    uint32_t offset = recording->header.argv;
    if (index >= recording->header.argc)
        return NULL;
    for (uint32_t i = 0; i < index; i++) {
        size_t length = strlen(recording_string(recording, offset));
        uint32_t next = offset + (uint32_t)length + 1;
        /* A string never straddles segments: past the end of one there are no more arguments. */
        if (next >= recording->regions[TLK_STRINGS].table.used ||
            next - recording->header.argv >= TLK_COMMAND_SIZE ||
            !lie_together(&recording->regions[TLK_STRINGS], offset, next))
            return NULL;
        offset = next;
    }
    return recording_string(recording, offset);
}
