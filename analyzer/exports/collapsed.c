#include "exports/collapsed.h"

#include "exports/stack_sums.h"

#include <inttypes.h>

/* The semicolon parts frames. */
static void write_name(FILE *to, const char *name)
{
    for (; *name; name++)
        fputc(*name == ';' ? ':' : *name, to);
}

static void write_row(FILE *to, const struct selection *selection, const struct rows *rows,
                      const struct row *row)
{
    const uint32_t *stack = rows->stacks + row->first;
    for (uint32_t i = row->depth; i > 0; i--) {
        write_name(to, selection_place(selection, stack[i - 1])->label);
        fputc(i > 1 ? ';' : ' ', to);
    }
    fprintf(to, "%" PRId64 "\n", row->values[selection->options.type->id]);
}

void collapsed_write(FILE *to, const struct selection *selection)
{
    struct rows rows;
    rows_make(&rows, selection);
    for (size_t i = 0; i < rows.count; i++) {
        if (rows.list[i].values[selection->options.type->id] > 0)
            write_row(to, selection, &rows, &rows.list[i]);
    }
    rows_free(&rows);
}
