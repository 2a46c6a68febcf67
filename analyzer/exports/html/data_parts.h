/*
 * html/data_parts.h - the parts of the page's data: see html/data.h for what they hold.
 */
#ifndef TIMERLEAK_EXPORTS_HTML_DATA_PARTS_H
#define TIMERLEAK_EXPORTS_HTML_DATA_PARTS_H

#include "exports/html/stacks.h"
#include "exports/json.h"

/*
 * Functions by number. They get their numbers when they are first used: most functions of a large
 * profile never are.
 */
struct names {
    const struct stacks *stacks;
    uint32_t *numbers; /* by function */
    json_t *names, *places;
};

void names_begin(struct names *names, const struct stacks *stacks);
void names_end(struct names *names);
json_t *names_number(struct names *names, uint32_t function);

/* The caller owns each. */
json_t *data_tree(struct names *names);
json_t *data_functions(struct names *names);
json_t *data_graphs(struct names *names, struct profile *profile);
json_t *data_histories(struct profile *profile);

#endif
