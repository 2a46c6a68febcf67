#include "profile/makers.h"

#include "base/paths.h"
#include "recording/archive.h"

#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many files are looked at, at most: programs that became each other, and their parents. */
#define MOST_FILES 256

struct search {
    struct generations *generations;
    unsigned files;
    int pid; /* whose files are looked at */
    uint64_t session;
};

/* What glob() would take for a pattern is escaped. */
static char *escaped(const char *text, size_t length)
{
    size_t size = 0;
    char *pattern = memory_new(2 * length + 1, 1);
    for (size_t i = 0; i < length; i++) {
        if (strchr("*?[\\", text[i]))
            pattern[size++] = '\\';
        pattern[size++] = text[i];
    }
    return pattern;
}

static void note_recording(struct recording *recording, void *context)
{
    struct search *search = context;
    if (recording->header.pid == search->pid && recording->header.session == search->session)
        generations_note(search->generations, recording, false);
}

static void note_files(struct search *search, char *pattern)
{
    glob_t found;
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc && search->files++ < MOST_FILES; i++)
            recordings_each(found.gl_pathv[i], note_recording, NULL, search);
        globfree(&found);
    }
    free(pattern);
}

__attribute__((format(printf, 1, 2))) static char *pattern_make(const char *format, ...)
{
    char *pattern;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&pattern, format, arguments) < 0)
        memory_exhausted();
    va_end(arguments);
    return pattern;
}

/* Their names have the pid, but for the first of a session, if its name was given. */
static void note_process(struct search *search, const struct generation *one, int pid)
{
    char own[16];
    search->pid = pid;
    search->session = one->session;
    const char *name = path_last(one->path);
    snprintf(own, sizeof(own), ".%d", one->pid);
    const char *stem = strstr(name, own);
    char *folder = escaped(one->path, (size_t)(name - one->path));
    char *first = escaped(one->path, (size_t)((stem ? stem : name) - one->path));
    note_files(search, pattern_make("%s*.%d.tlk", folder, pid));
    note_files(search, pattern_make("%s*.%d.*.tlk", folder, pid));
    note_files(search, pattern_make("%s.tlk", first));
    free(folder);
    free(first);
}

/* Whether any recording of the process from before then is there. */
static bool is_noted(const struct generations *generations, const struct generation *after, int pid)
{
    for (size_t i = 0; i < generations->count; i++) {
        const struct generation *one = &generations->list[i];
        if (one->pid == pid && one->session == after->session && one->start < after->start)
            return true;
    }
    return false;
}

void makers_note(struct generations *generations)
{
    struct search search = {.generations = generations};
    /* Those that are found are looked at in their turn. */
    for (size_t i = 0; i < generations->count && search.files < MOST_FILES; i++) {
        const struct generation one = generations->list[i];
        if (!one.inherits || one.forked)
            continue;
        if (!is_noted(generations, &one, one.pid))
            note_process(&search, &one, one.pid);
        if (!is_noted(generations, &one, one.pid) && !is_noted(generations, &one, one.ppid))
            note_process(&search, &one, one.ppid);
    }
}
