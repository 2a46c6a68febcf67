#include "profile/gate.h"

#include "base/numbers.h"
#include "profile/identity.h"
#include "profile/loops.h"
#include "profile/losses.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *outcome_name(enum outcome outcome)
{
    static const char *const names[OUTCOMES] = {"passes", "suppressed", "known", "fails"};
    return names[outcome];
}

/* ---- what counts ---- */

static bool parse_word(struct gate_options *options, const char *word, size_t length)
{
    enum timer_state state = state_named(word, length);
    if (state < TIMER_STATES) {
        options->states[state] = true;
        return true;
    }
    bool passed_on = text_is(word, length, GATE_PASSED_ON);
    bool overwritten = text_is(word, length, GATE_OVERWRITTEN);
    options->passed_on |= passed_on;
    options->overwritten |= overwritten;
    if (passed_on || overwritten)
        return true;
    /* A verdict, and all that are worse. */
    for (enum verdict verdict = VERDICT_HELD; verdict < VERDICTS; verdict++) {
        if (!text_is(word, length, verdict_name(verdict)))
            continue;
        for (; verdict < VERDICTS; verdict++)
            options->verdicts[verdict] = true;
        return true;
    }
    return false;
}

bool gate_parse(struct gate_options *options, const char *list, struct text *unknown)
{
    do {
        size_t length = strcspn(list, ",");
        if (!parse_word(options, list, length)) {
            snprintf(unknown->s, sizeof(unknown->s), "%.*s", (int)length, list);
            return false;
        }
        list += length;
    } while (*list++);
    return true;
}

static bool site_counts(const struct gate *gate, struct site *site)
{
    if (gate->options.verdicts[site->finding.verdict] ||
        (gate->options.passed_on && site->counts.passed_on > 0) ||
        (gate->options.overwritten && site->counts.overwritten > 0))
        return true;
    if (loop_of(gate->profile, site)) /* in whatever state, as long as they don't pile up */
        return false;
    for (enum timer_state state = 0; state < TIMER_STATES; state++) {
        if (gate->options.states[state] && site->counts.states[state] > 0)
            return true;
    }
    return false;
}

/* ---- what does not do to judge by ---- */

__attribute__((format(printf, 2, 3))) static void gate_doubt(struct gate *gate, const char *format,
                                                             ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        memory_exhausted();
    va_end(arguments);
    gate->doubts =
        memory_grow(gate->doubts, gate->doubt_count, &gate->doubt_room, sizeof(*gate->doubts));
    gate->doubts[gate->doubt_count++] = text;
}

/* Whether there is that doubt: of a family that no timer was looked for, none was found. */
static bool doubt_unwatched(struct gate *gate)
{
    uint64_t wanted = gate->options.families, watched = wanted, unwatched = 0, blind = 0;
    for (size_t i = 0; i < gate->profile->process_count; i++) {
        const struct process *process = gate->profile->processes[i];
        blind += (process->unwatched & wanted) != 0;
        unwatched |= process->unwatched & wanted;
        watched &= process->watched;
    }
    if (blind == 0)
        return false;
    char *advice = NULL;
    if (watched && asprintf(&advice, ", or ask with --families=%s about what was",
                            family_list(watched, ",").s) < 0)
        memory_exhausted();
    gate_doubt(gate,
               "in %s timers of %s were not watched: record without --families and "
               "TIMERLEAK_FAMILIES%s",
               text_plural(blind, "recording", "recordings").s, family_list(unwatched, ", ").s,
               advice ? advice : "");
    free(advice);
    return true;
}

/* The same, of a library's timers that no recording knows: who asks about them expects some. */
static bool doubt_unknown(struct gate *gate)
{
    uint64_t unknown = 0;
    for (uint64_t family = 1; family < family_count(); family++) {
        bool known = gate->options.families == UINT64_MAX || gate->options.allow_empty;
        for (size_t i = 0; i < gate->profile->process_count && !known; i++) {
            const struct process *process = gate->profile->processes[i];
            known = (process->watched | process->unwatched) & family_namesakes(family);
        }
        if (!known)
            unknown |= gate->options.families & UINT64_C(1) << family;
    }
    if (unknown)
        gate_doubt(
            gate,
            "timers of %s were nowhere looked for: \"timerleak doctor PROGRAM\" says whether "
            "they can be seen; --allow-empty takes that for clean",
            family_list(unknown, ", ").s);
    return unknown != 0;
}

