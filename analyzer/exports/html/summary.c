/* summary.c - what was recorded, and all sites with their stacks. */
#include "base/text.h"
#include "exports/html/page.h"
#include "profile/families.h"
#include "profile/losses.h"
#include "profile/process.h"
#include "profile/stacks.h"
#include "views/coverage.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define MOST_PROCESSES 20
#define OPEN_PROCESSES 4 /* a longer list is folded: it would push the findings down */

static void write_limit(FILE *to, const struct limit *limit)
{
    fprintf(to, "<li>%s: %s of %s", limit->name, text_count(limit->used).s,
            limit->limit == UINT64_MAX ? "unlimited" : text_count(limit->limit).s);
    if (limit->growth > 0)
        fprintf(to, "; at +%s", text_rate(limit->growth).s);
    if (limit->reached > 0)
        fprintf(to, " the limit is reached in %s", text_duration(limit->reached).s);
    fputs("</li>\n", to);
}

/* The page's title names a process that is the only one. */
static void write_process_item(FILE *to, const struct process *process, bool alone)
{
    struct limit limits[LIMITS];
    fputs("<li>", to);
    if (!alone) {
        fputs("<b>", to);
        html_text(to, process->name);
        fprintf(to, "</b> pid %d, ", process->pid);
    }
    fprintf(to, "%s, %s<ul>", process_lived(process).s, process_end(process).s);
    limits_of_process(process, limits);
    for (size_t i = 0; i < LIMITS; i++) {
        if (limits[i].used > 0 && (limits[i].growth > 0 || process->alive))
            write_limit(to, &limits[i]);
    }
    fputs("</ul></li>\n", to);
}

static void write_process_list(FILE *to, const struct profile *profile)
{
    size_t count = process_count_own(profile);
    fprintf(to, "<details%s%s><summary>%s</summary><ul class=\"processes\">\n",
            count > 1 ? "" : " class=\"alone\"", count > OPEN_PROCESSES ? "" : " open",
            text_plural(count, "process", "processes").s);
    for (size_t i = 0; i < count && i < MOST_PROCESSES; i++)
        write_process_item(to, profile->processes[i], count == 1);
    if (count > MOST_PROCESSES)
        fprintf(to, "<li>and %s more</li>\n",
                text_plural(count - MOST_PROCESSES, "process", "processes").s);
    fputs("</ul></details>\n", to);
}

static void write_fact(FILE *to, const char *class, uint64_t count, const char *name)
{
    fprintf(to, "<div class=\"%s\"><dt>%s</dt><dd>%s</dd></div>\n", class, name,
            text_count(count).s);
}

/* In a comparison there are also sites that only the base has. */
static size_t count_clean(const struct profile *profile)
{
    size_t clean = profile_count_sites(profile, VERDICT_CLEAN);
    for (size_t i = 0; i < profile->site_count; i++)
        clean -= html_base_alone(profile, profile->sites[i]);
    return clean;
}

static void write_total_facts(FILE *to, const struct profile *profile)
{
    const struct counts *totals = &profile->totals;
    size_t leaks = profile_count_sites(profile, VERDICT_LEAK);
    fputs("<dl class=\"totals\">\n", to);
    write_fact(to, leaks > 0 ? "fact leak" : "fact", leaks, leaks == 1 ? "leak" : "leaks");
    write_fact(to, "fact", profile_count_sites(profile, VERDICT_GROWING), "growing");
    write_fact(to, "fact", profile_count_sites(profile, VERDICT_HELD), "held");
    write_fact(to, "fact", count_clean(profile), "clean");
    write_fact(to, "fact total", totals->live, "timers live");
    write_fact(to, "fact", totals->created, "created");
    if (totals->inherited > 0)
        write_fact(to, "fact", totals->inherited, "inherited");
    write_fact(to, "fact", totals->released, "released");
    fputs("</dl>\n", to);
}

static void write_coverage_notes(FILE *to, const struct profile *profile)
{
    const struct coverage coverage = coverage_of(profile);
    for (size_t i = 0; i < coverage.count; i++)
        fprintf(to, "<p class=\"missing\">%s</p>\n", coverage.lines[i].s);
}

static void write_loss_notes(FILE *to, const struct profile *profile)
{
    uint64_t damaged = losses_damaged(profile);
    for (unsigned reason = 0; reason < TLK_DROPS; reason++) {
        const struct loss *loss = loss_of(reason);
        uint64_t count = losses_count(profile, reason);
        if (count > 0)
            fprintf(to, "<p class=\"missing\">missing: %s %s</p>\n",
                    text_plural(count, loss->one, loss->many).s, loss->which);
    }
    if (damaged > 0)
        fprintf(to, "<p class=\"missing\">missing: %s of the recording %s damaged</p>\n",
                text_plural(damaged, "record", "records").s, damaged == 1 ? "is" : "are");
}

/*
 * Of modules that are looked up by now: sites are named before the summary is written. Many would
 * push the findings down.
 */
