/* top.c - the command `timerleak top`. */
#include "commands/commands.h"
#include "commands/input.h"

#include "views/top.h"

int command_top(int argc, char **argv)
{
    struct input input;
    if (!input_open(&input, argc, argv, TOP_OPTIONS, false))
        return input.status;
    const struct settings *settings = &input.settings;
    const struct sample_type *type = input_sample_type(&input);
    struct top_options options = {settings->cum && !settings->flat, settings->nodecount,
                                  settings->nodefraction};
    if (type)
        top_print(input.output, input.profile, type, &options);
    return input_close(&input);
}
