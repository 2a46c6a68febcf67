/* collapsed.c - collapsed stacks, the input of flame graph tools. */
#include "exports/exports.h"
#include "exports/stack_sums.h"

#include <inttypes.h>

/* The semicolon parts frames. */
static void write_collapsed_name(FILE *to, const char *name)
{
    for (; *name; name++)
        fputc(*name == ';' ? ':' : *name, to);
}

static void write_sum(FILE *to, const struct selection *selection, const struct stack_sums *sums,
                      const struct stack_sum *sum)
{
    const uint32_t *stack = sums->stacks + sum->first;
    for (uint32_t i = sum->depth; i > 0; i--) {
        write_collapsed_name(to, selection_place(selection, stack[i - 1])->whole);
        fputc(i > 1 ? ';' : ' ', to);
    }
    fprintf(to, "%" PRId64 "\n", sum->values[selection->options.type->id]);
}

void collapsed_write(FILE *to, const struct selection *selection)
{
    struct stack_sums sums;
    stack_sums_make(&sums, selection);
    for (size_t i = 0; i < sums.count; i++) {
        if (sums.list[i].values[selection->options.type->id] > 0)
            write_sum(to, selection, &sums, &sums.list[i]);
    }
    stack_sums_free(&sums);
}
