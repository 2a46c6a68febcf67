#include "manual/template.h"

#include "manual/values.h"

/* Within single quotes. */
static void fish_put_quoted(FILE *to, const char *text)
{
    fputc('\'', to);
    for (; *text; text++)
        fprintf(to, "%s%c", *text == '\'' || *text == '\\' ? "\\" : "", *text);
    fputc('\'', to);
}

/* What offers a value; no other files than those. */
static void fish_put_offer(FILE *to, const struct value *value)
{
    static const char *const offers[VALUE_KINDS] = {
        [VALUE_RECORDING] = "(__timerleak_recordings)",
        [VALUE_FILE] = "(__fish_complete_path)",
        [VALUE_DIRECTORY] = "(__fish_complete_directories)",
        [VALUE_PID] = "(__timerleak_pids)",
        [VALUE_COMMAND] = "(__timerleak_program)",
    };
    fputs(" -x", to);
    if (offers[value->kind])
        fprintf(to, " -a '%s'", offers[value->kind]);
    else if (value->kind == VALUE_WORD)
        fprintf(to, " -a '%s'", value->words);
    else if (value->kind == VALUE_LIST)
        fprintf(to, " -a '(__fish_complete_list , \"string split \\\" \\\" -- \\\"%s\\\"\")'",
                value->words);
}

static void fish_commands(FILE *to, const char *argument, const struct command *command)
{
    (void)argument;
    (void)command;
    for (size_t i = 0; i < command_count; i++) {
        fprintf(
            to,
            "complete -c timerleak -n '__timerleak_begins; or __timerleak_awaits help 0' -a %s -d ",
            commands[i].name);
        fish_put_quoted(to, commands[i].summary);
        fputc('\n', to);
    }
}

static void fish_valued(FILE *to, const char *argument, const struct command *command)
{
    (void)argument;
    (void)command;
    for (size_t i = 0; i < command_count; i++) {
        fprintf(to, "        case %s\n            string split -n ' ' '", commands[i].name);
        for (enum option_id id = 0; id < OPTIONS; id++) {
            if (options_have(commands[i].options, id) && option_value(id))
                fprintf(to, "%s ", option_name(id));
        }
        fputs("'\n", to);
    }
}

static void fish_put_option(FILE *to, const char *condition, enum option_id id)
{
    const char *name = option_name(id);
    fprintf(to, "complete -c timerleak -n '%s' -%c %s -d ", condition, name[1] ? 'l' : 's', name);
    fish_put_quoted(to, option_help(id));
    if (option_value(id)) {
        struct value value = value_of_option(id);
        fish_put_offer(to, &value);
    }
    fputc('\n', to);
}

static void fish_put_argument(FILE *to, const struct command *command,
                              const struct argument *argument, size_t before)
{
    const char *name = argument->name;
    struct value value;
    while (value_of_argument(&value, &name)) {
        bool goes_on = argument->repeats || value.kind == VALUE_COMMAND;
        fprintf(to, "complete -c timerleak -n '__timerleak_awaits %s %zu%s'", command->name, before,
                goes_on ? " more" : "");
        fish_put_offer(to, &value);
        fputc('\n', to);
    }
}

static void fish_put_command(FILE *to, const struct command *command)
{
    struct argument arguments[SYNOPSIS_ARGUMENTS];
    size_t count = synopsis_arguments(command->synopsis, arguments);
    char condition[64];
    snprintf(condition, sizeof(condition),
             value_ends_in_program(arguments, count) ? "__timerleak_is_before_program %s"
                                                     : "__timerleak_is %s",
             command->name);
    for (enum option_id id = 0; id < OPTIONS; id++) {
        if (options_have(command->options, id))
            fish_put_option(to, condition, id);
    }
    for (size_t i = 0; i < count; i++)
        fish_put_argument(to, command, &arguments[i], i);
}

static void fish_complete(FILE *to, const char *argument, const struct command *command)
{
    (void)argument;
    (void)command;
    for (size_t i = 0; i < command_count; i++)
        fish_put_command(to, &commands[i]);
}

const struct part fish_parts[] = {
    {"commands", fish_commands},
    {"valued", fish_valued},
    {"complete", fish_complete},
    {NULL, NULL},
};
