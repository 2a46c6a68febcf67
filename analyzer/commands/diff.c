/* diff.c - the command `timerleak diff`: what changed from one recording to another. */
#include "cli/input.h"
#include "commands/commands.h"

#include "views/views.h"

int command_diff(const struct command *command, int argc, char **argv)
{
    struct input input;
    struct selection selection;
    const struct input_needs needs = {
        .options = command->options, .argument = "BASE", .compares = true};
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
