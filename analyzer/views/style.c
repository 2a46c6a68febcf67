#include "views/style.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const escapes[] = {
    [STYLE_PLAIN] = "\033[0m",
    [STYLE_STRONG] = "\033[1m",
    [STYLE_ALARM] = "\033[1;31m",
};

const char *style(FILE *to, enum style wanted)
{
    const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");
    if ((refused && *refused) || !terminal || strcmp(terminal, "dumb") == 0)
        return "";
    return isatty(fileno(to)) ? escapes[wanted] : "";
}
