/*
 * table.h - columns that stand below their heads. Where a terminal has not room for all of them
 * beside each other, each row takes several lines, and so do the heads, broken at the same columns.
 */
#ifndef TIMERLEAK_VIEWS_TABLE_H
#define TIMERLEAK_VIEWS_TABLE_H

#include "base/fit.h"

#define TABLE_MOST 24

enum side { LEFT, RIGHT };

struct column {
    const char *head; /* "": none */
    size_t width;     /* of the last: 0, it takes what is left, see table_room() */
    enum side side;
    size_t gap; /* blanks between it and the one before */
};

struct table {
    FILE *to;
    struct column columns[TABLE_MOST];
    size_t count;
    bool breaks[TABLE_MOST]; /* it begins a line */
    size_t room;
};

/* Starts with no column. */
void table_begin(struct table *table, FILE *to);

/* Adds a column to the right. */
void table_add(struct table *table, struct column column);

/* When all are added: where lines are broken. */
void table_lay_out(struct table *table);

void table_print_head(const struct table *table);

/* Columns of the last cell; COLUMNS_ANY: any number. */
size_t table_room(const struct table *table);

/* The cell of each column. */
void table_print_row(const struct table *table, const char *const cells[]);

/* A line of its own below the last column, with a name that is fitted in. */
void table_print_below(const struct table *table, const char *word, const char *name);

#endif
