#include "manual/template.h"

#include "base/version.h"
#include "manual/synopsis.h"

#include <ctype.h>
#include <string.h>

/* ---- text ---- */

/* Text in roff: nothing in it is a request or an escape, and a minus sign stays one. */
static void page_put(FILE *to, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", to);
    for (; *text; text++) {
        if (*text == '\\' || *text == '-')
            fputs(*text == '-' ? "\\-" : "\\e", to);
        else
            fputc(*text, to);
    }
}

static void page_put_sentence(FILE *to, const char *text)
{
    char first[] = {(char)toupper((unsigned char)*text), '\0'};
    size_t length = strlen(text);
    page_put(to, first);
    page_put(to, text + 1);
    fputs(length > 0 && text[length - 1] == '.' ? "\n" : ".\n", to);
}

/* ---- the head ---- */

static void page_put_title(FILE *to, const char *name, const char *section)
{
    fprintf(to, ".\\\" Written by timerleak's build.\n.Dd %s\n.Dt ", TIMERLEAK_DATE);
    for (; *name && *name != ' '; name++)
        fputc(toupper((unsigned char)*name), to);
    fprintf(to, " %s\n.Os timerleak " TIMERLEAK_VERSION "\n", section);
}

static void page_title(FILE *to, const char *argument, const struct command *command)
{
    size_t length = strcspn(argument, " ");
    (void)command;
    if (!argument[length])
        template_die("@title needs a name and a section, not \"%s\"", argument);
    page_put_title(to, argument, argument + length + 1);
}

/* "PID|FILE" stands for something, "on|off" for itself. */
static void page_put_placeholder(FILE *to, const char *word)
{
    fputs(isupper((unsigned char)*word) ? "Ar " : "Cm ", to);
    for (; *word && *word != ']'; word++) {
        if (*word == '|')
            fputs(" | ", to);
        else
            fprintf(to, "%s%c", strncmp(word, "...", 3) == 0 ? " " : "", *word);
    }
}

/* "-o" and "--http=ADDR:PORT" are options; "[ARGUMENT...]" is optional within what is so already.
 */
static void page_put_synopsis_word(FILE *to, const char *word)
{
    const char *value = strchr(word, '=');
    if (*word == '-' && value)
        fprintf(to, "Fl %.*s Ns = Ns Ar %s", (int)(value - word - 1), word + 1, value + 1);
    else if (*word == '-')
        fprintf(to, "Fl %s", word + 1);
    else if (*word == '[')
        fputs("Op ", to);
    if (*word != '-')
        page_put_placeholder(to, word + (*word == '['));
}

static void page_put_synopsis(FILE *to, const char *synopsis)
{
    struct unit unit;
    while (synopsis_next(&synopsis, &unit)) {
        char *rest, *word = strtok_r(unit.text, " ", &rest);
        fputs(unit.optional ? ".Op " : ".", to);
        for (; word; word = strtok_r(NULL, " ", &rest)) {
            page_put_synopsis_word(to, word);
            fputs(*rest ? " " : "\n", to);
        }
    }
}

static void page_head(FILE *to, const char *argument, const struct command *command)
{
    char name[64];
    (void)argument;
    snprintf(name, sizeof(name), "timerleak-%s", command->name);
    page_put_title(to, name, "1");
    fprintf(to, ".Sh NAME\n.Nm %s\n.Nd ", name);
    page_put(to, command->summary);
    fprintf(to, "\n.Sh SYNOPSIS\n.Nm timerleak\n.Cm %s\n", command->name);
    page_put_synopsis(to, command->synopsis);
}

/* ---- options ---- */

/* How a page with many of them is divided. */
static const struct group {
    const char *title;
    const enum option_id *options;
} groups[] = {
    {"Timers", OPTION_LIST(OPTIONS_FILTERS, OPTIONS_TAGS)},
    {"Value", OPTION_LIST(OPTIONS_VALUE)},
    {"Frames", OPTION_LIST(OPTIONS_FRAMES, OPTION_NAMES)},
    {"Detail", OPTION_LIST(OPTIONS_GRANULARITY, OPTION_CALL_TREE)},
    {"Order and number", OPTION_LIST(OPTIONS_GRAPH)},
    {"Comparison", OPTION_LIST(OPTIONS_BASE, OPTIONS_COMPARISON)},
    {"Source files and binaries", OPTION_LIST(OPTIONS_PATHS, OPTION_SYMFS, OPTION_WITH_SOURCE)},
    {"Formats", OPTION_LIST(OPTIONS_FORMAT)},
    {"The gate", OPTION_LIST(OPTIONS_GATE)},
    {"Output", OPTION_LIST(OPTION_OUTPUT, OPTION_COMPACT_LABELS)},
};

#define GROUPS (sizeof(groups) / sizeof(*groups))
#define MANY 12

static void page_put_option(FILE *to, enum option_id id)
{
    const char *name = option_name(id), *value = option_value(id);
    fprintf(to, ".It Fl %s", name[1] ? "\\-" : "");
    page_put(to, name);
    if (value) {
        fputs(" Ar ", to);
        page_put(to, value);
    }
    fputc('\n', to);
    page_put_sentence(to, option_help(id));
}

static const struct group *page_group_of(enum option_id id)
{
    for (size_t i = 0; i < GROUPS; i++) {
        if (options_have(groups[i].options, id))
            return &groups[i];
    }
    template_die("an option belongs to no group of the manual: --%s", option_name(id));
}

/* Those of a group, or, for NULL, all. */
static void page_put_options(FILE *to, const enum option_id *options, const struct group *group)
{
    bool begun = false;
    for (enum option_id id = 0; id < OPTIONS; id++) {
        if (!options_have(options, id) || (group && page_group_of(id) != group))
            continue;
        if (!begun && group)
            fprintf(to, ".Ss %s\n", group->title);
        if (!begun)
            fputs(".Bl -tag -width Ds\n", to);
        begun = true;
        page_put_option(to, id);
    }
    if (begun)
        fputs(".El\n", to);
}

static void page_options(FILE *to, const char *argument, const struct command *command)
{
    (void)argument;
    if (!command->options)
        return;
    fputs(".Sh OPTIONS\n", to);
    if (options_count(command->options) <= MANY) {
        page_put_options(to, command->options, NULL);
        return;
    }
    for (size_t i = 0; i < GROUPS; i++)
        page_put_options(to, command->options, &groups[i]);
}

/* ---- lists ---- */

static void page_commands(FILE *to, const char *argument, const struct command *command)
{
    (void)argument;
    (void)command;
    fputs(".Bl -tag -width Ds\n", to);
    for (size_t i = 0; i < command_count; i++) {
        fprintf(to, ".It Xr timerleak-%s 1\n", commands[i].name);
        page_put_sentence(to, commands[i].summary);
    }
    fputs(".El\n", to);
}

static void page_words(FILE *to, const char *argument, const struct command *command)
{
    (void)argument;
    (void)command;
    for (size_t i = 0; explain_word(i); i++) {
        page_put(to, explain_word(i));
        fputs(explain_word(i + 1) ? ",\n" : ".\n", to);
    }
}

const struct part page_parts[] = {
    {"title", page_title},       {"head", page_head},   {"options", page_options},
    {"commands", page_commands}, {"words", page_words}, {NULL, NULL},
};
