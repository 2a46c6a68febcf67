#include "profile/verdict.h"

#include "base/numbers.h"
#include "profile/creation.h"
#include "profile/families.h"
#include "profile/reasons.h"

#include <math.h>

/* So many releases make "older than any released" a finding, not an accident. */
#define ENOUGH_RELEASED 10
#define FEW_OVERSTAYED 2
/* Fewer do, where the number steps up with each of some rounds: reloads, say, after the start. */
#define FEWEST_ROUNDS 3
/* After so many, a single timer that stayed behind is one: the error path of one in a thousand. */
#define MANY_RELEASED 100
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
/* What happens by chance less often is no accident. */
#define ACCIDENT .01
#define MIRACLE .0001
/* No tail explains one that lives so many times as long. */
#define BEYOND_ANY_TAIL 50

/* Left alone for longer than anybody waits, so many at least, they are a pile. */
#define FEWEST_ABANDONED 8
/* made for a fifth of the run: not a pool that was filled at its start. */
#define LOAD_PART 5
/* So many that were set anew again and again, and then no more, beside others that still are. */
#define FEWEST_FORGOTTEN 4
/* A pool has one in use beside so many that are not. */
#define POOL_PART 4
/* Who has one in so many of all that there may be is who has eaten the limit. */
#define LIMIT_PART 4
/* Of those that pile up all but one in so many wait for their time: it may be work in flight. */
#define WAITING_PART 10
/* Unless nobody waits for most of them: then no more than so many at a time are excused by that. */
#define FEW_LEFT_BEHIND 100

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
    uint64_t creation = creation_span(e);
    if (e->overstayed == 1)
        return e->youngest_overstayed == e->first_created;
    return elapsed(e->youngest_overstayed, e->first_created) < creation / START_PART;
}

static bool steps_by_rounds(const struct evidence *e)
{
    return e->steps > FEWEST_ROUNDS && e->released > FEWEST_ROUNDS &&
           e->overstayed >= FEWEST_ROUNDS;
}

/* Whether lifetimes that vary as much explain so many that live on, or one that lives so long. */
static bool may_be_tail(const struct evidence *e)
{
    uint64_t age = elapsed(e->run.as_of, e->oldest_overstayed);
    double others = tail_beyond(&e->tail, OVERSTAY_FACTOR * (e->expected_life + e->run.slop));
    double count = (double)e->overstayed;
    return age < BEYOND_ANY_TAIL * e->expected_life && tail_beyond(&e->tail, age) > MIRACLE &&
           exp(count * log(others) - lgamma(count + 1)) > MIRACLE;
}

/* Where most are in use, those too young to have been used are about to be. */
static bool stays_behind(const struct evidence *e)
{
    uint64_t stay = e->overstayed - (e->used > e->suspects ? e->overstayed_lately : 0);
    bool enough = (e->released >= ENOUGH_RELEASED && stay >= FEW_OVERSTAYED) ||
                  (e->released >= MANY_RELEASED && stay >= 1) || steps_by_rounds(e);
    return enough && !kept_from_start(e);
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
    if (creation_is_instant(e))
        return e->released / MUCH_TURNOVER < e->suspects || !creation_is_steady_with_pauses(e);
    return e->outlived < FEWEST_RISING || e->outlived < e->suspects / OUTLIVED_PART;
}

static bool sample_is_small(const struct evidence *e)
{
    return e->run.one_in > 1 && e->suspects + e->released < FEWEST_SAMPLED;
}

static bool live_rises(const struct evidence *e)
{
    if (e->suspects < FEWEST_RISING || !creation_goes_on(e) || in_flight(e))
        return false;
    if (sample_is_small(e))
        return false;
    if (e->created < FEWEST_IN_BURST && creation_span(e) < SHORT_CREATION)
        return false;
    return creation_is_instant(e) || creation_is_steady(e);
}

