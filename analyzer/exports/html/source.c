#include "exports/html/source.h"

#include "base/memory.h"
#include "base/text.h"
#include "exports/html/page.h"

#include <stdlib.h>
#include <string.h>

#define AROUND 4 /* lines before and after */
#define LONGEST 400
#define TAB 4

static bool same_line(const void *key, const void *array, uint32_t number)
{
    const struct source_line *wanted = key, *known = (const struct source_line *)array + number;
    return wanted->file == known->file && wanted->line == known->line;
}

static uint64_t source_line_hash(const struct source_line *line)
{
    uint64_t words[] = {(uintptr_t)line->file, (uint64_t)line->line};
    return hash_key(words, sizeof(words));
}

static void count_line(struct sources *sources, const struct site *site,
                       const struct stack_frame *frame)
{
    struct source_line key = {.file = frame->file, .line = frame->line};
    uint32_t known =
        index_find(&sources->index, source_line_hash(&key), &key, sources->lines, same_line);
    if (known == INDEX_NONE) {
        known = (uint32_t)sources->count;
        sources->lines =
            memory_grow(sources->lines, sources->count, &sources->room, sizeof(*sources->lines));
        sources->lines[sources->count++] = key;
        index_add(&sources->index, source_line_hash(&key), known);
    }
    struct source_line *line = &sources->lines[known];
    if (line->last == site)
        return;
    line->live += site->counts.live;
    line->created += site->counts.created;
    line->last = site;
}

void sources_make(struct sources *sources, struct profile *profile)
{
    *sources = (struct sources){0};
    for (size_t i = 0; i < profile->known_count; i++) {
        const struct site *site = profile->known[i];
        if (site->dropped || site->paths)
            continue;
        for (size_t j = 0, count; j < site->trace->depth; j++) {
            const struct stack_frame *frames =
                location_frames(profile, site->trace->locations[j], &count);
            for (size_t k = 0; k < count; k++) {
                if (frames[k].file && frames[k].line > 0)
                    count_line(sources, site, &frames[k]);
            }
        }
    }
}

void sources_free(struct sources *sources)
{
    free(sources->lines);
    index_free(&sources->index);
}

/* Tabs become spaces, which are no control characters. */
static void expand_tabs(char shown[LONGEST], const char *text)
{
    size_t length = 0;
    for (; *text && length + TAB < LONGEST; text++) {
        do
            shown[length++] = *text == '\t' ? ' ' : *text;
        while (*text == '\t' && length % TAB != 0);
    }
    shown[length] = '\0';
    text_clean(shown);
}

static void write_line_count(FILE *to, uint64_t count)
{
    fprintf(to, "<td class=\"number\">%s</td>", count > 0 ? text_count(count).s : "");
}

static void write_source_line(FILE *to, const struct sources *sources,
                              const struct stack_frame *frame, int number, const char *text)
{
    struct source_line key = {.file = frame->file, .line = number};
    uint32_t known =
        index_find(&sources->index, source_line_hash(&key), &key, sources->lines, same_line);
    const struct source_line *line = known == INDEX_NONE ? &key : &sources->lines[known];
    char shown[LONGEST];
    expand_tabs(shown, text);
    fputs(number == frame->line ? "<tr class=\"here\">" : "<tr>", to);
    write_line_count(to, line->live);
    write_line_count(to, line->created);
    fprintf(to, "<td class=\"number\">%d</td><td><code>", number);
    html_text(to, shown);
    fputs("</code></td></tr>\n", to);
}

static void write_source_lines(FILE *to, const struct sources *sources,
                               const struct stack_frame *frame, const struct source *source)
{
    fputs("<table class=\"source\"><thead><tr><th scope=\"col\">live</th>"
          "<th scope=\"col\">created</th><th scope=\"col\">line</th><th scope=\"col\">",
          to);
    html_text(to, frame->short_file);
    if (source->differs)
        fputs(" as it was when it was merged; the file here differs", to);
    fputs("</th></tr></thead><tbody>\n", to);
    for (int number = frame->line - AROUND; number <= frame->line + AROUND; number++) {
        const char *text = source_line(source, number);
        if (text)
            write_source_line(to, sources, frame, number, text);
    }
    fputs("</tbody></table>\n", to);
}

bool sources_write(FILE *to, const struct sources *sources, const struct stack_frame *frame,
                   const struct source_paths *paths)
{
    char error[ERROR_SIZE];
    if (!frame->file || frame->line <= 0)
        return false;
    struct source *source = source_read(frame->file, frame->directory, paths, error);
    if (!source)
        return false;
    /* The page may be handed on: nothing but source gets into it. */
    bool there = source->is_source && source_line(source, frame->line);
    if (there)
        write_source_lines(to, sources, frame, source);
    source_free(source);
    return there;
}
