#include "profile/history.h"
#include "profile/loading.h"
#include "profile/process.h"
#include "profile/profile.h"

#include <string.h>

/* Asleep, it saw of what was created nothing from then on; awake, nothing until it woke. */
struct run run_of(const struct process *process, uint64_t family)
{
    return (struct run){
        .start = process->start_mono,
        .as_of = process->as_of.mono,
        .from = process->asleep ? process->start_mono : process->switched,
        .until = process->asleep ? process->switched : process->as_of.mono,
        .slop = process->as_of.resolution,
        .one_in = process_one_in(process, family),
    };
}

static uint64_t failures_of(const struct site_record *record)
{
    uint64_t failures = 0;
    for (size_t i = 0; i < TLK_FAILURES; i++)
        failures += record->failed[i];
    return failures;
}

struct part *part_of(struct loading *loading, const struct site *site)
{
    return &loading->parts[site->part - 1];
}

/* The record of a site, of a family as the profile knows it. Site 0 is there always, and used only
 * when there is no room for others. */
bool loading_site(struct loading *loading, uint32_t number, struct site_record *site)
{
    if (!recording_site(loading->recording, number, site) ||
        (number == 0 && site->created + site->inherited + failures_of(site) == 0))
        return false;
    site->family = (uint16_t)loading->families[site->family];
    return true;
}

void part_begin(struct loading *loading, struct site *site, uint32_t number)
{
    loading->parts = memory_grow(loading->parts, loading->part_count, &loading->part_room,
                                 sizeof(*loading->parts));
    loading->parts[loading->part_count++] =
        (struct part){.site = site, .number = number, .alone = true};
    site->part = (uint32_t)loading->part_count;
}

/* All records of a site are judged as one. */
static void part_add_record(struct loading *loading, struct part *part, uint32_t number,
                            const struct site_record *site)
{
    struct site_record first;
    if (number != part->number && part->alone && loading_site(loading, part->number, &first)) {
        part_keep_record(part, &first);
        part->alone = false;
    }
    if (!part->alone)
        part_keep_record(part, site);
    part->peaks += site->peak;
    const struct run run = run_of(loading->process, site->family);
    evidence_begin(&part->evidence, part->record ? part->record : site, &run);
}

static void load_site(struct loading *loading, uint32_t number, const struct site_record *site,
                      struct record *record)
{
    record->trace = profile_trace(loading->profile, loading->recording, site, loading->modules);
    record->trace->record = number + 1;
    if (loading->profile->keep_histories && !loading->profile->base)
        history_keep(record->trace->site, site, loading->process);
    if (record->trace->site->part == 0)
        part_begin(loading, record->trace->site, number);
    part_add_record(loading, part_of(loading, record->trace->site), number, site);
    record->counts = (struct counts){
        .created = site->created,
        .inherited = site->inherited,
        .released = site->released,
        .armed = site->armed,
        .fired = site->fired,
        .stopped = site->stopped,
        .fired_unknown = site->fired_unknown,
        .peak = site->peak,
    };
    memcpy(record->failed, site->failed, sizeof(record->failed));
}

static void note_activity(struct loading *loading, const struct site_record *record)
{
    if (record->last_created > loading->last_activity)
        loading->last_activity = record->last_created;
    if (record->last_released > loading->last_activity)
        loading->last_activity = record->last_released;
    for (size_t i = 0; i < TLK_FAILURES; i++)
        loading->failed[i] += record->failed[i];
}

void loading_sites(struct loading *loading)
{
    struct site_record site;
    loading->site_count = recording_count(loading->recording, TLK_SITES);
    loading->record_count = loading->record_room = loading->site_count;
    loading->records = memory_new(loading->record_count, sizeof(*loading->records));
    loading->part_room = loading->site_count;
    loading->parts = memory_new(loading->part_room, sizeof(*loading->parts));
    for (uint32_t i = 0; i < loading->site_count; i++) {
        if (loading_site(loading, i, &site)) {
            load_site(loading, i, &site, &loading->records[i]);
            note_activity(loading, &site);
        }
    }
}