static void write_modules(FILE *to, const struct profile *profile)
{
    struct nameless *list;
    size_t count = losses_nameless(profile, &list);
    if (count > 0)
        fprintf(to, "<details class=\"modules\"%s><summary>no symbols: %s</summary>\n",
                count == 1 ? " open" : "", text_plural(count, "module", "modules").s);
    for (size_t i = 0; i < count; i++) {
        fputs("<p class=\"missing\">no symbols: ", to);
        html_text(to, list[i].module->path);
        fputc(' ', to);
        html_text(to, list[i].why);
        fputs("</p>\n", to);
    }
    if (count > 0)
        fputs("<p class=\"missing\">" LOSSES_CURE "</p></details>\n", to);
    free(list);
}

void html_summary(FILE *to, struct profile *profile)
{
    write_process_list(to, profile);
    write_total_facts(to, profile);
    write_coverage_notes(to, profile);
    write_loss_notes(to, profile);
    write_modules(to, profile);
}

/* ---- all sites ---- */

struct column {
    const char *name;
    size_t field; /* in struct counts */
};

#define COLUMN(name, field)                                                                        \
    {                                                                                              \
        name, offsetof(struct counts, field)                                                       \
    }

/* Named as report --json has them. */
static const struct column columns[] = {
    COLUMN("live", live),
    COLUMN("created", created),
    COLUMN("released", released),
    COLUMN("peak", peak),
    COLUMN("armed", armed),
    COLUMN("fired", fired),
    COLUMN("stopped", stopped),
    COLUMN("never_armed", states[NEVER_ARMED]),
    COLUMN("never_fired", states[NEVER_FIRED]),
    COLUMN("never_stopped", states[NEVER_STOPPED]),
    COLUMN("never_released", states[NEVER_RELEASED]),
};

#define COLUMNS (sizeof(columns) / sizeof(*columns))

/* A dash for nothing: what is there stands out. The script sorts by data-value. */
static void write_count_cell(FILE *to, uint64_t count)
{
    fprintf(to, "<td class=\"number\" data-value=\"%" PRIu64 "\">%s</td>", count,
            count > 0 ? text_count(count).s : "–");
}

static void write_count_cells(FILE *to, const struct counts *counts)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        uint64_t value;
        memcpy(&value, (const char *)counts + columns[i].field, sizeof(value));
        write_count_cell(to, value);
    }
}

static void write_site(FILE *to, struct profile *profile, const struct site_row *row, bool compared)
{
    struct site *site = row->site;
    /* Sorted by verdict, the worst come first. */
    enum verdict verdict = site->finding.verdict;
    fprintf(to, "<tr class=\"%s\" data-site=\"%s\"><td data-value=\"%d\">%s</td>",
            verdict_name(verdict), site->id, VERDICT_LEAK - (int)verdict,
            html_base_alone(profile, site) ? "–" : verdict_name(verdict));
    if (compared)
        html_change_cells(to, row->change);
    fprintf(to, "<th scope=\"row\"><details id=\"site-%s\"><summary>", site->id);
    html_place(to, stack_headline(profile, site));
    fputs("</summary>\n", to);
    html_stack(to, profile, site, "site");
    fprintf(to, "</details></th><td>%s</td>", family_label(site->family, site->kind).s);
    write_count_cells(to, &site->counts);
    fprintf(to, "<td class=\"number\" data-value=\"%" PRIu64 "\">%s</td></tr>\n", site->oldest_age,
            site->counts.live > 0 ? text_duration(site->oldest_age).s : "–");
}

static void write_column(FILE *to, const char *key, bool is_number)
{
    fprintf(to, "<th scope=\"col\" data-key=\"%s\"%s>", key, is_number ? " class=\"number\"" : "");
    for (; *key; key++)
        fputc(*key == '_' ? ' ' : *key, to);
    fputs("</th>", to);
}

static struct site_row *all_rows(const struct profile *profile, size_t *count)
{
    struct site_row *rows = memory_new(profile->site_count, sizeof(*rows));
    for (size_t i = 0; i < profile->site_count; i++)
        rows[i] = (struct site_row){profile->sites[i], NULL};
    *count = profile->site_count;
    return rows;
}

void html_sites(FILE *to, struct profile *profile, const struct diff *diff)
{
    size_t count;
    struct site_row *rows =
        diff ? html_compared_sites(profile, diff, &count) : all_rows(profile, &count);
    size_t shown = count < SITES_MOST ? count : SITES_MOST;
    fputs("<table id=\"sites-table\"><thead><tr>", to);
    write_column(to, "verdict", false);
    if (diff) {
        write_column(to, "change", false);
        write_column(to, "live_±", true);
        write_column(to, "base", true);
    }
    write_column(to, "site", false);
    write_column(to, "family", false);
    for (size_t i = 0; i < COLUMNS; i++)
        write_column(to, columns[i].name, true);
    write_column(to, "oldest", true);
    fputs("</tr></thead><tbody>\n", to);
    for (size_t i = 0; i < shown; i++)
        write_site(to, profile, &rows[i], diff);
    fputs("</tbody></table>\n", to);
    if (shown < count)
        fprintf(to,
                "<p class=\"note\">These are %s of %s sites, %s first. --focus=REGEX picks "
                "others.</p>\n",
                text_count(shown).s, text_count(count).s, diff ? "changed ones" : "worst");
    free(rows);
}
