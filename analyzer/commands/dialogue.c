#include "commands/dialogue.h"

#include "base/errors.h"
#include "base/memory.h"
#include "base/progress.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/pprof.h"
#include "commands/commands.h"
#include "profile/stacks.h"
#include "views/values.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FEW 10 /* entries of top, where nothing is said: pprof's number */

static const enum option_id settable[] = {OPTIONS_PROMPT, OPTION_CALL_TREE, OPTIONS};

/* What is said with a command alone, beside those. */
static const enum option_id sayable[] = {OPTIONS_PROMPT, OPTIONS_FORMAT, OPTION_CALL_TREE,
                                         OPTION_OUTPUT,  OPTION_HTTP,    OPTIONS};

static const char *const words[] = {"help", "o", "options", "quit", "exit", "q", ":"};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* NULL if there is none of that name, or it has no use for a profile that is loaded. */
static const struct command *find_command(const char *name)
{
    const struct command *command = command_find(name);
    return command && command->serve ? command : NULL;
}

/* pprof has its own way to say what to show, and where. */
static bool is_pprofs(const struct command *command)
{
    return pprof_view_find(command->name) != NULL;
}

const char *dialogue_word(size_t index)
{
    for (size_t i = 0; i < command_count; i++) {
        if (commands[i].serve && index-- == 0)
            return commands[i].name;
    }
    for (enum option_id id = 0; id < OPTIONS; id++) {
        if (options_have(settable, id) && index-- == 0)
            return option_name(id);
    }
    return index < COUNT(words) ? words[index] : NULL;
}

/* ---- help ---- */

static void dialogue_help_all(FILE *to)
{
    fprintf(to, "  Commands, as in pprof:\n");
    for (size_t i = 0; i < command_count; i++) {
        if (commands[i].serve && is_pprofs(&commands[i]))
            fprintf(to, "    %-9s%s [N] [FOCUS] [-IGNORE] [> FILE]\n", commands[i].name,
                    command_argument(&commands[i]) ? " REGEX" : "");
    }
    fprintf(to, "\n  Others, with their options:\n");
    for (size_t i = 0; i < command_count; i++) {
        if (commands[i].serve && !is_pprofs(&commands[i]))
            fprintf(to, "    %-9s %s\n", commands[i].name, commands[i].summary);
    }
    fprintf(to, "\n    o/options show what is set\n    q/quit/exit/^D\n\n"
                "  Options, as NAME=VALUE:\n");
    options_help(to, settable);
    fprintf(to, "\n  :   Clear focus/ignore/hide/tagfocus/tagignore\n\n"
                "  type \"help COMMAND\" or \"help OPTION\" for one of them\n");
}

static void dialogue_help(FILE *to, const char *name)
{
    enum option_id id = *name ? option_find(name, strlen(name), settable) : OPTIONS;
    const struct command *command = find_command(name);
    if (!*name)
        dialogue_help_all(to);
    else if (command)
        help_print_command(to, command);
    else if (id != OPTIONS)
        options_help(to, OPTION_LIST(id));
    else
        complain("there is no help for \"%s\"", name);
}

/* ---- options ---- */

static bool is_type(const char *name)
{
    return *name && sample_find(name) != NULL;
}

/* The profile keeps what is typed: settings point to it. */
static const char *dialogue_keep(const struct dialogue *dialogue, const char *value)
{
    return value ? strings_add(dialogue->input->profile->strings, value) : NULL;
}

static void dialogue_set_option(const struct dialogue *dialogue, enum option_id id,
                                const char *value)
{
    struct settings *settings = &dialogue->input->settings;
    if (id == OPTION_SAMPLE_INDEX && value && *value && !is_type(value))
        complain("there is no sample type \"%s\"", value);
    else if (!value && !option_is_flag(id))
        complain("please say which, as in %s=VALUE", option_name(id));
    else if (value && !*value)
        option_reset(id, settings);
    else if (!option_set(id, settings, dialogue_keep(dialogue, value)))
        complain("%s does not take \"%s\": %s", option_name(id), value, option_help(id));
}

/* "NAME=VALUE", "NAME" or the name of a sample type. False if it is none of these. */
static bool dialogue_assign(const struct dialogue *dialogue, const char *line)
{
    size_t length = strcspn(line, "=");
    bool has_value = line[length] == '=';
    char *name = memory_copy(line), *value = name + length + has_value;
    name[length] = '\0';
    text_trim(name);
    text_trim(value);
    enum option_id id = option_find(name, strlen(name), settable);
    bool known = id != OPTIONS;
    bool type = !has_value && !known && is_type(name);
    if (known)
        dialogue_set_option(dialogue, id, has_value ? value : NULL);
    else if (type)
        dialogue_set_option(dialogue, OPTION_SAMPLE_INDEX, name);
    free(name);
    return known || type;
}

