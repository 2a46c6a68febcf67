/* command.c - what a row of the table says of its command. */
#include "commands/commands.h"

#include "base/errors.h"
#include "cli/input.h"

#include <string.h>
#include <unistd.h>

const char *command_argument(const struct command *command)
{
    static const char *const known[] = {"REGEX", "SINCE", "BASE"};
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (strncmp(command->synopsis, known[i], strlen(known[i])) == 0)
            return known[i];
    }
    return NULL;
}

bool command_fits_output(const struct command *command, const struct input *input)
{
    if (!command->ending || input->settings.output || !isatty(STDOUT_FILENO))
        return true;
    complain("what %s writes is nothing for a terminal: timerleak %s -o FILE", command->name,
             command->name);
    return false;
}

bool command_takes_another(const struct command *command)
{
    return strstr(command->synopsis, "COMMAND");
}
