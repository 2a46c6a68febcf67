/* growth.c - live timers of each site over the run, as lines of blocks. */
#include "base/text.h"
#include "profile/history.h"
#include "views/coverage.h"
#include "views/sites.h"
#include "views/views.h"

/* Wide enough to see a shape, and no wider than what recordings hold. */
#define STEPS 48

/* In eighths of a line; none at all is a blank. */
static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
#define HEIGHT 8

static uint64_t highest_point(const struct history_point *points)
{
    uint64_t most = 0;
    for (size_t i = 0; i < STEPS; i++)
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

static void print_history(FILE *to, struct profile *profile, struct site *site,
                          const struct history_point *points, uint64_t most)
{
    for (size_t i = 0; i < STEPS; i++)
        fputs(block_of(points[i].high, most), to);
    fprintf(to, " %9s %9s  %-7s  %-8s ", text_count(site->counts.live).s, text_count(most).s,
            verdict_name(site->finding.verdict), family_name(site->family));
    site_print(to, profile, site);
}

void growth_print(FILE *to, struct profile *profile, long most)
{
    struct history_point points[STEPS];
    uint64_t duration = history_duration(profile);
    size_t shown =
        most >= 0 && (size_t)most < profile->site_count ? (size_t)most : profile->site_count;
    coverage_print(to, profile);
    fprintf(to, "live timers over %s, %s a step; each line by its own peak\n",
            text_duration(duration).s, text_duration(duration / STEPS).s);
    fprintf(to, "%-*s %9s %9s  VERDICT\n", STEPS, "", "LIVE", "PEAK");
    for (size_t i = 0; i < shown; i++) {
        history_of(profile, profile->sites[i], STEPS, points);
        uint64_t peak = highest_point(points);
        print_history(to, profile, profile->sites[i], points, peak > 0 ? peak : 1);
    }
    if (shown < profile->site_count)
        fprintf(to, "%s not shown\n", text_plural(profile->site_count - shown, "site", "sites").s);
    losses_print_modules(to, profile);
}
