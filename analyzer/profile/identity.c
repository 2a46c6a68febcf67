#include "profile/identity.h"

#include "base/numbers.h"
#include "profile/stacks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *frame_identity(const struct stack_frame *frame)
{
    if (frame->function)
        return frame->function;
    return frame->module ? frame->module->name : "[unknown]";
}

size_t identity_fold(struct strings *strings, const char **functions, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const char *name = name_plain(strings, functions[i]);
        /* How deep a function recursed depends on data. */
        if (kept == 0 || strcmp(name, functions[kept - 1]) != 0)
            functions[kept++] = name;
    }
    return kept;
}

void identity_make(struct identity *identity, struct profile *profile, struct site *site)
{
    size_t depth, count = 0;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    depth = stack_own_depth(stack, depth);
    *identity = (struct identity){.functions = memory_new(depth, sizeof(*identity->functions))};
    for (size_t i = 0; i < depth; i++) {
        /* Tail calls are known only where there is debug information. */
        if (!stack[i].tail_call)
            identity->functions[count++] = i > 0 ? frame_identity(&stack[i]) : site->function;
    }
    identity->count = identity_fold(profile->strings, identity->functions, count);
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
    const struct trace *x = a->trace, *y = b->trace;
    int order = compare_numbers(x->depth, y->depth);
    for (size_t i = 1; !order && i < x->depth; i++)
        order = compare_numbers(list[x->locations[i]].module, list[y->locations[i]].module);
    return order;
}

static int by_addresses(const struct profile *profile, const struct site *a, const struct site *b)
{
    const struct location *list = profile->locations.list;
    const struct trace *x = a->trace, *y = b->trace;
    int order = 0;
    for (size_t i = 1; !order && i < x->depth && i < y->depth; i++)
        order = compare_numbers(list[x->locations[i]].address, list[y->locations[i]].address);
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
    bool kept = site->stack;
    identity_make(&identity, profile, site);
    uint64_t hash = identity_hash(family_name(site->family), identity.functions, identity.count);
    identity_free(&identity);
    if (!kept)
        stack_forget(site);
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