/* They fired or were stopped, one after the other throughout, and nobody came back to them. */
static bool left_alone(const struct evidence *e)
{
    uint64_t creation = creation_span(e);
    return e->abandoned >= FEWEST_ABANDONED && e->abandoned >= e->suspects / 2 &&
           creation >= elapsed(e->run.as_of, e->run.start) / LOAD_PART && !in_flight(e) &&
           creation_is_steady(e);
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

static bool is_left_behind(const struct evidence *e)
{
    return e->left_behind > e->waiting / 2;
}

/* What piles up is not due yet, and will be few enough when it is. */
static bool may_be_work(const struct evidence *e)
{
    uint64_t most = is_left_behind(e) && e->most > FEW_LEFT_BEHIND ? FEW_LEFT_BEHIND : e->most;
    return e->waiting > 0 && e->waiting >= e->suspects - e->suspects / WAITING_PART &&
           at_a_time(e) * (double)e->run.one_in < (double)most;
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

/*
 * Unless creation has ended: were timers still made, then it would be an accident that all of the
 * sample come from before.
 */
static bool sample_tells_nothing(const struct evidence *e)
{
    double watched = (double)run_watched_since(&e->run, e->run.start) + 1;
    double before = 1 - (double)run_watched_since(&e->run, e->youngest) / watched;
    return e->suspects > 0 && sample_is_small(e) && pow(before, (double)e->suspects) > ACCIDENT;
}

/* By which as many would be recorded as would tell. */
static uint64_t sample_that_tells(const struct evidence *e)
{
    return e->run.one_in * (e->suspects + e->released) / FEWEST_SAMPLED / 2;
}

/* Those in use are of a pool, which was filled as they were needed, and those at rest are spare. */
static bool may_be_pool(const struct evidence *e)
{
    return e->used > 0 && e->used >= e->suspects / POOL_PART && e->resting >= e->suspects / 2;
}

/*
 * So many of the first half are live that lifetimes may well be as long as the run: what is in
 * flight becomes more at first, and nothing tells it from what stays.
 */
static bool is_warming_up(const struct evidence *e)
{
    uint64_t first = creation_of_first_half(e);
    return e->suspects >= FEWEST_RISING && creation_goes_on(e) && !creation_is_instant(e) &&
           e->released > 0 && first > 0 && first >= e->created / 2 / OUTLIVED_PART;
}

static struct grounds grounds_of(const struct evidence *e)
{
    struct grounds grounds = {
        .behind = stays_behind(e) && !may_be_tail(e),
        .rising = live_rises(e),
        .alone = left_alone(e),
        .fills = fills_limit(e),
        .left_behind = is_left_behind(e),
    };
    grounds.rounds = grounds.behind && e->released < ENOUGH_RELEASED;
    return grounds;
}

static enum verdict judge(const struct evidence *e, struct finding *finding)
{
    bool possible = !family_has(e->family, TLK_OF_PROCESS | TLK_COLLECTED);
    struct grounds grounds = possible ? grounds_of(e) : (struct grounds){0};
    if (grounds.behind)
        finding->state = state_of_leaked(e);
    if (e->live + e->inherited == 0) {
        reason_clean(e, finding);
        return VERDICT_CLEAN;
    }
    if (family_has(e->family, TLK_COLLECTED)) {
        reason_collected(e, finding);
        return VERDICT_HELD;
    }
    bool pool = may_be_pool(e);
    if (grounds.behind || grounds.fills || (grounds.alone && !pool) ||
        (grounds.rising && !pool && !may_be_work(e))) {
        reason_leak(e, finding, &grounds);
        return VERDICT_LEAK;
    }
    if (pool && (grounds.alone || grounds.rising)) {
        reason_pool(e, finding);
    } else if (grounds.rising) {
        reason_not_due(e, finding, at_a_time(e));
    } else if (possible && sample_tells_nothing(e)) {
        reason_too_few(e, finding, sample_that_tells(e));
    } else if (possible && stays_behind(e)) {
        reason_tail(e, finding);
    } else if (possible && is_warming_up(e)) {
        reason_warming_up(e, finding);
    } else if (e->forgotten >= FEWEST_FORGOTTEN) {
        reason_forgotten(e, finding);
    } else {
        reason_held(e, finding, e->overstayed > 0 && kept_from_start(e));
        return VERDICT_HELD;
    }
    return VERDICT_GROWING;
}

void verdict_find(const struct evidence *evidence, struct finding *finding)
{
    *finding = (struct finding){.state = TIMER_STATES};
    reason_overwritten(evidence, finding);
    finding->verdict = judge(evidence, finding);
    reason_used(evidence, finding);
    reason_sample(evidence, finding);
}
