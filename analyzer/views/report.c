#include "views/report.h"

#include "base/text.h"
#include "profile/families.h"
#include "profile/losses.h"
#include "profile/process.h"
#include "profile/stacks.h"
#include "views/limits.h"
#include "views/losses.h"
#include "views/style.h"

#include <string.h>

/* With more recordings than this, a line for each would push the findings off the screen. */
#define MOST_PROCESSES 20
/* Longer names are not lined up: they would push all others' places out of sight. */
#define WIDEST_NAME 48
#define INLINED " (inline)"

static void print_process(FILE *to, const struct process *process)
{
    fprintf(to, "%s%s (pid %d)%s, %s, %s\n", style(to, STYLE_STRONG), process->name, process->pid,
            style(to, STYLE_PLAIN), process_lived(process).s, process_end(process).s);
}

static void print_processes(FILE *to, const struct profile *profile)
{
    for (size_t i = 0; i < profile->process_count; i++) {
        if (i == MOST_PROCESSES) {
            fprintf(to, "and %s more\n",
                    text_plural(profile->process_count - i, "process", "processes").s);
            return;
        }
        print_process(to, profile->processes[i]);
        limits_print(to, profile->processes[i]);
    }
}

/* Peaks of several sites, or processes, need not have been at the same time: the sum is a bound. */
static bool peak_is_exact(const struct profile *profile)
{
    const struct counts *totals = &profile->totals;
    const struct process *process = profile->processes[0];

    return totals->peak == totals->live || profile->site_count == 1 ||
           (profile->process_count == 1 && !process->forked && totals->peak == process->peak);
}

static void print_totals(FILE *to, const struct profile *profile)
{
    const struct counts *totals = &profile->totals;
    bool exact = peak_is_exact(profile);
    fprintf(to, "timers: %s created, ", text_count(totals->created).s);
    if (totals->inherited > 0)
        fprintf(to, "%s inherited, ", text_count(totals->inherited).s);
    fprintf(to, "%s released, %s live (peak %s%s)", text_count(totals->released).s,
            text_count(totals->live).s, exact ? "" : "at most ", text_count(totals->peak).s);
    if (totals->in_flight > 0)
        fprintf(to, ", %s in flight", text_count(totals->in_flight).s);
    fputc('\n', to);
}

/* Ends the line. */
static void print_place(FILE *to, const struct stack_frame *frame)
{
    if (frame->short_file && frame->line > 0)
        fprintf(to, "  %s:%d\n", frame->short_file, frame->line);
    else if (frame->function && frame->module)
        fprintf(to, "  %s\n", frame->module->name);
    else
        fputc('\n', to);
}

static size_t frame_width(const struct stack_frame *frame)
{
    return strlen(frame->name) + (frame->inlined ? strlen(INLINED) : 0);
}

/* Wide enough for all names but the very long. */
static size_t column_width(const struct stack_frame *stack, size_t depth)
{
    size_t widest = 0;
    for (size_t i = 1; i < depth; i++) {
        size_t width = frame_width(&stack[i]);
        if (width > widest && width <= WIDEST_NAME)
            widest = width;
    }
    return widest;
}

/* A function that calls itself from one place would fill screens: how often it does is enough. */
static size_t count_repeats(const struct stack_frame *stack, size_t depth)
{
    size_t repeats = 1;
    while (repeats < depth && stack[repeats].name == stack[0].name &&
           stack[repeats].offset == stack[0].offset)
        repeats++;
    return repeats;
}

void report_stack(FILE *to, struct profile *profile, struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    size_t column = column_width(stack, depth);
    for (size_t i = 1, repeats; i < depth; i += repeats) {
        size_t width = frame_width(&stack[i]);
        bool padded = stack[i].function && width < column;
        fprintf(to, "         %s%s%*s", stack[i].name, stack[i].inlined ? INLINED : "",
                padded ? (int)(column - width) : 0, "");
        print_place(to, &stack[i]);
        repeats = count_repeats(&stack[i], depth - i);
        if (repeats > 1)
            fprintf(to, "         ... and again, %zu times in all\n", repeats);
    }
    if (site->truncated)
        fprintf(to, "         ... the stack goes deeper than what was kept\n");
    if (!site->unwound)
        fprintf(to, "         ... no more of the stack could be taken\n");
}

void report_headline(FILE *to, struct profile *profile, struct site *site)
{
    static const char *const words[VERDICTS] = {"clean", "held", "LEAK"};
    enum verdict verdict = site->finding.verdict;
    const struct stack_frame *frame = stack_headline(profile, site);
    fprintf(to, "%s%-6s%s %-8s %6s live  %-14s  %s",
            style(to, verdict == VERDICT_LEAK ? STYLE_ALARM : STYLE_STRONG), words[verdict],
            style(to, STYLE_PLAIN), family_label(site->family, site->kind).s,
            text_count(site->counts.live).s, state_name(site_state(site)), frame->name);
    print_place(to, frame);
}

static void print_flag(FILE *to, uint64_t count, const char *meaning, bool *first)
{
    if (count == 0)
        return;
    fprintf(to, "%s%s %s", *first ? "       " : "; ", text_count(count).s, meaning);
    *first = false;
}

/* What is odd about its live timers, where anything is, and what they cost besides. */
static void print_flags(FILE *to, const struct site *site)
{
    const struct counts *counts = &site->counts;
    bool first = counts->retained == 0;
    if (counts->retained > 0)
        fprintf(to, "       keeps %s alive", text_bytes(counts->retained).s);
    print_flag(to, counts->unread, "unread: expired, and nobody read it", &first);
    print_flag(to, counts->overdue, "overdue: the deadline passed and no fire was seen", &first);
    print_flag(to, counts->far_future, "far-future: due in more than ten years", &first);
    if (!first)
        fputc('\n', to);
}

void report_finding(FILE *to, struct profile *profile, struct site *site)
{
    report_headline(to, profile, site);
    if (profile->process_count > 1)
        fprintf(to, "       pid %d: %s\n", site->process->pid, site->finding.why);
    else
        fprintf(to, "       %s\n", site->finding.why);
    print_flags(to, site);
    report_stack(to, profile, site);
}

static void print_findings(FILE *to, struct profile *profile, long most)
{
    size_t findings = profile->site_count - profile_count_sites(profile, VERDICT_CLEAN);
    size_t shown = most >= 0 && (size_t)most < findings ? (size_t)most : findings;
    for (size_t i = 0; i < shown; i++) {
        fputc('\n', to);
        report_finding(to, profile, profile->sites[i]);
    }
    if (shown < findings)
        fprintf(to, "\n%s not shown\n", text_plural(findings - shown, "finding", "findings").s);
}

void report_print(FILE *to, struct profile *profile, long most)
{
    size_t clean = profile_count_sites(profile, VERDICT_CLEAN);
    print_processes(to, profile);
    if (profile->site_count == 0)
        fprintf(to, "%s\n", losses_of_all(profile));
    else
        print_totals(to, profile);
    losses_print(to, profile);
    print_findings(to, profile, most);
    if (clean > 0)
        fprintf(to, "\n%s clean: all that was created there was released\n",
                text_plural(clean, "site is", "sites are").s);
    losses_print_modules(to, profile);
}
