/* help.c - what `timerleak help` prints. */
#include "commands/commands.h"

#include <string.h>

/* ---- all commands ---- */

/* One past the commands that follow `first` and share its function. */
static size_t help_end_of_kind(size_t first)
{
    size_t end = first + 1;
    while (end < command_count && commands[end].run == commands[first].run)
        end++;
    return end;
}

/* pprof's views are known to whoever knows pprof: a line for all of them. */
static void help_print_views(FILE *to, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        fprintf(to, "%s%s", i == first ? "  " : ", ", commands[i].name);
    fprintf(to, ": timers as pprof shows heaps\n");
}

void help_print(FILE *to)
{
    fprintf(to, "timerleak finds timers that are created and never released:\n");
    for (size_t i = 0, end; i < command_count; i = end) {
        end = help_end_of_kind(i);
        if (end - i > 1)
            help_print_views(to, i, end);
        else
            fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].summary);
    }
    fprintf(to, "\"timerleak help COMMAND\" shows its options, \"man timerleak\" says all.\n"
                "On a terminal, \"timerleak FILE...\" asks what to show; FILE may be a folder.\n");
}

/* ---- one command ---- */

/* What gives way where not all options have room for a line: the least used comes first. */
static const enum option_id seldom[] = {
    OPTION_FLAT,
    OPTION_FUNCTIONS,
    OPTION_EDGEFRACTION,
    OPTION_COMPACT_LABELS,
    OPTION_NORMALIZE,
    OPTION_DROP_NEGATIVE,
    OPTION_RELATIVE_PERCENTAGES,
    OPTION_CALL_TREE,
    OPTION_TRIM_PATH,
    OPTION_ADDRESSES,
    OPTION_FILEFUNCTIONS,
    OPTION_NODEFRACTION,
    OPTION_SHOW_FROM,
    OPTION_TRIM,
    OPTION_FILES,
    OPTION_UNIT,
    OPTION_NOINLINES,
    OPTION_SOURCE_PATH,
    OPTION_SYMFS,
    OPTION_NAMES,
    OPTION_HIDE,
    OPTION_SHOW,
    OPTION_TAGIGNORE,
    OPTION_DIFF_BASE,
    OPTION_LINES,
    OPTION_CUM,
    OPTION_NODECOUNT,
    OPTION_BASE,
    OPTION_FAMILIES,
};

#define SELDOM (sizeof(seldom) / sizeof(*seldom))

/* The names of some options, wrapped, if there is somebody to tell; returns how many lines. */
static size_t help_print_names(FILE *to, const enum option_id *options)
{
    size_t lines = 0, column = HELP_COLUMNS;
    for (; *options != OPTIONS; options++) {
        size_t width = strlen(" --,") + strlen(option_name(*options));
        if (column + width > HELP_COLUMNS) {
            column = 1;
            if (to)
                fputs(lines > 0 ? "\n " : " ", to);
            lines++;
        }
        column += width;
        if (to)
            fprintf(to, " --%s%s", option_name(*options), options[1] != OPTIONS ? "," : "\n");
    }
    return lines;
}

/* A command's options: those that have a line of their own, and those that are but named. */
struct division {
    enum option_id lined[OPTIONS + 1], named[OPTIONS + 1];
};

/* So many of the seldom used ones give way. */
static struct division division_make(const enum option_id *options, size_t seldom_count)
{
    struct division division;
    size_t lined = 0, named = 0;
    for (enum option_id id = 0; id < OPTIONS; id++) {
        size_t i = 0;
        while (i < seldom_count && seldom[i] != id)
            i++;
        if (options_have(options, id) && i < seldom_count)
            division.named[named++] = id;
        else if (options_have(options, id))
            division.lined[lined++] = id;
    }
    division.lined[lined] = division.named[named] = OPTIONS;
    return division;
}

/* As few as there is no room for. */
static struct division division_choose(const enum option_id *options, size_t room)
{
    struct division division = division_make(options, 0);
    for (size_t i = 1; i <= SELDOM; i++) {
        if (options_count(division.lined) + help_print_names(NULL, division.named) <= room)
            break;
        division = division_make(options, i);
    }
    return division;
}

void help_print_command(FILE *to, const struct command *command)
{
    const size_t around = 4; /* the three lines above the options and the one below */
    struct division shown = division_choose(command->options, HELP_LINES - around);
    fprintf(to, "timerleak %s %s\n%s\n", command->name, command->synopsis, command->summary);
    if (command->options)
        fputc('\n', to);
    options_help(to, shown.lined);
    help_print_names(to, shown.named);
    fprintf(to, "See timerleak-%s(1).\n", command->name);
}
