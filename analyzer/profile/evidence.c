#include "profile/evidence.h"

#include "base/numbers.h"
#include "profile/families.h"

#include <math.h>

/* One in so many of the longest life is a while. */
#define WHILE_PART 8
/* A timer is in use that was touched no longer ago than so many gaps between touches, and this. */
#define GAPS 4
#define SECOND UINT64_C(1000000000)
#define LATELY SECOND
#define LATELY_PART 8
/* One that was touched more often than that is forgotten after so many gaps. */
#define OFTEN 4
#define MANY_GAPS 10
/* With so many released, the longest of all lives is taken for twice the longest that was seen. */
#define FEW_LIVES 3
/* Lifetimes that end within so many buckets are alike; else so many at the end make up a tail. */
#define ENOUGH_IN_TAIL 16
#define TAIL_STEP 3
/* Fewer show no trend. */
#define FEWEST 4

/*
 * The longest of a few lifetimes falls short of the longest of them all: the fewer were released,
 * the further.
 */
static uint64_t expected_life(const struct site_record *site, uint64_t one_in)
{
    if (one_in == 1 || site->released == 0)
        return site->longest_life;
    return site->longest_life + site->longest_life / site->released * FEW_LIVES;
}

/*
 * Lifetimes by powers of two: the last few buckets that hold enough between them tell what part of
 * those that live so long lives on twice as long, with what that may be off by chance; and beside
 * the bucket before, whether that part becomes smaller the longer they live.
 */
static struct tail tail_of(const struct site_record *site)
{
    const uint64_t *lives = site->lifetimes;
    unsigned last = TLK_LIFETIME_BUCKETS - 1;
    while (last > 0 && lives[last] == 0)
        last--;
    if (last < TAIL_STEP || lives[last - TAIL_STEP] == 0)
        return (struct tail){0}; /* they end at once: all are alike */
    double count = (double)lives[last], beyond = 0;
    unsigned from = last;
    while (from > 0 && count < ENOUGH_IN_TAIL) {
        beyond += count;
        count += (double)lives[--from];
    }
    double mean = (beyond + sqrt(beyond) + 1) / count, part = mean / (1 + mean), before = part;
    if (from > 0)
        before = (count - sqrt(count)) / (count + (double)lives[from - 1]);
    return (struct tail){UINT64_C(1) << from, count, part, part < before ? part / before : 1};
}

double tail_beyond(const struct tail *tail, uint64_t age)
{
    double count = tail->count, part = tail->part;
    double doublings = count > 0 ? log2((double)age / (double)tail->from) : 0;
    for (; doublings >= 1; doublings--) {
        count *= part;
        part *= tail->change;
    }
    return doublings > 0 ? count * pow(part, doublings) : count;
}

/* From the end, the lowest number so far: it falls where the number rose for good. */
static unsigned steps_up(const struct site_record *site)
{
    uint32_t lowest = site->live;
    unsigned steps = 0;
    for (uint32_t i = site->history_used; i > 0; i--) {
        if (site->history[i - 1].low >= lowest)
            continue;
        lowest = site->history[i - 1].low;
        steps++;
    }
    return steps;
}

/* Of spans of the history. */
static uint32_t lowest_of(const struct site_record *site, uint64_t from, uint64_t to)
{
    uint32_t lowest = to > site->history_used ? site->live : UINT32_MAX;
    for (; from < to && from < site->history_used; from++)
        lowest = site->history[from].low < lowest ? site->history[from].low : lowest;
    return lowest;
}

/*
 * From quarter to quarter to the last one: by the lowest numbers, for those of waves are alike, and
 * by more than chance. What has shrunk to nothing shrinks no more.
 */
static double shrinking_of(const struct site_record *site, const struct run *run)
{
    uint64_t time = elapsed(run->as_of, site->history_start);
    uint64_t half = time / 2 >> site->history_shift;
    uint64_t last = (time - time / 4) >> site->history_shift;
    uint32_t first = lowest_of(site, half / 2, half), before = lowest_of(site, half, last);
    uint32_t after = lowest_of(site, last, UINT64_MAX);
    if (half == last || after == 0 || first < before + FEWEST || before < after + FEWEST)
        return 0;
    return (double)(before - after) / (double)(time - (last << site->history_shift)) * SECOND;
}

uint64_t run_watched_since(const struct run *run, uint64_t time)
{
    return elapsed(run->until, time > run->from ? time : run->from);
}

void evidence_begin(struct evidence *evidence, const struct site_record *site,
                    const struct run *run)
{
    *evidence = (struct evidence){
        .family = site->family,
        .run = *run,
        .created = site->created,
        .released = site->released,
        .first_created = site->first_created,
        .last_created = site->last_created,
        .last_released = site->last_released,
        .longest_life = site->longest_life,
        .expected_life = expected_life(site, run->one_in),
        .shrinking = shrinking_of(site, run),
        .steps = steps_up(site),
        .tail = tail_of(site),
    };
}

