#include "exports/legacy.h"

#include "exports/stack_sums.h"

#include <inttypes.h>

/* Two dashes part inlined functions. */
static void write_name(FILE *to, const char *name)
{
    for (; *name; name++) {
        fputc(*name, to);
        if (name[0] == '-' && name[1] == '-')
            fputc(' ', to);
    }
}

/* Every place gets an address of its own: with symbols at hand, nobody asks what lies there. */
static void write_symbols(FILE *to, const struct selection *selection)
{
    fprintf(to, "--- symbol\nbinary=%s\n", selection->profile->processes[0]->exe);
    for (size_t i = 0; i < selection_place_count(selection); i++) {
        fprintf(to, "0x%zx ", i + 1);
        write_name(to, selection_place(selection, (uint32_t)i)->label);
        fputc('\n', to);
    }
    fprintf(to, "---\n");
}

struct values {
    uint64_t value, created;
};

static uint64_t positive(int64_t value)
{
    return value > 0 ? (uint64_t)value : 0;
}

static struct values values_of(const struct row *row, enum sample_type_id type)
{
    return (struct values){positive(row->values[type]), positive(row->values[SAMPLE_CREATED])};
}

static void write_values(FILE *to, struct values values)
{
    fprintf(to, "%" PRIu64 ": %" PRIu64 " [%" PRIu64 ": %" PRIu64 "] @", values.value, values.value,
            values.created, values.created);
}

static struct values total_of(const struct rows *rows, enum sample_type_id type)
{
    struct values total = {0};
    for (size_t i = 0; i < rows->count; i++) {
        struct values values = values_of(&rows->list[i], type);
        total.value += values.value;
        total.created += values.created;
    }
    return total;
}

void legacy_write(FILE *to, const struct selection *selection)
{
    enum sample_type_id type = selection->options.type->id;
    struct rows rows;
    rows_make(&rows, selection);
    write_symbols(to, selection);
    fprintf(to, "heap profile: ");
    write_values(to, total_of(&rows, type));
    fprintf(to, " heapprofile\n");
    for (size_t i = 0; i < rows.count; i++) {
        const struct row *row = &rows.list[i];
        fprintf(to, " ");
        write_values(to, values_of(row, type));
        for (uint32_t j = 0; j < row->depth; j++)
            fprintf(to, " 0x%x", rows.stacks[row->first + j] + 1);
        fputc('\n', to);
    }
    rows_free(&rows);
}
