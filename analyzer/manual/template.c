#include "manual/template.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void template_die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(EXIT_FAILURE);
}

FILE *template_open(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);
    if (!file)
        template_die("%s: %s", path, strerror(errno));
    return file;
}

static void template_include(FILE *to, const char *beside, const char *file,
                             const struct part *parts, const struct command *command)
{
    char path[PATH_MAX];
    const char *slash = strrchr(beside, '/');
    int folder = slash ? (int)(slash + 1 - beside) : 0;
    snprintf(path, sizeof(path), "%.*s%s", folder, beside, file);
    template_fill(to, path, parts, command);
}

static void template_fill_part(FILE *to, char *line, const char *path, const struct part *parts,
                               const struct command *command)
{
    char *argument = line + strcspn(line, " \n");
    if (*argument == ' ')
        *argument++ = '\0';
    argument[strcspn(argument, "\n")] = '\0';
    if (strcmp(line, "include") == 0) {
        template_include(to, path, argument, parts, command);
        return;
    }
    while (parts->name && strcmp(parts->name, line) != 0)
        parts++;
    if (!parts->name)
        template_die("%s: there is no part @%s", path, line);
    parts->write(to, argument, command);
}

void template_fill(FILE *to, const char *path, const struct part *parts,
                   const struct command *command)
{
    FILE *from = template_open(path, "re");
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, from) > 0) {
        if (*line == '@')
            template_fill_part(to, line + 1, path, parts, command);
        else
            fputs(line, to);
    }
    free(line);
    fclose(from);
}
