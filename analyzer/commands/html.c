/* html.c - the command `timerleak html`: the report as one page. */
#include "cli/input.h"
#include "commands/commands.h"

#include "exports/html.h"

#include <unistd.h>

int command_html(const struct command *command, int argc, char **argv)
{
    const struct input_needs needs = {.options = command->options, .histories = true};
    char nonce[HTML_NONCE_SIZE];
    struct input input;
    if (!html_nonce(nonce)) {
        fprintf(stderr, "timerleak: the system gives no random numbers\n");
        return EXIT_UNREADABLE;
    }
    if (!input_parse(&input, argc, argv, &needs))
        return input.status;
    if (!input.settings.output && isatty(STDOUT_FILENO)) {
        fprintf(stderr, "timerleak: a page is nothing for a terminal: timerleak html -o FILE\n");
        return input_refuse(&input);
    }
    if (!input_load(&input))
        return input.status;
    struct html_options options = {.nonce = nonce,
                                   .paths = {input.settings.source_path, input.settings.trim_path}};
    html_write(input.output, input.profile, &options);
    return input_close(&input);
}
