#include "profile/suggestions.h"

#include "base/numbers.h"
#include "base/text.h"
#include "profile/identity.h"
#include "profile/stacks.h"

#include <stdlib.h>
#include <string.h>

/* In how many places of a family a rule finds a name: of a function, or of a file. */
struct usage {
    const char *name;
    uint64_t family;
    uint64_t last; /* of the places */
    size_t places;
};

struct suggestions {
    struct profile *profile;
    struct usage *list;
    size_t count, room;
    struct index index;
};

static bool same_usage(const void *key, const void *list, uint32_t number)
{
    const struct usage *wanted = key, *usage = (const struct usage *)list + number;
    return usage->family == wanted->family && strcmp(usage->name, wanted->name) == 0;
}

/* Made if need be; valid until the next is made. */
static struct usage *usage_of(struct suggestions *usages, uint64_t family, const char *name)
{
    const struct usage wanted = {.family = family, .name = name};
    uint64_t hash = hash_text(hash_key(&family, sizeof(family)), name);
    uint32_t known = index_find(&usages->index, hash, &wanted, usages->list, same_usage);
    if (known != INDEX_NONE)
        return &usages->list[known];
    usages->list = memory_grow(usages->list, usages->count, &usages->room, sizeof(*usages->list));
    usages->list[usages->count] = wanted;
    index_add(&usages->index, hash, (uint32_t)usages->count);
    return &usages->list[usages->count++];
}

/* ---- counting ---- */

/* What no rule can tell apart: several calls in one function are one place. */
static uint64_t place_hash(struct profile *profile, struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    uint64_t hash = hash_text(HASH_SEED, family_name(site->family));
    depth = stack_own_depth(stack, depth);
    for (size_t i = 1; i < depth; i++) {
        hash = hash_text(hash, name_plain(profile->strings, stack[i].name));
        hash = hash_text(hash, stack[i].short_file ? stack[i].short_file : "");
    }
    return hash;
}

struct place {
    uint64_t hash;
    struct site *site;
};

static int by_hash(const void *left, const void *right)
{
    return compare_numbers(((const struct place *)left)->hash, ((const struct place *)right)->hash);
}

static void count_name(struct suggestions *usages, const struct place *place, const char *name)
{
    if (!name)
        return;
    struct usage *usage = usage_of(usages, place->site->family, name);
    usage->places += usage->places == 0 || usage->last != place->hash;
    usage->last = place->hash;
}

static void count_all(struct suggestions *usages)
{
    struct profile *profile = usages->profile;
    size_t depth, count = profile->site_count;
    struct place *places = memory_new(count, sizeof(*places));
    for (size_t i = 0; i < count; i++)
        places[i] = (struct place){place_hash(profile, profile->sites[i]), profile->sites[i]};
    if (count > 0)
        qsort(places, count, sizeof(*places), by_hash);
    for (size_t i = 0; i < count; i++) {
        const struct stack_frame *stack = stack_of(profile, places[i].site, &depth);
        for (size_t j = 1; j < depth; j++) {
            if (stack[j].function)
                count_name(usages, &places[i], name_plain(profile->strings, stack[j].function));
            count_name(usages, &places[i], stack[j].short_file);
        }
    }
    free(places);
}

/* ---- choosing ---- */

struct choice {
    const char *name;  /* NULL: none */
    const char *begin; /* of the pattern */
    bool foreign;
    size_t places; /* that have it */
};

static void consider(struct choice *best, struct choice other)
{
    if (!best->name || other.places < best->places ||
        (other.places == best->places && best->foreign && !other.foreign))
        *best = other;
}

/*
 * A name that other places share would hide those, a library's what others make through it, and
 * main's all to come. Of what calls main there is no choice, for every stack has it.
 */
static struct choice choose(struct suggestions *usages, struct profile *profile, struct site *site)
{
    struct choice best = {0}, file = {0};
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    depth = stack_own_depth(stack, depth);
    for (size_t i = 1; i < depth; i++) {
        const char *function = stack[i].function, *path = stack[i].short_file;
        if (!function || stack_in_libc(&stack[i]))
            continue;
        function = name_plain(profile->strings, function);
        bool foreign = stack_in_library(&stack[i]) || strcmp(function, "main") == 0;
        consider(&best,
                 (struct choice){.name = function,
                                 .begin = "^",
                                 .foreign = foreign,
                                 .places = usage_of(usages, site->family, function)->places});
        if (path && !foreign)
            consider(&file,
                     (struct choice){.name = path,
                                     .begin = path == stack[i].file ? "^" : "/",
                                     .places = usage_of(usages, site->family, path)->places});
    }
    return file.name && file.places < best.places ? file : best;
}

struct suggestions *suggestions_new(struct profile *profile)
{
    struct suggestions *suggestions = memory_new(1, sizeof(*suggestions));
    suggestions->profile = profile;
    count_all(suggestions);
    return suggestions;
}

void suggestions_free(struct suggestions *suggestions)
{
    if (!suggestions)
        return;
    free(suggestions->list);
    index_free(&suggestions->index);
    free(suggestions);
}

void suggestion_write(FILE *to, struct suggestions *suggestions, struct site *site)
{
    const struct choice choice = choose(suggestions, suggestions->profile, site);
    struct identity identity;
    identity_make(&identity, suggestions->profile, site);
    fprintf(to, "# %s: ", text_plural(site->counts.live, "live timer", "live timers").s);
    for (size_t i = 0; i < identity.count; i++)
        fprintf(to, "%s%s", i > 0 ? " < " : "", identity.functions[i]);
    identity_free(&identity);
    if (!choice.name) {
        fprintf(to, "\n# no function of this stack is known: a rule can only name its module\n");
        return;
    }
    if (choice.places > 1)
        fprintf(to, "\n# no name is this stack's alone: the rule matches %s more",
                text_plural(choice.places - 1, "place", "places").s);
    fprintf(to, "\n%s:%s%s$\n", site->family ? family_name(site->family) : "leak", choice.begin,
            choice.name);
}

void suggestions_write(FILE *to, const struct gate *gate)
{
    struct suggestions *suggestions = suggestions_new(gate->profile);
    for (size_t i = 0; i < gate->count; i++) {
        if (gate->judged[i].outcome == OUTCOME_FAILS)
            suggestion_write(to, suggestions, gate->judged[i].site);
    }
    suggestions_free(suggestions);
}
