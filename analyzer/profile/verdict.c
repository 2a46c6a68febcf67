#include "profile/verdict.h"

#include "base/numbers.h"
#include "base/text.h"
#include "profile/families.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MS UINT64_C(1000000)
#define SECOND (1000 * MS)

/* So many releases make "older than any released" a finding, not an accident. */
#define ENOUGH_RELEASED 10
#define FEW_OVERSTAYED 2
/* Fewer do, where the number steps up with each of some rounds: reloads, say, after the start. */
#define FEWEST_ROUNDS 3
/* After so many, a single timer that stayed behind is one: the error path of one in a thousand. */
#define MANY_RELEASED 100
/* So many times as many as a heavy tail of lifetimes explains. */
#define TAIL_FACTOR 5
/* Nor does it explain one that lives so many times as long. */
#define BEYOND_ANY_TAIL 20
/* Fewer live timers show no trend: three of four quarters must have added some. */
#define FEWEST_RISING 4
#define QUARTERS 4
#define FEWEST_QUARTERS 3
/* What was made in less time may have been held up by a busy machine for most of it, */
#define SHORT SECOND
/* and in less than this for some of it. */
#define STEADY (10 * SECOND)
/* So many slices with as many in each are a pace, by which those with none are none of it. */
#define FEWEST_SLICES 8
#define FEWEST_IN_SLICE 2
/* One in so many, or fewer, made after the longest pause, are stragglers. */
#define STRAGGLERS_PART 16
/* In a short run a program may have made as many for its own use: its workers, its queues. */
#define FEWEST_IN_BURST 16
/*
 * Creation that paused for less than this still goes on, and a run as short as this is over before
 * its quarters differ by more than what the first call of everything costs.
 */
#define PAUSE (20 * MS)
/* Start-up slows down, a leak does not: its second half brings at least a third of its first. */
#define SLOWDOWN 3
/* Timers made in the first eighth of the run are those a pool was filled with, and kept. */
#define START_PART 8
/* With turnover, a rising number is a leak only if as many as one in so many outlive the others. */
#define OUTLIVED_PART 8
/* Released at least one in so many: there is turnover. */
#define TURNOVER_PART 4
/* With ten times as many released as live, a window spans a tenth of the run at most. */
#define MUCH_TURNOVER 10
/* Were as many as one in TURNOVER_PART released, of so many taken at random one would be. */
#define FEWEST_SAMPLED 16

/* Left alone for longer than anybody waits, so many at least, they are a pile. */
#define FEWEST_ABANDONED 8
/* made for a fifth of the run: not a pool that was filled at its start. */
#define LOAD_PART 5
/* So many that were set anew again and again, and then no more, beside others that still are. */
#define FEWEST_FORGOTTEN 4
/* Who has one in so many of all that there may be is who has eaten the limit. */
#define LIMIT_PART 4
/* Of those that pile up all but one in so many wait for their time: it may be work in flight. */
#define WAITING_PART 10
/* Of a few timers creation has ended after twice the longest pause before, and two gaps and a half.
 */
#define LONGER 2
#define GAPS_OF_TWO 5
/* What has paused for half the time that it took is not said to grow. */
#define PAUSE_PART 2

static const char *const names[VERDICTS] = {"clean", "held", "growing", "leak"};

const char *verdict_name(enum verdict verdict)
{
    return names[verdict];
}

/*
 * A pool shrinks to those it was filled with first, and a program keeps its very first timer for
 * life: what stayed behind at the start, and only there, is kept on purpose.
 */
static bool kept_from_start(const struct evidence *e)
{
    uint64_t creation = elapsed(e->last_created, e->first_created);
    if (e->overstayed == 1)
        return e->youngest_overstayed == e->first_created;
    return elapsed(e->youngest_overstayed, e->first_created) < creation / START_PART;
}

static bool stays_behind(const struct evidence *e)
{
    bool enough =
        (e->released >= ENOUGH_RELEASED && e->overstayed >= FEW_OVERSTAYED) ||
        (e->released >= MANY_RELEASED && e->overstayed >= 1) ||
        (e->steps > FEWEST_ROUNDS && e->released > FEWEST_ROUNDS && e->overstayed >= FEWEST_ROUNDS);
    if ((double)e->overstayed < TAIL_FACTOR * e->tail &&
        elapsed(e->run.as_of, e->oldest_overstayed) < BEYOND_ANY_TAIL * e->expected_life)
        return false;
    return enough && !kept_from_start(e);
}

