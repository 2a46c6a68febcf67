/* view.c - top, tree, peek, list, traces, tags: pprof's views. */
#include "cli/pprof.h"
#include "commands/commands.h"

int command_view(const struct command *command, int argc, char **argv)
{
    const struct pprof_view *view = pprof_view_find(argv[0]);
    const struct input_needs needs = {.options = command->options,
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
