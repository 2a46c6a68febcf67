#include "views/coverage.h"

#include "base/fit.h"
#include "base/numbers.h"
#include "base/text.h"
#include "profile/losses.h"
#include "profile/process.h"

#include <stdlib.h>

/* Of all processes together. */
struct unrecorded {
    uint64_t slept, duration, omitted[TLK_OMISSIONS];
    uint64_t asleep, since;     /* how many at their end; since when, after the start, if one */
    uint64_t least_of, most_of; /* of so many timers one is recorded */
    uint64_t unwatched;         /* families: bits */
    uint64_t choosy;            /* how many did not watch them all */
    uint64_t unknown_families;  /* names, of one process: most have them from one variable */
};

static struct unrecorded unrecorded_of(const struct profile *profile)
{
    struct unrecorded all = {.least_of = UINT64_MAX};
    for (size_t i = 0; i < profile->process_count; i++) {
        const struct process *process = profile->processes[i];
        all.slept += process->slept;
        all.duration += process_duration(process);
        for (size_t reason = 0; reason < TLK_OMISSIONS; reason++)
            all.omitted[reason] += process->omitted[reason];
        if (process->asleep) {
            all.asleep++;
            all.since = elapsed(process->switched, process->start_mono);
        }
        if (process->one_in < all.least_of)
            all.least_of = process->one_in;
        if (process->one_in > all.most_of)
            all.most_of = process->one_in;
        all.unwatched |= process->unwatched;
        all.choosy += process->unwatched != 0;
        if (process->unknown_families > all.unknown_families)
            all.unknown_families = process->unknown_families;
    }
    return all;
}

static void tell_unwatched(const struct unrecorded *all, const struct profile *profile,
                           struct coverage_line *line)
{
    struct text where = {""};
    if (all->choosy < profile->process_count)
        snprintf(where.s, sizeof(where.s), " in %.12s of %.27s", text_count(all->choosy).s,
                 text_plural(profile->process_count, "process", "processes").s);
    snprintf(line->s, sizeof(line->s),
             "not watched%s: timers of %s, which --families or TIMERLEAK_FAMILIES left out",
             where.s, family_list(all->unwatched, ", ").s);
}

static void tell_unknown(const struct unrecorded *all, struct coverage_line *line)
{
    snprintf(line->s, sizeof(line->s), "mistyped: %s in TIMERLEAK_FAMILIES %s no family's%s",
             text_plural(all->unknown_families, "name", "names").s,
             all->unknown_families == 1 ? "is" : "are",
             all->unwatched ? "" : "; all families were watched");
}

static void tell_sample(const struct unrecorded *all, struct coverage_line *line)
{
    if (all->least_of == all->most_of)
        snprintf(line->s, sizeof(line->s),
                 "sampled: one timer in %s was recorded; counts are estimates from those",
                 text_count(all->most_of).s);
    else
        snprintf(line->s, sizeof(line->s),
                 "sampled: one timer in %s to %s was recorded, by process; counts are estimates "
                 "from those",
                 text_count(all->least_of).s, text_count(all->most_of).s);
}

static struct text at_end(const struct unrecorded *all, const struct profile *profile)
{
    struct text text = {""};
    if (all->asleep > 0 && profile->process_count == 1)
        snprintf(text.s, sizeof(text.s), ", since %.32s", text_moment(all->since).s);
    else if (all->asleep > 0)
        snprintf(text.s, sizeof(text.s), ", %.24s at the end",
                 text_plural(all->asleep, "process", "processes").s);
    return text;
}

static void tell_sleep(const struct unrecorded *all, const struct profile *profile,
                       struct coverage_line *line)
{
    uint64_t made = all->omitted[TLK_OMIT_ASLEEP];
    snprintf(line->s, sizeof(line->s), "asleep: for %s of %s%s; %s made meanwhile %s not here",
             text_duration(all->slept).s, text_duration(all->duration).s, at_end(all, profile).s,
             text_plural(made, "timer", "timers").s, made == 1 ? "is" : "are");
}

static void tell_ignored(const struct unrecorded *all, struct coverage_line *line)
{
    uint64_t made = all->omitted[TLK_OMIT_IGNORED];
    snprintf(line->s, sizeof(line->s),
             "ignored: %s made in blocks that the program asked to ignore %s not here",
             text_plural(made, "timer", "timers").s, made == 1 ? "is" : "are");
}

struct coverage coverage_of(const struct profile *profile)
{
    const struct unrecorded all = unrecorded_of(profile);
    struct coverage coverage = {0};
    struct coverage_line *next = coverage.lines;
    if (all.unwatched)
        tell_unwatched(&all, profile, next++);
    if (all.unknown_families > 0)
        tell_unknown(&all, next++);
    if (all.most_of > 1)
        tell_sample(&all, next++);
    if (all.slept > 0 || all.asleep > 0 || all.omitted[TLK_OMIT_ASLEEP] > 0)
        tell_sleep(&all, profile, next++);
    if (all.omitted[TLK_OMIT_IGNORED] > 0)
        tell_ignored(&all, next++);
    coverage.count = (size_t)(next - coverage.lines);
    return coverage;
}

void coverage_print(FILE *to, const struct profile *profile)
{
    const struct coverage coverage = coverage_of(profile);
    for (size_t i = 0; i < coverage.count; i++)
        fit_say(to, "%s", coverage.lines[i].s);
}

/* ---- what was lost ---- */

void losses_print(FILE *to, const struct profile *profile)
{
    uint64_t damaged = losses_damaged(profile);
    coverage_print(to, profile);
    for (unsigned reason = 0; reason < TLK_DROPS; reason++) {
        const struct loss *loss = loss_of(reason);
        uint64_t count = losses_count(profile, reason);
        if (count > 0)
            fit_say(to, "missing: %s %s", text_plural(count, loss->one, loss->many).s, loss->which);
    }
    if (damaged > 0)
        fit_say(to, "missing: %s of the recording %s damaged",
                text_plural(damaged, "record", "records").s, damaged == 1 ? "is" : "are");
}

void losses_print_modules(FILE *to, const struct profile *profile)
{
    struct nameless *list;
    size_t count = losses_nameless(profile, &list);
    for (size_t i = 0; i < count && i < LOSSES_MODULES; i++)
        fit_say(to, "no symbols: %s %s", list[i].module->path, list[i].why);
    if (count > LOSSES_MODULES)
        fit_say(to, "no symbols: %s, with fewer frames to name",
                text_plural(count - LOSSES_MODULES, "more module", "more modules").s);
    if (count > 0)
        fit_say(to, "%s", LOSSES_CURE);
    free(list);
}
