#include "profile/reasons.h"

#include "base/numbers.h"
#include "base/text.h"
#include "profile/creation.h"
#include "profile/families.h"
#include "profile/foreign.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SECOND UINT64_C(1000000000)

__attribute__((format(printf, 2, 3))) static void finding_say(struct finding *finding,
                                                              const char *format, ...)
{
    size_t length = strlen(finding->why);
    va_list arguments;
    if (length > 0)
        length += (size_t)snprintf(finding->why + length, WHY_SIZE - length, "; ");
    if (length >= WHY_SIZE)
        return;
    va_start(arguments, format);
    vsnprintf(finding->why + length, WHY_SIZE - length, format, arguments);
    va_end(arguments);
}

/* So many timers of a sample stand for that many. */
static struct text stands_for(const struct evidence *e, uint64_t count)
{
    return text_count(count_product(count, e->run.one_in));
}

/* So many pauses after the last that stays, those that stay have become no more. */
#define MANY_PAUSES 10

/* Of what outstays others that are still made: none could be known before it has. */
static bool has_ended(const struct evidence *e, uint64_t pause)
{
    uint64_t known = OVERSTAY_FACTOR * (e->expected_life + e->run.slop);
    return run_watched_since(&e->run, e->youngest_overstayed) > MANY_PAUSES * pause + known;
}

/* What stays, not what is in flight: where there is turnover, those that outstay the others. */
static void say_growth(const struct evidence *e, struct finding *finding, bool behind)
{
    bool some = behind && e->overstayed > 1;
    uint64_t from = some ? e->oldest_overstayed : e->oldest;
    uint64_t to = some ? e->youngest_overstayed : e->youngest;
    uint64_t count = some ? e->overstayed : e->suspects, span = elapsed(to, from);
    double rate = (double)(count - 1) * (double)e->run.one_in / ((double)span / SECOND);
    if (span < SECOND) {
        finding_say(finding, "grew by %s in %s", stands_for(e, count).s, text_duration(span).s);
    } else if (creation_goes_on_now(e) && !(some && has_ended(e, span / (count - 1)))) {
        finding->growth = rate;
        finding_say(finding, "grows %s since %s", text_rate(rate).s,
                    text_moment(elapsed(from, e->run.start)).s);
    } else {
        finding_say(finding, "grew %s from %s to %s", text_rate(rate).s,
                    text_moment(elapsed(from, e->run.start)).s,
                    text_moment(elapsed(to, e->run.start)).s);
    }
    if (e->released == 0)
        finding_say(finding, e->run.one_in > 1 ? "none of the sample was ever released"
                                               : "nothing was ever released");
}

/* Those of the first round are no more than any program has. */
static void say_rounds(const struct evidence *e, struct finding *finding)
{
    struct text rounds = text_count(e->steps - 1), stay = stands_for(e, e->overstayed);
    if (e->overstayed < e->steps)
        finding_say(finding, "one more at each of %s rounds", stay.s);
    else
        finding_say(finding, "%s more after %s rounds", stay.s, rounds.s);
}

/* The headline counts all that are live, also those too young to tell. */
static void say_stays_behind(const struct evidence *e, struct finding *finding)
{
    struct text longest = text_duration(e->longest_life + e->run.slop);
    finding_say(finding, "%s live for up to %s", stands_for(e, e->live).s,
                text_duration(elapsed(e->run.as_of, e->oldest_of_all)).s);
    if (e->overstayed < e->live)
        finding_say(finding, "of %s released none lived longer than %s, as %s of the live ones do",
                    stands_for(e, e->released).s, longest.s, stands_for(e, e->overstayed).s);
    else
        finding_say(finding, "of %s released none lived longer than %s",
                    stands_for(e, e->released).s, longest.s);
}

static void say_inherited(const struct evidence *e, struct finding *finding)
{
    if (e->inherited > 0)
        finding_say(finding, "%s inherited from the process before", stands_for(e, e->inherited).s);
}

static void say_kept(const struct evidence *e, struct finding *finding)
{
    struct text moment = text_moment(elapsed(e->oldest_overstayed, e->run.start));
    struct text kept = stands_for(e, e->overstayed);
    if (e->overstayed < e->live)
        finding_say(finding, "%s of %s live since the start at %s, others come and go", kept.s,
                    stands_for(e, e->live).s, moment.s);
    else
        finding_say(finding, "%s live since the start at %s, others come and go", kept.s, moment.s);
}

static void say_steady(const struct evidence *e, struct finding *finding)
{
    struct text moment = text_moment(elapsed(e->oldest_of_all, e->run.start));
    uint64_t watched = run_watched_since(&e->run, e->youngest_of_all);
    bool slept = watched < elapsed(e->run.as_of, e->youngest_of_all);
    struct text steady = text_duration(watched);
    const char *awake = slept ? ", while awake" : "";
    if (e->live == 1)
        finding_say(finding, "%s live, made at %s, steady for %s since%s", stands_for(e, 1).s,
                    moment.s, steady.s, awake);
    else
        finding_say(finding, "%s live, all made within %s at %s, steady for %s since%s",
                    stands_for(e, e->live).s,
                    text_duration(elapsed(e->youngest_of_all, e->oldest_of_all)).s, moment.s,
                    steady.s, awake);
}

static void say_of_process(const struct evidence *e, struct finding *finding)
{
    if (e->live == 0)
        finding_say(finding, "a process has one such timer");
    else
        finding_say(finding, "armed for %s; a process has one such timer",
                    text_duration(run_watched_since(&e->run, e->youngest_of_all)).s);
}

