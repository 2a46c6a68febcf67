/* complete.c - what may stand in place of the end of a line at the prompt. */
#include "base/memory.h"
#include "base/text.h"
#include "cli/pprof.h"
#include "commands/commands.h"
#include "commands/dialogue.h"
#include "profile/stacks.h"

#include <stdlib.h>
#include <string.h>

static void offer(struct completions *completions, const char *before, const char *text,
                  size_t length)
{
    char *word;
    if (asprintf(&word, "%s%.*s", before, (int)length, text) < 0)
        memory_exhausted();
    completions->list = memory_grow(completions->list, completions->count, &completions->room,
                                    sizeof(*completions->list));
    completions->list[completions->count++] = word;
}

/* If it begins as what is typed. */
static void offer_if(struct completions *completions, const char *before, const char *text,
                     const char *typed)
{
    if (strncmp(text, typed, strlen(typed)) == 0)
        offer(completions, before, text, strlen(text));
}

static void offer_words(struct completions *completions, const char *list, const char *between,
                        const char *typed)
{
    for (size_t length; *list; list += length + (list[length] != '\0')) {
        length = strcspn(list, between);
        if (strlen(typed) <= length && strncmp(list, typed, strlen(typed)) == 0)
            offer(completions, "", list, length);
    }
}

/* ---- functions ---- */

/* As filters know it, short. */
static const char *name_of(const struct dialogue *dialogue, const struct stack_frame *frame)
{
    struct naming *naming = dialogue->input->profile->naming;
    return frame->function ? naming_short(naming, frame->name) : frame->name;
}

/* The function after that one in whose name the part is, at its beginning if asked. */
static const char *next_function(const struct dialogue *dialogue, const char *part, bool begins,
                                 size_t *location, size_t *frame)
{
    struct profile *profile = dialogue->input->profile;
    for (; *location < profile->locations.count; (*location)++, *frame = 0) {
        size_t count;
        const struct stack_frame *frames = location_frames(profile, (uint32_t)*location, &count);
        while (*frame < count) {
            const char *name = name_of(dialogue, &frames[(*frame)++]), *at = strstr(name, part);
            if (at && (!begins || at == name))
                return name;
        }
    }
    return NULL;
}

const char *dialogue_function(const struct dialogue *dialogue, const char *part)
{
    const char *found = NULL, *name;
    size_t location = 0, frame = 0;
    while ((name = next_function(dialogue, part, false, &location, &frame))) {
        if (found && strcmp(name, found) != 0)
            return NULL;
        found = name;
    }
    return found;
}

/* As a REGEX it matches: what would mean something else there, or end the word, is any character.
 */
static void offer_function(struct completions *completions, const char *before, const char *name)
{
    char *regex = memory_copy(name);
    for (char *at = regex; (at = strpbrk(at, " ()[]{}*+?|^$\\"));)
        *at = '.';
    for (size_t i = 0; i < completions->count; i++) {
        if (strcmp(completions->list[i] + strlen(before), regex) == 0) {
            free(regex);
            return;
        }
    }
    offer(completions, before, regex, strlen(regex));
    free(regex);
}

/* Those that begin so; else the only one in which it is, as in pprof. */
static void offer_functions(struct completions *completions, const struct dialogue *dialogue,
                            const char *before, const char *typed)
{
    size_t location = 0, frame = 0;
    const char *name;
    while ((name = next_function(dialogue, typed, true, &location, &frame)))
        offer_function(completions, before, name);
    if (completions->count == 0 && *typed && (name = dialogue_function(dialogue, typed)))
        offer_function(completions, before, name);
}

/* ---- what can stand where ---- */

static void offer_values(struct completions *completions, const struct dialogue *dialogue,
                         enum option_id id, const char *typed)
{
    const char *value = option_value(id);
    if (!value)
        offer_words(completions, "true false", " ", typed);
    else if (id == OPTION_SAMPLE_INDEX)
        for (size_t i = 0; sample_at(i); i++)
            offer_if(completions, "", sample_at(i)->name, typed);
    else if (id == OPTION_UNIT)
        offer_words(completions, OPTION_UNITS, " ", typed);
    else if (strcmp(value, "REGEX") == 0)
        offer_functions(completions, dialogue, "", typed);
    else if (strchr(value, '|'))
        offer_words(completions, value, "|", typed);
    else
        completions->files = strstr(value, "DIR") || strcmp(value, "FILE") == 0;
}

static void offer_options(struct completions *completions, const struct command *command,
                          const char *typed)
{
    for (enum option_id id = 0; id < OPTIONS; id++) {
        if (options_have(command->options, id))
            offer_if(completions, "--", option_name(id), typed + strspn(typed, "-"));
    }
}

static void offer_first_words(struct completions *completions, const char *typed)
{
    for (size_t i = 0; dialogue_word(i); i++)
        offer_if(completions, "", dialogue_word(i), typed);
}

/* What comes after the name of a command, and what was before. */
static void offer_arguments(struct completions *completions, const struct dialogue *dialogue,
                            const struct command *command, const char *typed, bool to_file)
{
    const char *argument = command_argument(command);
    bool ignores = *typed == '-';
    if (*typed == '>')
        completions->start++;
    if (*typed == '>' || to_file)
        completions->files = true;
    else if (pprof_view_find(command->name))
        offer_functions(completions, dialogue, ignores ? "-" : "", typed + ignores);
    else if (ignores)
        offer_options(completions, command, typed);
    else
        completions->files = argument && strcmp(argument, "BASE") == 0;
}

/* Whether the last word before that is one. */
static bool follows(const char *line, size_t start, const char *word)
{
    while (start > 0 && strchr(" \t", line[start - 1]))
        start--;
    size_t length = strlen(word);
    return start >= length && strncmp(line + start - length, word, length) == 0;
}

struct completions dialogue_complete(const struct dialogue *dialogue, const char *line)
{
    struct completions completions = {0};
    const char *first = line + strspn(line, " \t"), *typed = line + strlen(line);
    while (typed > first && !strchr(" \t=", typed[-1]))
        typed--;
    completions.start = (size_t)(typed - line);
    char *name = strndup(first, strcspn(first, " \t="));
    if (!name)
        memory_exhausted();
    const struct command *command = command_find(name);
    enum option_id id =
        option_find(name, strlen(name), OPTION_LIST(OPTIONS_PROMPT, OPTION_CALL_TREE));
    if (typed == first || strcmp(name, "help") == 0)
        offer_first_words(&completions, typed);
    else if (id != OPTIONS && follows(line, completions.start, "="))
        offer_values(&completions, dialogue, id, typed);
    else if (command && command->serve)
        offer_arguments(&completions, dialogue, command, typed,
                        follows(line, completions.start, ">") ||
                            follows(line, completions.start, " -o"));
    free(name);
    return completions;
}

void completions_free(struct completions *completions)
{
    for (size_t i = 0; i < completions->count; i++)
        free(completions->list[i]);
    free(completions->list);
}
