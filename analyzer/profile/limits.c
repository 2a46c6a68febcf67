#include "profile/limits.h"

#include "base/numbers.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_SECOND 1e9

static int by_location(const struct location *a, const struct location *b)
{
    int order = compare_numbers(a->module, b->module);
    return order ? order : compare_numbers(a->address, b->address);
}

/* By what does not depend on where modules were loaded, so that every run gives the same order. */
static int by_frames(const struct profile *profile, const struct site *a, const struct site *b)
{
    const struct location *locations = profile->locations.list;
    int order = compare_numbers(a->family, b->family);
    if (!order)
        order = strcmp(a->function, b->function);
    for (size_t i = 1; !order && i < a->depth && i < b->depth; i++)
        order = by_location(&locations[a->locations[i]], &locations[b->locations[i]]);
    return order ? order : compare_numbers(a->depth, b->depth);
}

static int by_severity(const void *left, const void *right, void *profile)
{
    const struct site *a = *(struct site *const *)left, *b = *(struct site *const *)right;
    int order = compare_numbers(b->finding.verdict, a->finding.verdict);
    if (!order)
        order = compare_numbers(b->counts.live, a->counts.live);
    return order ? order : by_frames(profile, a, b);
}

void findings_sort(struct profile *profile)
{
    if (profile->site_count > 0)
        qsort_r(profile->sites, profile->site_count, sizeof(*profile->sites), by_severity, profile);
    for (size_t i = 0; i < profile->site_count; i++)
        profile->sites[i]->index = i;
}

size_t findings_count(const struct profile *profile, enum verdict verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < profile->site_count; i++)
        count += profile->sites[i]->finding.verdict == verdict;
    return count;
}

enum timer_state findings_state(const struct site *site)
{
    enum timer_state most = 0;
    for (enum timer_state state = 0; state < TIMER_STATES; state++) {
        if (site->counts.states[state] > site->counts.states[most])
            most = state;
    }
    return most;
}

static struct limit project(const char *name, uint64_t used, uint64_t most, double growth)
{
    struct limit limit = {.name = name, .used = used, .limit = most, .growth = growth};
    if (growth > 0 && most != UINT64_MAX) {
        double left = most > used ? (double)(most - used) / growth * NS_PER_SECOND : 0;
        limit.reached = left < (double)UINT64_MAX / 2 ? (uint64_t)left : 0;
    }
    return limit;
}

void findings_limits(const struct process *process, struct limit limits[LIMITS])
{
    limits[0] = project("descriptors", process->descriptors, process->nofile_soft,
                        process->descriptor_growth);
    limits[1] = project("pending signals of all its user's processes", process->pending,
                        process->sigpending_soft, process->pending_growth);
}
