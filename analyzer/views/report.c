/* report.c - processes, totals, limits, then the findings, worst first. */
#include "base/text.h"
#include "profile/families.h"
#include "profile/losses.h"
#include "profile/process.h"
#include "views/coverage.h"
#include "views/sites.h"
#include "views/views.h"

/* With more recordings than this, a line for each would push the findings off the screen. */
#define MOST_PROCESSES 20

static void print_process_headline(FILE *to, const struct process *process)
{
    fprintf(to, "%s%s (pid %d)%s, %s, %s\n", style(to, STYLE_STRONG), process->name, process->pid,
            style(to, STYLE_PLAIN), process_lived(process).s, process_end(process).s);
}

static void print_limit(FILE *to, const struct limit *limit)
{
    fprintf(to, "%s: %s of %s", limit->name, text_count(limit->used).s,
            limit->limit == UINT64_MAX ? "unlimited" : text_count(limit->limit).s);
    if (limit->growth > 0)
        fprintf(to, "; at +%s", text_rate(limit->growth).s);
    if (limit->reached > 0)
        fprintf(to, " the limit is reached in %s", text_duration(limit->reached).s);
    else if (limit->growth > 0 && limit->used >= limit->limit)
        fprintf(to, ": the limit is reached");
    fputc('\n', to);
}

void limits_print(FILE *to, const struct process *process)
{
    struct limit limits[LIMITS];
    limits_of_process(process, limits);
    for (size_t i = 0; i < LIMITS; i++) {
        if (limits[i].used > 0 && (limits[i].growth > 0 || process->alive))
            print_limit(to, &limits[i]);
    }
}

static void print_processes(FILE *to, const struct profile *profile)
{
    for (size_t i = 0; i < profile->process_count; i++) {
        if (i == MOST_PROCESSES) {
            fprintf(to, "and %s more\n",
                    text_plural(profile->process_count - i, "process", "processes").s);
            return;
        }
        print_process_headline(to, profile->processes[i]);
        limits_print(to, profile->processes[i]);
    }
}

static void print_report_totals(FILE *to, const struct profile *profile)
{
    const struct counts *totals = &profile->totals;
    fprintf(to, "timers: %s created, ", text_count(totals->created).s);
    if (totals->inherited > 0)
        fprintf(to, "%s inherited, ", text_count(totals->inherited).s);
    fprintf(to, "%s released, %s live (peak %s%s)", text_count(totals->released).s,
            text_count(totals->live).s, profile->peaks.exact ? "" : "at most ",
            text_count(totals->peak).s);
    if (totals->in_flight > 0)
        fprintf(to, ", %s in flight", text_count(totals->in_flight).s);
    fputc('\n', to);
}

static void print_findings(FILE *to, struct profile *profile, long most)
{
    size_t findings = profile->site_count - profile_count_sites(profile, VERDICT_CLEAN);
    size_t shown = most >= 0 && (size_t)most < findings ? (size_t)most : findings;
    for (size_t i = 0; i < shown; i++) {
        fputc('\n', to);
        site_print_finding(to, profile, profile->sites[i]);
    }
    if (shown < findings)
        fprintf(to, "\n%s not shown\n", text_plural(findings - shown, "finding", "findings").s);
}

/* Where nothing is left of those that succeeded. */
static void print_failures(FILE *to, struct profile *profile)
{
    const char *before = "\n";
    for (size_t i = 0; i < profile->site_count; i++) {
        struct site *site = profile->sites[i];
        if (site->finding.verdict != VERDICT_CLEAN || counts_failed(&site->counts) == 0)
            continue;
        fprintf(to, "%s%s  ", before, counts_failures(&site->counts).s);
        site_print(to, profile, site);
        before = "";
    }
}

void report_print(FILE *to, struct profile *profile, long most)
{
    size_t clean = profile_count_sites(profile, VERDICT_CLEAN);
    print_processes(to, profile);
    if (profile->site_count == 0)
        fprintf(to, "%s\n", losses_of_all(profile));
    else
        print_report_totals(to, profile);
    losses_print(to, profile);
    print_findings(to, profile, most);
    print_failures(to, profile);
    if (clean > 0)
        fprintf(to, "\n%s clean: all that was created there was released\n",
                text_plural(clean, "site is", "sites are").s);
    losses_print_modules(to, profile);
}