/* Whether there is that doubt. */
static bool doubt_sleep(struct gate *gate, const struct process *process)
{
    uint64_t asleep = process->omitted[TLK_OMIT_ASLEEP];
    if (process->recorded > 0 || asleep == 0 || gate->options.allow_empty)
        return false;
    struct text pid = {"PID"}; /* of the next that runs: this one may be gone */
    if (process->alive)
        snprintf(pid.s, sizeof(pid.s), "%d", process->pid);
    gate_doubt(
        gate,
        "%s: %s made, all while it was asleep: start without TIMERLEAK_ENABLED=0, or wake it "
        "with \"timerleak ctl %s on\"; --allow-empty takes that for clean",
        process->recording, text_plural(asleep, "timer was", "timers were").s, pid.s);
    return true;
}

/* A name that is mistyped is no reason to be green. */
static void doubt_choice(struct gate *gate)
{
    if (gate->options.sought && gate->profile->site_count == 0)
        gate_doubt(gate, "no timer that was created is among those that --families, --focus and "
                         "--ignore leave; --allow-empty takes that for clean");
}

static void doubt_emptiness(struct gate *gate)
{
    const struct profile *profile = gate->profile;
    uint64_t recorded = 0, sampled = 0, ignored = 0;
    bool unseen = doubt_unwatched(gate);
    unseen |= doubt_unknown(gate);
    for (size_t i = 0; i < profile->process_count; i++) {
        recorded += profile->processes[i]->recorded;
        sampled += profile->processes[i]->omitted[TLK_OMIT_SAMPLED];
        ignored += profile->processes[i]->omitted[TLK_OMIT_IGNORED];
        unseen |= doubt_sleep(gate, profile->processes[i]);
    }
    if (profile->process_count == 0)
        gate_doubt(gate, "there is no recording to judge by");
    else if (unseen || gate->options.allow_empty)
        return;
    else if (recorded > 0)
        doubt_choice(gate);
    else if (sampled > 0)
        gate_doubt(
            gate,
            "of %s chance picked none for the sample: record one in fewer; --allow-empty takes "
            "that for clean",
            text_plural(sampled, "timer", "timers").s);
    else if (ignored > 0)
        gate_doubt(
            gate,
            "%s made, all in blocks that the program asked to ignore; --allow-empty takes that "
            "for clean",
            text_plural(ignored, "timer was", "timers were").s);
    else
        gate_doubt(
            gate,
            "no timer was created in %s: was the right program recorded? --allow-empty takes "
            "that for clean",
            text_plural(profile->process_count, "recording", "recordings").s);
}

static void doubt_losses(struct gate *gate)
{
    for (size_t i = 0; i < gate->profile->process_count; i++) {
        const struct process *process = gate->profile->processes[i];
        uint64_t lost = losses_hiding(process);
        if (lost > gate->options.max_dropped)
            gate_doubt(gate,
                       "%s: %s lost, among which a leak may be: \"timerleak report\" tells why; "
                       "--max-dropped=%" PRIu64 " lets it pass",
                       process->recording, text_plural(lost, "event was", "events were").s, lost);
    }
}

static void find_doubts(struct gate *gate)
{
    if (gate->options.incomplete)
        gate_doubt(gate, "not every recording could be read");
    doubt_emptiness(gate);
    doubt_losses(gate);
}

/* ---- judging ---- */

