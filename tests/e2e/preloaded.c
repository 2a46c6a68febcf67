#include "preloaded.h"

#include "annotations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *program_path(const char *name)
{
    char *relative = text_make("programs/%s", name), *path = built(relative);

    free(relative);
    return path;
}

struct outcome run_bare(const char *name)
{
    char *path = program_path(name);
    const char *const argv[] = {path, NULL};
    struct outcome outcome = command_run(&(struct command){.argv = argv});

    free(path);
    return outcome;
}

/* The shim, and what wraps the library that the program uses. */
static char *objects_of(const char *name)
{
    char *shim = built("libtimerleak.so"), *source = source_of(name), *value = shim;
    char *family = source ? source_value(source, "family") : NULL;

    if (family) {
        char *file = text_make("libtimerleak-%s.so", family + (strncmp(family, "lib", 3) ? 0 : 3));
        char *object = built(file);

        value = text_make("%s:%s", shim, object);
        free(object);
        free(file);
        free(shim);
    }
    free(family);
    free(source);
    return value;
}

/* `before` is what is preloaded in front of the shim, and a colon; or "". */
static struct running start_behind(const char *before, const char *name, const char *first,
                                   const char *second, const char *directory, void (*prepare)(void))
{
    char *path = program_path(name), *shim = objects_of(name);
    char *preload = text_make("LD_PRELOAD=%s%s", before, shim);
    char *output = text_make("TIMERLEAK_OUTPUT=%s/%%e.%%p.tlk", directory);
    const char *const argv[] = {path, first, second, NULL};
    const char *const environment[] = {preload, output, NULL};
    struct running running = command_start(&(struct command){argv, environment, prepare});

    free(path);
    free(shim);
    free(preload);
    free(output);
    return running;
}

struct running start_preloaded(const char *name, const char *first, const char *second,
                               const char *directory, void (*prepare)(void))
{
    return start_behind("", name, first, second, directory, prepare);
}

struct running start_to_halt(const char *name, const char *directory)
{
    char *path = program_path("halted"), *before = text_make("%s:", path);
    struct running running = start_behind(before, name, NULL, NULL, directory, NULL);

    close(running.input);
    running.input = -1;
    free(before);
    free(path);
    return running;
}

struct outcome run_preloaded(const char *name, const char *directory, void (*prepare)(void))
{
    struct running running = start_preloaded(name, NULL, NULL, directory, prepare);

    return command_finish(&running);
}

char *differences(const struct outcome *bare, const struct outcome *preloaded)
{
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);

    if (strcmp(bare->out, preloaded->out))
        fprintf(to, "bare it prints\n%sbut preloaded\n%s", bare->out, preloaded->out);
    if (strcmp(bare->err, preloaded->err))
        fprintf(to, "bare it complains\n%sbut preloaded\n%s", bare->err, preloaded->err);
    if (outcome_code(bare) != outcome_code(preloaded))
        fprintf(to, "bare it ends with %d, but preloaded with %d\n", outcome_code(bare),
                outcome_code(preloaded));
    fclose(to);
    return text;
}
