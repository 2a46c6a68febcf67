#include "base/fit.h"

#include "base/memory.h"

#include <limits.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define ESCAPE '\033'
#define CUT "…"
#define BETWEEN "  " /* a name and its place */

/* ---- columns ---- */

/* Whatever the user's locale is: all texts are UTF-8. NULL where the system has none. */
static locale_t utf8_locale(void)
{
    static locale_t made;
    if (!made)
        made = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return made;
}

static size_t wide_length(const char *text, size_t *columns)
{
    wchar_t wide;
    mbstate_t state = {0};
    locale_t before = uselocale(utf8_locale());
    size_t length = mbrtowc(&wide, text, MB_LEN_MAX, &state);
    int width = length <= MB_LEN_MAX ? wcwidth(wide) : 1;
    uselocale(before);
    *columns = width < 0 ? 1 : (size_t)width;
    return length > 0 && length <= MB_LEN_MAX ? length : 1;
}

/* Bytes of what comes next, a character or an escape sequence, and how many columns it takes. */
static size_t next_length(const char *text, size_t *columns)
{
    *columns = *text != ESCAPE;
    if (*text == ESCAPE) {
        size_t length = strcspn(text, "m");
        return length + (text[length] == 'm');
    }
    return (unsigned char)*text < 0x80 ? 1 : wide_length(text, columns);
}

static size_t columns_until(const char *text, const char *end)
{
    size_t sum = 0, columns;
    while (*text && text < end) {
        text += next_length(text, &columns);
        sum += columns;
    }
    return sum;
}

size_t fit_columns(const char *text)
{
    return columns_until(text, text + strlen(text));
}

/* ---- lines ---- */

static void print_wrapped(FILE *to, const char *text, size_t limit)
{
    size_t indent = strspn(text, " "), column = 0;
    int hanging = indent > 0 ? (int)indent : 2;
    for (const char *word = text; *word;) {
        const char *start = word + strspn(word, " "), *end = start + strcspn(start, " ");
        size_t columns = columns_until(word, end);
        if (!*start)
            break;
        if (word > text && column + columns > limit) {
            fprintf(to, "\n%*s", hanging, "");
            column = (size_t)hanging;
            columns -= (size_t)(start - word);
            word = start;
        }
        fwrite(word, 1, (size_t)(end - word), to);
        column += columns;
        word = end;
    }
    fputc('\n', to);
}

void fit_say(FILE *to, const char *format, ...)
{
    char *line;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&line, format, arguments) < 0)
        memory_exhausted();
    va_end(arguments);
    print_wrapped(to, line, terminal_columns(to));
    free(line);
}

/* ---- names ---- */

/* Bytes of the longest beginning that has no more columns. */
static size_t head_length(const char *text, size_t columns)
{
    size_t length = 0, taken = 0, width, next;
    while (text[length] && (next = next_length(text + length, &width), taken + width <= columns)) {
        taken += width;
        length += next;
    }
    return length;
}

/* Where the longest end begins that has no more columns. */
static const char *tail_of(const char *text, size_t columns)
{
    size_t left = fit_columns(text), width = 0;
    while (*text && left > columns) {
        text += next_length(text, &width);
        left -= width;
    }
    /* What combines with a character that is gone goes too. */
    for (size_t next; *text && (next = next_length(text, &width), width == 0);)
        text += next;
    return text;
}

/* So many columns of the end, and the beginning as far as there is room. */
static char *cut(const char *text, size_t columns, size_t tail)
{
    char *fitted;
    if (columns == COLUMNS_ANY || fit_columns(text) <= columns)
        return memory_copy(text);
    size_t room = columns > 0 ? columns - 1 : 0;
    tail = tail < room ? tail : room;
    if (asprintf(&fitted, "%.*s" CUT "%s", (int)head_length(text, room - tail), text,
                 tail_of(text, tail)) < 0)
        memory_exhausted();
    return fitted;
}

char *fit_name(const char *name, size_t columns)
{
    return cut(name, columns, columns / 2);
}

static char *join(const char *name, const char *mark, const char *place)
{
    char *text;
    if (asprintf(&text, "%s%s%s%s", name, mark, *place ? BETWEEN : "", place) < 0)
        memory_exhausted();
    return text;
}

/* A path loses whole directories, unless what is left had no slash. */
static char *fit_place(const char *place, size_t columns)
{
    char *fitted = cut(place, columns, columns), *slash = strchr(fitted, '/');
    if (slash && strcmp(fitted, place) != 0) {
        size_t mark = strlen(CUT);
        memmove(fitted + mark, slash, strlen(slash) + 1);
    }
    return fitted;
}

char *fit_call(const char *name, const char *mark, const char *place, size_t columns)
{
    size_t beside = fit_columns(mark) + (*place ? strlen(BETWEEN) : 0);
    size_t name_columns = fit_columns(name), place_columns = fit_columns(place);
    size_t room = columns > beside ? columns - beside : 0;
    if (columns == COLUMNS_ANY || name_columns + place_columns <= room)
        return join(name, mark, place);
    size_t half = room / 2, for_place = name_columns <= room - half ? room - name_columns : half;
    char *fitted_place = fit_place(place, for_place);
    char *fitted_name = fit_name(name, room - fit_columns(fitted_place));
    char *text = join(fitted_name, mark, fitted_place);
    free(fitted_place);
    free(fitted_name);
    return text;
}
