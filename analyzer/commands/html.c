/* html.c - the command `timerleak html`: the report as one page. */
#include "cli/input.h"
#include "commands/commands.h"

#include "base/errors.h"
#include "exports/exports.h"

#include <unistd.h>

int command_html(const struct command *command, int argc, char **argv)
{
    const struct input_needs needs = {.options = command->options, .histories = true};
    char nonce[HTML_NONCE_SIZE];
    struct input input;
    if (!html_nonce(nonce)) {
        complain("the system gives no random numbers");
        return EXIT_UNREADABLE;
    }
    if (!input_parse(&input, argc, argv, &needs))
        return input.status;
    if (!input.settings.output && isatty(STDOUT_FILENO)) {
        complain("a page is nothing for a terminal: timerleak html -o FILE");
        return input_refuse(&input);
    }
    if (!input_load(&input))
        return input.status;
    struct html_options options = {.nonce = nonce,
                                   .paths = {input.settings.source_path, input.settings.trim_path}};
    html_write(input.output, input.profile, &options);
    return input_close(&input);
}
