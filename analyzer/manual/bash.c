#include "manual/template.h"

#include "manual/values.h"

#include <string.h>

/* As _timerleak_offer knows them. */
static const char *const kinds[VALUE_KINDS] = {
    [VALUE_ANY] = "any",   [VALUE_RECORDING] = "recording", [VALUE_FILE] = "file",
    [VALUE_PID] = "pid",   [VALUE_DIRECTORY] = "directory", [VALUE_COMMAND] = "command",
    [VALUE_WORD] = "word", [VALUE_LIST] = "list",
};

/* "list:posix,timerfd" */
static void bash_put_value(FILE *to, const struct value *value)
{
    fputs(kinds[value->kind], to);
    for (const char *at = value->words; *at; at++)
        fprintf(to, "%s%c", at == value->words ? ":" : "", *at == ' ' ? ',' : *at);
}

static void bash_commands(FILE *to, const char *argument, const struct command *command)
{
    (void)argument;
    (void)command;
    for (size_t i = 0; i < command_count; i++)
        fprintf(to, "%s%s", commands[i].name, i + 1 < command_count ? " " : "\n");
}

static void bash_options(FILE *to, const char *argument, const struct command *command)
{
    (void)argument;
    (void)command;
    for (size_t i = 0; i < command_count; i++) {
        fprintf(to, "    %s) options='help", commands[i].name);
        for (enum option_id id = 0; id < OPTIONS; id++) {
            if (options_have(commands[i].options, id))
                fprintf(to, " %s%s", option_name(id), option_value(id) ? "=" : "");
        }
        fputs("' ;;\n", to);
    }
}

static void bash_put_argument(FILE *to, const char *name)
{
    struct value value;
    const char *before = "'";
    for (; value_of_argument(&value, &name); before = " ") {
        fputs(before, to);
        bash_put_value(to, &value);
    }
    fputs("' ", to);
}

static void bash_arguments(FILE *to, const char *argument, const struct command *command)
{
    struct argument arguments[SYNOPSIS_ARGUMENTS];
    (void)argument;
    (void)command;
    for (size_t i = 0; i < command_count; i++) {
        size_t count = synopsis_arguments(commands[i].synopsis, arguments);
        bool goes_on = count > 0 && arguments[count - 1].repeats;
        fprintf(to, "    %s) arguments=(", commands[i].name);
        for (size_t j = 0; j < count; j++)
            bash_put_argument(to, arguments[j].name);
        fprintf(to, "%s) ;;\n", goes_on ? "" : "any");
    }
}

static void bash_values(FILE *to, const char *argument, const struct command *command)
{
    (void)argument;
    (void)command;
    for (enum option_id id = 0; id < OPTIONS; id++) {
        if (!option_value(id))
            continue;
        struct value value = value_of_option(id);
        fprintf(to, "    %s) value='", option_name(id));
        bash_put_value(to, &value);
        fputs("' ;;\n", to);
    }
}

const struct part bash_parts[] = {
    {"commands", bash_commands},
    {"options", bash_options},
    {"arguments", bash_arguments},
    {"values", bash_values},
    {NULL, NULL},
};
