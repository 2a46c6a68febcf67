#include "views/sites.h"

#include "base/fit.h"
#include "base/text.h"
#include "profile/families.h"
#include "profile/runtime.h"
#include "profile/stacks.h"
#include "views/wording.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Longer names are not lined up: they would push all others' places out of sight. */
#define WIDEST_NAME 48u

/* Fewer columns have no room for the line of a finding and a name. */
#define NARROW (45u + FIT_LEAST)

#define INDENT "       "   /* of what is told of a finding */
#define DEEPER INDENT "  " /* of its stack */

char *site_place(const struct stack_frame *frame)
{
    char *place = NULL;
    int length = 0;
    if (frame->short_file && frame->line > 0)
        length = asprintf(&place, "%s:%d", frame->short_file, frame->line);
    else if (stack_made(frame))
        return memory_copy(stack_made_in(frame));
    else if (frame->function && frame->module)
        length = asprintf(&place, "%s+0x%" PRIx64, frame->module->name, frame->offset);
    else
        return memory_copy("");
    if (length < 0)
        memory_exhausted();
    return place;
}

char *site_name(struct profile *profile, struct site *site, size_t columns)
{
    const struct stack_frame *frame = stack_headline(profile, site);
    char *name, *place = site_place(frame);
    if (asprintf(&name, "%s%s", wording_loop(profile, site).s, frame_shown(frame)) < 0)
        memory_exhausted();
    char *text = fit_call(name, "", place, columns);
    free(name);
    free(place);
    return text;
}

void site_print(FILE *to, const char *before, struct profile *profile, struct site *site)
{
    size_t limit = terminal_columns(to);
    char *name = site_name(profile, site, COLUMNS_ANY);
    bool apart = limit != COLUMNS_ANY && fit_columns(before) + fit_columns(name) > limit;
    if (apart) {
        free(name);
        name = site_name(profile, site, limit - strlen(INDENT));
        fit_say(to, "%s", before);
    }
    fprintf(to, "%s%s\n", apart ? INDENT : before, name);
    free(name);
}

static size_t frame_width(const struct stack_frame *frame)
{
    return fit_columns(frame_shown(frame)) + fit_columns(stack_mark(frame));
}