/* The longest time in the midst of creation in which nothing was made that lives. */
struct pause {
    unsigned slices;
    uint64_t made_after;
};

static struct pause longest_pause(const struct evidence *e)
{
    struct pause longest = {0, 0};
    uint64_t made = 0;
    for (unsigned i = 0, after = SLICES; i < SLICES; i++) {
        if (e->survivors[i] == 0)
            continue;
        if (i > after && i - after > longest.slices)
            longest = (struct pause){i - after, e->suspects - made};
        made += e->survivors[i];
        after = i + 1;
    }
    return longest;
}

/*
 * Nothing tells that from pauses of the program's own: neither counts then. But after a pause of
 * its own a program may make a straggler or two.
 */
static bool may_be_held_up(const struct evidence *e)
{
    uint64_t span = elapsed(e->last_created, e->first_created);
    uint64_t made_after = longest_pause(e).made_after;
    unsigned slices = 0;
    for (unsigned i = 0; i < SLICES; i++)
        slices += e->survivors[i] > 0;
    bool has_pace = slices >= FEWEST_SLICES && e->suspects >= FEWEST_IN_SLICE * slices;
    return made_after >= FEWEST_RISING && made_after >= e->suspects / STRAGGLERS_PART &&
           (span < SHORT || (span < STEADY && has_pace));
}

static uint64_t time_of_creation(const struct evidence *e)
{
    uint64_t span = elapsed(e->last_created, e->first_created);
    return may_be_held_up(e) ? span - span / SLICES * longest_pause(e).slices : span;
}

/*
 * Whether the live ones were made throughout, at a pace that does not abate. What was made before
 * the first and after the last of them was released: those are no pauses.
 */
static bool made_throughout(const struct evidence *e, bool without_pauses)
{
    uint64_t made[SLICES] = {0}, in[QUARTERS] = {0}, seen = 0;
    unsigned slices = 0, quarters = 0;
    for (unsigned i = 0; i < SLICES; i++) {
        bool in_midst = seen > 0 && seen < e->suspects;
        if (e->survivors[i] > 0 || !in_midst || !without_pauses)
            made[slices++] = e->survivors[i];
        seen += e->survivors[i];
    }
    for (unsigned i = 0; i < slices; i++)
        in[i * QUARTERS / slices] += made[i];
    for (unsigned i = 0; i < QUARTERS; i++)
        quarters += in[i] > 0;
    return quarters >= FEWEST_QUARTERS && (in[2] + in[3]) * SLOWDOWN >= in[0] + in[1];
}

/* Too short for lifetimes to be measured, and for its quarters to be alike. */
static bool is_short(const struct evidence *e)
{
    return elapsed(e->last_created, e->first_created) < PAUSE;
}

/*
 * A window of timers in flight rises at first too, but none in it outlives those released. Where
 * lifetimes are too short to be told, their order tells: were they in flight, then those that are
 * left would be the latest.
 */
static bool in_flight(const struct evidence *e)
{
    bool turnover = count_product(e->released, e->run.one_in) >= ENOUGH_RELEASED ||
                    (e->released > 0 && e->released >= e->created / TURNOVER_PART);
    if (!turnover)
        return false;
    if (is_short(e))
        return e->released / MUCH_TURNOVER < e->suspects || !made_throughout(e, false);
    return e->outlived < FEWEST_RISING || e->outlived < e->suspects / OUTLIVED_PART;
}

/* How long nothing happened since then, as far as anybody would have seen it. */
static uint64_t watched_since(const struct evidence *e, uint64_t time)
{
    return elapsed(e->run.until, time > e->run.from ? time : e->run.from);
}

/*
 * Few timers are judged by their own pace: some gaps between them, or twice the longest pause in
 * their midst, as far as slices tell.
 */
static uint64_t usual_pause(const struct evidence *e)
{
    uint64_t span = elapsed(e->last_created, e->first_created);
    uint64_t gaps = e->suspects > 1 ? span / (e->suspects - 1) * GAPS_OF_TWO / 2 : span;
    uint64_t longest = LONGER * (span / SLICES) * longest_pause(e).slices;
    return longest > gaps ? longest : gaps;
}

/*
 * Creation went on to the end, unless a pause followed that is as long as all of it, or longer than
 * its own pace explains. In a short run the end of the program is pause enough to mean nothing; but
 * had it turned to other timers, it was done with these.
 */
