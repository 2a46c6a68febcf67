/* wakeups.c - sites by how often their timers expire. */
#include "base/numbers.h"
#include "base/text.h"
#include "profile/callers.h"
#include "views/coverage.h"
#include "views/sites.h"
#include "views/table.h"
#include "views/views.h"
#include "views/wording.h"

#include <stdlib.h>

struct row {
    struct site *site;
    uint64_t wakeups;  /* see struct sample */
    uint64_t interval; /* of the samples that expire most often; 0: one-shot, or released */
    uint64_t most;     /* wakeups of those */
};

static struct row *rows_of(const struct profile *profile)
{
    struct row *rows = memory_new(profile->site_count, sizeof(*rows));
    for (size_t i = 0; i < profile->site_count; i++)
        rows[i].site = profile->sites[i];
    for (size_t i = 0; i < profile->samples.count; i++) {
        const struct sample *sample = &profile->samples.list[i];
        const struct site *site = sample->trace->site;
        if (site->dropped)
            continue;
        struct row *row = &rows[site_shown(site)->index];
        row->wakeups += sample->wakeups;
        if (sample->wakeups > row->most && sample->labels.interval > 0) {
            row->most = sample->wakeups;
            row->interval = sample->labels.interval;
        }
    }
    return rows;
}

static int by_wakeups(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    int order = compare_numbers(b->wakeups, a->wakeups);
    return order ? order : compare_numbers(a->site->index, b->site->index);
}

/* Who sets the timers that wake most, if that is not the line that made them. */
static void print_setter(const struct table *table, struct profile *profile, struct site *site)
{
    const struct caller *setter = callers_most(profile, site, CALLER_SETS);
    if (!setter || caller_is_maker(profile, site, caller_frame(profile, site, setter->location)))
        return;
    char *text = wording_caller(profile, site, setter->location);
    table_print_below(table, "set by ", text);
    free(text);
}

/* "1,204.250". */
static struct text rate_of(uint64_t wakeups)
{
    struct text text;
    uint64_t thousandths = wakeups / 1000 + (wakeups % 1000 >= 500);
    snprintf(text.s, sizeof(text.s), "%.40s.%03u", text_count(thousandths / 1000).s,
             (unsigned)(thousandths % 1000));
    return text;
}

static void print_row(const struct table *table, struct profile *profile, const struct row *row,
                      uint64_t total)
{
    const struct site *site = row->site;
    const struct text rate = rate_of(row->wakeups), fired = text_count(site->counts.fired),
                      interval = row->interval ? text_duration(row->interval) : (struct text){"-"};
    struct text share;
    snprintf(share.s, sizeof(share.s), "%.2f%%", (double)row->wakeups / (double)total * 100);
    char *name = site_name(profile, row->site, table_room(table));
    const char *const cells[] = {rate.s, share.s, fired.s, interval.s, family_name(site->family),
                                 name};
    table_print_row(table, cells);
    free(name);
    print_setter(table, profile, row->site);
}

static void lay_out(struct table *table, FILE *to)
{
    table_begin(table, to);
    table_add(table, (struct column){"WAKEUPS/S", 11, RIGHT, 0});
    table_add(table, (struct column){"SHARE", 7, RIGHT, 1});
    table_add(table, (struct column){"FIRED", 12, RIGHT, 1});
    table_add(table, (struct column){"INTERVAL", 9, LEFT, 2});
    table_add(table, (struct column){"FAMILY", 8, LEFT, 1});
    table_add(table, (struct column){"SITE", 0, LEFT, 1});
    table_lay_out(table);
}

void wakeups_print(FILE *to, struct profile *profile, long most)
{
    struct row *rows = rows_of(profile);
    struct table table;
    size_t count = 0;
    uint64_t total = 0;
    if (profile->site_count > 0)
        qsort(rows, profile->site_count, sizeof(*rows), by_wakeups);
    for (; count < profile->site_count && rows[count].wakeups > 0; count++)
        total += rows[count].wakeups;
    size_t shown = most >= 0 && (size_t)most < count ? (size_t)most : count;
    coverage_print(to, profile);
    fit_say(to, "%s wakeups per second at %s; %s in all", rate_of(total).s,
            text_plural(count, "site", "sites").s,
            text_plural(profile->totals.fired, "expiration", "expirations").s);
    if (profile->totals.fired_unknown > 0)
        fit_say(to,
                "not counted: %s of timers on CPU clocks and the like, of which nothing tells how "
                "often they fired",
                text_plural(profile->totals.fired_unknown, "arming", "armings").s);
    lay_out(&table, to);
    if (shown > 0)
        table_print_head(&table);
    for (size_t i = 0; i < shown; i++)
        print_row(&table, profile, &rows[i], total);
    if (shown < count)
        fprintf(to, "%s not shown\n", text_plural(count - shown, "site", "sites").s);
    free(rows);
    losses_print_modules(to, profile);
}
