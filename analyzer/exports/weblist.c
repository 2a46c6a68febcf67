/* weblist.c - the source of functions, with values at each line, as a page. */
#include "base/memory.h"
#include "exports/exports.h"
#include "exports/html/page.h"

#include <stdlib.h>
#include <string.h>

static const char head[] = "<!DOCTYPE html>\n"
                           "<html lang=\"en\">\n"
                           "<meta charset=\"utf-8\">\n"
                           "<title>timerleak weblist</title>\n"
                           "<style>:root { color-scheme: light dark }</style>\n"
                           "<pre>\n";

/* Lines to which timers belong stand out: they begin with a value, not with dots. */
static void print_line(FILE *to, const char *line)
{
    const char *cum = line + strspn(line, " ");
    cum += strcspn(cum, " ");
    cum += strspn(cum, " ");
    bool valued = *line == ' ' && *cum && *cum != '.';
    fputs(valued ? "<b>" : "", to);
    html_text(to, line);
    fputs(valued ? "</b>\n" : "\n", to);
}

bool weblist_write(FILE *to, const struct view *view)
{
    char *text, *line;
    size_t size;
    FILE *list = memory_stream(&text, &size);
    bool found = view_list(list, view);
    fclose(list);
    if (found)
        fputs(head, to);
    for (char *rest = text; found && (line = strsep(&rest, "\n")) && rest;)
        print_line(to, line);
    if (found)
        fputs("</pre>\n", to);
    free(text);
    return found;
}
