#include "base/numbers.h"
#include "profile/loading.h"
#include "profile/process.h"
#include "profile/profile.h"

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
static uint64_t wakeups_of_timer(const struct process *process, const struct timer_record *timer,
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
                              struct trace *trace, const struct timer_record *timer,
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

static void keep_timer(struct loading *loading, struct trace *trace,
                       const struct timer_record *timer, const struct callers *callers,
                       const struct judgement *judgement)
{
    struct profile *profile = loading->profile;
    const char *name =
        strings_add(profile->strings, recording_string(loading->recording, timer->name));
    profile->timers = memory_grow(profile->timers, profile->timer_count, &profile->timer_room,
                                  sizeof(*profile->timers));
    profile->timers[profile->timer_count++] =
        (struct live_timer){trace->site,       trace,  loading->process, name, callers->setter,
                            callers->notified, *timer, *judgement};
}

static void count_callers(struct loading *loading, struct site *site,
                          const struct timer_record *timer, const struct callers *callers,
                          const struct judgement *judgement)
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

static void count_timer(struct counts *counts, const struct timer_record *timer,
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
    counts->overwritten += judgement->overwritten;
    counts->left_behind += judgement->left_behind;
    counts->age = count_sum(counts->age, judgement->age);
    counts->on_duplicates += (timer->flags & TLK_ORIGINAL_CLOSED) != 0;
    counts->retained = count_sum(counts->retained, timer_retained(timer));
}

static bool ended_by_exec(const struct process *process, const struct timer_record *timer)
{
    return process->end == TLK_EXECED &&
           (timer->flags & TLK_CLOEXEC || !family_has(timer->family, TLK_OVER_EXEC));
}

/* ---- timers that other recordings have, too ---- */

static const struct holding *holding_of(const struct loading *loading, uint32_t slot,
                                        const struct timer_record *timer)
{
    return loading->generation ? generations_holding(loading->profile->generations,
                                                     loading->generation, slot, timer)
                               : NULL;
}

/* That of a trace of another recording, from where timers came. */
static struct record *record_of(struct loading *loading, struct trace *trace)
{
    if (trace->record != 0)
        return &loading->records[trace->record - 1];
    if (trace->site->part == 0) {
        const struct site_record nothing = {.family = (uint16_t)trace->family};
        const struct run run = run_of(loading->process, trace->family);
        part_begin(loading, trace->site, NO_RECORD);
        evidence_begin(&part_of(loading, trace->site)->evidence, &nothing, &run);
    }
    loading->records = memory_grow(loading->records, loading->record_count, &loading->record_room,
                                   sizeof(*loading->records));
    loading->records[loading->record_count++] = (struct record){.trace = trace};
    trace->record = (uint32_t)loading->record_count;
    return &loading->records[loading->record_count - 1];
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
static void count_shared(struct counts *counts, const struct timer_record *timer, bool passed_on)
{
    counts->armed += timer->armed;
    counts->stopped += timer->stopped;
    counts->fired_unknown += timer->fired_unknown;
    if (timer->seen > 0)
        counts->fired = count_sum(counts->fired, timer->fired);
    counts->passed_on += passed_on;
}

/* ---- each timer ---- */

typedef void timer_function(struct loading *loading, uint32_t slot,
                            const struct timer_record *timer);

static void each_timer(struct loading *loading, timer_function *each)
{
    struct timer_record timer;
    for (uint32_t i = 0; i < recording_count(loading->recording, TLK_TIMERS); i++) {
        if (!recording_timer(loading->recording, i, &timer))
            continue;
        timer.family = (uint8_t)loading->families[timer.family];
        if (loading->records[timer.site].trace)
            each(loading, i, &timer);
    }
}

static struct judgement judge_timer(const struct loading *loading, const struct timer_record *timer,
                                    const struct holding *holding)
{
    struct judgement judgement;
    state_judge(timer, &loading->process->as_of, &judgement);
    judgement.passed_on = state_passed_on(timer, loading->process->forked);
    judgement.shared = holding && holding->fate == FATE_ELSEWHERE;
    judgement.over |= ended_by_exec(loading->process, timer);
    judgement.over |=
        holding ? holding->fate == FATE_OVER
                : loading->generation && generation_hands_on(loading->generation, timer->family);
    return judgement;
}

/* It is live, though it may count elsewhere. */
static void enter_timer(struct loading *loading, struct record *record,
                        const struct timer_record *timer, const struct judgement *judgement)
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
        keep_timer(loading, record->trace, timer, &callers, judgement);
}

static void load_timer(struct loading *loading, uint32_t slot, const struct timer_record *timer)
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
        evidence_add_over(&part_of(loading, record->trace->site)->evidence, &judgement);
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

void loading_timers(struct loading *loading)
{
    each_timer(loading, load_timer);
    for (size_t i = 0; i < loading->record_count; i++) {
        if (loading->records[i].trace)
            record_end(loading, &loading->records[i]);
    }
}

/* Inherited ones are no evidence. */
static void want_timer(struct loading *loading, uint32_t slot, const struct timer_record *timer)
{
    struct judgement judgement = judge_timer(loading, timer, holding_of(loading, slot, timer));
    struct part *part = part_of(loading, loading->records[timer->site].trace->site);
    if (part->wanted && !judgement.over && !judgement.inherited)
        part_keep_timer(part, timer, &judgement);
}

void loading_wanted(struct loading *loading)
{
    each_timer(loading, want_timer);
}
