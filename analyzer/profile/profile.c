#include "profile/profile.h"

#include "base/numbers.h"
#include "profile/history.h"

#include <stdlib.h>
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

struct profile *profile_new(void)
{
    struct profile *profile = memory_new(1, sizeof(*profile));
    profile->strings = strings_new();
    profile->symbols = symbols_new(profile->strings);
    profile->modules = memory_grow(NULL, 0, &profile->module_room, sizeof(*profile->modules));
    profile->modules[profile->module_count++] = NULL;
    return profile;
}

static void free_sites(struct profile *profile)
{
    struct site *site, *next;
    HASH_ITER (hh, profile->site_table, site, next) {
        HASH_DEL(profile->site_table, site);
        free(site->stack);
        history_free(site);
        free(site);
    }
    free(profile->sites);
}

static void free_modules(struct profile *profile)
{
    struct module *module, *next;
    HASH_ITER (hh, profile->module_table, module, next) {
        HASH_DEL(profile->module_table, module);
        free(module->key);
        free(module);
    }
    free(profile->modules);
}

static void free_processes(struct profile *profile)
{
    for (size_t i = 0; i < profile->process_count; i++) {
        free(profile->processes[i]->argv);
        free(profile->processes[i]);
    }
    free(profile->processes);
}

void profile_renew(struct profile *profile)
{
    free_processes(profile);
    free_sites(profile);
    samples_free(&profile->samples);
    profile->processes = NULL;
    profile->process_count = profile->process_room = 0;
    profile->sites = NULL;
    profile->site_count = profile->site_room = 0;
    profile->samples = (struct samples){0};
    profile->timer_count = 0;
}

void profile_free(struct profile *profile)
{
    free_processes(profile);
    free_sites(profile);
    samples_free(&profile->samples);
    locations_free(&profile->locations);
    free_modules(profile);
    free(profile->timers);
    symbols_free(profile->symbols);
    strings_free(profile->strings);
    free(profile);
}

void counts_add(struct counts *to, const struct counts *from)
{
    /* All members are uint64_t sums: the structure is a row of them. */
    _Static_assert(sizeof(*to) % sizeof(uint64_t) == 0, "nothing but counts");
    uint64_t *sum = (uint64_t *)to;
    const uint64_t *part = (const uint64_t *)from;
    for (size_t i = 0; i < sizeof(*to) / sizeof(*sum); i++)
        sum[i] = count_sum(sum[i], part[i]);
}

void profile_add_up(struct profile *profile)
{
    profile->totals = (struct counts){0};
    for (size_t i = 0; i < profile->site_count; i++)
        counts_add(&profile->totals, &profile->sites[i]->counts);
    uint64_t together = 0;
    for (size_t i = 0; i < profile->process_count; i++)
        together = count_sum(together, profile->processes[i]->peak);
    if (profile->totals.peak > together)
        profile->totals.peak = together;
}

void counts_scale(struct counts *counts, uint64_t factor)
{
    uint64_t *count = (uint64_t *)counts;
    for (size_t i = 0; i < sizeof(*counts) / sizeof(*count); i++)
        count[i] = count_product(count[i], factor);
}

uint64_t counts_value(const struct counts *counts, const struct sample_type *type)
{
    switch (type->id) {
    case SAMPLE_LIVE:
        return counts->live;
    case SAMPLE_CREATED:
        return counts->created;
    case SAMPLE_ARMED:
        return counts->armed;
    case SAMPLE_FIRED:
        return counts->fired;
    case SAMPLE_STOPPED:
        return counts->stopped;
    case SAMPLE_RELEASED:
        return counts->released;
    case SAMPLE_AGE:
        return counts->age;
    case SAMPLE_WAKEUPS:
    case SAMPLE_TYPES:
        return 0;
    default:
        return counts->states[type->id - SAMPLE_NEVER_ARMED];
    }
}