static void dialogue_forget_filters(struct settings *settings)
{
    settings->focus = settings->ignore = settings->hide = NULL;
    settings->tagfocus = settings->tagignore = NULL;
}

/* ---- commands ---- */

struct request {
    const struct command *command;
    struct settings settings;
    const char *argument, *file;
    char *focus, *ignore; /* with bars between them */
};

static void add_alternative(char **regex, const char *word)
{
    size_t size = (*regex ? strlen(*regex) : 0) + strlen(word) + 2;
    char *both = memory_new(1, size);
    snprintf(both, size, "%s%s%s", *regex ? *regex : "", *regex ? "|" : "", word);
    free(*regex);
    *regex = both;
}

static bool word_is_number(const char *word)
{
    return *word && word[strspn(word, "0123456789")] == '\0';
}

/* "top10" is "top 10". */
static long split_number(char *name)
{
    size_t length = strlen(name);
    while (length > 0 && isdigit((unsigned char)name[length - 1]))
        length--;
    if (length == 0 || !name[length])
        return -1;
    long number = strtol(name + length, NULL, 10);
    name[length] = '\0';
    return number;
}

/* What pprof's views take. */
static void take_filter(struct request *request, const char *word)
{
    if (strcmp(word, "-cum") == 0 || strcmp(word, "--cum") == 0)
        request->settings.sort = SORT_CUM;
    else if (*word == '-')
        add_alternative(&request->ignore, word + 1);
    else
        add_alternative(&request->focus, word);
}

/* What others take, in argv[1..]: options, and an argument where there is one. */
static bool take_options(struct request *request, int argc, char **argv)
{
    enum option_id accepted[OPTIONS + 1];
    size_t count = 0;
    for (enum option_id id = 0; id < OPTIONS; id++) {
        if (options_have(request->command->options, id) && options_have(sayable, id))
            accepted[count++] = id;
    }
    accepted[count] = OPTIONS;
    int kept = arguments_parse(argc, argv, accepted, &request->settings);
    int wanted = command_argument(request->command) ? 1 : 0;
    if (kept > wanted)
        complain("%s does not take \"%s\"", argv[0], argv[1 + wanted]);
    if (kept < 0 || kept > wanted)
        return false;
    if (wanted)
        request->argument = kept ? argv[1] : NULL;
    if (request->settings.output && options_have(accepted, OPTION_OUTPUT))
        request->file = request->settings.output;
    return true;
}

static bool complain_missing(const char *name, const char *what)
{
    complain("%s needs a %s", name, what);
    return false;
}

/* The words after the name, of which there are `count`. */
static bool request_take(struct request *request, char **argv, int count)
{
    const struct command *command = request->command;
    const char *argument = command_argument(command);
    int kept = 1;
    bool pprofs = is_pprofs(command);
    for (int i = 1; i < count; i++) {
        if (*argv[i] == '>' && !argv[i][1] && i + 1 == count)
            return complain_missing(">", "FILE");
        if (*argv[i] == '>')
            request->file = argv[i][1] ? argv[i] + 1 : argv[++i];
        else if (pprofs && argument && !request->argument)
            request->argument = argv[i];
        else if (word_is_number(argv[i]) && options_have(command->options, OPTION_NODECOUNT))
            request->settings.nodecount = strtol(argv[i], NULL, 10);
        else if (pprofs)
            take_filter(request, argv[i]);
        else
            argv[kept++] = argv[i];
    }
    argv[kept] = NULL;
    if (!pprofs && !take_options(request, kept, argv))
        return false;
    return !argument || request->argument || complain_missing(command->name, argument);
}

/* The line is cut into words. */
static bool request_read(struct request *request, const struct input *input, char *line)
{
    char **argv = memory_new(strlen(line) + 1, sizeof(*argv)), *rest;
    int count = 0;
    for (char *word = strtok_r(line, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest))
        argv[count++] = word;
    *request = (struct request){.settings = input->settings};
    long number = find_command(argv[0]) ? -1 : split_number(argv[0]);
    request->command = find_command(argv[0]);
    if (number >= 0)
        request->settings.nodecount = number;
    if (!request->command)
        complain("\"%s\" is no command; type help", argv[0]);
    bool read = request->command && request_take(request, argv, count);
    free(argv);
    return read;
}

