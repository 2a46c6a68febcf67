#include "views/keeping.h"

#include "profile/stacks.h"
#include "symbols/portable.h"

#include <stdlib.h>
#include <string.h>

/* Lines before the first and after the last of a function's: no view shows more. */
#define MARGIN 5

/* A function's, as views list them: all of its instances together. */
struct kept_line {
    const char *file, *name, *directory; /* interned */
    int line;
};

struct kept_lines {
    struct kept_line *list;
    size_t count, room;
};

static void gather(struct profile *profile, struct kept_lines *lines)
{
    for (uint32_t i = 0; i < profile->locations.count; i++) {
        size_t count;
        const struct stack_frame *frames = location_frames(profile, i, &count);
        for (size_t j = 0; j < count; j++) {
            const struct stack_frame *frame = &frames[j];
            if (!frame->file || frame->line <= 0)
                continue;
            lines->list =
                memory_grow(lines->list, lines->count, &lines->room, sizeof(*lines->list));
            lines->list[lines->count++] =
                (struct kept_line){frame->file, name_plain(profile->strings, frame->name),
                                   frame->directory, frame->line};
        }
    }
}

static int by_file_function_and_line(const void *left, const void *right)
{
    const struct kept_line *a = left, *b = right;
    int order = a->file == b->file ? 0 : strcmp(a->file, b->file);
    if (!order && a->name != b->name)
        order = strcmp(a->name, b->name);
    return order ? order : (a->line > b->line) - (a->line < b->line);
}

static void keep(struct portable *portable, const char *file, const struct source *source,
                 long first, long last)
{
    const char *line;
    size_t count = 0;
    first = first > MARGIN ? first - MARGIN : 1;
    const char **lines = memory_new((size_t)(last + MARGIN - first) + 1, sizeof(*lines));
    while (first + (long)count <= last + MARGIN &&
           (line = source_line(source, first + (long)count)))
        lines[count++] = line;
    if (count > 0)
        portable_add_source(portable, file, first, lines, count);
    free(lines);
}

/* Those of one file; returns how many they are. An archive may be handed on: source alone. */
static size_t keep_file(struct portable *portable, const struct kept_line *lines, size_t count,
                        const struct source_paths *paths)
{
    char error[ERROR_SIZE];
    size_t end = 0;
    struct source *source = source_read(lines->file, lines->directory, paths, error);
    bool kept = source && source->is_source && !source->kept;
    while (end < count && lines[end].file == lines->file) {
        size_t first = end;
        while (end < count && lines[end].file == lines->file &&
               lines[end].name == lines[first].name)
            end++;
        long last = lines[end - 1].line;
        if (kept && last <= (long)source->count) /* else it is another version */
            keep(portable, lines->file, source, lines[first].line, last);
    }
    if (source)
        source_free(source);
    return end;
}

void sources_keep(struct profile *profile, const struct source_paths *paths)
{
    struct kept_lines lines = {0};
    struct portable *portable = symbols_portable(profile->symbols);
    gather(profile, &lines);
    if (lines.count > 0)
        qsort(lines.list, lines.count, sizeof(*lines.list), by_file_function_and_line);
    for (size_t done = 0; done < lines.count;)
        done += keep_file(portable, &lines.list[done], lines.count - done, paths);
    free(lines.list);
}