/* What passes since it can't be told yet is no reason to call what is known of it gone. */
static enum outcome judge_site(struct gate *gate, struct judged *judged)
{
    bool passes = judged->outcome == OUTCOME_PASSES;
    if (passes && judged->site->finding.verdict != VERDICT_GROWING)
        return OUTCOME_PASSES;
    const struct rule *rule =
        gate->suppressions
            ? suppressions_find(gate->suppressions, gate->profile, judged->site, judged->state)
            : NULL;
    struct known *known =
        gate->baseline && !rule ? baseline_find(gate->baseline, judged->site->fingerprint) : NULL;
    if (known)
        known->seen = true;
    if (passes)
        return OUTCOME_PASSES;
    judged->rule = rule;
    if (rule)
        return OUTCOME_SUPPRESSED;
    return known ? OUTCOME_KNOWN : OUTCOME_FAILS;
}

void gate_judge(struct gate *gate, struct profile *profile, const struct gate_options *options,
                struct suppressions *suppressions, struct baseline *baseline)
{
    *gate = (struct gate){.profile = profile,
                          .options = *options,
                          .count = profile->site_count,
                          .suppressions = suppressions,
                          .baseline = baseline};
    gate->judged = memory_new(gate->count, sizeof(*gate->judged));
    for (size_t i = 0; i < gate->count; i++) {
        struct site *site = profile->sites[i];
        gate->judged[i] =
            (struct judged){.site = site,
                            .state = site_state(site),
                            .outcome = site_counts(gate, site) ? OUTCOME_FAILS : OUTCOME_PASSES};
    }
    fingerprints_set(profile);
    for (size_t i = 0; i < gate->count; i++) {
        struct judged *judged = &gate->judged[i];
        judged->outcome = judge_site(gate, judged);
        gate->outcomes[judged->outcome]++;
        if (judged->outcome != OUTCOME_SUPPRESSED)
            gate->live += judged->site->counts.live;
    }
    gate->too_many = gate->live > options->max_live;
    if (suppressions)
        suppressions_weigh(suppressions, profile);
    find_doubts(gate);
}

void gate_free(struct gate *gate)
{
    for (size_t i = 0; i < gate->doubt_count; i++)
        free(gate->doubts[i]);
    free(gate->doubts);
    free(gate->judged);
    suppressions_free(gate->suppressions);
    baseline_free(gate->baseline);
}

enum gate_result gate_result(const struct gate *gate)
{
    if (gate->doubt_count > 0)
        return GATE_IN_DOUBT;
    return gate->outcomes[OUTCOME_FAILS] > 0 || gate->too_many ? GATE_FAILS : GATE_PASSES;
}

bool gate_is_whole(const struct gate *gate)
{
    return !gate->options.filtered && gate->doubt_count == 0;
}

static void accept_site(struct baseline *baseline, struct profile *profile, struct site *site)
{
    struct identity identity;
    identity_make(&identity, profile, site);
    baseline_add(baseline, site->fingerprint, family_name(site->family), identity.functions,
                 identity.count);
    identity_free(&identity);
    baseline_find(baseline, site->fingerprint)->seen = true;
}

struct baseline *gate_accept(struct gate *gate)
{
    struct baseline *baseline = baseline_new(), *old = gate->baseline;
    for (size_t i = 0; i < gate->count; i++) {
        struct judged *judged = &gate->judged[i];
        if (judged->outcome != OUTCOME_FAILS && judged->outcome != OUTCOME_KNOWN)
            continue;
        accept_site(baseline, gate->profile, judged->site);
        gate->outcomes[judged->outcome]--;
        judged->outcome = OUTCOME_KNOWN;
        gate->outcomes[OUTCOME_KNOWN]++;
    }
    for (size_t i = 0; old && i < old->count; i++) {
        const struct known *known = &old->list[i];
        uint64_t named = families_named(known->family, strlen(known->family));
        if (!named) /* asked about only when all are */
            named = UINT64_C(1) << TLK_NO_FAMILY;
        if (known->seen || !(gate->options.families & named))
            baseline_add(baseline, known->fingerprint, known->family,
                         (const char *const *)known->functions, known->function_count);
    }
    baseline_sort(baseline);
    gate->baseline = baseline;
    return old;
}
