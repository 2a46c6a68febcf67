#include "profile/headlines.h"

#include "profile/loops.h"
#include "profile/profile.h"

#include <stdlib.h>
#include <string.h>

static int sites_by_frames(const void *left, const void *right)
{
    return sites_compare(*(struct site *const *)left, *(struct site *const *)right);
}

static size_t shared_frames(const struct site *a, const struct site *b)
{
    size_t shared = 0;
    while (a->family == b->family && shared < a->depth && shared < b->depth &&
           a->frames[shared] == b->frames[shared])
        shared++;
    return shared;
}

/*
 * The first frame that no other site shares; and of a system's library, the first of those behind
 * it that is the program's own, if it has a name, else that of a library of another's. Of a loop's
 * own timer, it is among those who made the loop.
 */
static size_t choose_headline(const struct stack_frame *stack, size_t depth, size_t shared,
                              uint64_t family)
{
    size_t own = stack_own_depth(stack, depth), loop = loop_frames(stack, depth, family);
    size_t first = shared > loop ? shared : loop + 1, other = first;
    if (first >= own)
        return own > 1 ? own - 1 : 0;
    for (size_t i = first; i < own && stack_in_system(&stack[first]); i++) {
        const char *function = stack[i].function;
        if (!stack_in_library(&stack[i]) && function && strcmp(function, "main") != 0)
            return i;
        if (stack_in_system(&stack[other]))
            other = i;
    }
    return stack_in_system(&stack[other]) ? first : other;
}

static void headline_set(struct profile *profile, struct site *site, size_t shared)
{
    bool kept = site->stack != NULL;
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    site->headline = choose_headline(stack, depth, shared, site->family);
    if (!kept)
        stack_forget(site);
}

void headlines_set(struct profile *profile)
{
    struct site **sites = memory_new(profile->known_count, sizeof(*sites));
    size_t count = 0, before = 0;
    for (size_t i = 0; i < profile->known_count; i++) {
        struct site *site = profile->known[i];
        if (site->paths)
            site->headline = site->depth - 1;
        else
            sites[count++] = site;
    }
    if (count > 0)
        qsort(sites, count, sizeof(*sites), sites_by_frames);
    for (size_t i = 0; i < count; i++) {
        size_t behind = i + 1 < count ? shared_frames(sites[i], sites[i + 1]) : 0;
        headline_set(profile, sites[i], before > behind ? before : behind);
        before = behind;
    }
    free(sites);
}
