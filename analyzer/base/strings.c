#include "base/strings.h"

#include "base/index.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct strings {
    char **list;
    size_t count, room;
    struct index index;
};

struct strings *strings_new(void)
{
    return memory_new(1, sizeof(struct strings));
}

void strings_free(struct strings *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++)
        free(set->list[i]);
    free(set->list);
    index_free(&set->index);
    free(set);
}

static bool same_interned(const void *text, const void *list, uint32_t number)
{
    return strcmp(((char *const *)list)[number], text) == 0;
}

static const char *strings_find(const struct strings *set, uint64_t hash, const char *text)
{
    uint32_t known = index_find(&set->index, hash, text, set->list, same_interned);
    return known == INDEX_NONE ? NULL : set->list[known];
}

const char *strings_add(struct strings *set, const char *text)
{
    size_t length = strlen(text);
    uint64_t hash = hash_key(text, length);
    /* What is in the set is clean: a text that is found as it stands is, too. */
    const char *known = strings_find(set, hash, text);
    if (known)
        return known;
    char *added = memory_copy(text);
    text_clean(added);
    if (memcmp(added, text, length) != 0) {
        hash = hash_key(added, length);
        known = strings_find(set, hash, added);
    }
    if (known) {
        free(added);
        return known;
    }
    set->list = memory_grow(set->list, set->count, &set->room, sizeof(*set->list));
    index_add(&set->index, hash, (uint32_t)set->count);
    return set->list[set->count++] = added;
}
