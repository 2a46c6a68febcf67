/*
 * views.c - the commands that show a profile as one view has it: report; pprof's top, tree, peek,
 * list, traces and tags; timers, left, growth, wakeups, diff.
 */
#include "cli/input.h"
#include "cli/pprof.h"
#include "commands/commands.h"

#include "base/errors.h"
#include "exports/exports.h"
#include "views/views.h"

#include <errno.h>
#include <stdlib.h>

/* A view with nothing to ask or say beside it. */
static int views_show(const struct input_needs *needs, int argc, char **argv,
                      void (*print)(FILE *to, struct profile *profile, long most))
{
    struct input input;
    if (!input_open(&input, argc, argv, needs))
        return input.status;
    print(input.output, input.profile, input.settings.nodecount);
    return input_close(&input);
}

int command_report(const struct command *command, int argc, char **argv)
{
    struct input input;
    const struct input_needs needs = {.options = command->options, .paged = true};
    if (!input_open(&input, argc, argv, &needs))
        return input.status;
    if (input.settings.json)
        json_write(input.output, input.profile);
    else
        report_print(input.output, input.profile, input.settings.nodecount);
    return input_close(&input);
}

int command_view(const struct command *command, int argc, char **argv)
{
    const struct pprof_view *view = pprof_view_find(argv[0]);
    const struct input_needs needs = {.options = command->options,
                                      .paged = true,
                                      .argument = pprof_view_has_symbol(view) ? "REGEX" : NULL};
    struct input input;
    if (!input_parse(&input, argc, argv, &needs))
        return input.status;
    if (!pprof_symbol_valid(input.argument))
        return input_refuse(&input);
    if (!input_load(&input))
        return input.status;
    pprof_view_print(view, &input, input.argument);
    return input_close(&input);
}

int command_timers(const struct command *command, int argc, char **argv)
{
    const struct input_needs needs = {.options = command->options, .timers = true, .paged = true};
    return views_show(&needs, argc, argv, timers_print);
}

int command_growth(const struct command *command, int argc, char **argv)
{
    const struct input_needs needs = {
        .options = command->options, .histories = true, .paged = true};
    return views_show(&needs, argc, argv, growth_print);
}

int command_wakeups(const struct command *command, int argc, char **argv)
{
    const struct input_needs needs = {.options = command->options, .paged = true};
    return views_show(&needs, argc, argv, wakeups_print);
}

int command_diff(const struct command *command, int argc, char **argv)
{
    struct input input;
    struct selection selection;
    const struct input_needs needs = {
        .options = command->options, .argument = "BASE", .compares = true, .paged = true};
    if (!input_open(&input, argc, argv, &needs))
        return input.status;
    struct selection_options options = input_selection_options(&input.settings);
    options.zeros = true;
    if (input_select(&input, &options, &selection)) {
        diff_print(input.output, &selection, input.settings.unit, input.settings.nodecount);
        selection_free(&selection);
    }
    return input_close(&input);
}

/* ---- left: asked by a test that is preloaded, by its own means ---- */

static bool left_parse_since(const char *text, uint64_t *since)
{
    char *end;
    errno = 0;
    *since = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && errno == 0)
        return true;
    complain("\"%s\" is no time in nanoseconds: timerleak left SINCE FILE...; 0 for all", text);
    return false;
}

int command_left(const struct command *command, int argc, char **argv)
{
    struct input input;
    uint64_t since;
    const struct input_needs needs = {
        .options = command->options, .argument = "SINCE", .timers = true, .paged = true};
    if (!input_parse(&input, argc, argv, &needs))
        return input.status;
    if (!left_parse_since(input.argument, &since))
        return input_refuse(&input);
    if (!input_load(&input))
        return input.status;
    if (left_print(input.output, input.profile, since) > 0 && input.status == EXIT_OK)
        input.status = EXIT_LEAK;
    return input_close(&input);
}