void reason_held(const struct evidence *e, struct finding *finding, bool kept)
{
    if (family_has(e->family, TLK_OF_PROCESS))
        say_of_process(e, finding);
    else if (e->live > 0 && kept)
        say_kept(e, finding);
    else if (e->live > 0 && e->released > 0)
        finding_say(finding, "%s live for up to %s; released ones lived up to %s",
                    stands_for(e, e->live).s,
                    text_duration(elapsed(e->run.as_of, e->oldest_of_all)).s,
                    text_duration(e->longest_life + e->run.slop).s);
    else if (e->live > 0)
        say_steady(e, finding);
    say_inherited(e, finding);
}

void reason_collected(const struct evidence *e, struct finding *finding)
{
    bool go = strcmp(family_name(e->family), "go") == 0;
    finding_say(finding, "%s live, or collected meanwhile",
                stands_for(e, e->live + e->inherited).s);
    finding_say(finding, "%s collects such a timer when nothing refers to it, armed or not",
                go ? "Go since 1.23" : "its runtime");
}

void reason_clean(const struct evidence *e, struct finding *finding)
{
    uint64_t released = count_product(e->released, e->run.one_in);
    if (released == 0)
        finding_say(finding, "nothing could be made here");
    else
        finding_say(finding, "all that was made here was released: %s",
                    text_plural(released, "timer", "timers").s);
}

/* Sets the growth too. */
void reason_leak(const struct evidence *e, struct finding *finding, const struct grounds *grounds)
{
    const struct foreign *foreign = foreign_named(family_name(e->family));
    if (grounds->fills)
        finding_say(finding, "%s of the %s that there may be, and creations fail",
                    stands_for(e, e->live).s, text_count(e->most).s);
    if (grounds->alone)
        finding_say(finding, "%s fired or were stopped, and were left alone since",
                    stands_for(e, e->abandoned).s);
    if (grounds->rounds)
        say_rounds(e, finding);
    if (grounds->rising || (grounds->behind && e->overstayed >= FEWEST_RISING) ||
        (e->suspects >= FEWEST_RISING && creation_is_steady(e)))
        say_growth(e, finding, grounds->behind);
    if (grounds->behind)
        say_stays_behind(e, finding);
    if (grounds->left_behind)
        finding_say(finding,
                    "who made %s of them went on without waiting, and nobody can stop them",
                    stands_for(e, e->left_behind).s);
    if (foreign)
        finding_say(finding, "each ends by %s", foreign->release);
    say_inherited(e, finding);
}

void reason_not_due(const struct evidence *e, struct finding *finding, double at_a_time)
{
    struct text wait = text_duration(e->wait / e->waiting);
    finding_say(finding, "none was due yet: %s of %s",
                text_duration(elapsed(e->run.as_of, e->oldest)).s, wait.s);
    finding_say(finding, "at this rate there will be %s at a time, if each ends when it fires",
                text_count((uint64_t)(at_a_time * (double)e->run.one_in) + 1).s);
    finding_say(finding, "record for longer than %s", wait.s);
}

void reason_forgotten(const struct evidence *e, struct finding *finding)
{
    finding_say(finding, "%s were set anew again and again, and are no more; record for longer",
                stands_for(e, e->forgotten).s);
}

void reason_pool(const struct evidence *e, struct finding *finding)
{
    finding_say(finding,
                "%s fired or were stopped, and may be the spare ones of a pool: "
                "record for longer",
                stands_for(e, e->resting).s);
    say_inherited(e, finding);
}

void reason_warming_up(const struct evidence *e, struct finding *finding)
{
    finding_say(finding,
                "%s of those made in the first half of %s are live, released ones lived up to %s: "
                "record for longer",
                stands_for(e, creation_of_first_half(e)).s, text_duration(creation_span(e)).s,
                text_duration(e->longest_life + e->run.slop).s);
    say_inherited(e, finding);
}

void reason_tail(const struct evidence *e, struct finding *finding)
{
    say_stays_behind(e, finding);
    finding_say(finding, "but lifetimes vary as much: record for longer");
    say_inherited(e, finding);
}

void reason_too_few(const struct evidence *e, struct finding *finding, uint64_t one_in)
{
    if (one_in > 1)
        finding_say(finding,
                    "too few of the sample to tell: sample one in %s, or record for longer",
                    text_count(one_in).s);
    else
        finding_say(finding, "too few of the sample to tell: record all, or for longer");
    say_inherited(e, finding);
}

/* How much stands behind those numbers. */
void reason_sample(const struct evidence *e, struct finding *finding)
{
    if (e->run.one_in > 1)
        finding_say(finding, "estimated from %s recorded, %s of them live",
                    text_plural(e->live + e->inherited + e->released, "timer", "timers").s,
                    text_count(e->live + e->inherited).s);
}

void reason_overwritten(const struct evidence *e, struct finding *finding)
{
    if (e->overwritten > 0)
        finding_say(finding, "the memory of %s was freed or reused while active",
                    text_plural(count_product(e->overwritten, e->run.one_in), "timer", "timers").s);
}

void reason_used(const struct evidence *e, struct finding *finding)
{
    if (e->used > 0)
        finding_say(finding, "%s of %s in use: set anew, stopped or asked lately",
                    stands_for(e, e->used).s, stands_for(e, e->live).s);
}
