/* anew.c - a command on recordings that are loaded already: it loads them again, and others beside.
 */
#include "commands/commands.h"

#include "base/memory.h"
#include "cli/input.h"

#include <stdlib.h>

void serve_anew(const struct command *command, struct input *input)
{
    size_t room = input->path_count + OPTIONS + 4, count = 0;
    char **written = memory_new(room, sizeof(*written)), **argv = memory_new(room, sizeof(*argv));
    written[count++] = memory_copy(command->name);
    for (enum option_id id = 0; id < OPTIONS; id++) {
        char *option =
            options_have(command->options, id) ? option_written(id, &input->settings) : NULL;
        if (option)
            written[count++] = option;
    }
    written[count++] = memory_copy("--");
    if (input->argument)
        written[count++] = memory_copy(input->argument);
    for (size_t i = 0; i < input->path_count; i++)
        written[count++] = memory_copy(input->paths[i]);
    /* What is parsed is put in another order. */
    for (size_t i = 0; i < count; i++)
        argv[i] = written[i];
    input->status = command->run(command, (int)count, argv);
    for (size_t i = 0; i < count; i++)
        free(written[i]);
    free(written);
    free(argv);
}