static unsigned slice_of(const struct evidence *evidence, uint64_t created)
{
    uint64_t slice = elapsed(evidence->last_created, evidence->first_created) / SLICES + 1;
    uint64_t index = elapsed(created, evidence->first_created) / slice;
    return index < SLICES ? (unsigned)index : SLICES - 1;
}

/* Within the last second, or in a short run, the last part of it. */
static uint64_t run_lately(const struct run *run)
{
    uint64_t part = elapsed(run->as_of, run->start) / LATELY_PART;
    return part < LATELY ? part : LATELY;
}

/* How often, and in gaps of what length on the average, somebody decided something about it. */
struct use {
    uint64_t touches, gap;
    bool again; /* later than when it was made: set and stopped at once is no use */
};

static struct use use_of(const struct timer_record *timer, const struct judgement *judgement)
{
    struct use use = {.touches = (uint64_t)timer->armed + timer->stopped};
    uint64_t span = elapsed(judgement->age, judgement->idle);
    if (use.touches > 1) {
        use.gap = span / (use.touches - 1);
        use.again = span > UINT64_C(1) << TLK_TOUCHED_SHIFT;
    }
    return use;
}

/* Somebody came back to it, and the time since is no longer than the gaps between were. */
static bool is_used(const struct use *use, uint64_t idle, uint64_t lately)
{
    return use->again && idle <= GAPS * use->gap + lately;
}

static bool is_forgotten(const struct use *use, uint64_t idle)
{
    return use->touches > OFTEN && idle > MANY_GAPS * use->gap;
}

/* What it does while nobody decides about it. */
static void add_suspect(struct evidence *evidence, const struct timer_record *timer,
                        const struct judgement *judgement, const struct use *use)
{
    evidence->suspects++;
    evidence->forgotten += is_forgotten(use, judgement->idle);
    if (judgement->state == NEVER_RELEASED) {
        evidence->resting++;
        evidence->abandoned +=
            judgement->idle > run_lately(&evidence->run) && judgement->idle > judgement->age / 2;
    } else if (judgement->armed && timer->interval == 0 && judgement->due > 0) {
        uint64_t waited = elapsed(evidence->run.as_of, timer->armed_at);
        evidence->waiting++;
        evidence->left_behind += judgement->left_behind;
        evidence->wait = count_sum(evidence->wait, waited + (uint64_t)judgement->due);
    }
}

void evidence_add(struct evidence *evidence, const struct timer_record *timer,
                  const struct judgement *judgement)
{
    uint64_t age = judgement->age;
    if (timer->flags & TLK_INHERITED) {
        evidence->inherited++;
        return;
    }
    if (evidence->live++ == 0 || timer->created < evidence->oldest_of_all)
        evidence->oldest_of_all = timer->created;
    if (timer->created > evidence->youngest_of_all)
        evidence->youngest_of_all = timer->created;
    evidence->overwritten += judgement->overwritten;
    struct use use = use_of(timer, judgement);
    if (is_used(&use, judgement->idle, run_lately(&evidence->run))) {
        evidence->used++;
        return;
    }
    if (evidence->suspects == 0 || timer->created < evidence->oldest)
        evidence->oldest = timer->created;
    if (timer->created > evidence->youngest)
        evidence->youngest = timer->created;
    add_suspect(evidence, timer, judgement, &use);
    evidence->survivors[slice_of(evidence, timer->created)]++;
    if (evidence->released == 0)
        return;
    uint64_t limit = evidence->expected_life + evidence->run.slop;
    /*
     * Others were released a while after it was made: the program had its chance to release this
     * one. What is closed as soon as what replaces it has been made says nothing about that.
     */
    bool passed_over = timer->created + limit / WHILE_PART < evidence->last_released;
    evidence->outlived += age > limit;
    /* What is overdue is held up by the loop that lets it fire, not by who forgot it. */
    if (passed_over && !judgement->overdue && age / OVERSTAY_FACTOR > limit) {
        evidence->overstayed_states[judgement->state]++;
        evidence->overstayed_lately += judgement->idle <= run_lately(&evidence->run);
        if (evidence->overstayed++ == 0 || timer->created < evidence->oldest_overstayed)
            evidence->oldest_overstayed = timer->created;
        if (timer->created > evidence->youngest_overstayed)
            evidence->youngest_overstayed = timer->created;
    }
}

void evidence_add_over(struct evidence *evidence, const struct judgement *judgement)
{
    uint64_t life = elapsed(judgement->age, judgement->idle);
    uint64_t ended = elapsed(evidence->run.as_of, judgement->idle);
    evidence->released++;
    if (judgement->state != NEVER_RELEASED || !family_has(evidence->family, TLK_FREE_AT_REST))
        return;
    evidence->longest_life = life > evidence->longest_life ? life : evidence->longest_life;
    evidence->expected_life = life > evidence->expected_life ? life : evidence->expected_life;
    evidence->last_released = ended > evidence->last_released ? ended : evidence->last_released;
}
