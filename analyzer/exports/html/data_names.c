#include "exports/html/data_parts.h"

#include "base/memory.h"

#include <stdlib.h>

#define UNNAMED UINT32_MAX

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

json_t *data_number(uint64_t value)
{
    return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}
