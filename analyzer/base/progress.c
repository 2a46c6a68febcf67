#include "base/progress.h"

#include "base/clock.h"
#include "base/fit.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLEAR_LINE "\r\033[K"

struct progress_patience progress_patience = {.first = 1000000000, .next = 100000000};

static struct {
    bool begun, shown;
    uint64_t due; /* when a line is shown next */
} now;

/* As it is read very often, the quickest does. */
#define CLOCK CLOCK_MONOTONIC_COARSE

void progress_begin(void)
{
    progress_end();
    now.begun = style_followed(stderr);
    now.due = clock_now(CLOCK) + progress_patience.first;
}

static void write_line(const char *text)
{
    /* What can't be told is nobody's to be told of. */
    now.shown = write(STDERR_FILENO, text, strlen(text)) > 0;
}

void progress(const char *what, size_t done, size_t total)
{
    char line[256], all[64] = "";
    if (!now.begun || clock_now(CLOCK) < now.due)
        return;
    now.due = clock_now(CLOCK) + progress_patience.next;
    if (total > 0)
        snprintf(all, sizeof(all), " of %s", text_count(total).s);
    snprintf(line, sizeof(line), "%.100s: %s%s", what, text_count(done).s, all);
    char *fitted = fit_name(line, terminal_columns(stderr) - 1);
    snprintf(line, sizeof(line), CLEAR_LINE "%s", fitted);
    free(fitted);
    write_line(line);
}

void progress_hide(void)
{
    if (now.shown)
        write_line(CLEAR_LINE);
    now.shown = false;
}

void progress_end(void)
{
    progress_hide();
    now.begun = false;
}
