/*
 * columns.h - tables for the page's script, a column at a time and small: words by number, and no
 * more of a column than its rows differ by.
 */
#ifndef TIMERLEAK_EXPORTS_HTML_COLUMNS_H
#define TIMERLEAK_EXPORTS_HTML_COLUMNS_H

#include "base/index.h"
#include "base/strings.h"

#include <jansson.h>
#include <stdint.h>

/* Texts by number, in the order in which they were met. */
struct words {
    struct strings *strings; /* that keep them */
    const char **list;
    size_t count, room;
    struct index index;
};

uint32_t words_number(struct words *words, const char *text);

/* As JSON; ends the words. */
json_t *words_end(struct words *words);

/* In place of a number: there is none, which is null in JSON. */
#define COLUMN_NOTHING INT64_MIN

/*
 * Of rows that are all alike, the value alone; of few different ones that are long, {values, at}:
 * `at` says by row which of them; else an array.
 */
json_t *column_json(const int64_t *values, size_t count);

#endif
