/* profile_load.c - from a recording to the profile: sites first, then timers, then verdicts. */
#include "base/numbers.h"
#include "profile/evidence.h"
#include "profile/history.h"
#include "profile/process.h"
#include "profile/profile.h"
#include "profile/samples_add.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* What one recording says about one site, before it is merged with what others say. */
struct part {
    struct site *site; /* NULL: not to be used */
    struct evidence evidence;
    struct counts counts;
    struct sample live; /* what its live timers did, together */
};

struct loading {
    struct profile *profile;
    struct recording *recording;
    struct process *process;
    uint32_t *modules;               /* of the recording, as indices of the profile's */
    uint64_t families[TLK_FAMILIES]; /* the same: see families.h */
    struct part *parts;
    uint32_t part_count;
    uint64_t last_activity; /* mono */
};

static void hexadecimal(char *text, const struct tlk_module *module)
{
    static const char digits[] = "0123456789abcdef";
    for (uint32_t i = 0; i < module->build_id_size; i++) {
        text[2 * i] = digits[module->build_id[i] >> 4];
        text[2 * i + 1] = digits[module->build_id[i] & 15];
    }
}

static uint32_t new_module(struct loading *loading, const struct tlk_module *record, char *key,
                           size_t key_size)
{
    struct profile *profile = loading->profile;
    struct module *module = memory_new(1, sizeof(*module));
    const char *path = recording_string(loading->recording, record->path);
    module->path = strings_add(profile->strings, *path ? path : "[unnamed]");
    const char *slash = strrchr(module->path, '/');
    module->name = slash ? slash + 1 : module->path;
    hexadecimal(module->build_id, record);
    module->symbols = symbols_file(profile->symbols, path, record->build_id, record->build_id_size,
                                   loading->process->start_real);
    module->index = (uint32_t)profile->module_count;
    module->bias = record->bias;
    module->start = record->start;
    module->end = record->end;
    module->key = key;
    profile->modules = memory_grow(profile->modules, profile->module_count, &profile->module_room,
                                   sizeof(*profile->modules));
    profile->modules[profile->module_count++] = module;
    HASH_ADD_KEYPTR(hh, profile->module_table, module->key, key_size, module);
    return module->index;
}

/* The same file under another path is the same module, if it has a build-id to tell. */
static uint32_t intern_module(struct loading *loading, const struct tlk_module *record)
{
    const char *path = recording_string(loading->recording, record->path);
    size_t key_size = record->build_id_size ? record->build_id_size : strlen(path) + 1;
    char *key = memory_new(1, key_size);
    memcpy(key, record->build_id_size ? (const char *)record->build_id : path, key_size);
    struct module *known;
    HASH_FIND(hh, loading->profile->module_table, key, key_size, known);
    if (!known)
        return new_module(loading, record, key, key_size);
    free(key);
    return known->index;
}

static void load_modules(struct loading *loading)
{
    uint32_t count = recording_count(loading->recording, TLK_MODULES);
    struct tlk_module record;
    loading->modules = memory_new(count, sizeof(*loading->modules));
    for (uint32_t i = 1; i < count; i++) {
        if (recording_module(loading->recording, i, &record))
            loading->modules[i] = intern_module(loading, &record);
    }
}

static void translate(const struct loading *loading, const struct tlk_site *record,
                      uint32_t *locations)
{
    const uint64_t *recorded = recording_frames(loading->recording, record);
    uint32_t modules = recording_count(loading->recording, TLK_MODULES);
    for (size_t i = 0; i < record->depth; i++) {
        uint32_t module = TLK_FRAME_MODULE(recorded[i]);
        uint64_t address = TLK_FRAME_ADDRESS(recorded[i]);
        /* The call ends where the return address is; one before it is still the call's line. */
        locations[i] = location_of(&loading->profile->locations,
                                   module < modules ? loading->modules[module] : 0,
                                   address > 0 ? address - 1 : 0, NULL);
    }
}

