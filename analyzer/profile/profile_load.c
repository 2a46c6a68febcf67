/* profile_load.c - from a recording to the profile: sites first, then timers, then verdicts. */
#include "base/numbers.h"
#include "profile/evidence.h"
#include "profile/generations.h"
#include "profile/history.h"
#include "profile/peaks.h"
#include "profile/process.h"
#include "profile/profile.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one recording says about one site, before it is merged with what others say. */
struct part {
    struct site *site; /* NULL: not to be used */
    struct evidence evidence;
    struct counts counts;
    uint32_t failed[TLK_FAILURES];
    struct sample live; /* what its live timers did, together */
    const char *maker;  /* the program that made those that came over exec; NULL: nobody knows */
};

struct loading {
    struct profile *profile;
    struct recording *recording;
    struct process *process;
    uint32_t *modules;                   /* of the recording, as indices of the profile's */
    uint64_t families[TLK_FAMILIES];     /* the same: see families.h */
    const struct generation *generation; /* NULL: nothing is known of others */
    struct part *parts;                  /* of the recording's sites, then of sites of others' */
    uint32_t part_count;
    uint64_t last_activity; /* mono */
    uint64_t failed[TLK_FAILURES];
};

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
    part->site = profile_site(loading->profile, loading->recording, record, loading->modules);
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
    memcpy(part->failed, record->failed, sizeof(part->failed));
}

static void note_activity(struct loading *loading, const struct tlk_site *record)
{
    if (record->last_created > loading->last_activity)
        loading->last_activity = record->last_created;
    if (record->last_released > loading->last_activity)
        loading->last_activity = record->last_released;
    for (size_t i = 0; i < TLK_FAILURES; i++)
        loading->failed[i] += record->failed[i];
}

static uint64_t failures_of(const struct tlk_site *record)
{
    uint64_t failures = 0;
    for (size_t i = 0; i < TLK_FAILURES; i++)
        failures += record->failed[i];
    return failures;
}

static void load_sites(struct loading *loading)
{
    struct tlk_site record;
    loading->part_count = recording_count(loading->recording, TLK_SITES);
    loading->parts = memory_new(loading->part_count, sizeof(*loading->parts));
    for (uint32_t i = 0; i < loading->part_count; i++) {
        /* Site 0 is there always, and used only when there is no room for others. */
        if (recording_site(loading->recording, i, &record) &&
            (i > 0 || record.created + record.inherited + failures_of(&record) > 0)) {
            record.family = (uint16_t)loading->families[record.family];
            load_site(loading, &record, &loading->parts[i]);
            note_activity(loading, &record);
        }
    }
}

/* ---- timers ---- */

/* What so many expirations are per million seconds, on the average of the run. */
static uint64_t wakeups_of(const struct process *process, uint64_t fired)
{
    uint64_t duration = process_duration(process);
    return duration ? (uint64_t)value_clamp((__int128)((double)fired / (double)duration * 1e15))
                    : 0;
}

static void sample_add(struct sample *sample, const struct sample *what)
{
    sample->count = count_sum(sample->count, what->count);
    sample->created = count_sum(sample->created, what->created);
    sample->armed = count_sum(sample->armed, what->armed);
    sample->fired = count_sum(sample->fired, what->fired);
    sample->stopped = count_sum(sample->stopped, what->stopped);
    sample->age = count_sum(sample->age, what->age);
    sample->wakeups = count_sum(sample->wakeups, what->wakeups);
}

/* Enters a live timer, and adds it to `live`: all live timers of that process's site together. */
static void samples_add_timer(struct profile *profile, const struct process *process,
                              struct site *site, const struct tlk_timer *timer,
                              const struct judgement *judgement, struct sample *live)
{
    struct labels labels = {
        .timeout = sample_round_timeout(state_timeout(timer, &process->as_of)),
        .interval = timer->interval,
        .age = sample_round_age(judgement->age),
        .clock = timer->clock,
        .state = (uint16_t)judgement->state,
        .base = profile->base,
    };
    uint64_t stands_for = process_one_in(process, timer->family);
    uint64_t fired = count_product(judgement->fired, stands_for);
    struct sample one = {
        .count = stands_for,
        .created = judgement->inherited ? 0 : stands_for,
        .armed = timer->armed * stands_for,
        .fired = fired,
        .stopped = timer->stopped * stands_for,
        .age = count_product(judgement->age, stands_for),
        .wakeups = wakeups_of(process, fired),
    };
    sample_add(sample_of(&profile->samples, site, &labels), &one);
    sample_add(live, &one);
}

