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
    recording->frames = region_load(&recording->regions[TLK_FRAMES], recording->file);
    recording->strings = region_load(&recording->regions[TLK_STRINGS], recording->file);
    if (!recording->frames || !recording->strings) {
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

/* The frames of one stack lie in one segment and are published. */
static bool frames_exist(const struct recording *recording, const struct tlk_site *site)
{
    const struct region *frames = &recording->regions[TLK_FRAMES];
    if (site->depth == 0)
        return true;
    return site->frames != 0 && site->depth <= TLK_MAX_DEPTH && site->frames < frames->table.used &&
           site->depth <= frames->table.used - site->frames &&
           lie_together(frames, site->frames, site->frames + site->depth - 1);
}

static bool site_valid(const struct recording *recording, const struct tlk_site *site)
{
    return site->history_used <= TLK_HISTORY_BUCKETS && site->history_shift < 64 &&
           frames_exist(recording, site);
}

/* Since the header of a running process was read there may have come more. */
static bool family_unread(const struct recording *recording, uint32_t family)
{
    return family >= recording->header.family_count && recording->header.end == TLK_RUNNING;
}

static enum found find_site(struct recording *recording, uint32_t index, struct tlk_site *site)
{
    const void *record = region_record(&recording->regions[TLK_SITES], recording->file, index);
    if (!record)
        return FOUND_NONE;
    memcpy(site, record, sizeof(*site));
    if (family_unread(recording, site->family))
        return FOUND_NONE;
    return site->family < recording->header.family_count && site_valid(recording, site)
               ? FOUND_WHOLE
               : FOUND_DAMAGED;
}

bool recording_site(struct recording *recording, uint32_t index, struct tlk_site *site)
{
    return count_damage(recording, find_site(recording, index, site));
}

/* Whether the slot still holds the timer that was copied. Only a process at work can change it. */
static bool still_there(const struct recording *recording, uint32_t index,
                        const struct tlk_timer *timer)
{
    struct {
        uint32_t state, generation;
    } now;
    _Static_assert(offsetof(struct tlk_timer, generation) == 4, "state and generation lead");
    if (recording->header.end != TLK_RUNNING)
        return true;
    return region_reread(&recording->regions[TLK_TIMERS], recording->file, index, &now,
                         sizeof(now)) &&
           now.state == timer->state && now.generation == timer->generation;
}

static enum found find_timer(struct recording *recording, uint32_t index, struct tlk_timer *timer)
{
    const void *record = region_record(&recording->regions[TLK_TIMERS], recording->file, index);
    if (!record)
        return FOUND_NONE;
    memcpy(timer, record, sizeof(*timer));
    if (timer->state == TLK_FREE || timer->state == TLK_LEAVING ||
        !still_there(recording, index, timer))
        return FOUND_NONE;
    uint32_t sites = recording_count(recording, TLK_SITES);
    if ((timer->site >= sites && recording->header.end == TLK_RUNNING) ||
        family_unread(recording, timer->family))
        return FOUND_NONE;
    if (timer->state != TLK_LIVE || timer->family == 0 ||
        timer->family >= recording->header.family_count || timer->site >= sites)
        return FOUND_DAMAGED;
    return FOUND_WHOLE;
}

bool recording_timer(struct recording *recording, uint32_t index, struct tlk_timer *timer)
{
    return count_damage(recording, find_timer(recording, index, timer));
}

static void note_event(uint64_t *last, uint64_t time)
{
    if (time > *last)
        *last = time;
}

/* When its last fire was seen, at least: in that unit, and not before it was due. */
static uint64_t fire_seen(const struct recording *recording, const struct tlk_timer *timer)
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
    struct tlk_site site;
    struct tlk_timer timer;
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

const uint64_t *recording_frames(const struct recording *recording, const struct tlk_site *site)
{
    return recording->frames + site->frames;
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
