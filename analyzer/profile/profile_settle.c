/* profile_settle.c - which sites are shown, in what order and in what words, and their totals. */
#include "base/numbers.h"
#include "base/text.h"
#include "profile/headlines.h"
#include "profile/peaks.h"
#include "profile/process.h"
#include "profile/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_live(const void *left, const void *right)
{
    const struct site *a = *(struct site *const *)left, *b = *(struct site *const *)right;
    int order = compare_numbers(b->counts.live, a->counts.live);
    return order ? order : sites_compare(a, b);
}

static void path_add(struct site *site, struct site *path)
{
    site->paths =
        memory_grow(site->paths, site->path_count, &site->path_room, sizeof(*site->paths));
    site->paths[site->path_count++] = path;
    site->unwound |= path->unwound;
    counts_add(&site->counts, &path->counts);
    site->counts.peak = 0; /* see paths_peak() */
    if (path->longest_life > site->longest_life)
        site->longest_life = path->longest_life;
    if (path->oldest_age > site->oldest_age)
        site->oldest_age = path->oldest_age;
    if (site->path_count == 1 || path->first_created < site->first_created)
        site->first_created = path->first_created;
    if (path->last_created > site->last_created)
        site->last_created = path->last_created;
    if (path->parts > site->parts)
        site->parts = path->parts;
    if (!site->process) { /* together they leak in a base alone */
        site->process = path->process;
        site->finding = path->finding;
    }
}

/* In another process, or in what is compared with its base, it may be more than a path. */
static bool tells_more_alone(const struct site *site)
{
    return site->finding.verdict >= VERDICT_GROWING &&
           site->finding.verdict > site->through->finding.verdict;
}

static void show_site(struct profile *profile, struct site *site)
{
    profile->sites =
        memory_grow(profile->sites, profile->site_count, &profile->site_room, sizeof(site));
    profile->sites[profile->site_count++] = site;
}

static void paths_gather(struct profile *profile)
{
    profile->site_count = 0;
    for (size_t i = 0; i < profile->known_count; i++) {
        struct site *site = profile->known[i];
        site->path_count = 0;
        if (site->paths)
            site->counts = (struct counts){0};
        if (site->through && tells_more_alone(site))
            site->through = NULL;
    }
    for (size_t i = 0; i < profile->known_count; i++) {
        struct site *site = profile->known[i];
        if (site->paths || site->dropped || !site->listed)
            continue;
        if (site->through)
            path_add(site->through, site);
        if (!site->through || site->through->path_count == 1)
            show_site(profile, site_shown(site));
    }
    for (size_t i = 0; i < profile->site_count; i++) {
        struct site *site = profile->sites[i];
        if (site->path_count > 0)
            qsort(site->paths, site->path_count, sizeof(*site->paths), by_live);
    }
}

static int by_severity(const void *left, const void *right, void *profile)
{
    const struct site *a = *(struct site *const *)left, *b = *(struct site *const *)right;
    int order = compare_numbers(b->finding.verdict, a->finding.verdict);
    if (!order)
        order = compare_numbers(b->counts.live, a->counts.live);
    if (!order)
        order = traces_compare(profile, a->trace, b->trace);
    return order ? order : compare_numbers(a->depth, b->depth);
}

static void sites_sort(struct profile *profile)
{
    if (profile->site_count > 0)
        qsort_r(profile->sites, profile->site_count, sizeof(*profile->sites), by_severity, profile);
    for (size_t i = 0; i < profile->site_count; i++)
        profile->sites[i]->index = i;
}

/* Each had its peak at a time of its own. */
static void paths_peak(struct site *site, uint64_t most)
{
    for (size_t i = 0; i < site->path_count; i++)
        site->counts.peak = count_sum(site->counts.peak, site->paths[i]->counts.peak);
    if (site->path_count > 0 && site->counts.peak > most)
        site->counts.peak = most;
}

static void totals_set(struct profile *profile)
{
    profile->totals = (struct counts){0};
    for (size_t i = 0; i < profile->site_count; i++)
        counts_add(&profile->totals, &profile->sites[i]->counts);
    peaks_add_up(profile);
    for (size_t i = 0; i < profile->site_count; i++)
        paths_peak(profile->sites[i], profile->totals.peak);
}

void profile_settle(struct profile *profile)
{
    processes_sort(profile);
    paths_gather(profile);
    if (!profile->plain)
        headlines_set(profile);
    sites_sort(profile);
    totals_set(profile);
}

const char *site_why(struct profile *profile, const struct site *site)
{
    char paths[64] = "", in[200] = "", why[WHY_SIZE + sizeof(paths) + sizeof(in)];
    if (site->path_count > 0)
        snprintf(paths, sizeof(paths),
                 "through %s: ", text_plural(site->path_count, "path", "paths").s);
    else if (site->holders > 1)
        snprintf(in, sizeof(in), "%s%s%s in each of %s processes, worst ",
                 text_count(site->least).s, site->most > site->least ? " to " : "",
                 site->most > site->least ? text_count(site->most).s : "",
                 text_count(site->holders).s);
    if (profile->process_count > 1 && site->process)
        snprintf(in + strlen(in), sizeof(in) - strlen(in), "pid %d: ", site->process->pid);
    snprintf(why, sizeof(why), "%s%s%s", paths, in, site->finding.why);
    return strings_add(profile->strings, why);
}
