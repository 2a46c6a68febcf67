#include "views/style.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const escapes[] = {
    [STYLE_PLAIN] = "\033[0m",
    [STYLE_STRONG] = "\033[1m",
    [STYLE_ALARM] = "\033[1;31m",
};

bool style_followed(FILE *to)
{
    const char *terminal = getenv("TERM");
    return terminal && strcmp(terminal, "dumb") != 0 && isatty(fileno(to));
}

const char *style(FILE *to, enum style wanted)
{
    const char *refused = getenv("NO_COLOR");
    if (refused && *refused)
        return "";
    return style_followed(to) ? escapes[wanted] : "";
}
