#include "manual/template.h"

#include "manual/values.h"

#include <string.h>

/* Within single quotes; in an explanation brackets and colons would end it. */
static void zsh_put_quoted(FILE *to, const char *text, const char *special)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", to);
        else
            fprintf(to, "%s%c", strchr(special, *text) ? "\\" : "", *text);
    }
}

/* What is run to offer a value; a blank is zsh's way to offer none. */
static void zsh_put_offer(FILE *to, const struct value *value)
{
    static const char *const offers[VALUE_KINDS] = {
        [VALUE_ANY] = " ",
        [VALUE_RECORDING] = "_timerleak_recordings",
        [VALUE_FILE] = "_files",
        [VALUE_DIRECTORY] = "_files -/",
        [VALUE_PID] = "_timerleak_pids",
        [VALUE_COMMAND] = "_command_names -e",
        [VALUE_WORD] = "compadd -- ",
        [VALUE_LIST] = "_sequence compadd -- ",
    };
    fprintf(to, "%s%s", offers[value->kind], value->words);
}

static void zsh_commands(FILE *to, const char *argument, const struct command *command)
{
    (void)argument;
    (void)command;
    for (size_t i = 0; i < command_count; i++) {
        fprintf(to, "        '%s:", commands[i].name);
        zsh_put_quoted(to, commands[i].summary, "\\");
        fputs("'\n", to);
    }
}

static void zsh_put_option(FILE *to, enum option_id id)
{
    const char *name = option_name(id), *value = option_value(id);
    const char *dashes = name[1] ? "--" : "-", *follows = name[1] ? "=" : "+";
    fprintf(to, " \\\n            '%s%s%s[", dashes, name, value ? follows : "");
    zsh_put_quoted(to, option_help(id), "[]:\\");
    fputs("]", to);
    if (value) {
        struct value offered = value_of_option(id);
        fputc(':', to);
        zsh_put_quoted(to, value, ":");
        fputs(":{", to);
        zsh_put_offer(to, &offered);
        fputc('}', to);
    }
    fputc('\'', to);
}

static void zsh_put_argument(FILE *to, const struct argument *argument, size_t place)
{
    const char *name = argument->name, *before = "";
    struct value value;
    fputs(" \\\n            '", to);
    if (argument->repeats)
        fputc('*', to);
    else
        fprintf(to, "%zu", place);
    fprintf(to, ":%s:{", name);
    for (; value_of_argument(&value, &name); before = "; ") {
        fputs(before, to);
        zsh_put_offer(to, &value);
    }
    fputs("}'", to);
}

static void zsh_put_case(FILE *to, const struct command *command)
{
    struct argument arguments[SYNOPSIS_ARGUMENTS];
    size_t count = synopsis_arguments(command->synopsis, arguments);
    bool program = value_ends_in_program(arguments, count);
    fprintf(to, "        %s)\n            _arguments -S%s '--help[its options]'", command->name,
            program ? " -A '-*'" : "");
    for (enum option_id id = 0; id < OPTIONS; id++) {
        if (options_have(command->options, id))
            zsh_put_option(to, id);
    }
    for (size_t j = 0; j < count; j++)
        zsh_put_argument(to, &arguments[j], j + 1);
    fprintf(to, "%s && ret=0\n            ;;\n", program ? " '*::ARGUMENT:_normal'" : "");
}

static void zsh_cases(FILE *to, const char *argument, const struct command *command)
{
    (void)argument;
    (void)command;
    for (size_t i = 0; i < command_count; i++)
        zsh_put_case(to, &commands[i]);
}

const struct part zsh_parts[] = {
    {"commands", zsh_commands},
    {"cases", zsh_cases},
    {NULL, NULL},
};
