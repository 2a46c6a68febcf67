#include "manual/pages.h"

#include "base/version.h"
#include "commands/explain.h"
#include "manual/synopsis.h"

#include <ctype.h>
#include <string.h>

/* ---- text ---- */

/* Text in roff: nothing in it is a request or an escape, and a minus sign stays one. */
static void put(FILE *to, const char *text)
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

static void put_sentence(FILE *to, const char *text)
{
    char first[] = {(char)toupper((unsigned char)*text), '\0'};
    size_t length = strlen(text);
    put(to, first);
    put(to, text + 1);
    fputs(length > 0 && text[length - 1] == '.' ? "\n" : ".\n", to);
}

/* ---- the head ---- */

static void put_title(FILE *to, const char *name, const char *section)
{
    fprintf(to, ".\\\" Written by timerleak's build.\n.Dd %s\n.Dt ", TIMERLEAK_DATE);
    for (; *name && *name != ' '; name++)
        fputc(toupper((unsigned char)*name), to);
    fprintf(to, " %s\n.Os timerleak " TIMERLEAK_VERSION "\n", section);
}

static void write_title(FILE *to, const char *argument, const struct command *command)
{
    size_t length = strcspn(argument, " ");
    (void)command;
    if (!argument[length])
        template_die("@title needs a name and a section, not \"%s\"", argument);
    put_title(to, argument, argument + length + 1);
}

/* "PID|FILE" stands for something, "on|off" for itself. */
static void put_placeholder(FILE *to, const char *word)
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
static void put_synopsis_word(FILE *to, const char *word)
{
    const char *value = strchr(word, '=');
    if (*word == '-' && value)
        fprintf(to, "Fl %.*s Ns = Ns Ar %s", (int)(value - word - 1), word + 1, value + 1);
    else if (*word == '-')
        fprintf(to, "Fl %s", word + 1);
    else if (*word == '[')
        fputs("Op ", to);
    if (*word != '-')
        put_placeholder(to, word + (*word == '['));
}

static void put_synopsis(FILE *to, const char *synopsis)
{
    struct unit unit;
    while (synopsis_next(&synopsis, &unit)) {
        char *rest, *word = strtok_r(unit.text, " ", &rest);
        fputs(unit.optional ? ".Op " : ".", to);
        for (; word; word = strtok_r(NULL, " ", &rest)) {
            put_synopsis_word(to, word);
            fputs(*rest ? " " : "\n", to);
        }
    }
}

static void write_head(FILE *to, const char *argument, const struct command *command)
{
    char name[64];
    (void)argument;
    snprintf(name, sizeof(name), "timerleak-%s", command->name);
    put_title(to, name, "1");
    fprintf(to, ".Sh NAME\n.Nm %s\n.Nd ", name);
    put(to, command->summary);
    fprintf(to, "\n.Sh SYNOPSIS\n.Nm timerleak\n.Cm %s\n", command->name);
    put_synopsis(to, command->synopsis);
}

/* ---- options ---- */

/* How a page with many of them is divided. */
static const struct group {
    const char *title;
    uint64_t options;
} groups[] = {
    {"Timers", OPTIONS_FILTERS | OPTION_BIT(OPTION_TAGFOCUS) | OPTION_BIT(OPTION_TAGIGNORE)},
    {"Value", OPTION_BIT(OPTION_SAMPLE_INDEX) | OPTION_BIT(OPTION_UNIT) |
                  OPTION_BIT(OPTION_RELATIVE_PERCENTAGES)},
    {"Frames", OPTION_BIT(OPTION_SHOW) | OPTION_BIT(OPTION_HIDE) | OPTION_BIT(OPTION_SHOW_FROM) |
                   OPTION_BIT(OPTION_NOINLINES)},
    {"Detail", OPTIONS_GRANULARITY | OPTION_BIT(OPTION_CALL_TREE)},
    {"Order and number", OPTIONS_GRAPH & ~OPTION_BIT(OPTION_DROP_NEGATIVE)},
    {"Comparison", OPTION_BIT(OPTION_BASE) | OPTION_BIT(OPTION_DIFF_BASE) |
                       OPTION_BIT(OPTION_NORMALIZE) | OPTION_BIT(OPTION_DROP_NEGATIVE)},
    {"Source files", OPTION_BIT(OPTION_SOURCE_PATH) | OPTION_BIT(OPTION_TRIM_PATH)},
    {"Formats", OPTIONS_FORMAT},
    {"The gate", OPTIONS_GATE},
    {"Output", OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_COMPACT_LABELS)},
};

#define GROUPS (sizeof(groups) / sizeof(*groups))
#define MANY 12

static void put_option(FILE *to, enum option_id id)
{
    const char *name = option_name(id), *value = option_value(id);
    fprintf(to, ".It Fl %s", name[1] ? "\\-" : "");
    put(to, name);
    if (value) {
        fputs(" Ar ", to);
        put(to, value);
    }
    fputc('\n', to);
    put_sentence(to, option_help(id));
}

static void put_options(FILE *to, uint64_t set)
{
    fputs(".Bl -tag -width Ds\n", to);
    for (enum option_id id = 0; id < OPTIONS; id++) {
        if (set & OPTION_BIT(id))
            put_option(to, id);
    }
    fputs(".El\n", to);
}

static void put_groups(FILE *to, uint64_t set)
{
    for (size_t i = 0; i < GROUPS; i++) {
        uint64_t group = set & groups[i].options;
        set &= ~group;
        if (!group)
            continue;
        fprintf(to, ".Ss %s\n", groups[i].title);
        put_options(to, group);
    }
    if (set)
        template_die("an option belongs to no group of the manual: --%s",
                     option_name((enum option_id)__builtin_ctzll(set)));
}

static void write_options(FILE *to, const char *argument, const struct command *command)
{
    (void)argument;
    if (!command->options)
        return;
    fputs(".Sh OPTIONS\n", to);
    if (__builtin_popcountll(command->options) > MANY)
        put_groups(to, command->options);
    else
        put_options(to, command->options);
}

/* ---- lists ---- */

static void write_commands(FILE *to, const char *argument, const struct command *command)
{
    (void)argument;
    (void)command;
    fputs(".Bl -tag -width Ds\n", to);
    for (size_t i = 0; i < COMMANDS; i++) {
        fprintf(to, ".It Xr timerleak-%s 1\n", commands[i].name);
        put_sentence(to, commands[i].summary);
    }
    fputs(".El\n", to);
}

static void write_words(FILE *to, const char *argument, const struct command *command)
{
    (void)argument;
    (void)command;
    for (size_t i = 0; explain_word(i); i++) {
        put(to, explain_word(i));
        fputs(explain_word(i + 1) ? ",\n" : ".\n", to);
    }
}

const struct part page_parts[] = {
    {"title", write_title},       {"head", write_head},   {"options", write_options},
    {"commands", write_commands}, {"words", write_words}, {NULL, NULL},
};