/* Finds or makes the profile's site for a recorded one. */
static struct site *intern_site(const struct loading *loading, const struct tlk_site *record)
{
    struct profile *profile = loading->profile;
    size_t depth = (size_t)record->depth + 1;
    struct site *site = memory_new(1, sizeof(*site) + depth * sizeof(*site->locations)), *known;
    const char *function = recording_string(loading->recording, record->function);
    site->function = strings_add(profile->strings, *function ? function : "[no room for stacks]");
    site->kind = strings_add(profile->strings, recording_string(loading->recording, record->kind));
    site->family = record->family;
    site->depth = depth;
    site->locations[0] = location_of(&profile->locations, LOCATION_WRAPPED, 0, site->function);
    translate(loading, record, site->locations + 1);
    const char *key = (const char *)&site->family;
    size_t key_size = sizeof(site->family) + depth * sizeof(*site->locations);
    HASH_FIND(hh, profile->site_table, key, key_size, known);
    if (known) {
        free(site);
        return known;
    }
    site->unwound = record->flags & TLK_SITE_UNWOUND;
    site->truncated = record->flags & TLK_SITE_TRUNCATED;
    HASH_ADD_KEYPTR(hh, profile->site_table, key, key_size, site);
    profile->sites = memory_grow(profile->sites, profile->site_count, &profile->site_room,
                                 sizeof(*profile->sites));
    site->index = profile->site_count++;
    profile->sites[site->index] = site;
    return site;
}

/* Asleep, it saw of what was created nothing from then on; awake, nothing until it woke. */
static struct run run_of(const struct process *process, uint64_t family)
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

static void load_site(struct loading *loading, const struct tlk_site *record, struct part *part)
{
    part->site = intern_site(loading, record);
    if (loading->profile->keep_histories && !loading->profile->base)
        history_keep(part->site, record, loading->process);
    const struct run run = run_of(loading->process, record->family);
    evidence_begin(&part->evidence, record, &run);
    part->counts = (struct counts){
        .created = record->created,
        .inherited = record->inherited,
        .released = record->released,
        .armed = record->armed,
        .fired = record->fired,
        .stopped = record->stopped,
        .fired_unknown = record->fired_unknown,
        .peak = record->peak,
    };
}

static void note_activity(struct loading *loading, const struct tlk_site *record)
{
    if (record->last_created > loading->last_activity)
        loading->last_activity = record->last_created;
    if (record->last_released > loading->last_activity)
        loading->last_activity = record->last_released;
}

static void load_sites(struct loading *loading)
{
    struct tlk_site record;
    loading->part_count = recording_count(loading->recording, TLK_SITES);
    loading->parts = memory_new(loading->part_count, sizeof(*loading->parts));
    for (uint32_t i = 0; i < loading->part_count; i++) {
        /* Site 0 is there always, and used only when there is no room for others. */
        if (recording_site(loading->recording, i, &record) &&
            (i > 0 || record.created + record.inherited > 0)) {
            record.family = (uint16_t)loading->families[record.family];
            load_site(loading, &record, &loading->parts[i]);
            note_activity(loading, &record);
        }
    }
}

static void keep_timer(struct loading *loading, struct site *site, const struct tlk_timer *timer,
                       const struct judgement *judgement)
{
    struct profile *profile = loading->profile;
    const char *name =
        strings_add(profile->strings, recording_string(loading->recording, timer->name));
    profile->timers = memory_grow(profile->timers, profile->timer_count, &profile->timer_room,
                                  sizeof(*profile->timers));
    profile->timers[profile->timer_count++] =
        (struct live_timer){site, loading->process, name, *timer, *judgement};
}

static void count_timer(struct counts *counts, const struct tlk_timer *timer,
                        const struct judgement *judgement)
{
    counts->armed += timer->armed;
    counts->stopped += timer->stopped;
    counts->fired_unknown += timer->fired_unknown;
    counts->fired = count_sum(counts->fired, judgement->fired);
    if (judgement->over) {
        counts->released++;
        return;
    }
    counts->live++;
    counts->states[judgement->state]++;
    counts->unread += judgement->unread;
    counts->live_inherited += judgement->inherited;
    counts->overdue += judgement->overdue;
    counts->far_future += judgement->far_future;
    counts->age = count_sum(counts->age, judgement->age);
    counts->retained = count_sum(counts->retained, timer->retained);
}

