#include "views/sites.h"

#include "base/text.h"
#include "profile/families.h"
#include "profile/stacks.h"
#include "views/wording.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Longer names are not lined up: they would push all others' places out of sight. */
#define WIDEST_NAME 48

/* Without lines an offset tells the calls of a function apart. */
void site_print_name(FILE *to, struct profile *profile, struct site *site)
{
    const struct stack_frame *frame = stack_headline(profile, site);
    fprintf(to, "%s%s", wording_loop(profile, site).s, frame_shown(frame));
    if (frame->short_file && frame->line > 0)
        fprintf(to, "  %s:%d", frame->short_file, frame->line);
    else if (stack_made(frame))
        fprintf(to, "  %s", stack_made_in(frame));
    else if (frame->function && frame->module)
        fprintf(to, "  %s+0x%" PRIx64, frame->module->name, frame->offset);
}

void site_print(FILE *to, struct profile *profile, struct site *site)
{
    site_print_name(to, profile, site);
    fputc('\n', to);
}

/* Ends the line. */
static void print_place(FILE *to, const struct stack_frame *frame)
{
    if (frame->short_file && frame->line > 0)
        fprintf(to, "  %s:%d\n", frame->short_file, frame->line);
    else if (stack_made(frame))
        fprintf(to, "  %s\n", stack_made_in(frame));
    else if (frame->function && frame->module)
        fprintf(to, "  %s\n", frame->module->name);
    else
        fputc('\n', to);
}

static size_t frame_width(const struct stack_frame *frame)
{
    return strlen(frame_shown(frame)) + strlen(stack_mark(frame));
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

void site_print_stack(FILE *to, struct profile *profile, struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    size_t column = column_width(stack, depth);
    for (size_t i = 1, repeats; i < depth; i += repeats) {
        size_t width = frame_width(&stack[i]);
        bool padded = stack[i].function && width < column;
        fprintf(to, "         %s%s%*s", frame_shown(&stack[i]), stack_mark(&stack[i]),
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

void site_print_headline(FILE *to, struct profile *profile, struct site *site)
{
    static const char *const words[VERDICTS] = {"clean", "held", "growing", "LEAK"};
    enum verdict verdict = site->finding.verdict;
    fprintf(to, "%s%-6s%s %-*s %6s live  %-14s  ",
            style(to, verdict == VERDICT_LEAK ? STYLE_ALARM : STYLE_STRONG), words[verdict],
            style(to, STYLE_PLAIN), verdict == VERDICT_GROWING ? 7 : 8,
            family_label(site->family, site->kind).s, text_count(site->counts.live).s,
            state_word(site_state(site), site->family));
    site_print(to, profile, site);
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
    if (counts_failed(counts) > 0) {
        fprintf(to, "%s%s", first ? "       " : "; ", counts_failures(counts).s);
        first = false;
    }
    print_flag(to, counts->unread, "unread: expired, and nobody read it", &first);
    print_flag(to, counts->overdue, "overdue: the deadline passed and no fire was seen", &first);
    print_flag(to, counts->far_future, "far-future: due in more than ten years", &first);
    print_flag(to, counts->overwritten, "overwritten: freed or reused before it was ended", &first);
    print_flag(to, counts->passed_on, "passed-on: came over exec, and was never touched", &first);
    if (!first)
        fputc('\n', to);
}

static void print_paths(FILE *to, struct profile *profile, const struct site *site)
{
    for (size_t i = 0; i < site->path_count && i < SITE_PATHS_SHOWN; i++) {
        fprintf(to, "       %6s live  by ", text_count(site->paths[i]->counts.live).s);
        site_print(to, profile, site->paths[i]);
    }
    if (site->path_count > SITE_PATHS_SHOWN)
        fprintf(to, "       and by %s more\n", text_count(site->path_count - SITE_PATHS_SHOWN).s);
}

static void print_duplicates(FILE *to, struct profile *profile, const struct site *site)
{
    char *text = wording_duplicates(profile, site);
    if (text)
        fprintf(to, "       %s\n", text);
    free(text);
}

void site_print_finding(FILE *to, struct profile *profile, struct site *site)
{
    site_print_headline(to, profile, site);
    fprintf(to, "       %s\n", site_why(profile, site));
    print_flags(to, site);
    print_duplicates(to, profile, site);
    site_print_stack(to, profile, site);
    print_paths(to, profile, site);
}
