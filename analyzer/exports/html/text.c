/* text.c - what anybody may have written, as text within the page. */
#include "exports/html/page.h"
#include "profile/stacks.h"

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
    fputs("<code>", to);
    html_text(to, frame->name);
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

void html_stack(FILE *to, struct profile *profile, struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    fputs("<ol class=\"stack\">\n", to);
    for (size_t i = 0; i < depth; i++) {
        fputs("<li>", to);
        html_place(to, &stack[i]);
        fputs("</li>\n", to);
    }
    fputs("</ol>\n", to);
    if (site->truncated)
        fputs("<p class=\"note\">The stack goes deeper than what was kept.</p>\n", to);
    if (!site->unwound)
        fputs("<p class=\"note\">No more of the stack could be taken.</p>\n", to);
}
