/* growth.c - live timers of each site over the run, as lines of blocks. */
#include "base/text.h"
#include "profile/history.h"
#include "views/coverage.h"
#include "views/sites.h"
#include "views/table.h"
#include "views/views.h"

#include <stdlib.h>
#include <string.h>

/* Wide enough to see a shape, and no wider than what recordings hold. */
#define STEPS 48u
#define STEPS_LEAST 16u
#define OTHERS 40u /* columns of what stands between the line and the site's name */

/* In eighths of a line; none at all is a blank. */
static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
#define HEIGHT 8
#define BLOCK_SIZE 3u /* in UTF-8 */

static uint64_t highest_point(const struct history_point *points, size_t steps)
{
    uint64_t most = 0;
    for (size_t i = 0; i < steps; i++)
        most = points[i].high > most ? points[i].high : most;
    return most;
}

/* What there is at all is seen: it is rounded up. */
static const char *block_of(uint64_t value, uint64_t most)
{
    if (value == 0)
        return blocks[0];
    size_t height = (size_t)((double)value / (double)most * HEIGHT + 0.999);
    return blocks[height < 1 ? 1 : height > HEIGHT ? HEIGHT : height];
}

static void print_history(const struct table *table, struct profile *profile, struct site *site,
                          const struct history_point *points, size_t steps)
{
    uint64_t peak = highest_point(points, steps), most = peak > 0 ? peak : 1;
    const struct text live = text_count(site->counts.live), highest = text_count(most);
    char blocks_of_site[STEPS * BLOCK_SIZE + 1], *end = blocks_of_site;
    char *name = site_name(profile, site, table_room(table));
    for (size_t i = 0; i < steps; i++)
        end = stpcpy(end, block_of(points[i].high, most));
    const char *const cells[] = {blocks_of_site,
                                 live.s,
                                 highest.s,
                                 verdict_name(site->finding.verdict),
                                 family_name(site->family),
                                 name};
    table_print_row(table, cells);
    free(name);
}

/* A narrow terminal has it coarser, so that names have room. */
static size_t steps_for(size_t limit)
{
    if (limit >= STEPS + OTHERS + FIT_LEAST)
        return STEPS;
    return limit >= STEPS_LEAST + OTHERS + FIT_LEAST ? limit - OTHERS - FIT_LEAST : STEPS_LEAST;
}

static void lay_out(struct table *table, FILE *to, size_t steps)
{
    table_begin(table, to);
    table_add(table, (struct column){"", steps, LEFT, 0});
    table_add(table, (struct column){"LIVE", 9, RIGHT, 1});
    table_add(table, (struct column){"PEAK", 9, RIGHT, 1});
    table_add(table, (struct column){"VERDICT", 7, LEFT, 2});
    table_add(table, (struct column){"", 8, LEFT, 2});
    table_add(table, (struct column){"", 0, LEFT, 1});
    table_lay_out(table);
}

void growth_print(FILE *to, struct profile *profile, long most)
{
    struct history_point points[STEPS];
    struct table table;
    uint64_t duration = history_duration(profile);
    size_t steps = steps_for(terminal_columns(to));
    size_t shown =
        most >= 0 && (size_t)most < profile->site_count ? (size_t)most : profile->site_count;
    coverage_print(to, profile);
    fit_say(to, "live timers over %s, %s a step; each line by its own peak",
            text_duration(duration).s, text_duration(duration / steps).s);
    lay_out(&table, to, steps);
    table_print_head(&table);
    for (size_t i = 0; i < shown; i++) {
        history_of(profile, profile->sites[i], steps, points);
        print_history(&table, profile, profile->sites[i], points, steps);
    }
    if (shown < profile->site_count)
        fprintf(to, "%s not shown\n", text_plural(profile->site_count - shown, "site", "sites").s);
    losses_print_modules(to, profile);
}
