/* findings.c - the findings of the page, worst first. */
#include "base/text.h"
#include "exports/html/holders.h"
#include "exports/html/page.h"
#include "exports/html/source.h"
#include "profile/families.h"
#include "profile/history.h"
#include "profile/losses.h"
#include "profile/stacks.h"
#include "views/wording.h"

#include <ctype.h>
#include <stdlib.h>

#define FINDINGS_MOST 100
#define SOURCES_MOST 20 /* findings that show their source */
#define SPARK_POINTS 64
#define SPARK_WIDTH 192
#define SPARK_HEIGHT 32

/* What is below the highs: the shape of a leak is seen at a glance. */
static void write_spark(FILE *to, const struct profile *profile, const struct site *site)
{
    struct history_point points[SPARK_POINTS];
    const double step = (double)SPARK_WIDTH / (SPARK_POINTS - 1);
    uint64_t peak = 1;
    history_of(profile, site, SPARK_POINTS, points);
    for (size_t i = 0; i < SPARK_POINTS; i++)
        peak = points[i].high > peak ? points[i].high : peak;
    fprintf(to,
            "<svg class=\"spark\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"live timers over "
            "the run: at most %s, %s at the end\"><path d=\"M0 %d",
            SPARK_WIDTH, SPARK_HEIGHT, text_count(peak).s, text_count(site->counts.live).s,
            SPARK_HEIGHT);
    for (size_t i = 0; i < SPARK_POINTS; i++)
        fprintf(to, "L%.1f %.1f", step * (double)i,
                SPARK_HEIGHT - (SPARK_HEIGHT - 1) * (double)points[i].high / (double)peak);
    fprintf(to, "L%d %dZ\"/></svg>\n", SPARK_WIDTH, SPARK_HEIGHT);
}

static void write_flag(FILE *to, uint64_t count, const char *name, const char *meaning)
{
    if (count > 0)
        fprintf(to, "<li><b>%s %s</b>: %s</li>\n", text_count(count).s, name, meaning);
}

static void write_duplicates(FILE *to, struct profile *profile, const struct site *site)
{
    char *text = wording_duplicates(profile, site);
    if (text) {
        fputs("<li>", to);
        html_text(to, text);
        fputs("</li>\n", to);
    }
    free(text);
}

static void write_flags(FILE *to, struct profile *profile, const struct site *site)
{
    const struct counts *counts = &site->counts;
    fputs("<ul class=\"flags\">\n", to);
    if (counts->retained > 0)
        fprintf(to, "<li>keeps %s alive</li>\n", text_bytes(counts->retained).s);
    write_flag(to, counts->unread, "unread", "expired, and nobody read it");
    write_flag(to, counts->overdue, "overdue", "the deadline passed and no fire was seen");
    write_flag(to, counts->far_future, "far-future", "due in more than ten years");
    write_flag(to, counts->overwritten, "overwritten", "freed or reused before it was ended");
    write_flag(to, counts->left_behind, "left-behind", "nobody waits for it, nobody can stop it");
    write_flag(to, counts->passed_on, "passed-on", "came over exec, and was never touched");
    write_duplicates(to, profile, site);
    fputs("</ul>\n", to);
}

static void write_paths(FILE *to, struct profile *profile, const struct site *site)
{
    if (site->path_count == 0)
        return;
    fputs("<ul class=\"paths\">\n", to);
    for (size_t i = 0; i < site->path_count && i < SITE_PATHS_SHOWN; i++) {
        fprintf(to, "<li>%s live by ", text_count(site->paths[i]->counts.live).s);
        html_place(to, stack_headline(profile, site->paths[i]));
        fputs("</li>\n", to);
    }
    if (site->path_count > SITE_PATHS_SHOWN)
        fprintf(to, "<li>and by %s more</li>\n", text_count(site->path_count - SITE_PATHS_SHOWN).s);
    fputs("</ul>\n", to);
}

/* What the findings need besides the profile. */
struct shown {
    struct holders holders;
    struct suggestions *suggestions;
    struct sources sources;
    const struct source_paths *paths;
};

/* The first of its frames whose source is at hand. */
static void write_source(FILE *to, struct profile *profile, const struct shown *shown,
                         struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    for (size_t i = 1; i < depth; i++) {
        if (sources_write(to, &shown->sources, &stack[i], shown->paths))
            return;
    }
}

static void write_facts(FILE *to, const struct profile *profile, const struct site *site)
{
    write_spark(to, profile, site);
    fprintf(to, "<p class=\"facts\"><b>%s live</b>, %s, %s</p>\n", text_count(site->counts.live).s,
            family_label(site->family, site->kind).s, state_word(site_state(site), site->family));
}

