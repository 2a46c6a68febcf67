/* Help fits a terminal, and still names everything; so does the manual. */
#include "commands/commands.h"
#include "launch/variables.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* What is said about a command, or, for NULL, all; the caller frees it. */
static char *help_of(const struct command *command)
{
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    if (command)
        help_print_command(to, command);
    else
        help_print(to);
    fclose(to);
    return text;
}

/* The last line of a terminal is left to the prompt. */
static void expect_fits(const char *text, const char *what)
{
    size_t lines = 0;
    for (; *text; lines++) {
        size_t width = strcspn(text, "\n");
        cr_expect_leq(width, 80, "%s: %zu columns: %.*s", what, width, (int)width, text);
        text += width + (text[width] == '\n');
    }
    cr_expect_leq(lines, 23, "%s: %zu lines", what, lines);
}

/* As a word of its own: --focus is not found in --tagfocus. */
static bool names(const char *text, const char *dashes, const char *name)
{
    char word[64];
    size_t length = (size_t)snprintf(word, sizeof(word), "%s%s", dashes, name);
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
        if (at > text && strchr(" \n", at[-1]) && strchr(" ,:\n", at[length]))
            return true;
    }
    return false;
}

Test(help, fits_a_terminal)
{
    char *text = help_of(NULL);
    expect_fits(text, "help");
    free(text);
    for (size_t i = 0; i < command_count; i++) {
        text = help_of(&commands[i]);
        expect_fits(text, commands[i].name);
        free(text);
    }
}

Test(help, names_all_commands)
{
    char *text = help_of(NULL);
    for (size_t i = 0; i < command_count; i++)
        cr_expect(names(text, "", commands[i].name), "%s is not named", commands[i].name);
    free(text);
}

Test(help, names_all_options)
{
    for (size_t i = 0; i < command_count; i++) {
        char *text = help_of(&commands[i]);
        for (enum option_id id = 0; id < OPTIONS; id++) {
            const char *name = option_name(id);
            if (options_have(commands[i].options, id))
                cr_expect(names(text, name[1] ? "--" : "-", name), "%s: --%s is not named",
                          commands[i].name, name);
        }
        free(text);
    }
}

Test(help, options_that_have_no_line_are_named_alone)
{
    char *text = help_of(command_find("top"));
    cr_expect(strstr(text, "\n  --focus REGEX "));
    cr_expect(strstr(text, "--edgefraction, "));
    cr_expect_not(strstr(text, option_help(OPTION_EDGEFRACTION)));
    free(text);
}

Test(help, points_to_the_manual)
{
    char *text = help_of(command_find("merge"));
    cr_expect(strstr(text, "\nSee timerleak-merge(1).\n"));
    free(text);
}

/* A file of the manual, by its path from this one; the caller frees it. */
static char *read_manual(const char *name)
{
    char path[512], *text = NULL;
    const char *slash = strrchr(__FILE__, '/');
    size_t size = 0;
    snprintf(path, sizeof(path), "%.*s/../../../analyzer/manual/%s", (int)(slash - __FILE__),
             __FILE__, name);
    FILE *from = fopen(path, "re");
    cr_assert(from, "%s", path);
    cr_assert_gt(getdelim(&text, &size, '\0', from), 0);
    fclose(from);
    return text;
}

Test(help, the_manual_names_all_variables)
{
    char *text = read_manual("man/man1/timerleak.1");
    for (size_t i = 0; variable_at(i); i++) {
        char variable[64];
        snprintf(variable, sizeof(variable), ".It Ev TIMERLEAK_%s\n", variable_at(i)->name);
        cr_expect(strstr(text, variable), "%s is not in timerleak(1)", variable);
    }
    free(text);
}
