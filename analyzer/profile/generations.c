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
    free(generations->origins);
    index_free(&generations->origin_index);
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

static struct origin origin_of(const struct generation *generation,
                               const struct timer_record *timer, uint32_t slot)
{
    return (struct origin){.session = generation->session,
                           .created = timer->created,
                           .family = timer->family,
                           .slot = slot,
                           .turn = timer->generation};
}

static bool same_origin(const void *wanted, const void *origins, uint32_t number)
{
    return memcmp((const struct origin *)origins + number, wanted, sizeof(struct origin)) == 0;
}

static bool is_origin(const struct generations *generations, const struct origin *origin)
{
    return index_find(&generations->origin_index, hash_key(origin, sizeof(*origin)), origin,
                      generations->origins, same_origin) != INDEX_NONE;
}

static void origin_add(struct generations *generations, const struct origin *origin)
{
    if (is_origin(generations, origin))
        return;
    generations->origins = memory_grow(generations->origins, generations->origin_count,
                                       &generations->origin_room, sizeof(*generations->origins));
    index_add(&generations->origin_index, hash_key(origin, sizeof(*origin)),
              (uint32_t)generations->origin_count);
    generations->origins[generations->origin_count++] = *origin;
}

typedef void note_function(struct noting *noting, const struct timer_record *timer, uint32_t slot);

/* What damage it counts is counted when it is loaded. */
static void each_handed_on(struct noting *noting, note_function *each)
{
    struct recording *recording = noting->recording;
    uint64_t damaged = recording->damaged;
    struct timer_record timer;
    families_intern(&recording->header, noting->families);
    for (uint32_t i = 0; i < recording_count(recording, TLK_TIMERS); i++) {
        if (!recording_timer(recording, i, &timer))
            continue;
        timer.family = (uint8_t)noting->families[timer.family];
        if (is_handed_on(timer.family) && !ended_at_exec(noting->generation, &timer))
            each(noting, &timer, i);
    }
    recording->damaged = damaged;
}

static void note_inherited(struct noting *noting, const struct timer_record *timer, uint32_t slot)
{
    if (!(timer->flags & TLK_INHERITED))
        return;
    noting->generation->inherits = true;
    if (noting->generation->forked && family_has(timer->family, TLK_OVER_FORK)) {
        const struct origin origin = origin_of(noting->generation, timer, slot);
        origin_add(noting->generations, &origin);
    }
}

static void note_shared(struct noting *noting, const struct timer_record *timer, uint32_t slot)
{
    const struct generation *generation = noting->generation;
    const struct origin origin = origin_of(generation, timer, slot);
    bool may_be = timer->flags & TLK_INHERITED || generation->asked || !generation->counts ||
                  is_origin(noting->generations, &origin);
    struct trace *trace = may_be ? note_trace(noting, timer->site) : NULL;
    if (trace)
        holding_add(noting->generations, noting->generation, timer, slot, trace);
}

static int by_id(const void *left, const void *right)
{
    const struct holding *a = left, *b = right;
    int order = compare_numbers(a->family, b->family);
    if (!order)
        order = compare_numbers(a->id, b->id);
    return order ? order : compare_numbers(a->slot, b->slot);
}

static void note_holdings(struct generations *generations, struct generation *generation,
                          struct recording *recording)
{
    struct noting noting = {
        .generations = generations, .recording = recording, .generation = generation};
    uint64_t damaged = recording->damaged;
    noting.modules = profile_modules(generations->profile, recording);
    recording->damaged = damaged;
    noting.traces = memory_new(recording_count(recording, TLK_SITES), sizeof(*noting.traces));
    generation->first = generations->holding_count;
    each_handed_on(&noting, note_shared);
    free(noting.modules);
    free(noting.traces);
    if (generation->count > 0)
        qsort(generations->holdings + generation->first, generation->count,
              sizeof(*generations->holdings), by_id);
}

/* As most have none, which is known by its sites. */
static bool may_inherit(struct recording *recording)
{
    uint64_t damaged = recording->damaged;
    struct site_record site;
    bool inherited = false;
    for (uint32_t i = 0; i < recording_count(recording, TLK_SITES) && !inherited; i++)
        inherited = recording_site(recording, i, &site) && site.inherited > 0;
    recording->damaged = damaged;
    return inherited;
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
        .before = GENERATION_NONE,
    };
    struct noting noting = {
        .generations = generations, .recording = recording, .generation = generation};
    if (may_inherit(recording))
        each_handed_on(&noting, note_inherited);
    if (!counts)
        note_holdings(generations, generation, recording);
}

bool generations_share(const struct generations *generations)
{
    bool share = false;
    for (size_t i = 0; i < generations->count && !share; i++)
        share = generations->list[i].inherits;
    return share;
}

void generations_note_timers(struct generations *generations, struct recording *recording)
{
    struct generation *generation = generations_find(generations, recording);
    if (generation && (generation->inherits || generation->asked || generations->origin_count > 0))
        note_holdings(generations, generation, recording);
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

bool generation_hands_on(const struct generation *generation, uint64_t family)
{
    return is_handed_on(family) && generation->handed >> family & 1;
}
