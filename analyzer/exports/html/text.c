/* text.c - what anybody may have written, as text within the page. */
#include "exports/html/page.h"
#include "profile/runtime.h"
#include "profile/stacks.h"

#include <stdlib.h>
#include <string.h>

static const char *html_entity(char character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_text(FILE *to, const char *text)
{
    for (; *text; text++) {
        const char *escaped = html_entity(*text);
        if (escaped)
            fputs(escaped, to);
        else
            fputc(*text, to);
    }
}

/* A '<' is only ever part of a JSON string: outside of them there is none. */
static int write_json_escaped(const char *buffer, size_t size, void *to)
{
    for (size_t i = 0; i < size; i++) {
        if (buffer[i] == '<')
            fputs("\\u003c", to);
        else
            fputc(buffer[i], to);
    }
    return ferror((FILE *)to) ? -1 : 0;
}

bool html_json(FILE *to, const json_t *json)
{
    return json_dump_callback(json, write_json_escaped, to, JSON_COMPACT) == 0;
}

void html_place(FILE *to, const struct stack_frame *frame)
{
    const char *shown = frame_shown(frame), *whole = frame_whole(frame);
    fputs("<code", to);
    if (strcmp(shown, whole) != 0) {
        fputs(" title=\"", to);
        html_text(to, whole);
        fputs("\"", to);
    }
    fputs(">", to);
    html_text(to, shown);
    fputs("</code>", to);
    if (*stack_mark(frame))
        fprintf(to, " <span class=\"place\">%s</span>", stack_mark(frame) + 1);
    if (!frame->short_file && !(frame->function && frame->module))
        return;
    fputs(" <span class=\"place\">", to);
    html_text(to, frame->short_file ? frame->short_file : frame->module->name);
    if (frame->short_file && frame->line > 0)
        fprintf(to, ":%d", frame->line);
    fputs("</span>", to);
}

static void write_frame(FILE *to, const struct stack_frame *frame, bool own)
{
    fprintf(to, "<li%s>", own ? " class=\"own\"" : "");
    html_place(to, frame);
    fputs("</li>\n", to);
}

void html_stack(FILE *to, struct profile *profile, struct site *site, const char *part)
{
    size_t depth, left = 0;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    enum boilerplate *kinds = stack_boilerplate(stack, depth);
    size_t own = stack_first_own(stack, kinds, depth);
    fputs("<ol class=\"stack\">\n", to);
    for (size_t i = 0; i < depth; i++) {
        size_t run = left == 0 ? boilerplate_run(kinds, depth, i) : 0;
        if (run > 0)
            fprintf(to, "<li><details id=\"%s-%s-%zu\"><summary>%s</summary><ol>\n", part, site->id,
                    i, boilerplate_text(kinds[i], run).s);
        write_frame(to, &stack[i], i > 0 && i == own);
        left = run > 0 ? run : left;
        if (left > 0 && --left == 0)
            fputs("</ol></details></li>\n", to);
    }
    fputs("</ol>\n", to);
    free(kinds);
    if (site->truncated)
        fputs("<p class=\"note\">The stack goes deeper than what was kept.</p>\n", to);
    if (!site->unwound)
        fputs("<p class=\"note\">No more of the stack could be taken.</p>\n", to);
}
