/* growth.c - the command `timerleak growth`: live timers over the run. */
#include "cli/input.h"
#include "commands/commands.h"

#include "views/views.h"

int command_growth(const struct command *command, int argc, char **argv)
{
    struct input input;
    const struct input_needs needs = {.options = command->options, .histories = true};
    if (!input_open(&input, argc, argv, &needs))
        return input.status;
    growth_print(input.output, input.profile, input.settings.nodecount);
    return input_close(&input);
}
