#include "profile/suggestions.h"

#include "base/text.h"
#include "profile/stacks.h"

#include <stdlib.h>
#include <string.h>

/* How many sites have a function in their stacks; its name, as all of a profile, is kept once. */
struct usage {
    const char *function;
    const struct site *last;
    size_t sites;
};

struct usages {
    struct usage *list;
    size_t count, room;
    struct index index;
};

static bool same_usage(const void *function, const void *list, uint32_t number)
{
    return ((const struct usage *)list)[number].function == function;
}

/* Made if need be; valid until the next is made. */
static struct usage *usage_of(struct usages *usages, const char *function)
{
    uint64_t hash = hash_key(&function, sizeof(function));
    uint32_t known = index_find(&usages->index, hash, function, usages->list, same_usage);
    if (known != INDEX_NONE)
        return &usages->list[known];
    usages->list = memory_grow(usages->list, usages->count, &usages->room, sizeof(*usages->list));
    usages->list[usages->count] = (struct usage){.function = function};
    index_add(&usages->index, hash, (uint32_t)usages->count);
    return &usages->list[usages->count++];
}

static void count_site(struct usages *usages, struct profile *profile, struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    for (size_t i = 1; i < depth; i++) {
        if (!stack[i].function)
            continue;
        struct usage *usage = usage_of(usages, stack[i].function);
        usage->sites += usage->last != site;
        usage->last = site;
    }
}

/* NULL if no function is known. What calls main is no choice, for every stack has it. */
static const char *rarest_function(struct usages *usages, const struct gate *gate,
                                   const struct judged *judged)
{
    const struct usage *rarest = NULL;
    size_t depth;
    const struct stack_frame *stack = stack_of(gate->profile, judged->site, &depth);
    depth = stack_own_depth(stack, depth);
    for (size_t i = 1; i < depth; i++) {
        if (!stack[i].function || stack_in_libc(&stack[i]))
            continue;
        const struct usage *usage = usage_of(usages, stack[i].function);
        if (!rarest || usage->sites < rarest->sites)
            rarest = usage;
    }
    return rarest ? rarest->function : NULL;
}

static void write_suggestion(FILE *to, struct usages *usages, const struct gate *gate,
                             const struct judged *judged)
{
    const struct site *site = judged->site;
    const char *function = rarest_function(usages, gate, judged);
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
    struct usages usages = {0};
    for (size_t i = 0; i < gate->count; i++)
        count_site(&usages, gate->profile, gate->judged[i].site);
    for (size_t i = 0; i < gate->count; i++) {
        if (gate->judged[i].outcome == OUTCOME_FAILS)
            write_suggestion(to, &usages, gate, &gate->judged[i]);
    }
    free(usages.list);
    index_free(&usages.index);
}
