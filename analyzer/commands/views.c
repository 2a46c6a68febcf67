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

/* A command with nothing to ask or say beside what it serves. */
static int views_show(const struct command *command, const struct input_needs *needs, int argc,
                      char **argv)
{
    struct input input;
    if (!input_open(&input, argc, argv, needs))
        return input.status;
    command->serve(command, &input);
    return input_close(&input);
}

void serve_report(const struct command *command, struct input *input)
{
    (void)command;
    if (input->settings.json)
        json_write(input->output, input->profile);
    else
        report_print(input->output, input->profile, input->settings.nodecount);
}

int command_report(const struct command *command, int argc, char **argv)
{
    const struct input_needs needs = {.options = command->options, .paged = true};
    return views_show(command, &needs, argc, argv);
}

void serve_view(const struct command *command, struct input *input)
{
    pprof_view_print(pprof_view_find(command->name), input, input->argument);
}

int command_view(const struct command *command, int argc, char **argv)
{
    const struct input_needs needs = {.options = command->options,
                                      .paged = !command->ending,
                                      .argument = command_argument(command)};
    struct input input;
    if (!input_parse(&input, argc, argv, &needs))
        return input.status;
    if (!pprof_symbol_valid(input.argument) || !command_fits_output(command, &input))
        return input_refuse(&input);
    if (!input_load(&input))
        return input.status;
    serve_view(command, &input);
    return input_close(&input);
}

void serve_timers(const struct command *command, struct input *input)
{
    (void)command;
    timers_print(input->output, input->profile, input->settings.nodecount);
}

int command_timers(const struct command *command, int argc, char **argv)
{
    const struct input_needs needs = {.options = command->options, .timers = true, .paged = true};
    return views_show(command, &needs, argc, argv);
}

void serve_growth(const struct command *command, struct input *input)
{
    (void)command;
    growth_print(input->output, input->profile, input->settings.nodecount);
}

int command_growth(const struct command *command, int argc, char **argv)
{
    const struct input_needs needs = {
        .options = command->options, .histories = true, .paged = true};
    return views_show(command, &needs, argc, argv);
}

void serve_wakeups(const struct command *command, struct input *input)
{
    (void)command;
    wakeups_print(input->output, input->profile, input->settings.nodecount);
}

int command_wakeups(const struct command *command, int argc, char **argv)
{
    const struct input_needs needs = {.options = command->options, .paged = true};
    return views_show(command, &needs, argc, argv);
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
