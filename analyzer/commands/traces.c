/* traces.c - the command `timerleak traces`. */
#include "commands/commands.h"
#include "commands/input.h"

#include "views/traces.h"

int command_traces(int argc, char **argv)
{
    struct input input;
    if (!input_open(&input, argc, argv, TRACES_OPTIONS, false))
        return input.status;
    const struct sample_type *type = input_sample_type(&input);
    if (type)
        traces_print(input.output, input.profile, type);
    return input_close(&input);
}
