#include "base/strings.h"

#include "base/hash.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    UT_hash_handle hh;
    char text[];
};

struct strings {
    struct entry *entries;
};

struct strings *strings_new(void)
{
    return memory_new(1, sizeof(struct strings));
}

void strings_free(struct strings *set)
{
    struct entry *entry, *next;
    if (!set)
        return;
    HASH_ITER (hh, set->entries, entry, next) {
        HASH_DEL(set->entries, entry);
        free(entry);
    }
    free(set);
}

const char *strings_add(struct strings *set, const char *text)
{
    size_t length = strlen(text);
    struct entry *known;
    /* What is in the set is clean: a text that is found as it stands is, too. */
    HASH_FIND(hh, set->entries, text, length, known);
    if (known)
        return known->text;
    struct entry *added = memory_new(1, sizeof(*added) + length + 1);
    memcpy(added->text, text, length);
    text_clean(added->text);
    HASH_FIND(hh, set->entries, added->text, length, known);
    if (known) {
        free(added);
        return known->text;
    }
    HASH_ADD_KEYPTR(hh, set->entries, added->text, length, added);
    return added->text;
}
