/* prompt.c - `timerleak FILE` on a terminal: lines, with completion and history, until the end. */
#include "cli/dialogue.h"
#include "commands/commands.h"

#include "base/memory.h"

#include <editline/readline.h>
#include <stdlib.h>
#include <string.h>

/* Completion knows nothing but the line: what it may ask is here. */
static struct dialogue dialogue;

static char *prompt_next_word(const char *start, int again)
{
    static size_t next;
    const char *word;
    if (!again)
        next = 0;
    while ((word = dialogue_word(next))) {
        next++;
        if (strncmp(word, start, strlen(start)) == 0)
            return memory_copy(word);
    }
    return NULL;
}

static char *prompt_next_function(const char *part, int again)
{
    const char *name = again || !*part ? NULL : dialogue_function(&dialogue, part);
    return name ? memory_copy(name) : NULL;
}

static char **prompt_complete(const char *text, int start, int end)
{
    (void)end;
    bool first = start == 0 || (start == 5 && strncmp(rl_line_buffer, "help ", 5) == 0);
    rl_attempted_completion_over = 1;
    return rl_completion_matches(text, first ? prompt_next_word : prompt_next_function);
}

static void prompt_read_lines(void)
{
    char *line;
    bool more = true;
    while (more && (line = readline("(timerleak) "))) {
        if (*line)
            add_history(line);
        more = dialogue_line(&dialogue, line);
        free(line);
    }
}

int command_prompt(const struct command *command, int argc, char **argv)
{
    struct input input;
    const struct input_needs needs = {.options = command->options, .histories = true};
    if (!input_open(&input, argc, argv, &needs))
        return input.status;
    rl_readline_name = "timerleak";
    rl_attempted_completion_function = prompt_complete;
    dialogue_begin(&dialogue, &input);
    if (input.status == EXIT_OK)
        prompt_read_lines();
    return input_close(&input);
}
