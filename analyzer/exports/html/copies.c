/* copies.c - what a finding is to be taken along as: a rule that suppresses it, a command. */
#include "base/memory.h"
#include "base/text.h"
#include "exports/html/page.h"
#include "profile/stacks.h"

#include <stdlib.h>
#include <string.h>

static void write_button(FILE *to, const char *what, const char *text, const char *more)
{
    fprintf(to, "<button type=\"button\" class=\"scripted-only copy\"%s data-copy=\"", more);
    html_text(to, text);
    fprintf(to, "\">copy as %s</button>\n", what);
}

/* As an extended regular expression that matches nothing else. */
static void write_pattern(FILE *to, const char *name)
{
    fputc('^', to);
    for (; *name; name++)
        fprintf(to, strchr("\\^$.*+?()[]{}|", *name) ? "\\%c" : "%c", *name);
    fputc('$', to);
}

static char *printed_rule(struct suggestions *suggestions, struct site *site)
{
    char *text;
    size_t size;
    FILE *to = memory_stream(&text, &size);
    suggestion_write(to, suggestions, site);
    fclose(to);
    return text;
}

static char *printed_command(struct profile *profile, struct site *site)
{
    char *pattern, *command;
    size_t size;
    FILE *to = memory_stream(&pattern, &size);
    write_pattern(to, stack_headline(profile, site)->name);
    fclose(to);
    char *word = text_shell_word(pattern);
    to = memory_stream(&command, &size);
    fprintf(to, "timerleak top -cum -focus=%s", word);
    fclose(to);
    free(pattern);
    free(word);
    return command;
}

void html_copies(FILE *to, struct profile *profile, struct suggestions *suggestions,
                 struct site *site)
{
    char *rule = printed_rule(suggestions, site), *command = printed_command(profile, site);
    fputs("<p class=\"copies\">", to);
    write_button(to, "suppression", rule, "");
    write_button(to, "pprof command", command, " data-of-files");
    fputs("<output></output></p>\n", to);
    free(rule);
    free(command);
}

static void write_word(FILE *to, const char *before, const char *text)
{
    char *word = text_shell_word(text);
    fputs(before, to);
    html_text(to, word);
    free(word);
}

void html_files(FILE *to, const struct html_options *options)
{
    if (options->base)
        write_word(to, options->subtract ? " -base=" : " -diff_base=", options->base);
    for (size_t i = 0; i < options->file_count; i++)
        write_word(to, " ", options->files[i]);
}
