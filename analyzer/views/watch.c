/* watch.c - a process at work: its sites, and how they moved. */
#include "base/numbers.h"
#include "base/text.h"
#include "profile/process.h"
#include "views/coverage.h"
#include "views/sites.h"
#include "views/table.h"
#include "views/views.h"

#include <stdlib.h>

/* Names have some 40 of these columns. */
#define ROOM_FOR_RATES 87u

static struct text rate_of(double per_second)
{
    struct text text;
    if (per_second >= 100)
        return text_count((uint64_t)value_clamp((__int128)(per_second + 0.5)));
    snprintf(text.s, sizeof(text.s), "%.1f", per_second);
    return text;
}

/* Always three lines: what is too wide is cut off, as sites below need the others. */
static void print_head(FILE *to, const struct watch_view *view)
{
    const struct movement *total = &view->trend->total;
    const struct process *process = view->profile->processes[0];
    fprintf(to, "%s (pid %d), %s, %s\n", process->name, process->pid, process_lived(process).s,
            process_end(process).s);
    fprintf(to, "timers: %s live", text_count(view->profile->totals.live).s);
    if (view->trend->looks > 1)
        fprintf(to, ", %s since the watch began",
                total->growth ? text_change(total->growth).s : "none more");
    fprintf(to, "\nat %s", text_local_time(process->as_of.real).s);
    if (view->trend->looks > 1)
        fprintf(to, ": %s released/s, %s created/s", rate_of(total->released).s,
                rate_of(total->created).s);
    fputc('\n', to);
}

/* What a terminal has no room for beside names: whoever wants to see how fast, widens it. */
static bool shows_rates(FILE *to)
{
    return terminal_columns(to) >= ROOM_FOR_RATES;
}

static void lay_out(struct table *table, FILE *to)
{
    table_begin(table, to);
    table_add(table, (struct column){"CHANGE", 6, RIGHT, 0});
    table_add(table, (struct column){"GROWTH", 7, RIGHT, 1});
    if (shows_rates(to)) {
        table_add(table, (struct column){"RELEASED", 8, RIGHT, 1});
        table_add(table, (struct column){"CREATED", 7, RIGHT, 1});
    }
    table_add(table, (struct column){"LIVE", 7, RIGHT, 1});
    table_add(table, (struct column){"VERDICT", 7, LEFT, 2});
    table_add(table, (struct column){"", 0, LEFT, 1});
    table_lay_out(table);
}

/* "accept_client  src/net.c:214  timerfd". The caller frees it. */
static char *name_and_family(const struct table *table, const struct watch_view *view,
                             struct site *site)
{
    const char *family = family_name(site->family);
    size_t room = table_room(table), beside = strlen("  ") + strlen(family);
    char *name = site_name(view->profile, site,
                           room == COLUMNS_ANY ? room : room - (room > beside ? beside : room));
    char *both;
    if (asprintf(&both, "%s  %s", name, family) < 0)
        memory_exhausted();
    free(name);
    return both;
}

/* Rates and changes are known from the second look on. */
static void print_moving(const struct table *table, const struct watch_view *view,
                         const struct moving *moving)
{
    struct site *site = moving->site;
    const struct movement *movement = &moving->movement;
    bool known = view->trend->looks > 1, alarming = site->finding.verdict == VERDICT_LEAK;
    const struct text unknown = {"-"};
    const struct text change = known ? text_change(movement->change) : unknown,
                      growth = known ? text_change(movement->growth) : unknown,
                      released = known ? rate_of(movement->released) : unknown,
                      created = known ? rate_of(movement->created) : unknown,
                      live = text_count(site->counts.live);
    struct text verdict;
    snprintf(verdict.s, sizeof(verdict.s), "%s%.16s%s",
             style(table->to, alarming ? STYLE_ALARM : STYLE_PLAIN),
             verdict_name(site->finding.verdict), style(table->to, STYLE_PLAIN));
    char *name = name_and_family(table, view, site);
    const char *const wide[] = {change.s, growth.s, released.s, created.s, live.s, verdict.s, name};
    const char *const narrow[] = {change.s, growth.s, live.s, verdict.s, name};
    table_print_row(table, shows_rates(table->to) ? wide : narrow);
    free(name);
}

static bool is_still(const struct movement *movement)
{
    return movement->change == 0 && movement->created <= 0 && movement->released <= 0;
}

/* A log, look after look, is told once what its columns mean. */
static void print_title(FILE *to, const struct table *table, const struct watch_view *view,
                        size_t count)
{
    fit_say(to, "%s by %s%s", text_plural(count, "site", "sites").s, trend_order_name(view->order),
            view->keys ? "; keys: s sorts, space looks, q quits" : "");
    if (!view->changed)
        fit_say(to, "change: since the look before; growth: since the first;");
    if (!view->changed && shows_rates(to))
        fit_say(to, "released, created: per second");
    table_print_head(table);
}

static void print_sites(FILE *to, const struct watch_view *view)
{
    const struct moving *sites = view->trend->sites;
    size_t count = view->trend->count, shown = 0, left = 0;
    struct table table;
    lay_out(&table, to);
    for (size_t i = 0; i < count; i++) {
        if (view->changed && is_still(&sites[i].movement))
            continue;
        if (view->most >= 0 && shown == (size_t)view->most) {
            left++;
            continue;
        }
        if (shown++ == 0)
            print_title(to, &table, view, count);
        print_moving(&table, view, &sites[i]);
    }
    if (left > 0)
        fprintf(to, "%s not shown\n", text_plural(left, "site", "sites").s);
}

void watch_print(FILE *to, const struct watch_view *view)
{
    const struct process *process = view->profile->processes[0];
    print_head(to, view);
    limits_print(to, process);
    losses_print(to, view->profile);
    print_sites(to, view);
}