/* Enters what is in the counts of that process's site and in none of its live timers. */
static void samples_add_rest(struct profile *profile, const struct process *process,
                             struct site *site, const struct counts *counts,
                             const struct sample *live)
{
    struct labels labels = {
        .clock = SAMPLE_NO_CLOCK, .state = SAMPLE_RELEASED_STATE, .base = profile->base};
    uint64_t fired = elapsed(counts->fired, live->fired);
    struct sample rest = {
        .count = counts->released,
        .created = elapsed(counts->created, live->created),
        .armed = elapsed(counts->armed, live->armed),
        .fired = fired,
        .stopped = elapsed(counts->stopped, live->stopped),
        .wakeups = wakeups_of(process, fired),
    };
    if (rest.count | rest.created | rest.armed | rest.fired | rest.stopped)
        sample_add(sample_of(&profile->samples, site, &labels), &rest);
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
    counts->live_received += judgement->received;
    counts->overdue += judgement->overdue;
    counts->far_future += judgement->far_future;
    counts->age = count_sum(counts->age, judgement->age);
    counts->retained = count_sum(counts->retained, timer->retained);
}

static bool ended_by_exec(const struct process *process, const struct tlk_timer *timer)
{
    return process->end == TLK_EXECED &&
           (timer->flags & TLK_CLOEXEC || !family_has(timer->family, TLK_OVER_EXEC));
}

static const struct holding *holding_of(const struct loading *loading, uint32_t slot,
                                        const struct tlk_timer *timer)
{
    return loading->generation ? generations_holding(loading->profile->generations,
                                                     loading->generation, slot, timer)
                               : NULL;
}

/* That of a site of another recording, from where timers came: the last one, most often. */
static struct part *part_of(struct loading *loading, struct site *site)
{
    for (uint32_t i = loading->part_count; i-- > 0;) {
        if (loading->parts[i].site == site)
            return &loading->parts[i];
    }
    const struct tlk_site nothing = {.family = (uint16_t)site->family};
    const struct run run = run_of(loading->process, site->family);
    loading->parts =
        memory_resize(loading->parts, loading->part_count + 1, sizeof(*loading->parts));
    struct part *part = &loading->parts[loading->part_count++];
    *part = (struct part){.site = site};
    evidence_begin(&part->evidence, &nothing, &run);
    return part;
}

static void take_one(uint64_t *count)
{
    *count = elapsed(*count, 1);
}

/*
 * The part that a timer counts in, which another recording has, too: where it was made. It was in
 * the books of its own site from the start of this process on.
 */
static struct part *part_of_holding(struct loading *loading, const struct holding *holding,
                                    struct part *own)
{
    const struct generations *generations = loading->profile->generations;
    bool here = holding->fate == FATE_COUNTS, inherited = holding->flags & TLK_INHERITED;
    struct part *part = own;
    if (holding->fate == FATE_OVER)
        return own;
    if (inherited) {
        take_one(&own->counts.inherited);
        take_one(&own->counts.peak);
        struct site *site = generations->holdings[holding->maker].site;
        part = site == own->site ? own : part_of(loading, site);
        part->counts.inherited += here && !holding->replaces;
        part->counts.created += here && holding->replaces;
        part->counts.peak += here;
        if (!here)
            loading->process->peak = elapsed(loading->process->peak, loading->process->one_in);
    } else if (!here) {
        take_one(&own->counts.created);
    }
    if (inherited && !loading->process->forked)
        part->maker = generations_maker(generations, holding);
    return part;
}

/* Only what was done with it here: it is live elsewhere. */
static void count_shared(struct counts *counts, const struct tlk_timer *timer, bool passed_on)
{
    counts->armed += timer->armed;
    counts->stopped += timer->stopped;
    counts->fired_unknown += timer->fired_unknown;
    if (timer->seen_at > 0)
        counts->fired = count_sum(counts->fired, timer->fired);
    counts->passed_on += passed_on;
}

static void load_timer(struct loading *loading, uint32_t slot, const struct tlk_timer *timer)
{
    struct judgement judgement;
    const struct holding *holding = holding_of(loading, slot, timer);
    struct part *part = &loading->parts[timer->site];
    if (!part->site)
        return;
    if (holding)
        part = part_of_holding(loading, holding, part);
    state_judge(timer, &loading->process->as_of, &judgement);
    judgement.passed_on = state_passed_on(timer, loading->process->forked);
    judgement.shared = holding && holding->fate == FATE_ELSEWHERE;
    judgement.over |= ended_by_exec(loading->process, timer);
    judgement.over |= holding && holding->fate == FATE_OVER;
    bool counted = holding ? holding->tells_passed_on : judgement.passed_on;
    if (judgement.shared) {
        count_shared(&part->counts, timer, counted);
        if (!judgement.inherited) /* it leaks here, wherever it counts */
            evidence_add(&part->evidence, timer, &judgement);
        if (loading->profile->keep_timers)
            keep_timer(loading, part->site, timer, &judgement);
        return;
    }
    count_timer(&part->counts, timer, &judgement);
    if (judgement.over)
        return;
    part->counts.passed_on += counted;
    samples_add_timer(loading->profile, loading->process, part->site, timer, &judgement,
                      &part->live);
    evidence_add(&part->evidence, timer, &judgement);
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
        load_timer(loading, i, &timer);
    }
}

/*
 * A site is read before its timers. What was created in between is live but not yet counted; what
 * was created before, and is neither live nor released, was just on its way.
 */
