#include "profile/families.h"

#include "recording.h"

#include <stdio.h>
#include <string.h>

static const char *const family_names[TLK_FAMILIES] = {
    [0] = "any",
    [TLK_POSIX] = "posix",
    [TLK_TIMERFD] = "timerfd",
    [TLK_ITIMER] = "itimer",
    [TLK_GOTIME] = "gotime",
};

const char *family_name(uint64_t family)
{
    return family_names[family];
}

uint64_t family_find(const char *name, size_t length)
{
    for (uint64_t family = 1; family < TLK_FAMILIES; family++) {
        if (strlen(family_names[family]) == length &&
            memcmp(family_names[family], name, length) == 0)
            return family;
    }
    return 0;
}

bool family_parse(const char *list, uint64_t *families, struct text *unknown)
{
    *families = list ? 0 : UINT64_MAX;
    while (list && *list) {
        size_t length = strcspn(list, ",");
        uint64_t family = family_find(list, length);
        if (!family) {
            snprintf(unknown->s, sizeof(unknown->s), "%.*s", (int)length, list);
            return false;
        }
        *families |= UINT64_C(1) << family;
        list += length + (list[length] == ',');
    }
    return true;
}

struct family_list family_list(uint64_t families, const char *separator)
{
    struct family_list list = {""};
    size_t length = 0;
    for (uint64_t family = 1; family < TLK_FAMILIES; family++) {
        if (families >> family & 1)
            length += (size_t)snprintf(list.s + length, sizeof(list.s) - length, "%s%s",
                                       length > 0 ? separator : "", family_name(family));
    }
    return list;
}

/* ---- what gotime makes ---- */

static const struct {
    const char *function, *kind;
} gotime_kinds[] = {
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

const char *gotime_kind(const char *function)
{
    for (size_t i = 0; i < sizeof(gotime_kinds) / sizeof(*gotime_kinds); i++) {
        if (strcmp(gotime_kinds[i].function, function) == 0)
            return gotime_kinds[i].kind;
    }
    return NULL;
}

struct text family_label(uint64_t family, const char *function)
{
    const char *kind = family == TLK_GOTIME ? gotime_kind(function) : NULL;
    struct text text;
    snprintf(text.s, sizeof(text.s), "%s%s%s", family_name(family), kind ? "/" : "",
             kind ? kind : "");
    return text;
}
