#include "profile/generations.h"

#include "base/numbers.h"
#include "base/paths.h"

#include <stdlib.h>
#include <string.h>

void generations_init(struct generations *generations, struct profile *profile)
{
    *generations = (struct generations){.profile = profile};
}

void generations_free(struct generations *generations)
{
    free(generations->list);
    free(generations->holdings);
    free(generations->order);
}

/* ---- noting ---- */

/* Timers that another process, or program, may have as well. */
static bool is_handed_on(uint64_t family)
{
    return family_has(family, TLK_OVER_EXEC) ||
           (family_has(family, TLK_OVER_FORK) && family_has(family, TLK_BY_DESCRIPTOR));
}

static bool ended_at_exec(const struct generation *generation, const struct timer_record *timer)
{
    return generation->execed &&
           (timer->flags & TLK_CLOEXEC || !family_has(timer->family, TLK_OVER_EXEC));
}

static void holding_add(struct generations *generations, struct generation *generation,
                        const struct timer_record *timer, uint32_t slot, struct trace *trace)
{
    generations->holdings = memory_grow(generations->holdings, generations->holding_count,
                                        &generations->holding_room, sizeof(*generations->holdings));
    uint32_t number = (uint32_t)generations->holding_count++;
    generations->holdings[number] = (struct holding){
        .generation = (uint32_t)(generation - generations->list),
        .slot = slot,
        .turn = timer->generation,
        .flags = timer->flags,
        .clock = timer->clock,
        .id = timer->id,
        .created = timer->created,
        .family = timer->family,
        .trace = trace,
        .passed_on = state_passed_on(timer, generation->forked),
    };
    generation->count++;
}

struct noting {
    struct generations *generations;
    struct recording *recording;
    struct generation *generation;
    uint32_t *modules;
    uint64_t families[TLK_FAMILIES];
    struct trace **traces; /* as they are needed */
};

static struct trace *note_trace(struct noting *noting, uint32_t index)
{
    struct site_record record;
    if (!noting->traces[index] && recording_site(noting->recording, index, &record)) {
        record.family = (uint16_t)noting->families[record.family];
        noting->traces[index] = profile_trace(noting->generations->profile, noting->recording,
                                              &record, noting->modules);
    }
    return noting->traces[index];
}

static void note_timers(struct noting *noting)
{
    struct timer_record timer;
    for (uint32_t i = 0; i < recording_count(noting->recording, TLK_TIMERS); i++) {
        if (!recording_timer(noting->recording, i, &timer))
            continue;
        timer.family = (uint8_t)noting->families[timer.family];
        if (!is_handed_on(timer.family) || ended_at_exec(noting->generation, &timer))
            continue;
        struct trace *trace = note_trace(noting, timer.site);
        if (trace)
            holding_add(noting->generations, noting->generation, &timer, i, trace);
    }
}

static int by_id(const void *left, const void *right)
{
    const struct holding *a = left, *b = right;
    int order = compare_numbers(a->family, b->family);
    if (!order)
        order = compare_numbers(a->id, b->id);
    return order ? order : compare_numbers(a->slot, b->slot);
}

/* What damage it counts is counted when it is loaded. */
static void note_holdings(struct generations *generations, struct generation *generation,
                          struct recording *recording)
{
    uint64_t damaged = recording->damaged;
    struct noting noting = {
        .generations = generations, .recording = recording, .generation = generation};
    families_intern(&recording->header, noting.families);
    noting.modules = profile_modules(generations->profile, recording);
    noting.traces = memory_new(recording_count(recording, TLK_SITES), sizeof(*noting.traces));
    note_timers(&noting);
    free(noting.modules);
    free(noting.traces);
    if (generation->count > 0)
        qsort(generations->holdings + generation->first, generation->count,
              sizeof(*generations->holdings), by_id);
    recording->damaged = damaged;
}

static const char *program_of(struct generations *generations, const struct recording *recording)
{
    const char *first = recording_argument(recording, 0);
    const char *exe = recording_string(recording, recording->header.exe);
    return strings_add(generations->profile->strings, path_last(first && *first ? first : exe));
}

static bool is_of(const struct generation *generation, const struct recording *recording)
{
    const struct tlk_header *header = &recording->header;
    return generation->start == header->start_mono && generation->pid == header->pid &&
           generation->session == header->session;
}

void generations_note(struct generations *generations, struct recording *recording, bool counts)
{
    const struct tlk_header *header = &recording->header;
    for (size_t i = 0; i < generations->count && !counts; i++) {
        if (is_of(&generations->list[i], recording))
            return;
    }
    generations->list = memory_grow(generations->list, generations->count, &generations->room,
                                    sizeof(*generations->list));
    struct generation *generation = &generations->list[generations->count++];
    *generation = (struct generation){
        .path = strings_add(generations->profile->strings, recording->path),
        .name = program_of(generations, recording),
        .pid = header->pid,
        .ppid = header->ppid,
        .session = header->session,
        .start_ticks = header->start_ticks,
        .start = header->start_mono,
        .end = header->end != TLK_RUNNING ? header->end_mono : UINT64_MAX,
        .execed = header->end == TLK_EXECED,
        .forked = header->forked,
        .counts = counts,
        .watched = header->omitted[TLK_OMIT_ASLEEP] ? 0 : families_of(header, true),
        .first = generations->holding_count,
        .before = GENERATION_NONE,
    };
    note_holdings(generations, generation, recording);
}

bool generations_inherit(struct recording *recording)
{
    struct site_record site;
    for (uint32_t i = 0; i < recording_count(recording, TLK_SITES); i++) {
        if (recording_site(recording, i, &site) && site.inherited > 0)
            return true;
    }
    return false;
}

/* ---- asking ---- */

const struct holding *generations_by_id(const struct generations *generations,
                                        const struct generation *generation, uint64_t family,
                                        uint64_t id, uint32_t slot)
{
    const struct holding wanted = {.family = family, .id = id, .slot = slot};
    if (generation->count == 0)
        return NULL;
    const struct holding *list = generations->holdings + generation->first;
    size_t low = 0, high = generation->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_id(&list[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < generation->count && list[low].family == family && list[low].id == id ? &list[low]
                                                                                       : NULL;
}

/* They are mostly asked about in the order in which they were noted. */
struct generation *generations_find(struct generations *generations,
                                    const struct recording *recording)
{
    for (size_t i = 0; i < generations->count; i++) {
        size_t number = (generations->next + i) % generations->count;
        struct generation *generation = &generations->list[number];
        if (!generation->counts || !is_of(generation, recording) ||
            strcmp(generation->path, recording->path) != 0)
            continue;
        generations->next = number + 1;
        return generation;
    }
    return NULL;
}

const struct holding *generations_holding(const struct generations *generations,
                                          const struct generation *generation, uint32_t slot,
                                          const struct timer_record *timer)
{
    const struct holding *holding =
        generations_by_id(generations, generation, timer->family, timer->id, slot);
    return holding && holding->slot == slot && holding->turn == timer->generation ? holding : NULL;
}

const char *generations_maker(const struct generations *generations, const struct holding *holding)
{
    const struct generation *maker =
        &generations->list[generations->holdings[holding->maker].generation];
    return maker == &generations->list[holding->generation] ? NULL : maker->name;
}
