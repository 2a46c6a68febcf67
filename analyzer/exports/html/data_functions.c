#include "exports/html/data_parts.h"

#include "base/memory.h"
#include "base/numbers.h"

#include <stdlib.h>

#define FUNCTIONS_MOST 200 /* of each sample type, by flat and by cum */
#define UNNAMED UINT32_MAX

/* ---- names by number ---- */

void names_begin(struct names *names, const struct stacks *stacks)
{
    *names = (struct names){.stacks = stacks, .names = json_array(), .places = json_array()};
    names->numbers = memory_new(stacks->function_count, sizeof(*names->numbers));
    for (size_t i = 0; i < stacks->function_count; i++)
        names->numbers[i] = UNNAMED;
}

void names_end(struct names *names)
{
    json_decref(names->names);
    json_decref(names->places);
    free(names->numbers);
}

json_t *names_number(struct names *names, uint32_t function)
{
    uint32_t *number = &names->numbers[function];
    if (*number == UNNAMED) {
        const struct function *named = &names->stacks->functions[function];
        *number = (uint32_t)json_array_size(names->names);
        json_array_append_new(names->names, json_string(named->name));
        json_array_append_new(names->places, json_string(named->place));
    }
    return json_integer(*number);
}

/* ---- functions ---- */

/* One ranking: the most important functions of one type come first. */
struct ranking {
    const struct stacks *stacks;
    size_t type;
    bool cum;
};

static uint64_t rank_of(const struct ranking *ranking, uint32_t function)
{
    const struct function *ranked = &ranking->stacks->functions[function];
    return ranking->cum ? ranked->cum[ranking->type] : ranked->flat[ranking->type];
}

static int by_rank(const void *left, const void *right, void *ranking)
{
    const uint32_t *a = left, *b = right;
    int order = compare_numbers(rank_of(ranking, *b), rank_of(ranking, *a));
    return order ? order : compare_numbers(*a, *b);
}

static void choose_first(const struct ranking *ranking, uint32_t *order, bool *chosen)
{
    size_t count = ranking->stacks->function_count;
    qsort_r(order, count, sizeof(*order), by_rank, (void *)(uintptr_t)ranking);
    for (size_t i = 0; i < count && i < FUNCTIONS_MOST && rank_of(ranking, order[i]) > 0; i++)
        chosen[order[i]] = true;
}

/* Those that matter in any type, which the caller frees. */
static bool *choose_functions(const struct stacks *stacks)
{
    bool *chosen = memory_new(stacks->function_count, sizeof(*chosen));
    uint32_t *order = memory_new(stacks->function_count, sizeof(*order));
    for (uint32_t i = 0; i < stacks->function_count; i++)
        order[i] = i;
    for (size_t type = 0; type < SAMPLE_TYPES; type++) {
        if (stacks->totals[type] == 0)
            continue;
        choose_first(&(struct ranking){stacks, type, false}, order, chosen);
        choose_first(&(struct ranking){stacks, type, true}, order, chosen);
    }
    free(order);
    return chosen;
}

static json_t *function_column(const struct stacks *stacks, const bool *chosen, size_t type,
                               bool cum)
{
    const struct ranking ranking = {stacks, type, cum};
    json_t *column = json_array();
    for (uint32_t i = 0; stacks->totals[type] > 0 && i < stacks->function_count; i++) {
        if (chosen[i])
            json_array_append_new(column, json_count(rank_of(&ranking, i)));
    }
    return column;
}

json_t *data_functions(struct names *names)
{
    const struct stacks *stacks = names->stacks;
    bool *chosen = choose_functions(stacks);
    json_t *json = json_object(), *functions = json_array();
    json_t *flat = json_array(), *cum = json_array();
    for (uint32_t i = 0; i < stacks->function_count; i++) {
        if (chosen[i])
            json_array_append_new(functions, names_number(names, i));
    }
    for (size_t type = 0; type < SAMPLE_TYPES; type++) {
        json_array_append_new(flat, function_column(stacks, chosen, type, false));
        json_array_append_new(cum, function_column(stacks, chosen, type, true));
    }
    size_t omitted = stacks->function_count - json_array_size(functions);
    json_object_set_new(json, "name", functions);
    json_object_set_new(json, "flat", flat);
    json_object_set_new(json, "cum", cum);
    json_object_set_new(json, "omitted", json_count(omitted));
    free(chosen);
    return json;
}
