#include "views/traces.h"

#include "profile/stacks.h"
#include "views/labels.h"
#include "views/values.h"

static const char separator[] =
    "-----------+-------------------------------------------------------";

/* The labels that an exported sample has, in alphabetical order. */
static void print_tags(FILE *to, const struct site *site)
{
    fprintf(to, "%10s:  %s\n", "family", family_name(site->family));
    fprintf(to, "%10s:  %s\n", "verdict", verdict_name(site->finding.verdict));
}

void traces_print(FILE *to, struct profile *profile, const struct sample_type *type)
{
    labels_print(to, profile, type, labels_total(profile, type));
    for (size_t i = 0; i < profile->site_count; i++) {
        size_t depth;
        uint64_t value = sample_value(&profile->sites[i]->counts, type);
        if (value == 0)
            continue;
        const struct stack_frame *stack = stack_of(profile, profile->sites[i], &depth);
        fprintf(to, "%s\n", separator);
        print_tags(to, profile->sites[i]);
        for (size_t j = 0; j < depth; j++)
            fprintf(to, "%10s   %s%s\n",
                    j == 0 ? value_text(value, value_unit_of(type, value)).s : "", stack[j].name,
                    stack[j].inlined ? " (inline)" : "");
    }
    fprintf(to, "%s\n", separator);
}
