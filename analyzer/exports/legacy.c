/* legacy.c - a heap profile in text, for google-pprof. */
#include "exports/exports.h"
#include "exports/stack_sums.h"

#include <inttypes.h>

/* Two dashes part inlined functions. */
static void write_legacy_name(FILE *to, const char *name)
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
    for (size_t i = 0; i < selection->frames->places.count; i++) {
        fprintf(to, "0x%zx ", i + 1);
        write_legacy_name(to, selection_place(selection, (uint32_t)i)->whole);
        fputc('\n', to);
    }
    fprintf(to, "---\n");
}

struct values {
    uint64_t value, created;
};

static uint64_t positive_part(int64_t value)
{
    return value > 0 ? (uint64_t)value : 0;
}

static struct values values_of(const struct stack_sum *sum, enum sample_type_id type)
{
    return (struct values){positive_part(sum->values[type]),
                           positive_part(sum->values[SAMPLE_CREATED])};
}

static void write_legacy_values(FILE *to, struct values values)
{
    fprintf(to, "%" PRIu64 ": %" PRIu64 " [%" PRIu64 ": %" PRIu64 "] @", values.value, values.value,
            values.created, values.created);
}

static struct values legacy_total(const struct stack_sums *sums, enum sample_type_id type)
{
    struct values total = {0};
    for (size_t i = 0; i < sums->count; i++) {
        struct values values = values_of(&sums->list[i], type);
        total.value += values.value;
        total.created += values.created;
    }
    return total;
}

void legacy_write(FILE *to, const struct selection *selection)
{
    enum sample_type_id type = selection->options.type->id;
    struct stack_sums sums;
    stack_sums_make(&sums, selection);
    write_symbols(to, selection);
    fprintf(to, "heap profile: ");
    write_legacy_values(to, legacy_total(&sums, type));
    fprintf(to, " heapprofile\n");
    for (size_t i = 0; i < sums.count; i++) {
        const struct stack_sum *sum = &sums.list[i];
        fprintf(to, " ");
        write_legacy_values(to, values_of(sum, type));
        for (uint32_t j = 0; j < sum->depth; j++)
            fprintf(to, " 0x%x", sums.stacks[sum->first + j] + 1);
        fputc('\n', to);
    }
    stack_sums_free(&sums);
}
