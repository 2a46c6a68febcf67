#include "cli/pager.h"

#include "base/feed.h"
#include "base/memory.h"
#include "base/progress.h"
#include "base/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    FILE *to; /* NULL: none is begun */
    char *text;
    size_t size;
} page;

FILE *pager_begin(void)
{
    if (!style_followed(stdout))
        return stdout;
    page.to = memory_stream(&page.text, &page.size);
    terminal_lead(page.to, terminal_columns(stdout));
    return page.to;
}

bool pager_reads(FILE *to)
{
    return to && to == page.to;
}

/* Whether it was shown. */
static bool page_through(void)
{
    const char *pager = getenv("TIMERLEAK_PAGER");
    pager = pager ? pager : getenv("PAGER");
    const char *const less[] = {"less", NULL}, *const shell[] = {"sh", "-c", pager, NULL};
    /* Where nobody types nobody can leave it: a CI job may have a terminal of that kind. */
    if (!isatty(STDIN_FILENO) || (pager && (!*pager || strcmp(pager, "cat") == 0)))
        return false;
    setenv("LESS", "FRX", 0); /* quit if all is on one screen; colours; leave the screen as it is */
    setenv("LV", "-c", 0);
    fflush(stdout);
    return feed(pager ? shell : less, page.text, page.size, STDOUT_FILENO) != FEED_NOT_FOUND;
}

void pager_end(void)
{
    progress_end();
    terminal_lead(NULL, 0);
    fclose(page.to);
    page.to = NULL;
    if (page.size > 0 && !page_through())
        fwrite(page.text, 1, page.size, stdout);
    free(page.text);
}