static bool goes_on(const struct evidence *e)
{
    uint64_t creation = time_of_creation(e);
    uint64_t pause = watched_since(e, e->last_created);
    if (pause <= creation && (e->suspects >= FEWEST_IN_BURST || pause <= usual_pause(e)))
        return true;
    return pause <= PAUSE && elapsed(e->last_activity, e->last_created) <= creation;
}

static bool live_rises(const struct evidence *e)
{
    if (e->suspects < FEWEST_RISING || !goes_on(e) || in_flight(e))
        return false;
    if (e->run.one_in > 1 && e->suspects + e->released < FEWEST_SAMPLED)
        return false;
    if (e->created < FEWEST_IN_BURST && elapsed(e->last_created, e->first_created) < SHORT)
        return false;
    return is_short(e) || made_throughout(e, may_be_held_up(e));
}

/* They fired or were stopped, one after the other throughout, and nobody came back to them. */
static bool left_alone(const struct evidence *e)
{
    uint64_t creation = elapsed(e->last_created, e->first_created);
    return e->abandoned >= FEWEST_ABANDONED && e->abandoned >= e->suspects / 2 &&
           creation >= elapsed(e->run.as_of, e->run.start) / LOAD_PART && !in_flight(e) &&
           made_throughout(e, may_be_held_up(e));
}

/* Creations failed because there were as many as there may be: it has a large part of them. */
static bool fills_limit(const struct evidence *e)
{
    return e->most_met && e->suspects >= FEWEST_RISING && e->suspects >= e->most / LIMIT_PART &&
           e->waiting < e->suspects - e->suspects / WAITING_PART;
}

/* How many there will be at a time, if each ends when it fires: rate times wait. */
static double at_a_time(const struct evidence *e)
{
    double span = (double)elapsed(e->youngest, e->oldest) + 1;
    return (double)(e->suspects - 1) / span * ((double)e->wait / (double)e->waiting);
}

/* What piles up is not due yet, and will be few enough when it is. */
static bool may_be_work(const struct evidence *e)
{
    return e->waiting > 0 && e->waiting >= e->suspects - e->suspects / WAITING_PART &&
           at_a_time(e) * (double)e->run.one_in < (double)e->most;
}

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