/* Wide enough for all names that are shown but the very long. */
static size_t column_width(const struct stack_frame *stack, const enum boilerplate *kinds,
                           size_t depth, size_t room)
{
    size_t widest = 0, most = room / 2 < WIDEST_NAME ? room / 2 : WIDEST_NAME;
    for (size_t i = 1; i < depth; i++) {
        size_t width = kinds[i] == BOILERPLATE_NONE ? frame_width(&stack[i]) : 0;
        if (width > widest && width <= most)
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

/* "src/net.c:214", a module, or nothing. */
static char *frame_place(const struct stack_frame *frame)
{
    char *place;
    if (stack_made(frame) && frame->line <= 0)
        return memory_copy(stack_made_in(frame));
    if (!frame->short_file || frame->line <= 0)
        return memory_copy(frame->function && frame->module ? frame->module->name : "");
    if (asprintf(&place, "%s:%d", frame->short_file, frame->line) < 0)
        memory_exhausted();
    return place;
}

/* What of the user's own comes first stands out. */
static void print_frame(FILE *to, const struct stack_frame *frame, bool first, size_t column,
                        size_t room)
{
    char mark[64], *place = frame_place(frame);
    size_t width = frame_width(frame);
    bool padded = frame->function && width < column;
    snprintf(mark, sizeof(mark), "%s%*s", stack_mark(frame), padded ? (int)(column - width) : 0,
             "");
    char *text = fit_call(frame_shown(frame), *place ? mark : stack_mark(frame), place, room);
    fprintf(to, DEEPER "%s%s%s\n", first ? style(to, STYLE_STRONG) : "", text,
            first ? style(to, STYLE_PLAIN) : "");
    free(text);
    free(place);
}

void site_print_stack(FILE *to, struct profile *profile, struct site *site)
{
    size_t depth, limit = terminal_columns(to);
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    size_t room = limit - (limit == COLUMNS_ANY ? 0 : strlen(DEEPER));
    enum boilerplate *kinds = stack_boilerplate(stack, depth);
    size_t column = column_width(stack, kinds, depth, room);
    size_t first = stack_first_own(stack, kinds, depth);
    for (size_t i = 1, taken; i < depth; i += taken) {
        taken = boilerplate_run(kinds, depth, i);
        if (taken > 0) {
            fit_say(to, DEEPER "%s", boilerplate_text(kinds[i], taken).s);
            continue;
        }
        print_frame(to, &stack[i], i == first, column, room);
        taken = count_repeats(&stack[i], depth - i);
        if (taken > 1)
            fit_say(to, DEEPER "... and again, %zu times in all", taken);
    }
    free(kinds);
    if (site->truncated)
        fit_say(to, DEEPER "... the stack goes deeper than what was kept");
    if (!site->unwound)
        fit_say(to, DEEPER "... no more of the stack could be taken");
}

void site_print_headline(FILE *to, struct profile *profile, struct site *site)
{
    static const char *const words[VERDICTS] = {"clean", "held", "growing", "LEAK"};
    enum verdict verdict = site->finding.verdict;
    /* What would not fit a line is not lined up with others. */
    bool narrow = terminal_columns(to) < NARROW;
    int family = narrow ? 0 : verdict == VERDICT_GROWING ? 7 : 8;
    char before[160];
    snprintf(before, sizeof(before), "%s%-*s%s %-*s %*s live%s%-*s  ",
             style(to, verdict == VERDICT_LEAK ? STYLE_ALARM : STYLE_STRONG), narrow ? 0 : 6,
             words[verdict], style(to, STYLE_PLAIN), family,
             family_label(site->family, site->kind).s, narrow ? 0 : 6,
             text_count(site->counts.live).s, narrow ? ", " : "  ", narrow ? 0 : 14,
             state_word(site_state(site), site->family));
    site_print(to, before, profile, site);
}

static void add_flag(FILE *to, uint64_t count, const char *meaning)
{
    if (count > 0)
        fprintf(to, "; %s %s", text_count(count).s, meaning);
}

/* What is odd about its live timers, where anything is, and what they cost besides. */
static void print_flags(FILE *to, const struct site *site)
{
    const struct counts *counts = &site->counts;
    char *flags;
    size_t size;
    FILE *line = memory_stream(&flags, &size);
    if (counts->retained > 0)
        fprintf(line, "; keeps %s alive", text_bytes(counts->retained).s);
    if (counts_failed(counts) > 0)
        fprintf(line, "; %s", counts_failures(counts).s);
    add_flag(line, counts->unread, "unread: expired, and nobody read it");
    add_flag(line, counts->overdue, "overdue: the deadline passed and no fire was seen");
    add_flag(line, counts->far_future, "far-future: due in more than ten years");
    add_flag(line, counts->overwritten, "overwritten: freed or reused before it was ended");
    add_flag(line, counts->left_behind, "left-behind: nobody waits for it, nobody can stop it");
    add_flag(line, counts->passed_on, "passed-on: came over exec, and was never touched");
    fclose(line);
    if (size > 0)
        fit_say(to, INDENT "%s", flags + strlen("; "));
    free(flags);
}

static void print_paths(FILE *to, struct profile *profile, const struct site *site)
{
    for (size_t i = 0; i < site->path_count && i < SITE_PATHS_SHOWN; i++) {
        char before[80];
        snprintf(before, sizeof(before), INDENT "%6s live  by ",
                 text_count(site->paths[i]->counts.live).s);
        site_print(to, before, profile, site->paths[i]);
    }
    if (site->path_count > SITE_PATHS_SHOWN)
        fit_say(to, INDENT "and by %s more", text_count(site->path_count - SITE_PATHS_SHOWN).s);
}

static void print_duplicates(FILE *to, struct profile *profile, const struct site *site)
{
    char *text = wording_duplicates(profile, site);
    if (text)
        fit_say(to, INDENT "%s", text);
    free(text);
}

void site_print_finding(FILE *to, struct profile *profile, struct site *site)
{
    site_print_headline(to, profile, site);
    fit_say(to, INDENT "%s", site_why(profile, site));
    print_flags(to, site);
    print_duplicates(to, profile, site);
    site_print_stack(to, profile, site);
    print_paths(to, profile, site);
}
