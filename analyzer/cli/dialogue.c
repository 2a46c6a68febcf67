#include "cli/dialogue.h"

#include "base/errors.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/pprof.h"
#include "cli/status.h"
#include "views/views.h"
#include "views/values.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define FEW 10 /* entries of top, where nothing is said: pprof's number */

/* Views that are not pprof's: filters of samples mean nothing to them. */
static const struct other_view {
    const char *name;
    void (*print)(FILE *to, struct profile *profile, long most);
} others[] = {
    {"report", report_print},
    {"growth", growth_print},
    {"wakeups", wakeups_print},
};

static const enum option_id settable[] = {OPTIONS_PROMPT, OPTIONS};

static const char *const words[] = {"help", "o", "options", "quit", "exit", "q", ":"};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct other_view *find_other(const char *name)
{
    for (size_t i = 0; i < COUNT(others); i++) {
        if (strcmp(others[i].name, name) == 0)
            return &others[i];
    }
    return NULL;
}

const char *dialogue_word(size_t index)
{
    const struct pprof_view *view;
    for (size_t i = 0; (view = pprof_view_at(i)); i++) {
        if (index-- == 0)
            return pprof_view_name(view);
    }
    if (index < COUNT(others))
        return others[index].name;
    index -= COUNT(others);
    for (enum option_id id = 0; id < OPTIONS; id++) {
        if (options_have(settable, id) && index-- == 0)
            return option_name(id);
    }
    return index < COUNT(words) ? words[index] : NULL;
}

const char *dialogue_function(const struct dialogue *dialogue, const char *part)
{
    const struct locations *locations = &dialogue->input->profile->locations;
    const char *found = NULL;
    for (size_t i = 0; i < locations->count; i++) {
        for (size_t j = 0; j < locations->list[i].count; j++) {
            const char *name = locations->list[i].frames[j].name;
            if (name == found || !strstr(name, part))
                continue;
            if (found)
                return NULL;
            found = name;
        }
    }
    return found;
}

/* ---- help ---- */

static void dialogue_help_all(FILE *to)
{
    const struct pprof_view *view;
    fprintf(to, "  Commands:\n");
    for (size_t i = 0; (view = pprof_view_at(i)); i++)
        fprintf(to, "    %-9s%s [N] [FOCUS] [-IGNORE] [> FILE]\n", pprof_view_name(view),
                pprof_view_has_symbol(view) ? " REGEX" : "");
    for (size_t i = 0; i < COUNT(others); i++)
        fprintf(to, "    %-9s [N] [> FILE]\n", others[i].name);
    fprintf(to,
            "    o/options show what is set\n    q/quit/exit/^D\n\n  Options, as NAME=VALUE:\n");
    options_help(to, settable);
    fprintf(to, "\n  :   Clear focus/ignore/hide/tagfocus/tagignore\n\n"
                "  type \"help OPTION\" for one of them\n");
}

static void dialogue_help(FILE *to, const char *name)
{
    enum option_id id = *name ? option_find(name, strlen(name), settable) : OPTIONS;
    if (!*name)
        dialogue_help_all(to);
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

/* ---- views ---- */

struct request {
    const char *name;
    const char *symbol;
    const char *file;
    char *focus, *ignore; /* with bars between them */
    long count;           /* -1: not said */
    bool cum;
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

static bool request_take_word(struct request *request, char *word, char **rest)
{
    if (*word == '>') {
        request->file = word[1] ? word + 1 : strtok_r(NULL, " \t", rest);
        return request->file != NULL;
    }
    if (word_is_number(word))
        request->count = strtol(word, NULL, 10);
    else if (strcmp(word, "-cum") == 0 || strcmp(word, "--cum") == 0)
        request->cum = true;
    else if (*word == '-')
        add_alternative(&request->ignore, word + 1);
    else
        add_alternative(&request->focus, word);
    return true;
}

static bool request_read(struct request *request, char *line)
{
    char *rest, *word = strtok_r(line, " \t", &rest);
    *request = (struct request){.name = word, .count = -1};
    if (!pprof_view_find(word) && !find_other(word))
        request->count = split_number(word);
    const struct pprof_view *view = pprof_view_find(word);
    if (view && pprof_view_has_symbol(view)) {
        request->symbol = strtok_r(NULL, " \t", &rest);
        if (!request->symbol) {
            complain("%s needs a REGEX", word);
            return false;
        }
    }
    while ((word = strtok_r(NULL, " \t", &rest))) {
        if (!request_take_word(request, word, &rest)) {
            complain("> needs a FILE");
            return false;
        }
    }
    return true;
}

static void request_apply(const struct request *request, struct settings *settings)
{
    bool tags = strcmp(request->name, "tags") == 0;
    if (request->focus)
        *(tags ? &settings->tagfocus : &settings->focus) = request->focus;
    if (request->ignore)
        *(tags ? &settings->tagignore : &settings->ignore) = request->ignore;
    if (request->cum)
        settings->sort = SORT_CUM;
    if (request->count >= 0)
        settings->nodecount = request->count;
    if (settings->nodecount < 0 && strcmp(request->name, "top") == 0)
        settings->nodecount = FEW;
}

static void request_print(const struct request *request, struct input *input)
{
    const struct pprof_view *view = pprof_view_find(request->name);
    const struct other_view *other = find_other(request->name);
    if (view) {
        pprof_view_print(view, input, request->symbol);
    } else if (other) {
        other->print(input->output, input->profile, input->settings.nodecount);
    } else {
        complain("\"%s\" is no command; type help", request->name);
        input->status = EXIT_USAGE;
    }
}

/* With settings and output of its own, which are gone afterwards. */
static void request_show(const struct request *request, const struct input *input)
{
    struct input shown = *input;
    shown.status = EXIT_OK;
    if (request->file &&
        (!input_spares(">", request->file) || !input_output_begin(&shown, request->file)))
        return;
    request_apply(request, &shown.settings);
    input_name_functions(shown.profile, &shown.settings);
    request_print(request, &shown);
    if (request->file)
        input_output_end(&shown);
}

static void dialogue_run(const struct dialogue *dialogue, char *line)
{
    struct request request;
    if (request_read(&request, line))
        request_show(&request, dialogue->input);
    free(request.focus);
    free(request.ignore);
}

/* ---- lines ---- */

void dialogue_begin(struct dialogue *dialogue, struct input *input)
{
    struct selection_options options = input_selection_options(&input->settings);
    struct selection selection;
    *dialogue = (struct dialogue){.input = input};
    options.zeros = true;
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
