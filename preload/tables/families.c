#include "tables/families.h"

#include <string.h>

#include "core/thread.h"
#include "tables/mapfile.h"
#include "tables/strings.h"

struct tlk_family families[TLK_FAMILIES] = {
#define X(number, name, traits) [number] = {name, traits, 0},
    TLK_FAMILIES_OF_SHIM(X)
#undef X
};

#define X(number, name, traits) +1
static uint32_t family_count = 1 TLK_FAMILIES_OF_SHIM(X);
#undef X
static const char *wanted = "";
static uint32_t wanted_unknown; /* names in it that no family has */

/* 0: there is none of that name. */
static uint32_t family_find(const char *name, size_t length)
{
    for (uint32_t i = 1; i < family_count; i++)
        if (strlen(families[i].name) == length && !strncmp(name, families[i].name, length))
            return i;
    return 0;
}

static void families_watch(void)
{
    uint32_t watched = 0, unknown = 0;

    for (const char *name = wanted; *name;) {
        size_t length = strcspn(name, ",");
        uint32_t family = family_find(name, length);

        watched |= 1u << family;
        unknown += family == TLK_NO_FAMILY;
        name += length + (name[length] == ',');
    }
    watched &= ~(1u << TLK_NO_FAMILY);
    gate->families = watched ? watched : ~0u;
    wanted_unknown = unknown;
}

bool families_left_out(void)
{
    uint32_t all = (uint32_t)((UINT64_C(1) << family_count) - 1) & ~(1u << TLK_NO_FAMILY);

    return ~gate->families & all;
}

bool families_in_memory(void)
{
    for (uint32_t i = 1; i < family_count; i++)
        if (family_in_memory(i))
            return true;
    return false;
}

void families_want(const char *names)
{
    wanted = strcmp(names, "all") ? names : "";
    families_watch();
}

/* Again, when one is added: readers never see one that is watched as if it were not. */
void families_describe(void)
{
    uint32_t count = __atomic_load_n(&family_count, __ATOMIC_ACQUIRE);

    for (uint32_t i = 1; i < count; i++) {
        struct tlk_family family = families[i];

        family.watched = family_watched(i);
        recording->families[i] = family;
    }
    recording->families_unknown = wanted_unknown;
    __atomic_store_n(&recording->family_count, count, __ATOMIC_RELEASE);
}

/* Readers of recordings, and lists with commas, take no other. */
static bool is_name(const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return length > 0 && length < sizeof(families->name) && !name[length];
}

/* The lock is held. */
static uint32_t family_make(const char *name, uint32_t traits)
{
    uint32_t family = family_find(name, strlen(name));

    if (family || family_count == TLK_FAMILIES || !is_name(name))
        return family;
    family = family_count;
    strcpy(families[family].name, name);
    families[family].traits = traits;
    __atomic_store_n(&family_count, family + 1, __ATOMIC_RELEASE);
    families_watch();
    if (gate_open())
        families_describe();
    return family;
}

uint32_t families_add(const char *name, uint32_t traits)
{
    uint32_t family = 0;

    if (!section_enter())
        return 0;
    if (lock_take(&catalog_lock)) {
        family = family_make(name, traits);
        lock_give(&catalog_lock);
    }
    section_exit();
    return family;
}
