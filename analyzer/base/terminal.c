#include "base/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_USUAL 80

static struct {
    FILE *to;
    size_t columns;
} led;

void terminal_lead(FILE *to, size_t columns)
{
    led.to = to;
    led.columns = columns;
}

/* Standard error has none of its own: see errors_clean(). */
static int descriptor_of(FILE *to)
{
    return to == stderr ? STDERR_FILENO : fileno(to);
}

static bool is_led(FILE *to)
{
    return to && to == led.to;
}

static size_t columns_of_terminal(int descriptor)
{
    struct winsize size;
    const char *said = getenv("COLUMNS");
    long columns = said ? strtol(said, NULL, 10) : 0;
    if (columns > 0)
        return (size_t)columns;
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return COLUMNS_USUAL;
}

size_t terminal_columns(FILE *to)
{
    if (is_led(to))
        return led.columns;
    int descriptor = descriptor_of(to);
    return isatty(descriptor) ? columns_of_terminal(descriptor) : COLUMNS_ANY;
}

static const char *const escapes[] = {
    [STYLE_PLAIN] = "\033[0m",
    [STYLE_STRONG] = "\033[1m",
    [STYLE_ALARM] = "\033[1;31m",
};

bool style_followed(FILE *to)
{
    const char *terminal = getenv("TERM");
    return terminal && strcmp(terminal, "dumb") != 0 && (is_led(to) || isatty(descriptor_of(to)));
}

const char *style(FILE *to, enum style wanted)
{
    const char *refused = getenv("NO_COLOR");
    if (refused && *refused)
        return "";
    return style_followed(to) ? escapes[wanted] : "";
}