static void counts_balance(struct counts *counts)
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
    if (evidence->longest_life > site->longest_life)
        site->longest_life = evidence->longest_life;
    if (evidence->first_created == 0) /* but by another process */
        return;
    if (site->last_created == 0 || first < site->first_created)
        site->first_created = first;
    if (last > site->last_created)
        site->last_created = last;
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

/* A gigabyte of them, where no other limit is known. */
#define MOST_BYTES (UINT64_C(1) << 30)
#define LEAST_SIZE 128 /* of a timer in a library's memory */

/* How many there may be, and whether there were. */
static void set_limit(const struct loading *loading, struct part *part)
{
    const struct process *process = loading->process;
    uint64_t family = part->site->family;
    bool files = family_has(family, TLK_BOUND_BY_FILES);
    bool signals = family_has(family, TLK_BOUND_BY_SIGNALS);
    uint64_t each = part->counts.live ? part->counts.retained / part->counts.live : 0;
    part->evidence.most = MOST_BYTES / (each > LEAST_SIZE ? each : LEAST_SIZE);
    /* A limit may have been lowered since: where it was met, there was no higher number. */
    if (files)
        part->evidence.most = loading->failed[TLK_FAILED_EMFILE] > 0 && process->descriptors > 0 &&
                                      process->descriptors < process->nofile_soft
                                  ? process->descriptors
                                  : process->nofile_soft;
    if (signals)
        part->evidence.most = process->sigpending_soft;
    part->evidence.most_met = (files && loading->failed[TLK_FAILED_EMFILE] > 0) ||
                              (signals && loading->failed[TLK_FAILED_EAGAIN] > 0);
}

/* Else it tells no more than what was done with timers that count elsewhere, if that. */
static bool has_timers(const struct part *part)
{
    uint64_t any = part->counts.created | part->counts.inherited | part->counts.released |
                   part->counts.live | part->evidence.live;
    for (size_t i = 0; i < TLK_FAILURES; i++)
        any |= part->failed[i];
    return any > 0;
}

static void say_maker(const struct part *part, struct finding *finding)
{
    size_t length = strlen(finding->why);
    if (part->maker && part->counts.live > 0 && length < sizeof(finding->why))
        snprintf(finding->why + length, sizeof(finding->why) - length, "; made %sin %s",
                 family_has(part->site->family, TLK_BY_DESCRIPTOR) ? "without close-on-exec " : "",
                 part->maker);
}

static void merge_finding(struct loading *loading, struct part *part, struct finding *finding)
{
    struct site *site = part->site;
    note_growth(loading->process, site->family, finding->growth);
    note_usage(loading->process, site->family, &part->counts);
    if (site->parts == 0 || is_worse(finding, &site->finding)) {
        site->finding = *finding;
        site->process = loading->process;
    }
    merge_times(site, &part->evidence);
    peaks_note(&loading->profile->peaks, site, loading->process, part->counts.peak);
    site->parts++;
}

static void merge_part(struct loading *loading, struct part *part)
{
    struct site *site = part->site;
    struct finding finding;
    counts_balance(&part->counts);
    if (!counts_any(&part->counts) && !has_timers(part))
        return;
    profile_list_site(loading->profile, site);
    part->evidence.released = part->counts.released;
    part->evidence.last_activity = loading->last_activity;
    set_limit(loading, part);
    verdict_find(&part->evidence, &finding);
    say_maker(part, &finding);
    loading->process->recorded += part->counts.created + part->counts.inherited;
    /* Judged by what was seen; told as what that stands for. */
    counts_scale(&part->counts, process_one_in(loading->process, site->family));
    for (size_t i = 0; i < TLK_FAILURES; i++) /* of these each is counted */
        part->counts.failed[i] = part->failed[i];
    samples_add_rest(loading->profile, loading->process, site, &part->counts, &part->live);
    if (loading->profile->base) {
        if (finding.verdict > site->base_verdict)
            site->base_verdict = finding.verdict;
        return;
    }
    if (has_timers(part))
        merge_finding(loading, part, &finding);
    part->counts.peak = 0; /* see peaks_add_up() */
    counts_add(&site->counts, &part->counts);
}

static const struct generation *generation_begins(struct profile *profile,
                                                  const struct recording *recording,
                                                  struct process *process)
{
    struct generation *generation =
        profile->generations ? generations_find(profile->generations, recording) : NULL;
    if (generation)
        generation->process = process;
    return generation;
}

void profile_add(struct profile *profile, struct recording *recording)
{
    struct loading loading = {.profile = profile, .recording = recording};
    loading.process = process_add(profile, recording);
    families_intern(&recording->header, loading.families);
    loading.generation = generation_begins(profile, recording, loading.process);
    loading.modules = profile_modules(profile, recording);
    load_sites(&loading);
    load_timers(&loading);
    for (uint32_t i = 0; i < loading.part_count; i++) {
        if (loading.parts[i].site)
            merge_part(&loading, &loading.parts[i]);
    }
    loading.process->damaged = recording->damaged;
    free(loading.modules);
    free(loading.parts);
}
