/* profile_load.c - from a recording to the profile: sites first, then timers, then verdicts. */
#include "base/numbers.h"
#include "profile/callers.h"
#include "profile/history.h"
#include "profile/part.h"
#include "profile/paths.h"
#include "profile/process.h"
#include "profile/profile.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

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
    uint64_t families[TLK_FAMILIES]; /* the same: see families.h */
    struct record *records;          /* by the numbers of the recording */
    uint32_t record_count;
    struct part *parts;
    size_t part_count, part_room;
    uint64_t last_activity; /* mono */
    uint64_t failed[TLK_FAILURES];
};

static void load_modules(struct loading *loading)
{
    uint32_t count = recording_count(loading->recording, TLK_MODULES);
    struct tlk_module record;
    loading->modules = memory_new(count, sizeof(*loading->modules));
    for (uint32_t i = 1; i < count; i++) {
        if (!recording_module(loading->recording, i, &record))
            continue;
        loading->modules[i] = profile_module(loading->profile, loading->recording, &record,
                                             loading->process->start_real);
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
    loading->record_count = recording_count(loading->recording, TLK_SITES);
    loading->records = memory_new(loading->record_count, sizeof(*loading->records));
    for (uint32_t i = 0; i < loading->record_count; i++) {
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

static void each_timer(struct loading *loading,
                       void (*each)(struct loading *loading, const struct tlk_timer *timer))
{
    struct tlk_timer timer;
    for (uint32_t i = 0; i < recording_count(loading->recording, TLK_TIMERS); i++) {
        if (!recording_timer(loading->recording, i, &timer))
            continue;
        timer.family = (uint8_t)loading->families[timer.family];
        each(loading, &timer);
    }
}

static bool judge_timer(struct loading *loading, const struct tlk_timer *timer,
                        struct judgement *judgement)
{
    state_judge(timer, &loading->process->as_of, judgement);
    judgement->over |= ended_by_exec(loading->process, timer);
    return !judgement->over;
}

static void load_timer(struct loading *loading, const struct tlk_timer *timer)
{
    struct judgement judgement;
    struct record *record = &loading->records[timer->site];
    if (!record->trace)
        return;
    struct site *site = record->trace->site;
    struct part *part = part_of(loading, site);
    bool live = judge_timer(loading, timer, &judgement);
    count_timer(&record->counts, timer, &judgement);
    if (!live) {
        part->evidence.released++;
        return;
    }
    samples_add_timer(loading->profile, loading->process, record->trace, timer, &judgement,
                      &record->live);
    evidence_add(&part->evidence, timer, &judgement);
    if (judgement.age > site->oldest_age)
        site->oldest_age = judgement.age;
    struct callers callers = callers_of(loading->profile, &loading->loaded, timer);
    count_callers(loading, site, timer, &callers, &judgement);
    if (loading->profile->keep_timers)
        keep_timer(loading, site, timer, &callers, &judgement);
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
    if (site->parts == 0 || first < site->first_created)
        site->first_created = first;
    if (last > site->last_created)
        site->last_created = last;
    if (evidence->longest_life > site->longest_life)
        site->longest_life = evidence->longest_life;
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

static void part_judge(struct loading *loading, struct part *part)
{
    part->evidence.last_activity = loading->last_activity;
    set_limit(loading, part);
    verdict_find(&part->evidence, &part->finding);
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

static void merge_part(struct loading *loading, struct part *part)
{
    struct site *site = part->site;
    site_found(loading, site, &part->finding);
    if (loading->profile->base)
        return;
    if (part->finding.growth <= 0)
        note_rates(loading->process, site->family, 0,
                   part->evidence.shrinking * (double)part->evidence.run.one_in);
    note_usage(loading->process, site->family, &part->counts);
    merge_times(site, &part->evidence);
    counts_add(&site->counts, &part->counts);
    note_holder(site, part->counts.live);
    site->parts++;
}

/* ---- what paths say together ---- */

static void want_timer(struct loading *loading, const struct tlk_timer *timer)
{
    struct judgement judgement;
    const struct trace *trace = loading->records[timer->site].trace;
    if (trace && part_of(loading, trace->site)->wanted && judge_timer(loading, timer, &judgement))
        part_keep_timer(part_of(loading, trace->site), timer, &judgement);
}

/* Of those that are wanted, all is read once more: few recordings have any. */
static void judge_paths(struct loading *loading)
{
    struct found_paths found;
    struct tlk_site site;
    if (!paths_want(loading->parts, loading->part_count))
        return;
    for (uint32_t i = 0; i < loading->record_count; i++) {
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

void profile_add(struct profile *profile, struct recording *recording)
{
    struct loading loading = {.profile = profile, .recording = recording};
    loading.process = process_add(profile, recording);
    families_intern(&recording->header, loading.families);
    load_modules(&loading);
    load_sites(&loading);
    each_timer(&loading, load_timer);
    for (uint32_t i = 0; i < loading.record_count; i++) {
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
