#include "views/source.h"

#include "base/memory.h"
#include "base/paths.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* No source is larger; what is, is something else. */
#define LARGEST_SOURCE (64L * 1024 * 1024)

/* A directory of that name opens too, but has no lines. */
static FILE *open_file(const char *path)
{
    struct stat status;
    FILE *file = fopen(path, "re");
    if (file && (fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode) ||
                 status.st_size > LARGEST_SOURCE)) {
        fclose(file);
        errno = ENOENT;
        return NULL;
    }
    return file;
}

/* In a directory, and in all above it. */
static FILE *open_upwards(const char *directory, size_t length, const char *path)
{
    char full[PATH_MAX];
    FILE *file = NULL;
    for (;;) {
        if ((size_t)snprintf(full, sizeof(full), "%.*s/%s", (int)length, directory, path) <
            sizeof(full))
            file = open_file(full);
        if (file || length == 0)
            return file;
        while (length > 0 && directory[length - 1] != '/')
            length--;
        while (length > 0 && directory[length - 1] == '/')
            length--;
    }
}

static FILE *open_source(const char *path, const char *source_path, const char *trim_path,
                         char error[SOURCE_ERROR_SIZE])
{
    char working[PATH_MAX];
    FILE *file = NULL;
    if (!source_path || !*source_path)
        source_path = getcwd(working, sizeof(working)) ? working : ".";
    const char *trimmed = path_trim(path, trim_path, source_path);
    if (*trimmed == '/') {
        file = open_file(trimmed);
        const char *why = strerror(errno);
        if (!file)
            snprintf(error, SOURCE_ERROR_SIZE, "open %.300s: %c%s", trimmed,
                     tolower((unsigned char)*why), why + 1);
        return file;
    }
    for (const char *list = source_path; *list && !file;) {
        size_t length = strcspn(list, ":");
        file = open_upwards(list, length, trimmed);
        list += length + (list[length] == ':');
    }
    if (!file)
        snprintf(error, SOURCE_ERROR_SIZE, "could not find file %.200s on path %.200s", trimmed,
                 source_path);
    return file;
}

static char *read_all(FILE *file)
{
    size_t size = 0, room = 0;
    char *text = memory_grow(NULL, 0, &room, 1);
    size_t got;
    while ((got = fread(text + size, 1, room - size - 1, file)) > 0) {
        size += got;
        if (room - size < 2)
            text = memory_grow(text, room, &room, 1);
    }
    text[size] = '\0';
    return text;
}

static void split(struct source *source)
{
    size_t room = 0;
    char *rest = source->text;
    while (rest && *rest) {
        char *line = strsep(&rest, "\n");
        size_t length = strlen(line);
        if (length > 0 && line[length - 1] == '\r')
            line[length - 1] = '\0';
        source->lines = memory_grow(source->lines, source->count, &room, sizeof(*source->lines));
        source->lines[source->count++] = line;
    }
}

struct source *source_read(const char *path, const char *source_path, const char *trim_path,
                           char error[SOURCE_ERROR_SIZE])
{
    FILE *file = open_source(path, source_path, trim_path, error);
    if (!file)
        return NULL;
    struct source *source = memory_new(1, sizeof(*source));
    source->text = read_all(file);
    fclose(file);
    split(source);
    return source;
}

void source_free(struct source *source)
{
    free(source->lines);
    free(source->text);
    free(source);
}

const char *source_line(const struct source *source, long number)
{
    return number >= 1 && (size_t)number <= source->count ? source->lines[number - 1] : NULL;
}
