/* wakeups.c - sites by how often their timers expire. */
#include "base/numbers.h"
#include "base/text.h"
#include "profile/callers.h"
#include "views/coverage.h"
#include "views/sites.h"
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

#define SITE_COLUMN 53

/* Who sets the timers that wake most, if that is not the line that made them. */
static void print_setter(FILE *to, struct profile *profile, struct site *site)
{
    const struct caller *setter = callers_most(profile, site, CALLER_SETS);
    if (!setter || caller_is_maker(profile, site, caller_frame(profile, site, setter->location)))
        return;
    char *text = wording_caller(profile, site, setter->location);
    fprintf(to, "%*sset by %s\n", SITE_COLUMN, "", text);
    free(text);
}

static void print_row(FILE *to, struct profile *profile, const struct row *row, uint64_t total)
{
    const struct site *site = row->site;
    fprintf(to, "%11.3f %6.2f%% %12s  %-9s %-8s ", (double)row->wakeups / 1e6,
            (double)row->wakeups / (double)total * 100, text_count(site->counts.fired).s,
            row->interval ? text_duration(row->interval).s : "-", family_name(site->family));
    site_print(to, profile, row->site);
    print_setter(to, profile, row->site);
}

void wakeups_print(FILE *to, struct profile *profile, long most)
{
    struct row *rows = rows_of(profile);
    size_t count = 0;
    uint64_t total = 0;
    if (profile->site_count > 0)
        qsort(rows, profile->site_count, sizeof(*rows), by_wakeups);
    for (; count < profile->site_count && rows[count].wakeups > 0; count++)
        total += rows[count].wakeups;
    size_t shown = most >= 0 && (size_t)most < count ? (size_t)most : count;
    coverage_print(to, profile);
    fprintf(to, "%.3f wakeups per second at %s; %s in all\n", (double)total / 1e6,
            text_plural(count, "site", "sites").s,
            text_plural(profile->totals.fired, "expiration", "expirations").s);
    if (profile->totals.fired_unknown > 0)
        fprintf(to,
                "not counted: %s of timers on CPU clocks and the like, of which nothing tells how "
                "often they fired\n",
                text_plural(profile->totals.fired_unknown, "arming", "armings").s);
    if (shown > 0)
        fprintf(to, "%11s %7s %12s  %-9s %-8s SITE\n", "WAKEUPS/S", "SHARE", "FIRED", "INTERVAL",
                "FAMILY");
    for (size_t i = 0; i < shown; i++)
        print_row(to, profile, &rows[i], total);
    if (shown < count)
        fprintf(to, "%s not shown\n", text_plural(count - shown, "site", "sites").s);
    free(rows);
    losses_print_modules(to, profile);
}
