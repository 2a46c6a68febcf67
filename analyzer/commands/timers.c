/* timers.c - the command `timerleak timers`. */
#include "cli/input.h"
#include "commands/commands.h"

#include "views/views.h"

int command_timers(const struct command *command, int argc, char **argv)
{
    struct input input;
    const struct input_needs needs = {.options = command->options, .timers = true};
    if (!input_open(&input, argc, argv, &needs))
        return input.status;
    timers_print(input.output, input.profile, input.settings.nodecount);
    return input_close(&input);
}
