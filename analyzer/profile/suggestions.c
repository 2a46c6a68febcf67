#include "profile/suggestions.h"

#include "base/text.h"
#include "profile/stacks.h"

#include <stdlib.h>
#include <string.h>

/* How many sites have a function in their stacks; its name, as all of a profile, is kept once. */
struct usage {
    UT_hash_handle hh;
    const char *function;
    const struct site *last;
    size_t sites;
};

static struct usage *usage_of(struct usage *table, const char *function)
{
    struct usage *usage;
    HASH_FIND_PTR(table, &function, usage);
    return usage;
}

static void count_site(struct usage **table, struct profile *profile, struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    for (size_t i = 1; i < depth; i++) {
        if (!stack[i].function)
            continue;
        struct usage *usage = usage_of(*table, stack[i].function);
        if (!usage) {
            usage = memory_new(1, sizeof(*usage));
            usage->function = stack[i].function;
            HASH_ADD_PTR(*table, function, usage);
        }
        usage->sites += usage->last != site;
        usage->last = site;
    }
}

static struct usage *count_sites(const struct gate *gate)
{
    struct usage *table = NULL;
    for (size_t i = 0; i < gate->count; i++)
        count_site(&table, gate->profile, gate->judged[i].site);
    return table;
}

static void free_usage(struct usage *table)
{
    struct usage *usage, *next;
    HASH_ITER (hh, table, usage, next) {
        HASH_DEL(table, usage);
        free(usage);
    }
}

/* NULL if no function is known. What calls main is no choice, for every stack has it. */
static const char *rarest_function(struct usage *table, const struct gate *gate,
                                   const struct judged *judged)
{
    const struct usage *rarest = NULL;
    size_t depth;
    const struct stack_frame *stack = stack_of(gate->profile, judged->site, &depth);
    depth = stack_own_depth(stack, depth);
    for (size_t i = 1; i < depth; i++) {
        if (!stack[i].function || stack_in_libc(&stack[i]))
            continue;
        const struct usage *usage = usage_of(table, stack[i].function);
        if (!rarest || usage->sites < rarest->sites)
            rarest = usage;
    }
    return rarest ? rarest->function : NULL;
}

static void write_suggestion(FILE *to, struct usage *table, const struct gate *gate,
                             const struct judged *judged)
{
    const struct site *site = judged->site;
    const char *function = rarest_function(table, gate, judged);
    fprintf(to, "# %s: ", text_plural(site->counts.live, "live timer", "live timers").s);
    for (size_t i = 0; i < judged->identity.count; i++)
        fprintf(to, "%s%s", i > 0 ? " < " : "", judged->identity.functions[i]);
    if (function)
        fprintf(to, "\n%s:%s:^%s$\n", site->family ? family_name(site->family) : "leak",
                state_name(judged->state), function);
    else
        fprintf(to, "\n# no function of this stack is known: a rule can only name its module\n");
}

void suggestions_write(FILE *to, const struct gate *gate)
{
    struct usage *table = count_sites(gate);
    for (size_t i = 0; i < gate->count; i++) {
        if (gate->judged[i].outcome == OUTCOME_FAILS)
            write_suggestion(to, table, gate, &gate->judged[i]);
    }
    free_usage(table);
}
