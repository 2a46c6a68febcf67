/* profile_load.c - from a recording to the profile: sites first, then timers, then verdicts. */
#include "base/numbers.h"
#include "profile/callers.h"
#include "profile/generations.h"
#include "profile/history.h"
#include "profile/part.h"
#include "profile/paths.h"
#include "profile/peaks.h"
#include "profile/process.h"
#include "profile/profile.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_RECORD UINT32_MAX /* of a part that has none in the recording */

/* What a recording says about one trace. */
struct record {
    struct trace *trace; /* NULL: not to be used */
    struct counts counts;
    uint32_t failed[TLK_FAILURES];
    struct sample live; /* what its live timers did, together */
};

struct loading {
    struct profile *profile;
    struct recording *recording;
    struct process *process;
    uint32_t *modules; /* of the recording, as indices of the profile's */
    struct loaded_modules loaded;
    uint64_t families[TLK_FAMILIES];     /* the same: see families.h */
    const struct generation *generation; /* NULL: nothing is known of others */
    struct record *records; /* by the numbers of the recording; then of traces of others */
    uint32_t site_count;    /* of the recording */
    size_t record_count, record_room;
    struct part *parts;
    size_t part_count, part_room;
    uint64_t last_activity; /* mono */
    uint64_t failed[TLK_FAILURES];
};

