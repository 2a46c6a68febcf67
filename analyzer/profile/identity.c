#include "profile/identity.h"

#include "base/numbers.h"
#include "profile/stacks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "function.constprop.0" is "function", and so is "function [clone .cold]". */
static size_t name_length(const char *name)
{
    static const char *const suffixes[] = {".constprop.", ".isra.",      ".part.",  ".cold",
                                           ".lto_priv.",  ".localalias", " [clone "};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
        const char *suffix = strstr(name, suffixes[i]);
        if (suffix && suffix > name && (size_t)(suffix - name) < length)
            length = (size_t)(suffix - name);
    }
    return length;
}

static const char *plain_name(struct profile *profile, const struct stack_frame *frame)
{
    if (!frame->function)
        return frame->module ? frame->module->name : "[unknown]";
    size_t length = name_length(frame->function);
    if (!frame->function[length])
        return frame->function;
    char *name = memory_copy(frame->function);
    name[length] = '\0';
    const char *kept = strings_add(profile->strings, name);
    free(name);
    return kept;
}

void identity_make(struct identity *identity, struct profile *profile, struct site *site,
                   enum timer_state state)
{
    const char *family = family_name(site->family), *known_as = state_name(state);
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    depth = stack_own_depth(stack, depth);
    identity->functions = memory_new(depth, sizeof(*identity->functions));
    identity->count = 0;
    uint64_t hash = hash_bytes(HASH_SEED, family, strlen(family) + 1);
    hash = hash_bytes(hash, known_as, strlen(known_as) + 1);
    for (size_t i = 0; i < depth; i++) {
        const char *name = i > 0 ? plain_name(profile, &stack[i]) : site->function;
        /* How deep a function recursed depends on data. */
        if (i > 0 && strcmp(name, identity->functions[identity->count - 1]) == 0)
            continue;
        identity->functions[identity->count++] = name;
        hash = hash_bytes(hash, name, strlen(name) + 1);
    }
    identity->hash = hash;
}

void identity_free(struct identity *identity)
{
    free(identity->functions);
}

/* ---- ids of sites ---- */

struct entry {
    uint64_t hash;
    struct site *site;
};

static int by_hash_and_address(const void *left, const void *right, void *locations)
{
    const struct entry *a = left, *b = right;
    const struct location *list = locations;
    int order = compare_numbers(a->hash, b->hash);
    for (size_t i = 1; !order && i < a->site->depth && i < b->site->depth; i++)
        order = compare_numbers(list[a->site->locations[i]].address,
                                list[b->site->locations[i]].address);
    return order;
}

void fingerprints_set(struct profile *profile)
{
    struct entry *entries = memory_new(profile->site_count, sizeof(*entries));
    for (size_t i = 0; i < profile->site_count; i++)
        entries[i] =
            (struct entry){stack_fingerprint(profile, profile->sites[i]), profile->sites[i]};
    qsort_r(entries, profile->site_count, sizeof(*entries), by_hash_and_address,
            profile->locations.list);
    unsigned ordinal = 0;
    for (size_t i = 0; i < profile->site_count; i++) {
        char *text = entries[i].site->fingerprint;
        ordinal = i > 0 && entries[i].hash == entries[i - 1].hash ? ordinal + 1 : 1;
        snprintf(text, FINGERPRINT_SIZE, "%016" PRIx64, entries[i].hash);
        if (ordinal > 1)
            snprintf(text + strlen(text), FINGERPRINT_SIZE - strlen(text), "-%u", ordinal);
    }
    free(entries);
}
