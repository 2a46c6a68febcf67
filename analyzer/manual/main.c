/*
 * main.c - writes manual pages and completion: a program of the build's own. The tables of commands
 * and options say what there is, the files below man and completion what is to be said about it.
 */
#include "manual/template.h"

#include <limits.h>

static const char *source, *target;

/* From a file of that name to one of that name. */
static void manual_write_file(const char *name, const struct part *parts,
                              const struct command *command)
{
    char from[PATH_MAX], to[PATH_MAX];
    snprintf(from, sizeof(from), "%s/%s", source, name);
    snprintf(to, sizeof(to), "%s/%s", target, name);
    FILE *file = template_open(to, "we");
    template_fill(file, from, parts, command);
    bool written = !ferror(file);
    if (fclose(file) != 0 || !written)
        template_die("%s: it can't be written", to);
}

static void manual_write_pages(void)
{
    char name[64];
    for (size_t i = 0; i < command_count; i++) {
        snprintf(name, sizeof(name), "man/man1/timerleak-%s.1", commands[i].name);
        manual_write_file(name, page_parts, &commands[i]);
    }
    manual_write_file("man/man1/timerleak.1", page_parts, NULL);
    manual_write_file("man/man1/timerleak-ci-report.1", page_parts, NULL);
    manual_write_file("man/man5/timerleak-recording.5", page_parts, NULL);
    manual_write_file("man/man5/timerleak-suppressions.5", page_parts, NULL);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        template_die("usage: %s SOURCE TARGET", argv[0]);
    source = argv[1];
    target = argv[2];
    manual_write_pages();
    manual_write_file("completion/timerleak.bash", bash_parts, NULL);
    manual_write_file("completion/_timerleak", zsh_parts, NULL);
    manual_write_file("completion/timerleak.fish", fish_parts, NULL);
    return 0;
}
