/* comparison.c - what became of what a base has: above the findings, and beside each of them. */
#include "exports/html/page.h"

#include "base/memory.h"
#include "base/text.h"
#include "profile/process.h"
#include "profile/verdict.h"

#include <inttypes.h>
#include <stdlib.h>

#define MOST_PROCESSES 5

static struct text change_amount(const struct change *change)
{
    return text_change(change->after - change->before);
}

static struct text count_of(int64_t count)
{
    return text_count(count > 0 ? (uint64_t)count : 0);
}

/* ---- above the findings ---- */

static void write_base_processes(FILE *to, const struct profile *profile)
{
    size_t first = process_count_own(profile), count = profile->process_count - first;
    for (size_t i = 0; i < count && i < MOST_PROCESSES; i++) {
        const struct process *process = profile->processes[first + i];
        fputs(i == 0 ? " (" : "; ", to);
        html_text(to, process->name);
        fprintf(to, " pid %d, %s, %s", process->pid, process_lived(process).s,
                process_end(process).s);
    }
    if (count > MOST_PROCESSES)
        fprintf(to, "; and %s more", text_plural(count - MOST_PROCESSES, "process", "processes").s);
    if (count > 0)
        fputc(')', to);
}

static void write_other_programs(FILE *to, const struct profile *profile)
{
    const struct process *before, *after;
    if (!diff_other_programs(profile, &before, &after))
        return;
    fputs("<p class=\"missing\">other programs: ", to);
    html_text(to, before->name);
    fputs(" before, ", to);
    html_text(to, after->name);
    fputs(" after; sites meet by functions' names alone</p>\n", to);
}

void html_comparison(FILE *to, const struct profile *profile, const struct diff *diff,
                     const char *base)
{
    fputs("<p class=\"compared\">Compared with <code>", to);
    html_text(to, base);
    fputs("</code>", to);
    write_base_processes(to, profile);
    fprintf(to, ": <b>%s live before, %s after, %s</b>. Sites: ", count_of(diff->before).s,
            count_of(diff->after).s, text_change(diff->after - diff->before).s);
    for (enum change_kind kind = 0; kind < CHANGE_KINDS; kind++)
        fprintf(to, "%s%zu %s", kind ? ", " : "", diff->kinds[kind], change_name(kind));
    fputs(".</p>\n", to);
    write_other_programs(to, profile);
}

/* ---- beside a finding ---- */

static const char *verdict_where(int64_t live, enum verdict verdict)
{
    return live > 0 ? verdict_name(verdict) : "none live";
}

void html_change(FILE *to, const struct change *change)
{
    fprintf(to,
            "<p class=\"change %s\"><span class=\"kind\">%s</span> <b>%s live</b>, from %s to %s; "
            "%s → %s</p>\n",
            change_name(change->kind), change_name(change->kind), change_amount(change).s,
            count_of(change->before).s, count_of(change->after).s,
            verdict_where(change->before, change->was),
            verdict_where(change->after, change->site->finding.verdict));
}

/* ---- in the table of sites ---- */

void html_change_cells(FILE *to, const struct change *change)
{
    enum change_kind kind = change ? change->kind : CHANGE_NONE;
    int64_t amount = change ? change->after - change->before : 0;
    fprintf(to, "<td class=\"change %s\" data-value=\"%d\">%s</td>", change_name(kind), (int)kind,
            kind == CHANGE_NONE ? "–" : change_name(kind));
    fprintf(to, "<td class=\"number change %s\" data-value=\"%" PRId64 "\">%s</td>",
            change_name(kind), amount, amount != 0 ? text_change(amount).s : "–");
    fprintf(to, "<td class=\"number\" data-value=\"%" PRId64 "\">%s</td>",
            change ? change->before : 0,
            change && change->before > 0 ? count_of(change->before).s : "–");
}

/* The base's processes come last. */
bool html_base_alone(const struct profile *profile, const struct site *site)
{
    return profile->processes[profile->process_count - 1]->base && !site->process;
}

/* Each site once, those that changed first, as they did; its change, NULL if it has none. */
struct site_row *html_compared_sites(const struct profile *profile, const struct diff *diff,
                                     size_t *count)
{
    struct site_row *rows = memory_new(profile->site_count, sizeof(*rows));
    bool *known = memory_new(profile->site_count, sizeof(*known));
    *count = 0;
    for (size_t i = 0; i < diff->count; i++) {
        const struct change *change = &diff->list[i];
        known[change->site->index] = true;
        if (change->kind != CHANGE_NONE)
            rows[(*count)++] = (struct site_row){change->site, change};
    }
    for (size_t i = 0; i < diff->count; i++) {
        if (diff->list[i].kind == CHANGE_NONE)
            rows[(*count)++] = (struct site_row){diff->list[i].site, &diff->list[i]};
    }
    /* What only the base has, and nothing live of it, is no change. */
    for (size_t i = 0; i < profile->site_count; i++) {
        if (!known[i] && !html_base_alone(profile, profile->sites[i]))
            rows[(*count)++] = (struct site_row){profile->sites[i], NULL};
    }
    free(known);
    return rows;
}
