#include "profile/families.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *function, *kind;
} kinds[] = {
    {"gt_after", "after"},
    {"gt_tick", "tick"},
    {"gt_timer_new", "timer"},
    {"gt_timer_pool_get", "timer"},
    {"gt_ticker_new", "ticker"},
    {"gt_after_func", "func"},
    {"gt_after_func_with", "func"},
    {"gt_scheduler_start", "task"},
    {"gt_ctx_with_timeout", "context"},
    {"gt_ctx_with_deadline", "context"},
};

const char *kind_of(const char *function)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (strcmp(kinds[i].function, function) == 0)
            return kinds[i].kind;
    }
    return NULL;
}

struct text kind_label(uint64_t family, const char *function)
{
    const char *kind = family == TLK_GOTIME ? kind_of(function) : NULL;
    struct text text;
    snprintf(text.s, sizeof(text.s), "%s%s%s", family_name(family), kind ? "/" : "",
             kind ? kind : "");
    return text;
}
