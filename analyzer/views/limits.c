#include "views/limits.h"

#include "base/text.h"
#include "profile/limits.h"

static void print_limit(FILE *to, const struct limit *limit)
{
    fprintf(to, "%s: %s of %s", limit->name, text_count(limit->used).s,
            limit->limit == UINT64_MAX ? "unlimited" : text_count(limit->limit).s);
    if (limit->growth > 0)
        fprintf(to, "; at +%s", text_rate(limit->growth).s);
    if (limit->reached > 0)
        fprintf(to, " the limit is reached in %s", text_duration(limit->reached).s);
    else if (limit->growth > 0 && limit->used >= limit->limit)
        fprintf(to, ": the limit is reached");
    fputc('\n', to);
}

void limits_print(FILE *to, const struct process *process)
{
    struct limit limits[LIMITS];
    limits_of_process(process, limits);
    for (size_t i = 0; i < LIMITS; i++) {
        if (limits[i].used > 0 && (limits[i].growth > 0 || process->alive))
            print_limit(to, &limits[i]);
    }
}
