/* prompt.c - `timerleak FILE` on a terminal: lines, with completion and history, until the end. */
#include "commands/commands.h"
#include "commands/dialogue.h"

#include "base/memory.h"

#include <editline/readline.h>
#include <stdlib.h>
#include <string.h>

/* Completion knows nothing but the line: what it may ask is here. */
static struct dialogue dialogue;
static struct completions completions;

static char *prompt_next_match(const char *typed, int again)
{
    static size_t next;
    (void)typed;
    next = again ? next : 0;
    return next < completions.count ? memory_copy(completions.list[next++]) : NULL;
}

static char *prompt_next_file(const char *typed, int again)
{
    /* Of ">file" the mark stays. */
    bool marked = *typed == '>';
    char *file = rl_filename_completion_function(typed + marked, again), *whole;
    if (!file || !marked)
        return file;
    if (asprintf(&whole, ">%s", file) < 0)
        memory_exhausted();
    free(file);
    return whole;
}

static char **prompt_complete(const char *typed, int start, int end)
{
    (void)start;
    char *line = strndup(rl_line_buffer, (size_t)end);
    if (!line)
        memory_exhausted();
    rl_attempted_completion_over = 1;
    completions = dialogue_complete(&dialogue, line);
    char **matches =
        rl_completion_matches(typed, completions.files ? prompt_next_file : prompt_next_match);
    completions_free(&completions);
    free(line);
    return matches;
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
    static char breaks[] = " \t=";
    struct input input;
    const struct input_needs needs = {
        .options = command->options, .timers = true, .histories = true};
    if (!input_open(&input, argc, argv, &needs))
        return input.status;
    setenv("TIMERLEAK_PAGER", "", 1); /* what is asked for here stays above the next question */
    rl_readline_name = "timerleak";
    rl_basic_word_break_characters = rl_completer_word_break_characters = breaks;
    rl_attempted_completion_function = prompt_complete;
    dialogue_begin(&dialogue, &input);
    if (input.status == EXIT_OK)
        prompt_read_lines();
    return input_close(&input);
}
