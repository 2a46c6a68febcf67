/* watch.c - a process at work: its sites, and how they moved. */
#include "base/numbers.h"
#include "base/text.h"
#include "profile/process.h"
#include "views/coverage.h"
#include "views/sites.h"
#include "views/views.h"

#include <time.h>

#define NS_PER_SECOND UINT64_C(1000000000)

/* So that lines of a log tell when they were written. */
static struct text local_time(uint64_t real)
{
    struct text text;
    struct tm parts;
    time_t seconds = (time_t)(real / NS_PER_SECOND);
    if (!localtime_r(&seconds, &parts) || strftime(text.s, sizeof(text.s), "%F %T", &parts) == 0)
        text.s[0] = '\0';
    return text;
}

static struct text rate_of(double per_second)
{
    struct text text;
    if (per_second >= 100)
        return text_count((uint64_t)value_clamp((__int128)(per_second + 0.5)));
    snprintf(text.s, sizeof(text.s), "%.1f", per_second);
    return text;
}

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
    fprintf(to, "\nat %s", local_time(process->as_of.real).s);
    if (view->trend->looks > 1)
        fprintf(to, ": %s released/s, %s created/s", rate_of(total->released).s,
                rate_of(total->created).s);
    fputc('\n', to);
}

/*
 * What moves comes first, and names last: in a narrow terminal what is too wide is cut off. Rates
 * and changes are known from the second look on.
 */
static void print_moving(FILE *to, const struct watch_view *view, const struct moving *moving)
{
    struct site *site = moving->site;
    const struct movement *movement = &moving->movement;
    bool alarming = site->finding.verdict == VERDICT_LEAK;
    if (view->trend->looks > 1)
        fprintf(to, "%6s %7s %8s %7s", text_change(movement->change).s,
                text_change(movement->growth).s, rate_of(movement->released).s,
                rate_of(movement->created).s);
    else
        fprintf(to, "%6s %7s %8s %7s", "-", "-", "-", "-");
    fprintf(to, " %7s  %s%-7s%s ", text_count(site->counts.live).s,
            style(view->styled, alarming ? STYLE_ALARM : STYLE_PLAIN),
            verdict_name(site->finding.verdict), style(view->styled, STYLE_PLAIN));
    site_print_name(to, view->profile, site);
    fprintf(to, "  %s\n", family_name(site->family));
}

static bool is_still(const struct movement *movement)
{
    return movement->change == 0 && movement->created <= 0 && movement->released <= 0;
}

/* A log, look after look, is told once what its columns mean. */
static void print_title(FILE *to, const struct watch_view *view, size_t count)
{
    fprintf(to, "%s by %s%s\n", text_plural(count, "site", "sites").s,
            trend_order_name(view->order),
            view->keys ? "; keys: s sorts, space looks, q quits" : "");
    if (!view->changed)
        fputs("change: since the look before; growth: since the first;\n"
              "released, created: per second\n",
              to);
    fprintf(to, "%6s %7s %8s %7s %7s  VERDICT\n", "CHANGE", "GROWTH", "RELEASED", "CREATED",
            "LIVE");
}

static void print_sites(FILE *to, const struct watch_view *view)
{
    const struct moving *sites = view->trend->sites;
    size_t count = view->trend->count, shown = 0, left = 0;
    for (size_t i = 0; i < count; i++) {
        if (view->changed && is_still(&sites[i].movement))
            continue;
        if (view->most >= 0 && shown == (size_t)view->most) {
            left++;
            continue;
        }
        if (shown++ == 0)
            print_title(to, view, count);
        print_moving(to, view, &sites[i]);
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
