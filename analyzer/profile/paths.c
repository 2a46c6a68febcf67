#include "profile/paths.h"

#include "base/numbers.h"
#include "profile/families.h"
#include "profile/profile.h"

#include <stdlib.h>

/* So few paths share a line by chance. */
#define FEWEST_PATHS 4
/* Where fewer than these were taken again: a program that sets itself up does no less. */
#define FEWEST_TAKEN_ONCE 24

/* All parts of a recording, those next to each other that share most, from the leaf. */
struct tree {
    struct profile *profile;
    struct found_paths *found;
    struct part **parts;
};

static int parts_by_frames(const void *left, const void *right)
{
    const struct part *a = *(struct part *const *)left, *b = *(struct part *const *)right;
    return sites_compare(a->site, b->site);
}

/* ---- judging together ---- */

/* A timer that it made first of all and kept for life is no straggler, on whichever path. */
static bool keeps_its_first(const struct part *part)
{
    const struct evidence *evidence = &part->evidence;
    return evidence->released > 0 && evidence->suspects == 1 &&
           evidence->oldest == evidence->first_created;
}

static bool tells_too_little(const struct part *part)
{
    return part->verdict == VERDICT_HELD && part->evidence.live <= FEW_TIMERS &&
           part->evidence.suspects > 0 && !part->site->through && !keeps_its_first(part) &&
           !family_has(part->site->family, TLK_OF_PROCESS);
}

/* Paths that released some tell by those that they did not; others by how they pile up. */
enum kind_of_path { RELEASED_SOME, RELEASED_NONE, KINDS_OF_PATH };

static enum kind_of_path kind_of_path(const struct part *part)
{
    return part->evidence.released > 0 ? RELEASED_SOME : RELEASED_NONE;
}

/* What is said of some of the parts, together. */
struct together {
    struct site_record record;
    struct evidence evidence;
    const struct part *any;
    size_t paths;
    size_t taken_again; /* of them */
};

static bool is_path(const struct part *part, enum kind_of_path kind)
{
    return kind_of_path(part) == kind && tells_too_little(part);
}

static void count_paths(struct together *together, struct part *const *parts, size_t count,
                        enum kind_of_path kind)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_path(parts[i], kind))
            continue;
        together->any = parts[i];
        together->paths++;
        together->taken_again += parts[i]->evidence.created > 1;
    }
}

/* How long timers live there is told by those paths too of which nothing is left. */
static void add_records(struct together *together, struct part *const *parts, size_t count,
                        enum kind_of_path kind)
{
    bool begun = false;
    for (size_t i = 0; i < count; i++) {
        bool law = kind == RELEASED_SOME && kind_of_path(parts[i]) == kind;
        if (!law && !is_path(parts[i], kind))
            continue;
        if (begun)
            record_merge(&together->record, parts[i]->record);
        else
            together->record = *parts[i]->record;
        begun = true;
    }
}

static void gather_evidence(struct together *together, struct part *const *parts, size_t count,
                            enum kind_of_path kind)
{
    const struct evidence *any = &together->any->evidence;
    struct evidence *evidence = &together->evidence;
    add_records(together, parts, count, kind);
    evidence_begin(evidence, &together->record, &any->run);
    evidence->last_activity = any->last_activity;
    evidence->most = any->most;
    evidence->most_met = any->most_met;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; is_path(parts[i], kind) && j < parts[i]->few_count; j++)
            evidence_add(evidence, &parts[i]->few[j].record, &parts[i]->few[j].judgement);
    }
}

static bool leaks_together(struct part *const *parts, size_t count, enum kind_of_path kind,
                           struct finding *finding)
{
    struct together together = {0};
    count_paths(&together, parts, count, kind);
    if (together.taken_again < FEWEST_PATHS && together.paths < FEWEST_TAKEN_ONCE)
        return false;
    gather_evidence(&together, parts, count, kind);
    if (kind == RELEASED_SOME && together.evidence.overstayed < FEWEST_PATHS)
        return false;
    verdict_find(&together.evidence, finding);
    return finding->verdict >= VERDICT_GROWING;
}

static void found_add(struct tree *tree, struct site *site, const struct finding *finding)
{
    struct found_paths *found = tree->found;
    found->list = memory_grow(found->list, found->count, &found->room, sizeof(*found->list));
    found->list[found->count++] = (struct found_path){site, *finding};
}

/* Those that share so many frames, no fewer than the wrapped function's and one more. */
static void judge_range(struct tree *tree, size_t from, size_t to, size_t shared)
{
    struct part **parts = tree->parts + from;
    for (enum kind_of_path kind = RELEASED_SOME; kind < KINDS_OF_PATH; kind++) {
        struct finding finding;
        if (!leaks_together(parts, to - from, kind, &finding))
            continue;
        struct site *site = profile_site_of_paths(tree->profile, parts[0]->site, shared);
        for (size_t i = 0; i < to - from; i++) {
            if (is_path(parts[i], kind))
                parts[i]->site->through = site;
        }
        found_add(tree, site, &finding);
    }
}

static bool shares(const struct tree *tree, size_t a, size_t b, size_t frames)
{
    const struct site *x = tree->parts[a]->site, *y = tree->parts[b]->site;
    return x->family == y->family && x->depth > frames && y->depth > frames &&
           x->frames[frames] == y->frames[frames];
}

/* From the leaf as far as all of them go together. */
static size_t shared_by_all(const struct tree *tree, size_t from, size_t to, size_t shared)
{
    while (shares(tree, from, to - 1, shared))
        shared++;
    return shared;
}

/* The longest shared stack first: what is found there is not looked for below it any more. */
static void walk_range(struct tree *tree, size_t from, size_t to, size_t shared)
{
    if (to - from < FEWEST_PATHS)
        return;
    shared = shared_by_all(tree, from, to, shared);
    for (size_t first = from, next; first < to; first = next) {
        for (next = first + 1; next < to && shares(tree, first, next, shared); next++)
            ;
        walk_range(tree, first, next, shared + 1);
    }
    if (shared > 1)
        judge_range(tree, from, to, shared);
}

bool paths_want(struct part *parts, size_t count)
{
    size_t candidates = 0;
    for (size_t i = 0; i < count; i++)
        candidates += tells_too_little(&parts[i]);
    if (candidates < FEWEST_PATHS)
        return false;
    for (size_t i = 0; i < count; i++)
        parts[i].wanted = parts[i].verdict <= VERDICT_HELD &&
                          (parts[i].evidence.released > 0 || tells_too_little(&parts[i]));
    return true;
}

void paths_judge(struct found_paths *found, struct profile *profile, struct part *parts,
                 size_t count)
{
    *found = (struct found_paths){0};
    struct tree tree = {profile, found, memory_new(count, sizeof(*tree.parts))};
    size_t sorted = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].wanted && parts[i].record)
            tree.parts[sorted++] = &parts[i];
    }
    if (sorted > 0)
        qsort(tree.parts, sorted, sizeof(*tree.parts), parts_by_frames);
    for (size_t first = 0, next; first < sorted; first = next) {
        for (next = first + 1; next < sorted && shares(&tree, first, next, 0); next++)
            ;
        walk_range(&tree, first, next, 1);
    }
    free(tree.parts);
}
