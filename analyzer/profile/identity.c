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
    *identity = (struct identity){.site = site,
                                  .functions = memory_new(depth, sizeof(*identity->functions))};
    uint64_t hash = hash_text(HASH_SEED, family);
    hash = hash_text(hash, known_as);
    for (size_t i = 0; i < depth; i++) {
        const char *name = i > 0 ? plain_name(profile, &stack[i]) : site->function;
        /* How deep a function recursed depends on data. */
        if (i > 0 && strcmp(name, identity->functions[identity->count - 1]) == 0)
            continue;
        identity->functions[identity->count++] = name;
        hash = hash_text(hash, name);
    }
    identity->hash = hash;
}

void identity_free(struct identity *identity)
{
    free(identity->functions);
}

/* A second of the same hash gets "-2" appended, and so on. */
static void write_hash(char *text, size_t size, uint64_t hash, unsigned ordinal)
{
    int length = snprintf(text, size, "%016" PRIx64, hash);
    if (ordinal > 1)
        snprintf(text + length, size - (size_t)length, "-%u", ordinal);
}

static int by_modules(const struct profile *profile, const struct site *a, const struct site *b)
{
    const struct location *list = profile->locations.list;
    int order = compare_numbers(a->depth, b->depth);
    for (size_t i = 1; !order && i < a->depth; i++)
        order = compare_numbers(list[a->locations[i]].module, list[b->locations[i]].module);
    return order;
}

static int by_addresses(const struct profile *profile, const struct site *a, const struct site *b)
{
    const struct location *list = profile->locations.list;
    int order = 0;
    for (size_t i = 1; !order && i < a->depth && i < b->depth; i++)
        order = compare_numbers(list[a->locations[i]].address, list[b->locations[i]].address);
    return order ? order : strcmp(a->kind, b->kind);
}

/* ---- fingerprints of findings ---- */

static int by_identity(const void *left, const void *right, void *profile)
{
    const struct identity *a = *(struct identity *const *)left;
    const struct identity *b = *(struct identity *const *)right;
    int order = compare_numbers(a->hash, b->hash);
    if (!order)
        order = by_modules(profile, a->site, b->site);
    return order ? order : by_addresses(profile, a->site, b->site);
}

void fingerprints_set(struct identity **identities, size_t count, struct profile *profile)
{
    unsigned ordinal = 1;
    if (count > 0)
        qsort_r(identities, count, sizeof(*identities), by_identity, profile);
    for (size_t i = 0; i < count; i++) {
        bool again = i > 0 && identities[i - 1]->hash == identities[i]->hash &&
                     by_modules(profile, identities[i - 1]->site, identities[i]->site) == 0;
        ordinal = again ? ordinal + 1 : 1;
        write_hash(identities[i]->fingerprint, FINGERPRINT_SIZE, identities[i]->hash, ordinal);
    }
}

/* ---- ids of sites ---- */

struct hashed_site {
    uint64_t hash;
    struct site *site;
};

static int by_hash_and_addresses(const void *left, const void *right, void *profile)
{
    const struct hashed_site *a = left, *b = right;
    int order = compare_numbers(a->hash, b->hash);
    return order ? order : by_addresses(profile, a->site, b->site);
}

void site_ids_set(struct profile *profile)
{
    struct hashed_site *sites = memory_new(profile->site_count, sizeof(*sites));
    for (size_t i = 0; i < profile->site_count; i++)
        sites[i] = (struct hashed_site){stack_hash(profile, profile->sites[i]), profile->sites[i]};
    if (profile->site_count > 0)
        qsort_r(sites, profile->site_count, sizeof(*sites), by_hash_and_addresses, profile);
    unsigned ordinal = 0;
    for (size_t i = 0; i < profile->site_count; i++) {
        ordinal = i > 0 && sites[i].hash == sites[i - 1].hash ? ordinal + 1 : 1;
        write_hash(sites[i].site->id, SITE_ID_SIZE, sites[i].hash, ordinal);
    }
    free(sites);
}
