/* report.c - processes, totals, limits, then the findings, worst first. */
#include "base/fit.h"
#include "base/text.h"
#include "profile/losses.h"
#include "views/coverage.h"
#include "views/sites.h"
#include "views/views.h"

static void print_report_totals(FILE *to, const struct profile *profile)
{
    const struct counts *totals = &profile->totals;
    struct text inherited = {""}, in_flight = {""};
    if (totals->inherited > 0)
        snprintf(inherited.s, sizeof(inherited.s), "%.32s inherited, ",
                 text_count(totals->inherited).s);
    if (totals->in_flight > 0)
        snprintf(in_flight.s, sizeof(in_flight.s), ", %.32s in flight",
                 text_count(totals->in_flight).s);
    /* Live are those of all processes, each at its end, which need not have run together. */
    fit_say(to, "timers: %s created, %s%s released, %s live (peak %s%s%s)%s",
            text_count(totals->created).s, inherited.s, text_count(totals->released).s,
            text_count(totals->live).s, profile->peaks.exact ? "" : "at most ",
            text_count(totals->peak).s, totals->live > totals->peak ? " at a time" : "",
            in_flight.s);
}

static void print_findings(FILE *to, struct profile *profile, long most)
{
    size_t findings = profile->site_count - profile_count_sites(profile, VERDICT_CLEAN);
    size_t shown = most >= 0 && (size_t)most < findings ? (size_t)most : findings;
    for (size_t i = 0; i < shown; i++) {
        bool kept = profile->sites[i]->stack;
        fputc('\n', to);
        site_print_finding(to, profile, profile->sites[i]);
        if (!kept)
            stack_forget(profile->sites[i]);
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
        bool kept = site->stack;
        char failures[128];
        snprintf(failures, sizeof(failures), "%s  ", counts_failures(&site->counts).s);
        fputs(before, to);
        site_print(to, failures, profile, site);
        if (!kept)
            stack_forget(site);
        before = "";
    }
}

void report_print(FILE *to, struct profile *profile, long most)
{
    size_t clean = profile_count_sites(profile, VERDICT_CLEAN);
    processes_print(to, profile);
    if (profile->site_count == 0)
        fit_say(to, "%s", losses_of_all(profile));
    else
        print_report_totals(to, profile);
    losses_print(to, profile);
    print_findings(to, profile, most);
    print_failures(to, profile);
    if (clean > 0) {
        fputc('\n', to);
        fit_say(to, "%s clean: all that was created there was released",
                text_plural(clean, "site is", "sites are").s);
    }
    losses_print_modules(to, profile);
}