static void request_apply(struct request *request)
{
    struct settings *settings = &request->settings;
    bool tags = strcmp(request->command->name, "tags") == 0;
    if (request->focus)
        *(tags ? &settings->tagfocus : &settings->focus) = request->focus;
    if (request->ignore)
        *(tags ? &settings->tagignore : &settings->ignore) = request->ignore;
    if (settings->nodecount < 0 && strcmp(request->command->name, "top") == 0)
        settings->nodecount = FEW;
}

/* What nobody reads on a terminal: "profile001.svg", the first that is not there; as in pprof. */
static const char *free_name(const struct dialogue *dialogue, const char *ending)
{
    char name[64];
    int number = 1;
    do
        snprintf(name, sizeof(name), "profile%03d%s", number++, ending);
    while (access(name, F_OK) == 0);
    return strings_add(dialogue->input->profile->strings, name);
}

/* Views choose samples for themselves; JSON, and views of others than pprof, have whole sites. */
static bool request_filter(struct dialogue *dialogue, struct input *shown,
                           const struct request *request)
{
    const struct settings *settings = &shown->settings;
    bool selects = options_have(request->command->options, OPTION_TAGFOCUS) && !settings->json;
    bool filters = !selects && (settings->focus || settings->ignore);
    if (!filters && !dialogue->filtered)
        return true;
    dialogue->filtered = filters;
    return input_filter(shown, selects);
}

/* A command that reads recordings itself writes its output itself. */
static bool request_begin_output(struct request *request, struct input *shown)
{
    const char *file = request->file;
    if (!file)
        return true;
    if (!options_have(request->command->options, OPTION_OUTPUT)) {
        complain("%s writes no file", request->command->name);
        return false;
    }
    shown->settings.output = file;
    return input_spares(">", file) &&
           (request->command->serve == serve_anew || input_output_begin(shown, file));
}

/* With settings and output of its own, which are gone afterwards. */
static void request_show(struct dialogue *dialogue, struct request *request)
{
    struct input shown = *dialogue->input;
    const char *ending = request->command->ending;
    if (ending && !request->file) {
        request->file = free_name(dialogue, ending);
        fprintf(shown.output, "Generating report in %s\n", request->file);
    }
    request_apply(request);
    shown.status = EXIT_OK;
    shown.settings = request->settings;
    shown.argument = request->argument;
    if (!request_filter(dialogue, &shown, request) || !request_begin_output(request, &shown))
        return;
    input_name_functions(shown.profile, &shown.settings);
    request->command->serve(request->command, &shown);
    if (shown.output != dialogue->input->output)
        input_output_end(&shown);
}

static void dialogue_run(struct dialogue *dialogue, char *line)
{
    struct request request;
    if (request_read(&request, dialogue->input, line))
        request_show(dialogue, &request);
    free(request.focus);
    free(request.ignore);
}

/* ---- lines ---- */

static void look_functions_up(struct profile *profile)
{
    size_t count;
    progress_begin();
    for (size_t i = 0; i < profile->locations.count; i++)
        location_frames(profile, (uint32_t)i, &count);
    progress_end();
}

void dialogue_begin(struct dialogue *dialogue, struct input *input)
{
    struct selection_options options = input_selection_options(&input->settings);
    struct selection selection;
    *dialogue = (struct dialogue){.input = input};
    options.zeros = true;
    look_functions_up(input->profile);
    if (input_select(input, &options, &selection)) {
        labels_print(input->output, &selection, input->settings.unit);
        selection_free(&selection);
    }
    fprintf(input->output,
            "Entering interactive mode (type \"help\" for commands, \"o\" for options)\n");
    input->settings.compact_labels = true;
}

static bool is_one_of(const char *word, const char *a, const char *b, const char *c)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0 || strcmp(word, c) == 0;
}

bool dialogue_line(struct dialogue *dialogue, const char *line)
{
    struct input *input = dialogue->input;
    char *copy = memory_copy(line);
    bool leave = false;
    text_trim(copy);
    if (is_one_of(copy, "q", "quit", "exit"))
        leave = true;
    else if (is_one_of(copy, "o", "options", "options"))
        options_show(input->output, settable, &input->settings);
    else if (strcmp(copy, ":") == 0)
        dialogue_forget_filters(&input->settings);
    else if (strncmp(copy, "help", 4) == 0 && (copy[4] == ' ' || copy[4] == '\0'))
        dialogue_help(input->output, copy + 4 + strspn(copy + 4, " "));
    else if (*copy && !dialogue_assign(dialogue, copy))
        dialogue_run(dialogue, copy);
    free(copy);
    fflush(input->output);
    return !leave;
}
