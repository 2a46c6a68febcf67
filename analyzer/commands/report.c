/* report.c - the command `timerleak report`. */
#include "cli/input.h"
#include "commands/commands.h"
#include "exports/exports.h"
#include "views/views.h"

int command_report(const struct command *command, int argc, char **argv)
{
    struct input input;
    const struct input_needs needs = {.options = command->options};
    if (!input_open(&input, argc, argv, &needs))
        return input.status;
    if (input.settings.json)
        json_write(input.output, input.profile);
    else
        report_print(input.output, input.profile, input.settings.nodecount);
    return input_close(&input);
}
