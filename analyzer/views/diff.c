/* diff.c - sites by what changed. */
#include "profile/diff.h"
#include "views/coverage.h"
#include "views/sites.h"
#include "views/values.h"
#include "views/views.h"

#include <stdlib.h>

struct table {
    FILE *to;
    const struct selection *selection;
    const char *from, *unit;
};

static struct text change_value(const struct table *table, int64_t amount)
{
    return value_text(amount, table->from, table->unit);
}

static struct text signed_value(const struct table *table, int64_t amount)
{
    struct text text;
    snprintf(text.s, sizeof(text.s), "%s%.40s", amount > 0 ? "+" : "",
             change_value(table, amount).s);
    return text;
}

static void print_change(const struct table *table, const struct change *change)
{
    fprintf(table->to, "%10s %10s %10s  %-6s  %-8s ", change_value(table, change->before).s,
            change_value(table, change->after).s,
            signed_value(table, change->after - change->before).s, change_name(change->kind),
            family_name(change->site->family));
    site_print(table->to, table->selection->profile, change->site);
}

static void print_programs(FILE *to, const struct profile *profile)
{
    const struct process *before, *after;
    if (diff_other_programs(profile, &before, &after))
        fprintf(to, "other programs: %s before, %s after; sites meet by functions' names alone\n",
                before->name, after->name);
}

static void print_counts(const struct table *table, const struct diff *diff)
{
    const struct sample_type *type = table->selection->options.type;
    fprintf(table->to, "%s: %s before, %s after, %s\n", type->name,
            change_value(table, diff->before).s, change_value(table, diff->after).s,
            signed_value(table, diff->after - diff->before).s);
    for (enum change_kind kind = 0; kind < CHANGE_KINDS; kind++)
        fprintf(table->to, "%s%zu %s", kind ? ", " : "sites: ", diff->kinds[kind],
                change_name(kind));
    fputc('\n', table->to);
}

/* One unit for all, as top has it. */
static const char *unit_of(const struct diff *diff, const char *from, const char *wanted)
{
    int64_t smallest = 0, largest = llabs(diff->before) > llabs(diff->after) ? llabs(diff->before)
                                                                             : llabs(diff->after);
    if (strcmp(wanted, VALUE_MINIMUM) != 0)
        return wanted;
    for (size_t i = 0; i < diff->count; i++) {
        int64_t change = llabs(diff->list[i].after - diff->list[i].before);
        if (change > 0 && (smallest == 0 || change < smallest))
            smallest = change;
    }
    return value_unit_common(smallest, largest, from);
}

void diff_print(FILE *to, const struct selection *selection, const char *unit, long most)
{
    struct diff diff;
    diff_make(&diff, selection);
    const char *from = selection->options.type->unit;
    struct table table = {to, selection, from, unit_of(&diff, from, unit)};
    size_t changed = diff.count - diff.kinds[CHANGE_NONE], shown = 0;
    coverage_print(to, selection->profile);
    print_programs(to, selection->profile);
    print_counts(&table, &diff);
    if (changed > 0)
        fprintf(to, "%10s %10s %10s\n", "base", "new", "change");
    for (size_t i = 0; i < diff.count; i++) {
        if (diff.list[i].kind == CHANGE_NONE || (most >= 0 && shown == (size_t)most))
            continue;
        print_change(&table, &diff.list[i]);
        shown++;
    }
    if (shown < changed)
        fprintf(to, "%s not shown\n", text_plural(changed - shown, "change", "changes").s);
    free(diff.list);
    losses_print_modules(to, selection->profile);
}
