#include "profile/diff.h"

#include "base/numbers.h"
#include "profile/stacks.h"

#include <stdlib.h>
#include <string.h>

const char *change_name(enum change_kind kind)
{
    static const char *const names[CHANGE_KINDS] = {"new", "grown", "shrunk", "gone", "same"};
    return names[kind];
}

/* One for each site of the profile, by its index. */
static struct change *changes_of_sites(const struct selection *selection)
{
    const struct profile *profile = selection->profile;
    struct change *changes = memory_new(profile->site_count, sizeof(*changes));
    for (size_t i = 0; i < selection->count; i++) {
        const struct selected *selected = &selection->samples[i];
        struct site *site = site_shown(selected_trace(selected)->site);
        struct change *change = &changes[site->index];
        change->site = site;
        change->was = site->base_verdict;
        if (selected->sample)
            change->after = value_sum(change->after, selected->value);
        else
            change->before = value_sum(change->before, -selected->value);
    }
    return changes;
}

static bool same_hash(const void *key, const void *array, uint32_t number)
{
    const struct change *change = (const struct change *)array + number;
    return change->hash == *(const uint64_t *)key;
}

/* Sites that only one of both has meet those of the other by their functions. */
static size_t changes_meet(struct profile *profile, struct change *changes, size_t count)
{
    struct index index = {0};
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct change one = changes[i];
        if (!one.site || (one.before == 0 && one.after == 0))
            continue;
        one.hash = stack_hash(profile, one.site);
        bool alone = one.before == 0 || one.after == 0;
        uint32_t known =
            alone ? index_find(&index, hash_key(&one.hash, 8), &one.hash, changes, same_hash)
                  : INDEX_NONE;
        if (known != INDEX_NONE) {
            changes[known].before = value_sum(changes[known].before, one.before);
            changes[known].after = value_sum(changes[known].after, one.after);
            if (one.was > changes[known].was)
                changes[known].was = one.was;
            continue;
        }
        if (alone)
            index_add(&index, hash_key(&one.hash, 8), (uint32_t)kept);
        changes[kept++] = one;
    }
    index_free(&index);
    return kept;
}

static enum change_kind kind_of(const struct change *change)
{
    if (change->before == change->after)
        return CHANGE_NONE;
    if (change->before == 0)
        return CHANGE_NEW;
    if (change->after == 0)
        return CHANGE_GONE;
    return change->after > change->before ? CHANGE_GROWN : CHANGE_SHRUNK;
}

static int by_growth(const void *left, const void *right)
{
    const struct change *a = left, *b = right;
    int64_t x = a->after - a->before, y = b->after - b->before;
    if (x != y)
        return x < y ? 1 : -1;
    return compare_numbers(a->site->index, b->site->index);
}

void diff_make(struct diff *diff, const struct selection *selection)
{
    *diff = (struct diff){.list = changes_of_sites(selection)};
    diff->count = changes_meet(selection->profile, diff->list, selection->profile->site_count);
    for (size_t i = 0; i < diff->count; i++) {
        struct change *change = &diff->list[i];
        change->kind = kind_of(change);
        diff->kinds[change->kind]++;
        diff->before = value_sum(diff->before, change->before);
        diff->after = value_sum(diff->after, change->after);
    }
    if (diff->count > 0)
        qsort(diff->list, diff->count, sizeof(*diff->list), by_growth);
}

static const struct process *process_of_program(const struct profile *profile, bool base,
                                                const char *name)
{
    for (size_t i = 0; i < profile->process_count; i++) {
        const struct process *process = profile->processes[i];
        if (process->base == base && (!name || strcmp(process->name, name) == 0))
            return process;
    }
    return NULL;
}

bool diff_other_programs(const struct profile *profile, const struct process **before,
                         const struct process **after)
{
    *before = process_of_program(profile, true, NULL);
    *after = process_of_program(profile, false, NULL);
    for (size_t i = 0; i < profile->process_count; i++) {
        const struct process *process = profile->processes[i];
        if (process->base && process_of_program(profile, false, process->name))
            return false;
    }
    return *before && *after;
}