static void load_modules(struct loading *loading)
{
    uint32_t count = recording_count(loading->recording, TLK_MODULES);
    struct tlk_module record;
    loading->modules = profile_modules(loading->profile, loading->recording);
    for (uint32_t i = 1; i < count; i++) {
        if (recording_module(loading->recording, i, &record))
            loaded_modules_add(&loading->loaded, &record, loading->modules[i]);
    }
    loading->loaded.modules = loading->modules;
    loading->loaded.module_count = count;
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

static uint64_t failures_of(const struct tlk_site *record)
{
    uint64_t failures = 0;
    for (size_t i = 0; i < TLK_FAILURES; i++)
        failures += record->failed[i];
    return failures;
}

static struct part *part_of(struct loading *loading, const struct site *site)
{
    return &loading->parts[site->part - 1];
}

/* The record of a site, of a family as the profile knows it. Site 0 is there always, and used only
 * when there is no room for others. */
static bool read_site(struct loading *loading, uint32_t number, struct tlk_site *site)
{
    if (!recording_site(loading->recording, number, site) ||
        (number == 0 && site->created + site->inherited + failures_of(site) == 0))
        return false;
    site->family = (uint16_t)loading->families[site->family];
    return true;
}

static void part_begin(struct loading *loading, struct site *site, uint32_t number)
{
    loading->parts = memory_grow(loading->parts, loading->part_count, &loading->part_room,
                                 sizeof(*loading->parts));
    loading->parts[loading->part_count++] =
        (struct part){.site = site, .number = number, .alone = true};
    site->part = (uint32_t)loading->part_count;
}

/* All records of a site are judged as one. */
static void part_add_record(struct loading *loading, struct part *part, uint32_t number,
                            const struct tlk_site *site)
{
    struct tlk_site first;
    if (number != part->number && part->alone && read_site(loading, part->number, &first)) {
        part_keep_record(part, &first);
        part->alone = false;
    }
    if (!part->alone)
        part_keep_record(part, site);
    const struct run run = run_of(loading->process, site->family);
    evidence_begin(&part->evidence, part->record ? part->record : site, &run);
}

static void load_site(struct loading *loading, uint32_t number, const struct tlk_site *site,
                      struct record *record)
{
    record->trace = profile_trace(loading->profile, loading->recording, site, loading->modules);
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

static void note_activity(struct loading *loading, const struct tlk_site *record)
{
    if (record->last_created > loading->last_activity)
        loading->last_activity = record->last_created;
    if (record->last_released > loading->last_activity)
        loading->last_activity = record->last_released;
    for (size_t i = 0; i < TLK_FAILURES; i++)
        loading->failed[i] += record->failed[i];
}

static void load_sites(struct loading *loading)
{
    struct tlk_site site;
    loading->site_count = recording_count(loading->recording, TLK_SITES);
    loading->record_count = loading->record_room = loading->site_count;
    loading->records = memory_new(loading->record_count, sizeof(*loading->records));
    for (uint32_t i = 0; i < loading->site_count; i++) {
        if (read_site(loading, i, &site)) {
            load_site(loading, i, &site, &loading->records[i]);
            note_activity(loading, &site);
        }
    }
}

/* ---- timers ---- */

/* What so many expirations are per million seconds, on the average of that time. */
static uint64_t wakeups_in(uint64_t duration, uint64_t fired)
{
    return duration ? (uint64_t)value_clamp((__int128)((double)fired / (double)duration * 1e15))
                    : 0;
}

static uint64_t wakeups_of(const struct process *process, uint64_t fired)
{
    return wakeups_in(process_duration(process), fired);
}

/*
 * A timer that a forked child shares with its parent expires once for all: each counts what it was
 * seen to read, on the average of the timer's life; what nobody read is its maker's to count.
 */
static uint64_t wakeups_of_timer(const struct process *process, const struct tlk_timer *timer,
                                 const struct judgement *judgement)
{
    uint64_t stands_for = process_one_in(process, timer->family);
    if (!process->forked || !judgement->inherited || !family_has(timer->family, TLK_BY_DESCRIPTOR))
        return wakeups_of(process, count_product(judgement->fired, stands_for));
    uint64_t unread = timer->flags & TLK_UNREAD ? 1 : 0;
    return wakeups_in(judgement->age, count_product(elapsed(timer->fired, unread), stands_for));
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

/* Enters a live timer, and adds it to `live`: all live timers of that process's trace together. */
static void samples_add_timer(struct profile *profile, const struct process *process,
                              struct trace *trace, const struct tlk_timer *timer,
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
        .wakeups = wakeups_of_timer(process, timer, judgement),
    };
    sample_add(sample_of(&profile->samples, trace, &labels), &one);
    sample_add(live, &one);
}

/* Enters what is in the counts of that process's trace and in none of its live timers. */
static void samples_add_rest(struct profile *profile, const struct process *process,
                             struct trace *trace, const struct counts *counts,
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
        sample_add(sample_of(&profile->samples, trace, &labels), &rest);
}

static void keep_timer(struct loading *loading, struct site *site, const struct tlk_timer *timer,
                       const struct callers *callers, const struct judgement *judgement)
{
    struct profile *profile = loading->profile;
    const char *name =
        strings_add(profile->strings, recording_string(loading->recording, timer->name));
    profile->timers = memory_grow(profile->timers, profile->timer_count, &profile->timer_room,
                                  sizeof(*profile->timers));
    profile->timers[profile->timer_count++] = (struct live_timer){
        site, loading->process, name, callers->setter, callers->notified, *timer, *judgement};
}

static void count_callers(struct loading *loading, struct site *site, const struct tlk_timer *timer,
                          const struct callers *callers, const struct judgement *judgement)
{
    uint64_t stands_for = process_one_in(loading->process, timer->family);
    uint64_t wakeups = wakeups_of_timer(loading->process, timer, judgement);
    if (loading->profile->base)
        return;
    callers_count(loading->profile, site, CALLER_SETS, callers->setter, stands_for, wakeups);
    if (timer->flags & TLK_ORIGINAL_CLOSED)
        callers_count(loading->profile, site, CALLER_DUPLICATES, callers->duplicator, stands_for,
                      0);
}

static void count_timer(struct counts *counts, const struct tlk_timer *timer,
                        const struct judgement *judgement)
{
    counts->armed += timer->armed;
    counts->stopped += timer->stopped;
    counts->fired_unknown += timer->fired_unknown + judgement->fired_unknown;
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
    counts->on_duplicates += (timer->flags & TLK_ORIGINAL_CLOSED) != 0;
    counts->retained = count_sum(counts->retained, timer_retained(timer));
}

static bool ended_by_exec(const struct process *process, const struct tlk_timer *timer)
{
    return process->end == TLK_EXECED &&
           (timer->flags & TLK_CLOEXEC || !family_has(timer->family, TLK_OVER_EXEC));
}

/* ---- timers that other recordings have, too ---- */

static const struct holding *holding_of(const struct loading *loading, uint32_t slot,
                                        const struct tlk_timer *timer)
{
    return loading->generation ? generations_holding(loading->profile->generations,
                                                     loading->generation, slot, timer)
                               : NULL;
}

/* That of a trace of another recording, from where timers came: the last one, most often. */
static struct record *record_of(struct loading *loading, struct trace *trace)
{
    for (size_t i = loading->record_count; i-- > 0;) {
        if (loading->records[i].trace == trace)
            return &loading->records[i];
    }
    if (trace->site->part == 0) {
        const struct tlk_site nothing = {.family = (uint16_t)trace->family};
        const struct run run = run_of(loading->process, trace->family);
        part_begin(loading, trace->site, NO_RECORD);
        evidence_begin(&part_of(loading, trace->site)->evidence, &nothing, &run);
    }
    loading->records = memory_grow(loading->records, loading->record_count, &loading->record_room,
                                   sizeof(*loading->records));
    loading->records[loading->record_count] = (struct record){.trace = trace};
    return &loading->records[loading->record_count++];
}

static void take_one(uint64_t *count)
{
    *count = elapsed(*count, 1);
}

/*
 * The record that a timer counts in, which another recording has, too: where it was made. It was in
 * the books of its own site from the start of this process on.
 */
static struct record *record_of_holding(struct loading *loading, const struct holding *holding,
                                        uint32_t site)
{
    const struct generations *generations = loading->profile->generations;
    bool here = holding->fate == FATE_COUNTS, inherited = holding->flags & TLK_INHERITED;
    struct record *own = &loading->records[site], *record = own;
    if (holding->fate == FATE_OVER)
        return own;
    if (inherited) {
        take_one(&own->counts.inherited);
        take_one(&own->counts.peak);
        struct trace *trace = generations->holdings[holding->maker].trace;
        record = trace == own->trace ? own : record_of(loading, trace);
        record->counts.inherited += here && !holding->replaces;
        record->counts.created += here && holding->replaces;
        record->counts.peak += here;
        if (!here)
            loading->process->peak = elapsed(loading->process->peak, loading->process->one_in);
    } else if (!here) {
        take_one(&own->counts.created);
    }
    if (inherited && !loading->process->forked)
        part_of(loading, record->trace->site)->maker = generations_maker(generations, holding);
    return record;
}

/* Only what was done with it here: it is live elsewhere. */
static void count_shared(struct counts *counts, const struct tlk_timer *timer, bool passed_on)
{
    counts->armed += timer->armed;
    counts->stopped += timer->stopped;
    counts->fired_unknown += timer->fired_unknown;
    if (timer->seen > 0)
        counts->fired = count_sum(counts->fired, timer->fired);
    counts->passed_on += passed_on;
}

/* ---- */

typedef void timer_function(struct loading *loading, uint32_t slot, const struct tlk_timer *timer);

static void each_timer(struct loading *loading, timer_function *each)
{
    struct tlk_timer timer;
    for (uint32_t i = 0; i < recording_count(loading->recording, TLK_TIMERS); i++) {
        if (!recording_timer(loading->recording, i, &timer))
            continue;
        timer.family = (uint8_t)loading->families[timer.family];
        if (loading->records[timer.site].trace)
            each(loading, i, &timer);
    }
}

static struct judgement judge_timer(const struct loading *loading, const struct tlk_timer *timer,
                                    const struct holding *holding)
{
    struct judgement judgement;
    state_judge(timer, &loading->process->as_of, &judgement);
    judgement.passed_on = state_passed_on(timer, loading->process->forked);
    judgement.shared = holding && holding->fate == FATE_ELSEWHERE;
    judgement.over |= ended_by_exec(loading->process, timer);
    judgement.over |= holding && holding->fate == FATE_OVER;
    return judgement;
}

/* It is live, though it may count elsewhere. */
static void enter_timer(struct loading *loading, struct record *record,
                        const struct tlk_timer *timer, const struct judgement *judgement)
{
    struct site *site = record->trace->site;
    struct callers callers = callers_of(loading->profile, &loading->loaded, timer);
    if (!judgement->shared || !judgement->inherited) /* it leaks here, wherever it counts */
        evidence_add(&part_of(loading, site)->evidence, timer, judgement);
    if (!judgement->shared) {
        samples_add_timer(loading->profile, loading->process, record->trace, timer, judgement,
                          &record->live);
        count_callers(loading, site, timer, &callers, judgement);
        if (judgement->age > site->oldest_age)
            site->oldest_age = judgement->age;
    }
    if (loading->profile->keep_timers)
        keep_timer(loading, site, timer, &callers, judgement);
}

static void load_timer(struct loading *loading, uint32_t slot, const struct tlk_timer *timer)
{
    const struct holding *holding = holding_of(loading, slot, timer);
    struct record *record =
        holding ? record_of_holding(loading, holding, timer->site) : &loading->records[timer->site];
    struct judgement judgement = judge_timer(loading, timer, holding);
    bool passed_on = holding ? holding->tells_passed_on : judgement.passed_on;
    if (judgement.shared) {
        count_shared(&record->counts, timer, passed_on);
    } else {
        count_timer(&record->counts, timer, &judgement);
        record->counts.passed_on += passed_on && !judgement.over;
    }
    if (judgement.over && !judgement.shared)
        part_of(loading, record->trace->site)->evidence.released++;
    else
        enter_timer(loading, record, timer, &judgement);
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

static void note_rates(struct process *process, uint64_t family, double growth, double shrinking)
{
    if (family_has(family, TLK_BOUND_BY_FILES)) {
        process->descriptor_rate.growth += growth;
        process->descriptor_rate.shrinking += shrinking;
    }
    if (family_has(family, TLK_BOUND_BY_SIGNALS)) {
        process->pending_rate.growth += growth;
        process->pending_rate.shrinking += shrinking;
    }
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

/* Judged by what was seen; told as what that stands for. */
static void record_end(struct loading *loading, struct record *record)
{
    struct process *process = loading->process;
    counts_balance(&record->counts);
    process->recorded += record->counts.created + record->counts.inherited;
    counts_scale(&record->counts, process_one_in(process, record->trace->family));
    for (size_t i = 0; i < TLK_FAILURES; i++) /* of these each is counted */
        record->counts.failed[i] = record->failed[i];
    samples_add_rest(loading->profile, process, record->trace, &record->counts, &record->live);
    counts_add(&part_of(loading, record->trace->site)->counts, &record->counts);
}

/* Else it tells no more than what was done with timers that count elsewhere, if that. */
static bool has_timers(const struct part *part)
{
    return (part->counts.created | part->counts.inherited | part->counts.released |
            part->counts.live | part->evidence.live | counts_failed(&part->counts)) > 0;
}

static void say_maker(const struct part *part, struct finding *finding)
{
    size_t length = strlen(finding->why);
    if (part->maker && part->counts.live > 0 && length < sizeof(finding->why))
        snprintf(finding->why + length, sizeof(finding->why) - length, "; made %sin %s",
                 family_has(part->site->family, TLK_BY_DESCRIPTOR) ? "without close-on-exec " : "",
                 part->maker);
}

static void part_judge(struct loading *loading, struct part *part)
{
    part->evidence.last_activity = loading->last_activity;
    set_limit(loading, part);
    verdict_find(&part->evidence, &part->finding);
    say_maker(part, &part->finding);
}

static void site_found(struct loading *loading, struct site *site, const struct finding *finding)
{
    struct process *process = loading->process;
    if (process->base) {
        if (finding->verdict > site->base_verdict)
            site->base_verdict = finding->verdict;
        return;
    }
    note_rates(process, site->family, finding->growth, 0);
    if (!site->process || is_worse(finding, &site->finding)) {
        site->finding = *finding;
        site->process = process;
    }
}

static void note_holder(struct site *site, uint64_t live)
{
    if (live == 0)
        return;
    if (site->holders++ == 0 || live < site->least)
        site->least = live;
    if (live > site->most)
        site->most = live;
}

/* Copies of a line had their peaks at times of their own. */
static uint64_t peak_of(const struct part *part)
{
    uint64_t peak = part->counts.peak;
    if (!part->alone && part->record) {
        uint64_t together = count_product(part->record->peak, part->evidence.run.one_in);
        peak = together < peak ? together : peak;
    }
    return peak;
}

static void merge_finding(struct loading *loading, struct part *part)
{
    struct site *site = part->site;
    site_found(loading, site, &part->finding);
    if (part->finding.growth <= 0)
        note_rates(loading->process, site->family, 0,
                   part->evidence.shrinking * (double)part->evidence.run.one_in);
    note_usage(loading->process, site->family, &part->counts);
    merge_times(site, &part->evidence);
    note_holder(site, part->counts.live);
    peaks_note(&loading->profile->peaks, site, loading->process, peak_of(part));
    site->parts++;
}

static void merge_part(struct loading *loading, struct part *part)
{
    struct site *site = part->site;
    if (!counts_any(&part->counts) && !has_timers(part))
        return;
    site->listed = true;
    if (loading->profile->base) {
        site_found(loading, site, &part->finding);
        return;
    }
    if (has_timers(part))
        merge_finding(loading, part);
    part->counts.peak = 0; /* see peaks_add_up() */
    counts_add(&site->counts, &part->counts);
}

/* ---- what paths say together ---- */

static void want_timer(struct loading *loading, uint32_t slot, const struct tlk_timer *timer)
{
    struct judgement judgement = judge_timer(loading, timer, holding_of(loading, slot, timer));
    struct part *part = part_of(loading, loading->records[timer->site].trace->site);
    if (part->wanted && !judgement.over)
        part_keep_timer(part, timer, &judgement);
}

/* Of those that are wanted, all is read once more: few recordings have any. */
static void judge_paths(struct loading *loading)
{
    struct found_paths found;
    struct tlk_site site;
    if (!paths_want(loading->parts, loading->part_count))
        return;
    for (uint32_t i = 0; i < loading->site_count; i++) {
        const struct trace *trace = loading->records[i].trace;
        struct part *part = trace ? part_of(loading, trace->site) : NULL;
        if (part && part->wanted && part->alone && read_site(loading, i, &site))
            part_keep_record(part, &site);
    }
    each_timer(loading, want_timer);
    paths_judge(&found, loading->profile, loading->parts, loading->part_count);
    for (size_t i = 0; i < found.count; i++)
        site_found(loading, found.list[i].site, &found.list[i].finding);
    free(found.list);
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
    load_modules(&loading);
    load_sites(&loading);
    each_timer(&loading, load_timer);
    for (size_t i = 0; i < loading.record_count; i++) {
        if (loading.records[i].trace)
            record_end(&loading, &loading.records[i]);
    }
    for (size_t i = 0; i < loading.part_count; i++)
        part_judge(&loading, &loading.parts[i]);
    judge_paths(&loading);
    for (size_t i = 0; i < loading.part_count; i++) {
        merge_part(&loading, &loading.parts[i]);
        loading.parts[i].site->part = 0;
        part_free(&loading.parts[i]);
    }
    loading.process->damaged = recording->damaged;
    free(loading.modules);
    free(loading.records);
    free(loading.loaded.list);
    free(loading.parts);
}
