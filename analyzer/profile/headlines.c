#include "profile/headlines.h"

#include "profile/loops.h"
#include "profile/profile.h"
#include "profile/runtime.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* So many neighbours are looked at for one that parts from a site in the program's own code. */
#define MOST_NEIGHBOURS 64

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

static bool is_main(const struct stack_frame *frame)
{
    return frame->function && strcmp(frame->function, "main") == 0;
}

/*
 * Of Go's own library, which is in the program: so many frames of it lie between the wrapped
 * function and the first that is another's. The last of a goroutine's frames tells where all of the
 * library was written; without it, packages time and context are known to make timers for others.
 */
static size_t golang_frames(const struct stack_frame *stack, size_t depth, uint64_t family)
{
    static const char last[] = "runtime.goexit", place[] = "/runtime/";
    size_t count = 0, root = 0;
    const struct stack_frame *end = &stack[depth - 1];
    if (strcmp(family_name(family), "go") != 0)
        return 0;
    if (end->function && end->file && strncmp(end->function, last, strlen(last)) == 0) {
        const char *found = strstr(end->file, place);
        root = found ? (size_t)(found - end->file) + 1 : 0;
    }
    while (1 + count < depth) {
        const struct stack_frame *frame = &stack[1 + count];
        bool same = root > 0 && frame->file && strncmp(frame->file, end->file, root) == 0;
        if (!same && (!frame->function || (strncmp(frame->function, "time.", 5) != 0 &&
                                           strncmp(frame->function, "context.", 8) != 0)))
            return count;
        count++;
    }
    return 0;
}

/*
 * The first frame that no other site shares; and of a system's library, the first of those behind
 * it that is the program's own, if it has a name, else that of a library of another's. Of a loop's
 * own timer, it is among those who made the loop.
 */
static size_t choose_headline(const struct stack_frame *stack, size_t depth, size_t shared,
                              uint64_t family)
{
    size_t own = stack_own_depth(stack, depth);
    size_t loop = loop_frames(stack, depth, family) + golang_frames(stack, depth, family);
    size_t first = shared > loop ? shared : loop + 1, other = first;
    if (first >= own)
        return own > 1 ? own - 1 : 0;
    for (size_t i = first; i < own && stack_in_system(&stack[first]); i++) {
        if (!stack_in_library(&stack[i]) && stack[i].function && !is_main(&stack[i]))
            return i;
        if (stack_in_system(&stack[other]))
            other = i;
    }
    return stack_in_system(&stack[other]) ? first : other;
}

/* Of an interpreter, and of what comes with the system, the function that it runs is what tells. */
static size_t pass_interpreter(const struct stack_frame *stack, size_t own, size_t headline)
{
    size_t at = headline;
    while (at < own && (frame_is_interpreter(&stack[at]) || stack_in_system(&stack[at])))
        at++;
    return at < own && frame_is_interpreted(&stack[at]) ? at : headline;
}

/* So many frames are there up to the last that is the program's own, but for main's; or none. */
static size_t telling_depth(const struct stack_frame *stack, size_t own)
{
    while (own > 1 && (stack_in_library(&stack[own - 1]) || is_main(&stack[own - 1])))
        own--;
    return own > 1 ? own : 0;
}

static bool passes(const struct site *site, uint32_t frame, size_t from)
{
    while (from < site->depth && site->frames[from] != frame)
        from++;
    return from < site->depth;
}

/*
 * A main loop calls the same code in several ways: two stacks that part there alone are no two to
 * a reader of the program, and its main's line tells neither.
 */
static bool parts_in_system(const struct site *site, const struct stack_frame *stack,
                            const struct site *other, size_t shared)
{
    size_t own = stack_own_depth(stack, site->depth), telling = telling_depth(stack, own);
    return telling > 0 && shared >= telling && shared < own && stack_in_system(&stack[shared]) &&
           passes(other, site->frames[own - 1], shared);
}

/* An interpreter comes to the same call in several ways; to a reader it is one. */
static bool parts_in_interpreter(const struct site *site, const struct stack_frame *stack,
                                 const struct site *other, size_t shared)
{
    size_t above = shared;
    while (above < site->depth && frame_is_interpreter(&stack[above]))
        above++;
    return above > shared && above < site->depth && frame_is_interpreted(&stack[above]) &&
           passes(other, site->frames[above], shared);
}

/* How many frames it shares, at most, with any of `count` next to it in the order of frames. */
static size_t most_shared(const struct site *site, const struct stack_frame *stack,
                          struct site *const *next, size_t count, ptrdiff_t step)
{
    if (count > MOST_NEIGHBOURS)
        count = MOST_NEIGHBOURS;
    for (size_t i = 0; i < count; i++, next += step) {
        size_t shared = shared_frames(site, *next);
        if (!parts_in_system(site, stack, *next, shared) &&
            !parts_in_interpreter(site, stack, *next, shared))
            return shared;
    }
    return 0;
}

static void headline_set(struct profile *profile, struct site **sites, size_t at, size_t count)
{
    struct site *site = sites[at];
    bool kept = site->stack != NULL;
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    size_t before = most_shared(site, stack, sites + at - 1, at, -1);
    size_t behind = most_shared(site, stack, sites + at + 1, count - at - 1, 1);
    site->headline = pass_interpreter(
        stack, stack_own_depth(stack, depth),
        choose_headline(stack, depth, before > behind ? before : behind, site->family));
    if (!kept)
        stack_forget(site);
}

void headlines_set(struct profile *profile)
{
    struct site **sites = memory_new(profile->known_count, sizeof(*sites));
    size_t count = 0;
    for (size_t i = 0; i < profile->known_count; i++) {
        struct site *site = profile->known[i];
        if (site->paths)
            site->headline = site->depth - 1;
        else
            sites[count++] = site;
    }
    if (count > 0)
        qsort(sites, count, sizeof(*sites), sites_by_frames);
    for (size_t i = 0; i < count; i++)
        headline_set(profile, sites, i, count);
    free(sites);
}
