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

void identity_make(struct identity *identity, struct profile *profile, struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    depth = stack_own_depth(stack, depth);
    *identity = (struct identity){.functions = memory_new(depth, sizeof(*identity->functions))};
    for (size_t i = 0; i < depth; i++) {
        const char *name = i > 0 ? plain_name(profile, &stack[i]) : site->function;
        /* Only where there is debug information they are known. */
        if (stack[i].tail_call)
            continue;
        /* How deep a function recursed depends on data. */
        if (i == 0 || strcmp(name, identity->functions[identity->count - 1]) != 0)
            identity->functions[identity->count++] = name;
    }
}

void identity_free(struct identity *identity)
{
    free(identity->functions);
}

uint64_t identity_hash(const char *family, const char *const *functions, size_t count)
{
    uint64_t hash = hash_text(HASH_SEED, family);
    for (size_t i = 0; i < count; i++)
        hash = hash_text(hash, functions[i]);
    return hash;
}

/* ---- the fingerprints of all sites ---- */

struct hashed_site {
    uint64_t hash;
    struct site *site;
};

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

/* The worst first: what fails has the same ordinals whatever else ran, and passed. */
static int by_identity(const void *left, const void *right, void *profile)
{
    const struct hashed_site *a = left, *b = right;
    int order = compare_numbers(a->hash, b->hash);
    if (!order)
        order = by_modules(profile, a->site, b->site);
    if (!order)
        order = compare_numbers(b->site->finding.verdict, a->site->finding.verdict);
    return order ? order : by_addresses(profile, a->site, b->site);
}

static struct hashed_site hash_site(struct profile *profile, struct site *site)
{
    struct identity identity;
    identity_make(&identity, profile, site);
    uint64_t hash = identity_hash(family_name(site->family), identity.functions, identity.count);
    identity_free(&identity);
    return (struct hashed_site){hash, site};
}

static void write_names(const struct hashed_site *one, unsigned call, unsigned program)
{
    struct site *site = one->site;
    int length = snprintf(site->fingerprint, FINGERPRINT_SIZE, "%016" PRIx64, one->hash);
    if (call > 1)
        snprintf(site->fingerprint + length, FINGERPRINT_SIZE - (size_t)length, "-%u", call);
    length = snprintf(site->id, SITE_ID_SIZE, "%s", site->fingerprint);
    if (program > 1)
        snprintf(site->id + length, SITE_ID_SIZE - (size_t)length, "@%u", program);
}

void fingerprints_set(struct profile *profile)
{
    size_t count = profile->site_count;
    struct hashed_site *sites = memory_new(count, sizeof(*sites));
    for (size_t i = 0; i < count; i++)
        sites[i] = hash_site(profile, profile->sites[i]);
    if (count > 0)
        qsort_r(sites, count, sizeof(*sites), by_identity, profile);
    unsigned call = 1, program = 1;
    for (size_t i = 0; i < count; i++) {
        bool same = i > 0 && sites[i].hash == sites[i - 1].hash;
        bool again = same && by_modules(profile, sites[i - 1].site, sites[i].site) == 0;
        call = again ? call + 1 : 1;
        program = !same ? 1 : again ? program : program + 1;
        write_names(&sites[i], call, program);
    }
    free(sites);
}