static void load_timer(struct loading *loading, const struct tlk_timer *timer)
{
    struct judgement judgement;
    struct part *part = &loading->parts[timer->site];
    if (!part->site)
        return;
    state_judge(timer, &loading->process->as_of, &judgement);
    count_timer(&part->counts, timer, &judgement);
    if (judgement.over)
        return;
    samples_add_timer(loading->profile, loading->process, part->site, timer, &judgement,
                      &part->live);
    evidence_add(&part->evidence, timer);
    if (judgement.age > part->site->oldest_age)
        part->site->oldest_age = judgement.age;
    if (loading->profile->keep_timers)
        keep_timer(loading, part->site, timer, &judgement);
}

static void load_timers(struct loading *loading)
{
    struct tlk_timer timer;
    for (uint32_t i = 0; i < recording_count(loading->recording, TLK_TIMERS); i++) {
        if (!recording_timer(loading->recording, i, &timer))
            continue;
        timer.family = (uint16_t)loading->families[timer.family];
        load_timer(loading, &timer);
    }
}

/*
 * A site is read before its timers. What was created in between is live but not yet counted; what
 * was created before, and is neither live nor released, was just on its way.
 */
static void balance(struct counts *counts)
{
    uint64_t made = counts->created + counts->inherited;
    uint64_t met = counts->released + counts->live;
    if (met > made)
        counts->created += met - made;
    else
        counts->in_flight = made - met;
}

static void merge_times(struct site *site, const struct evidence *evidence)
{
    uint64_t first = elapsed(evidence->first_created, evidence->run.start);
    uint64_t last = elapsed(evidence->last_created, evidence->run.start);
    if (site->parts == 0 || first < site->first_created)
        site->first_created = first;
    if (last > site->last_created)
        site->last_created = last;
    if (evidence->longest_life > site->longest_life)
        site->longest_life = evidence->longest_life;
}

static void note_growth(struct process *process, uint64_t family, double growth)
{
    if (family_has(family, TLK_BOUND_BY_FILES))
        process->descriptor_growth += growth;
    if (family_has(family, TLK_BOUND_BY_SIGNALS))
        process->pending_growth += growth;
}

/* What other processes of its user had queued when it ended is not known: this is the least. */
static void note_usage(struct process *process, uint64_t family, const struct counts *counts)
{
    if (family_has(family, TLK_BOUND_BY_SIGNALS) && !process->alive)
        process->pending += counts->live;
}

/* Of several recordings, the worst finding stands for the site, and the worst of those that grow.
 */
static bool is_worse(const struct finding *finding, const struct finding *known)
{
    if (finding->verdict != known->verdict)
        return finding->verdict > known->verdict;
    return finding->growth > known->growth;
}

static void merge_part(struct loading *loading, struct part *part)
{
    struct site *site = part->site;
    struct finding finding;
    balance(&part->counts);
    part->evidence.released = part->counts.released;
    part->evidence.last_activity = loading->last_activity;
    verdict_find(&part->evidence, &finding);
    loading->process->recorded += part->counts.created + part->counts.inherited;
    /* Judged by what was seen; told as what that stands for. */
    counts_scale(&part->counts, process_one_in(loading->process, site->family));
    samples_add_rest(loading->profile, loading->process, site, &part->counts, &part->live);
    if (loading->profile->base) {
        if (finding.verdict > site->base_verdict)
            site->base_verdict = finding.verdict;
        return;
    }
    note_growth(loading->process, site->family, finding.growth);
    note_usage(loading->process, site->family, &part->counts);
    if (site->parts == 0 || is_worse(&finding, &site->finding)) {
        site->finding = finding;
        site->process = loading->process;
    }
    merge_times(site, &part->evidence);
    counts_add(&site->counts, &part->counts);
    site->parts++;
}

void profile_add(struct profile *profile, struct recording *recording)
{
    struct loading loading = {.profile = profile, .recording = recording};
    loading.process = process_add(profile, recording);
    /* Finding its end may have met the same damage already. */
    uint64_t damaged = recording_damaged(recording);
    families_intern(recording_header(recording), loading.families);
    load_modules(&loading);
    load_sites(&loading);
    load_timers(&loading);
    for (uint32_t i = 0; i < loading.part_count; i++) {
        if (loading.parts[i].site)
            merge_part(&loading, &loading.parts[i]);
    }
    loading.process->damaged = recording_damaged(recording) - damaged;
    free(loading.modules);
    free(loading.parts);
}
