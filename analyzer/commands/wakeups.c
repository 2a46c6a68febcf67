/* wakeups.c - the command `timerleak wakeups`: what expires how often. */
#include "cli/input.h"
#include "commands/commands.h"

#include "views/views.h"

int command_wakeups(const struct command *command, int argc, char **argv)
{
    struct input input;
    const struct input_needs needs = {.options = command->options};
    if (!input_open(&input, argc, argv, &needs))
        return input.status;
    wakeups_print(input.output, input.profile, input.settings.nodecount);
    return input_close(&input);
}