static void write_heading(FILE *to, struct profile *profile, struct site *site, bool gone)
{
    static const char *const words[VERDICTS] = {"clean", "held", "growing", "LEAK"};
    const struct stack_frame *frame = stack_headline(profile, site);
    fprintf(to, "<h3 id=\"finding-%s\"><span class=\"verdict\">%s</span> ", site->id,
            gone ? "gone" : words[site->finding.verdict]);
    fputs(wording_loop(profile, site).s, to);
    html_place(to, frame);
    fputs("</h3>\n", to);
    if (gone)
        fprintf(to, "<p class=\"facts\">%s</p>\n", family_label(site->family, site->kind).s);
    else
        write_facts(to, profile, site);
}

static void write_reasons(FILE *to, struct profile *profile, const struct shown *shown,
                          struct site *site)
{
    fputs("<p class=\"why\">", to);
    html_text(to, site_why(profile, site));
    fputs("</p>\n", to);
    write_flags(to, profile, site);
    write_paths(to, profile, site);
    holders_write(to, &shown->holders, site);
    html_copies(to, profile, shown->suggestions, site);
}

/* Of a comparison, with what became of it. */
static void write_finding(FILE *to, struct profile *profile, const struct shown *shown,
                          struct site *site, const struct change *change, bool with_source)
{
    bool leaks = site->finding.verdict == VERDICT_LEAK;
    bool gone = change && change->kind == CHANGE_GONE;
    fprintf(to, "<article class=\"finding %s\" aria-labelledby=\"finding-%s\">\n",
            verdict_name(site->finding.verdict), site->id);
    write_heading(to, profile, site, gone);
    if (change)
        html_change(to, change);
    if (!gone)
        write_reasons(to, profile, shown, site);
    fprintf(to, "<details id=\"stack-%s\"%s><summary>Stack%s</summary>\n", site->id,
            leaks && with_source ? " open" : "", with_source ? " and source" : "");
    fputs("<div class=\"stack-and-source\"><div>\n", to);
    html_stack(to, profile, site, "stack");
    fputs("</div>\n", to);
    if (with_source)
        write_source(to, profile, shown, site);
    fputs("</div></details>\n</article>\n", to);
}

static void write_omitted(FILE *to, size_t count, const char *of)
{
    if (count > FINDINGS_MOST)
        fprintf(to, "<p class=\"note\">%s not shown: these are the %d %s of %s.</p>\n",
                text_plural(count - FINDINGS_MOST, "finding is", "findings are").s, FINDINGS_MOST,
                of, text_count(count).s);
}

/* Those that changed most first: what shrank or is gone stands at the end of the list. */
static void write_changes(FILE *to, struct profile *profile, const struct shown *shown,
                          const struct diff *diff, enum change_kind kind)
{
    bool backwards = kind == CHANGE_SHRUNK || kind == CHANGE_GONE;
    size_t written = 0;
    if (diff->kinds[kind] == 0)
        return;
    fprintf(to, "<div class=\"group\">\n<h3 class=\"kind %s\">%zu %s</h3>\n", change_name(kind),
            diff->kinds[kind], change_name(kind));
    for (size_t i = 0; i < diff->count && written < FINDINGS_MOST; i++) {
        const struct change *change = &diff->list[backwards ? diff->count - 1 - i : i];
        if (change->kind == kind)
            write_finding(to, profile, shown, change->site, change, written++ < SOURCES_MOST);
    }
    write_omitted(to, diff->kinds[kind], kind == CHANGE_NONE ? "worst" : "that changed most");
    fputs("</div>\n", to);
}

void html_findings(FILE *to, struct profile *profile, const struct diff *diff,
                   const struct source_paths *paths)
{
    struct shown shown = {.paths = paths};
    size_t findings = profile->site_count - profile_count_sites(profile, VERDICT_CLEAN);
    if (findings > 0)
        shown.suggestions = suggestions_new(profile);
    /* Of a comparison, any of them may be among those that changed most. */
    holders_make(&shown.holders, profile,
                 !diff && findings > FINDINGS_MOST ? FINDINGS_MOST : findings);
    sources_make(&shown.sources, profile);
    for (enum change_kind kind = 0; diff && kind < CHANGE_KINDS; kind++)
        write_changes(to, profile, &shown, diff, kind);
    for (size_t i = 0; !diff && i < findings && i < FINDINGS_MOST; i++)
        write_finding(to, profile, &shown, profile->sites[i], NULL, i < SOURCES_MOST);
    if (!diff)
        write_omitted(to, findings, "worst");
    const char *why = profile->site_count > 0 ? "all timers that were created were released"
                                              : losses_of_all(profile);
    if (findings == 0)
        fprintf(to, "<p class=\"note\">%c%s.</p>\n", toupper((unsigned char)*why), why + 1);
    sources_free(&shown.sources);
    holders_free(&shown.holders);
    suggestions_free(shown.suggestions);
}
