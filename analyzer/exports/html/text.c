#include "exports/html/text.h"

static const char *entity(char character)
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
        const char *escaped = entity(*text);
        if (escaped)
            fputs(escaped, to);
        else
            fputc(*text, to);
    }
}

/* A '<' is only ever part of a JSON string: outside of them there is none. */
static int write_escaped(const char *buffer, size_t size, void *to)
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
    return json_dump_callback(json, write_escaped, to, JSON_COMPACT) == 0;
}