/* What stays, not what is in flight: where there is turnover, those that outstay the others. */
static void say_growth(const struct evidence *e, struct finding *finding, bool behind)
{
    bool some = behind && e->overstayed >= FEW_OVERSTAYED;
    uint64_t from = some ? e->oldest_overstayed : e->oldest;
    uint64_t to = some ? e->youngest_overstayed : e->youngest;
    uint64_t count = some ? e->overstayed : e->suspects, span = elapsed(to, from);
    double rate = (double)(count - 1) * (double)e->run.one_in / ((double)span / SECOND);
    if (span < SECOND) {
        finding_say(finding, "grew by %s in %s", stands_for(e, count).s, text_duration(span).s);
    } else if (goes_on(e) &&
               watched_since(e, e->last_created) <= time_of_creation(e) / PAUSE_PART) {
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

/* The headline counts all that are live, also those too young to tell. */
static void say_stays_behind(const struct evidence *e, struct finding *finding)
{
    struct text longest = text_duration(e->longest_life + e->run.slop);
    finding_say(finding, "%s live for up to %s", stands_for(e, e->live).s,
                text_duration(elapsed(e->run.as_of, e->oldest)).s);
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

static void say_held(const struct evidence *e, struct finding *finding)
{
    struct text moment = text_moment(elapsed(e->oldest, e->run.start));
    struct text steady = text_duration(watched_since(e, e->youngest));
    if (family_has(e->family, TLK_OF_PROCESS) && e->live == 0)
        finding_say(finding, "a process has one such timer");
    else if (family_has(e->family, TLK_OF_PROCESS))
        finding_say(finding, "armed for %s; a process has one such timer", steady.s);
    else if (e->live == 1)
        finding_say(finding, "%s live, made at %s, steady for %s since", stands_for(e, 1).s,
                    moment.s, steady.s);
    else if (e->live > 1 && e->overstayed > 0)
        finding_say(finding, "%s live since the start at %s, others come and go",
                    stands_for(e, e->live).s, moment.s);
    else if (e->live > 1 && e->released > 0)
        finding_say(finding, "%s live for up to %s; released ones lived up to %s",
                    stands_for(e, e->live).s, text_duration(elapsed(e->run.as_of, e->oldest)).s,
                    text_duration(e->longest_life + e->run.slop).s);
    else if (e->live > 1)
        finding_say(finding, "%s live, all made within %s at %s, steady for %s since",
                    stands_for(e, e->live).s, text_duration(elapsed(e->youngest, e->oldest)).s,
                    moment.s, steady.s);
    say_inherited(e, finding);
}

/* How much stands behind those numbers. */
static void say_sample(const struct evidence *e, struct finding *finding)
{
    if (e->run.one_in > 1)
        finding_say(finding, "estimated from %s recorded, %s of them live",
                    text_plural(e->live + e->inherited + e->released, "timer", "timers").s,
                    text_count(e->live + e->inherited).s);
}

static void say_used(const struct evidence *e, struct finding *finding)
{
    if (e->used > 0)
        finding_say(finding, "%s of %s in use: set anew, stopped or asked lately",
                    stands_for(e, e->used).s, stands_for(e, e->live).s);
}

static void say_left_alone(const struct evidence *e, struct finding *finding)
{
    finding_say(finding, "%s fired or were stopped, and were left alone since",
                stands_for(e, e->abandoned).s);
}

static void say_limit(const struct evidence *e, struct finding *finding)
{
    finding_say(finding, "%s of the %s that there may be, and creations fail",
                stands_for(e, e->live).s, text_count(e->most).s);
}

/* What it would take to tell. */
static void say_forgotten(const struct evidence *e, struct finding *finding)
{
    finding_say(finding, "%s were set anew again and again, and are no more; record for longer",
                stands_for(e, e->forgotten).s);
}

static void say_growing(const struct evidence *e, struct finding *finding)
{
    struct text wait = text_duration(e->wait / e->waiting);
    finding_say(finding, "none was due yet: %s of %s",
                text_duration(elapsed(e->run.as_of, e->oldest)).s, wait.s);
    finding_say(finding, "at this rate there will be %s at a time, if each ends when it fires",
                text_count((uint64_t)(at_a_time(e) * (double)e->run.one_in) + 1).s);
    finding_say(finding, "record for longer than %s", wait.s);
}

/* Sets the growth too. */
static void say_leak(const struct evidence *e, struct finding *finding, bool rising, bool behind)
{
    if (rising || (behind && e->overstayed >= FEWEST_RISING) ||
        (e->suspects >= FEWEST_RISING && made_throughout(e, may_be_held_up(e))))
        say_growth(e, finding, behind);
    if (behind)
        say_stays_behind(e, finding);
    say_inherited(e, finding);
}

/* Of those that outstay the others, not of those in flight. */
static enum timer_state state_of_leaked(const struct evidence *e)
{
    enum timer_state most = 0;
    for (enum timer_state state = 0; state < TIMER_STATES; state++) {
        if (e->overstayed_states[state] > e->overstayed_states[most])
            most = state;
    }
    return most;
}

void verdict_find(const struct evidence *evidence, struct finding *finding)
{
    bool possible = !family_has(evidence->family, TLK_OF_PROCESS);
    bool behind = possible && stays_behind(evidence);
    bool rising = possible && live_rises(evidence);
    bool alone = possible && left_alone(evidence);
    bool fills = possible && fills_limit(evidence);
    uint64_t released = count_product(evidence->released, evidence->run.one_in);
    *finding = (struct finding){.verdict = VERDICT_CLEAN, .state = TIMER_STATES};
    if (behind)
        finding->state = state_of_leaked(evidence);
    if (evidence->live + evidence->inherited + evidence->released == 0) {
        finding_say(finding, "nothing could be made here");
    } else if (evidence->live + evidence->inherited == 0) {
        finding_say(finding, "all that was made here was released: %s",
                    text_plural(released, "timer", "timers").s);
    } else if (behind || alone || fills || (rising && !may_be_work(evidence))) {
        finding->verdict = VERDICT_LEAK;
        if (fills)
            say_limit(evidence, finding);
        if (alone)
            say_left_alone(evidence, finding);
        say_leak(evidence, finding, rising, behind);
    } else if (rising) {
        finding->verdict = VERDICT_GROWING;
        say_growing(evidence, finding);
    } else if (evidence->forgotten >= FEWEST_FORGOTTEN) {
        finding->verdict = VERDICT_GROWING;
        say_forgotten(evidence, finding);
    } else {
        finding->verdict = VERDICT_HELD;
        say_held(evidence, finding);
    }
    say_used(evidence, finding);
    say_sample(evidence, finding);
}
