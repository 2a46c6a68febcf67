/* left.c - the command `timerleak left`: what a test asks that is preloaded, by its own means. */
#include "cli/input.h"
#include "commands/commands.h"

#include "views/left.h"

#include <errno.h>
#include <stdlib.h>

static bool parse_since(const char *text, uint64_t *since)
{
    char *end;
    errno = 0;
    *since = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && errno == 0)
        return true;
    fprintf(
        stderr,
        "timerleak: \"%s\" is no time in nanoseconds: timerleak left SINCE FILE...; 0 for all\n",
        text);
    return false;
}

int command_left(const struct command *command, int argc, char **argv)
{
    struct input input;
    uint64_t since;
    const struct input_needs needs = {
        .options = command->options, .argument = "SINCE", .timers = true};
    if (!input_parse(&input, argc, argv, &needs))
        return input.status;
    if (!parse_since(input.argument, &since))
        return input_refuse(&input);
    if (!input_load(&input))
        return input.status;
    if (left_print(input.output, input.profile, since) > 0 && input.status == EXIT_OK)
        input.status = EXIT_LEAK;
    return input_close(&input);
}
