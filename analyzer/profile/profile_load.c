/* profile_load.c - from a recording to the profile: what was loaded is judged, and merged. */
#include "base/numbers.h"
#include "profile/loading.h"
#include "profile/paths.h"
#include "profile/peaks.h"
#include "profile/process.h"
#include "profile/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void load_modules(struct loading *loading)
{
    uint32_t count = recording_count(loading->recording, TLK_MODULES);
    uint64_t damaged = loading->recording->damaged;
    struct tlk_module record;
    loading->modules = profile_modules(loading->profile, loading->recording);
    loading->recording->damaged = damaged; /* they are read again */
    for (uint32_t i = 1; i < count; i++) {
        if (recording_module(loading->recording, i, &record))
            loaded_modules_add(&loading->loaded, &record, loading->modules[i]);
    }
    loading->loaded.modules = loading->modules;
    loading->loaded.module_count = count;
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

static void note_growth(struct profile *profile, const struct site *site,
                        const struct process *process, double per_second)
{
    struct growths *growths = &profile->growths;
    if (per_second <= 0 || !profile->keep_timers)
        return;
    growths->list =
        memory_grow(growths->list, growths->count, &growths->room, sizeof(*growths->list));
    growths->list[growths->count++] = (struct growth){site, process, per_second};
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
    note_growth(loading->profile, site, process, finding->growth);
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
    uint64_t apart = part->alone ? 0 : elapsed(part->peaks, part->record->peak);
    return elapsed(part->counts.peak, count_product(apart, part->evidence.run.one_in));
}

static void merge_finding(struct loading *loading, struct part *part, const struct finding *finding)
{
    struct site *site = part->site;
    site_found(loading, site, finding);
    if (finding->growth <= 0)
        note_rates(loading->process, site->family, 0,
                   part->evidence.shrinking * (double)part->evidence.run.one_in);
    note_usage(loading->process, site->family, &part->counts);
    merge_times(site, &part->evidence);
    note_holder(site, part->counts.live);
    peaks_note(&loading->profile->peaks, site, loading->process, peak_of(part));
    site->parts++;
}

static void merge_part(struct loading *loading, struct part *part, const struct finding *finding)
{
    struct site *site = part->site;
    if (!counts_any(&part->counts) && !has_timers(part))
        return;
    site->listed = true;
    if (loading->profile->base) {
        site_found(loading, site, finding);
        return;
    }
    if (has_timers(part))
        merge_finding(loading, part, finding);
    part->counts.peak = 0; /* see peaks_add_up() */
    counts_add(&site->counts, &part->counts);
}

static void part_judge(struct loading *loading, struct part *part)
{
    struct finding finding;
    part->evidence.last_activity = loading->last_activity;
    set_limit(loading, part);
    verdict_find(&part->evidence, &finding);
    say_maker(part, &finding);
    part->verdict = finding.verdict;
    merge_part(loading, part, &finding);
}

/* Of those that are wanted, all is read once more, what is damaged too: few recordings have any. */
static void judge_paths(struct loading *loading)
{
    struct found_paths found;
    struct site_record site;
    if (!paths_want(loading->parts, loading->part_count))
        return;
    for (uint32_t i = 0; i < loading->site_count; i++) {
        const struct trace *trace = loading->records[i].trace;
        struct part *part = trace ? part_of(loading, trace->site) : NULL;
        if (part && part->wanted && part->alone && loading_site(loading, i, &site))
            part_keep_record(part, &site);
    }
    loading_wanted(loading);
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
    loading_sites(&loading);
    loading_timers(&loading);
    loading.process->damaged = recording->damaged;
    for (size_t i = 0; i < loading.part_count; i++)
        part_judge(&loading, &loading.parts[i]);
    judge_paths(&loading);
    for (size_t i = 0; i < loading.part_count; i++) {
        loading.parts[i].site->part = 0;
        part_free(&loading.parts[i]);
    }
    for (size_t i = 0; i < loading.record_count; i++) {
        if (loading.records[i].trace)
            loading.records[i].trace->record = 0;
    }
    free(loading.modules);
    free(loading.records);
    free(loading.loaded.list);
    free(loading.parts);
}
