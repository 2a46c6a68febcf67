#include "annotations.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

#define PROGRAMS "tests/programs" /* the Makefile runs the tests from the root */

struct parser {
    struct annotations *into;
    const char *file;
    int line;
    size_t open; /* the first annotation that waits for its line of code */
};

/* Not by an assertion: what tests there are is found out where none runs, and that would hang. */
static __attribute__((noreturn, format(printf, 1, 2))) void refuse(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(EXIT_FAILURE);
}

char *source_of(const char *program)
{
    const char *const endings[] = {"c", "cpp", "go"};

    for (size_t i = 0; i < 3; i++) {
        char *file = text_make("%.*s.%s", (int)strcspn(program, "-"), program, endings[i]);
        char *path = text_make(PROGRAMS "/%s", file);
        bool found = access(path, R_OK) == 0;

        free(path);
        if (found)
            return file;
        free(file);
    }
    return NULL;
}

static void add_check(struct parser *parser, struct annotation *annotation, const char *word)
{
    struct check *check = &annotation->checks[annotation->check_count++];

    if (annotation->check_count > MAX_CHECKS ||
        sscanf(word, "%23[a-z-]%2[<=>]%23s", check->key, check->relation, check->value) != 3)
        refuse(PROGRAMS "/%s:%d: \"%s\" is no check", parser->file, parser->line, word);
    for (char *c = check->key; *c; c++)
        *c = *c == '-' ? '_' : *c;
    if (parser->into->suddenly && !strcmp(check->key, "end"))
        annotation->check_count--;
}

static void add_words(struct parser *parser, struct annotation *annotation, char *text)
{
    char *rest = NULL;

    for (char *word = strtok_r(text, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest)) {
        if (annotation->subject == SUBJECT_PROCESS || *annotation->verdict)
            add_check(parser, annotation, word);
        else
            snprintf(*annotation->family ? annotation->verdict : annotation->family,
                     sizeof(annotation->family), "%s", word);
    }
}

/*
 * KIND is what stands between "expect" and the colon: "", "-caller", "@child", "-caller@child",
 * "-1.23".
 */
static void add_annotation(struct parser *parser, const char *kind, char *text)
{
    struct annotations *into = parser->into;
    struct annotation annotation = {.process = "main", .file = basename(parser->file)};
    const char *process = strchr(kind, '@');

    if (!strncmp(kind, "-process", 8))
        annotation.subject = SUBJECT_PROCESS;
    else if (!strncmp(kind, "-caller", 7))
        annotation.subject = SUBJECT_CALLER;
    else if (*kind == '-')
        snprintf(annotation.build, sizeof(annotation.build), "%s", kind);
    if (process)
        snprintf(annotation.process, sizeof(annotation.process), "%s", process + 1);
    add_words(parser, &annotation, text);
    into->items = realloc(into->items, (into->count + 1) * sizeof(annotation));
    into->items[into->count++] = annotation;
}

static void read_file(struct annotations *into, const char *file);

static void read_comment(struct parser *parser, char *comment)
{
    struct annotations *into = parser->into;
    char *colon = strchr(comment, ':');

    if (!strncmp(comment, "expect-no-recording", 19)) {
        into->no_recording = true;
    } else if (!strncmp(comment, "expect", 6) && colon) {
        *colon = '\0';
        add_annotation(parser, comment + 6, colon + 1);
    } else if (!strncmp(comment, "needs: root", 11)) {
        into->needs_root = true;
    } else if (!strncmp(comment, "with: ", 6)) {
        comment[strcspn(comment, "\n")] = '\0';
        read_file(into, comment + 6);
        parser->open = into->count;
    } else if (parser->open < into->count) {
        add_words(parser, &into->items[into->count - 1], comment);
    }
}

static void read_line(struct parser *parser, char *line)
{
    char *text = line + strspn(line, " \t");

    if (!strncmp(text, "//", 2)) {
        read_comment(parser, text + 2 + strspn(text + 2, " "));
        return;
    }
    for (; parser->open < parser->into->count; parser->open++)
        parser->into->items[parser->open].line = parser->line;
}

static void read_file(struct annotations *into, const char *file)
{
    struct parser parser = {.into = into, .open = into->count};
    char *path = text_make(PROGRAMS "/%s", file);
    FILE *stream = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;

    if (!stream || into->file_count == sizeof(into->files) / sizeof(into->files[0]))
        refuse("%s can't be read", path);
    parser.file = into->files[into->file_count++] = strdup(file);
    while (getline(&line, &room, stream) >= 0) {
        parser.line++;
        read_line(&parser, line);
    }
    free(line);
    fclose(stream);
    free(path);
}

/* Of one that is for some builds, and the one above it, which is for the others. */
static void choose_build(struct annotations *annotations, const char *program)
{
    size_t kept = 0;

    for (size_t i = 0; i < annotations->count; i++) {
        const struct annotation *annotation = &annotations->items[i];

        if (*annotation->build && !strstr(program, annotation->build))
            continue;
        kept -= *annotation->build != '\0';
        annotations->items[kept++] = *annotation;
    }
    annotations->count = kept;
}

struct annotations annotations_read(const char *program, bool suddenly)
{
    struct annotations annotations = {.suddenly = suddenly};
    char *file = source_of(program);

    if (!file)
        refuse("the source of " PROGRAMS "/%s is missing", program);
    read_file(&annotations, file);
    choose_build(&annotations, program);
    free(file);
    return annotations;
}

void annotations_forget(struct annotations *annotations)
{
    for (size_t i = 0; i < annotations->file_count; i++)
        free(annotations->files[i]);
    free(annotations->items);
}

static char *head_find(const char *file, const char *key, const char *value)
{
    char *path = text_make(PROGRAMS "/%s", file), *start = text_make("// %s: ", key);
    FILE *stream = fopen(path, "r");
    char line[256], *found = NULL;

    for (int i = 0; stream && !found && i < 10 && fgets(line, sizeof(line), stream); i++)
        if (!strncmp(line, start, strlen(start)) && strstr(line, value))
            found = strndup(line + strlen(start), strcspn(line + strlen(start), "\n"));
    if (stream)
        fclose(stream);
    free(path);
    free(start);
    return found;
}

bool source_says(const char *file, const char *key, const char *value)
{
    char *found = head_find(file, key, value);

    free(found);
    return found != NULL;
}

char *source_value(const char *file, const char *key)
{
    return head_find(file, key, "");
}
