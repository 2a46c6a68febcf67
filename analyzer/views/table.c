#include "views/table.h"

#include <assert.h>
#include <stdlib.h>

#define INDENT 4 /* of the second line and those after it */

void table_begin(struct table *table, FILE *to)
{
    *table = (struct table){.to = to, .room = COLUMNS_ANY};
}

void table_add(struct table *table, struct column column)
{
    assert(table->count < TABLE_MOST);
    table->columns[table->count++] = column;
}

void table_lay_out(struct table *table)
{
    size_t limit = terminal_columns(table->to), taken = 0;
    if (limit == COLUMNS_ANY)
        return;
    for (size_t i = 0; i < table->count; i++) {
        const struct column *column = &table->columns[i];
        size_t least = i + 1 < table->count ? column->width : FIT_LEAST;
        table->breaks[i] = i > 0 && taken + column->gap + least > limit;
        taken = (table->breaks[i] ? INDENT : taken + column->gap) + column->width;
    }
    table->room = limit > taken ? limit - taken : 0;
}

size_t table_room(const struct table *table)
{
    return table->room;
}

/* What is written when a cell follows that is not empty. */
struct pending {
    bool line;
    size_t blanks;
};

static void print_cell(const struct table *table, size_t number, const char *text,
                       struct pending *pending)
{
    const struct column *column = &table->columns[number];
    size_t width = fit_columns(text), padding = column->width > width ? column->width - width : 0;
    if (table->breaks[number])
        *pending = (struct pending){.line = true, .blanks = INDENT};
    else
        pending->blanks += column->gap;
    if (column->side == RIGHT)
        pending->blanks += padding;
    if (*text) {
        fprintf(table->to, "%s%*s%s", pending->line ? "\n" : "", (int)pending->blanks, "", text);
        *pending = (struct pending){0};
    }
    pending->blanks += column->side == LEFT ? padding : 0;
}

void table_print_row(const struct table *table, const char *const cells[])
{
    struct pending pending = {0};
    for (size_t i = 0; i < table->count; i++)
        print_cell(table, i, cells[i], &pending);
    fputc('\n', table->to);
}

void table_print_below(const struct table *table, const char *word, const char *name)
{
    size_t left = 0, width = fit_columns(word);
    for (size_t i = 0; i < table->count; i++)
        left = (table->breaks[i] ? INDENT : left + table->columns[i].gap) + table->columns[i].width;
    char *fitted = fit_name(name, table->room == COLUMNS_ANY ? table->room
                                  : table->room > width      ? table->room - width
                                                             : 0);
    fprintf(table->to, "%*s%s%s\n", (int)left, "", word, fitted);
    free(fitted);
}

void table_print_head(const struct table *table)
{
    const char *heads[TABLE_MOST];
    for (size_t i = 0; i < table->count; i++)
        heads[i] = table->columns[i].head;
    table_print_row(table, heads);
}
