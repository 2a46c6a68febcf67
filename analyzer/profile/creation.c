#include "profile/creation.h"

#include "base/numbers.h"

#define MS UINT64_C(1000000)

/* Three of four quarters must have added some. */
#define QUARTERS 4
#define FEWEST_QUARTERS 3
/* A busy machine may hold up what is made in a short time for most of it, in less than this for
 * some. */
#define LONG_CREATION (10 * SHORT_CREATION)
/* So many slices with as many in each are a pace, by which those with none are none of it. */
#define FEWEST_SLICES 8
#define FEWEST_IN_SLICE 2
/* One in so many, or fewer, made after the longest pause, are stragglers. */
#define STRAGGLERS_PART 16
/*
 * Creation that paused for less than this still goes on, and a run as short as this is over before
 * its quarters differ by more than what the first call of everything costs.
 */
#define PAUSE (20 * MS)
/* Start-up slows down, a leak does not: its second half brings at least a third of its first. */
#define SLOWDOWN 3
/* Of a few timers creation has ended after twice the longest pause before, and two gaps and a half.
 */
#define LONGER 2
#define GAPS_OF_TWO 5
/* What has paused for half the time that it took is not said to grow. */
#define PAUSE_PART 2

uint64_t creation_span(const struct evidence *e)
{
    return elapsed(e->last_created, e->first_created);
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
    uint64_t span = creation_span(e);
    uint64_t made_after = longest_pause(e).made_after;
    unsigned slices = 0;
    for (unsigned i = 0; i < SLICES; i++)
        slices += e->survivors[i] > 0;
    bool has_pace = slices >= FEWEST_SLICES && e->suspects >= FEWEST_IN_SLICE * slices;
    return made_after >= FEWEST_RISING && made_after >= e->suspects / STRAGGLERS_PART &&
           (span < SHORT_CREATION || (span < LONG_CREATION && has_pace));
}

static uint64_t time_taken(const struct evidence *e)
{
    uint64_t span = creation_span(e);
    return may_be_held_up(e) ? span - span / SLICES * longest_pause(e).slices : span;
}

/*
 * Whether the live ones were made throughout, at a pace that does not abate. What was made before
 * the first and after the last of them was released: those are no pauses.
 */
static bool is_steady(const struct evidence *e, bool without_pauses)
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

bool creation_is_steady(const struct evidence *e)
{
    return is_steady(e, may_be_held_up(e));
}

bool creation_is_steady_with_pauses(const struct evidence *e)
{
    return is_steady(e, false);
}

uint64_t creation_of_first_half(const struct evidence *e)
{
    uint64_t quarter[2] = {0, 0};
    for (unsigned i = 0; i < SLICES / 2; i++)
        quarter[i * 2 / (SLICES / 2)] += e->survivors[i];
    return quarter[0] > 0 && quarter[1] > 0 ? quarter[0] + quarter[1] : 0;
}

bool creation_is_instant(const struct evidence *e)
{
    return creation_span(e) < PAUSE;
}

/*
 * Few timers are judged by their own pace: some gaps between them, or twice the longest pause in
 * their midst, as far as slices tell.
 */
static uint64_t usual_pause(const struct evidence *e)
{
    uint64_t span = creation_span(e);
    uint64_t gaps = e->suspects > 1 ? span / (e->suspects - 1) * GAPS_OF_TWO / 2 : span;
    uint64_t longest = LONGER * (span / SLICES) * longest_pause(e).slices;
    return longest > gaps ? longest : gaps;
}

bool creation_goes_on(const struct evidence *e)
{
    uint64_t creation = time_taken(e);
    uint64_t pause = run_watched_since(&e->run, e->last_created);
    if (pause <= creation && (e->suspects >= FEWEST_IN_BURST || pause <= usual_pause(e)))
        return true;
    return pause <= PAUSE && elapsed(e->last_activity, e->last_created) <= creation;
}

bool creation_goes_on_now(const struct evidence *e)
{
    return creation_goes_on(e) &&
           run_watched_since(&e->run, e->last_created) <= time_taken(e) / PAUSE_PART;
}
