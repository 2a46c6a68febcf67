/* diff.c - sites by what changed. */
#include "profile/diff.h"
#include "views/coverage.h"
#include "views/sites.h"
#include "views/table.h"
#include "views/values.h"
#include "views/views.h"

#include <stdlib.h>

struct changes {
    struct table table;
    const struct selection *selection;
    const char *from, *unit;
};

static struct text change_value(const struct changes *changes, int64_t amount)
{
    return value_text(amount, changes->from, changes->unit);
}

static struct text signed_value(const struct changes *changes, int64_t amount)
{
    struct text text;
    snprintf(text.s, sizeof(text.s), "%s%.40s", amount > 0 ? "+" : "",
             change_value(changes, amount).s);
    return text;
}

static void print_change(const struct changes *changes, const struct change *change)
{
    const struct table *table = &changes->table;
    char *name = site_name(changes->selection->profile, change->site, table_room(table));
    const struct text before = change_value(changes, change->before),
                      after = change_value(changes, change->after),
                      both = signed_value(changes, change->after - change->before);
    const char *const cells[] = {
        before.s, after.s, both.s, change_name(change->kind), family_name(change->site->family),
        name};
    table_print_row(table, cells);
    free(name);
}

static void lay_out(struct table *table, FILE *to)
{
    table_begin(table, to);
    table_add(table, (struct column){"base", 10, RIGHT, 0});
    table_add(table, (struct column){"new", 10, RIGHT, 1});
    table_add(table, (struct column){"change", 10, RIGHT, 1});
    table_add(table, (struct column){"", 6, LEFT, 2});
    table_add(table, (struct column){"", 8, LEFT, 2});
    table_add(table, (struct column){"", 0, LEFT, 1});
    table_lay_out(table);
}

static void print_programs(FILE *to, const struct profile *profile)
{
    const struct process *before, *after;
    if (diff_other_programs(profile, &before, &after))
        fit_say(to, "other programs: %s before, %s after; sites meet by functions' names alone",
                before->name, after->name);
}

static void print_counts(FILE *to, const struct changes *changes, const struct diff *diff)
{
    char *kinds;
    size_t size;
    FILE *line = memory_stream(&kinds, &size);
    for (enum change_kind kind = 0; kind < CHANGE_KINDS; kind++)
        fprintf(line, "%s%zu %s", kind ? ", " : "", diff->kinds[kind], change_name(kind));
    fclose(line);
    fit_say(to, "%s: %s before, %s after, %s", changes->selection->options.type->name,
            change_value(changes, diff->before).s, change_value(changes, diff->after).s,
            signed_value(changes, diff->after - diff->before).s);
    fit_say(to, "sites: %s", kinds);
    free(kinds);
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
    struct changes changes = {
        .selection = selection, .from = from, .unit = unit_of(&diff, from, unit)};
    size_t changed = diff.count - diff.kinds[CHANGE_NONE], shown = 0;
    coverage_print(to, selection->profile);
    print_programs(to, selection->profile);
    print_counts(to, &changes, &diff);
    lay_out(&changes.table, to);
    if (changed > 0)
        table_print_head(&changes.table);
    for (size_t i = 0; i < diff.count; i++) {
        if (diff.list[i].kind == CHANGE_NONE || (most >= 0 && shown == (size_t)most))
            continue;
        print_change(&changes, &diff.list[i]);
        shown++;
    }
    if (shown < changed)
        fprintf(to, "%s not shown\n", text_plural(changed - shown, "change", "changes").s);
    free(diff.list);
    losses_print_modules(to, selection->profile);
}
