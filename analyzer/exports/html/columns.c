#include "exports/html/columns.h"

#include "base/hash.h"
#include "base/memory.h"

#include <stdbool.h>
#include <string.h>

/* ---- words ---- */

static bool same_word(const void *key, const void *array, uint32_t number)
{
    return strcmp(key, ((const char *const *)array)[number]) == 0;
}

uint32_t words_number(struct words *words, const char *text)
{
    uint64_t hash = hash_text(HASH_SEED, text);
    uint32_t known = index_find(&words->index, hash, text, words->list, same_word);
    if (known != INDEX_NONE)
        return known;
    words->list = memory_grow(words->list, words->count, &words->room, sizeof(*words->list));
    words->list[words->count] = strings_add(words->strings, text);
    index_add(&words->index, hash, (uint32_t)words->count);
    return (uint32_t)words->count++;
}

json_t *words_end(struct words *words)
{
    json_t *json = json_array();
    for (size_t i = 0; i < words->count; i++)
        json_array_append_new(json, json_string(words->list[i]));
    free(words->list);
    index_free(&words->index);
    return json;
}

/* ---- columns ---- */

#define FEW 100 /* two digits say which */
#define LONG INT64_C(1000)

/* Different values, and which of them each row has. */
struct few {
    int64_t values[FEW];
    size_t count;
    bool longer; /* one is */
};

static size_t few_find(const struct few *few, int64_t value)
{
    size_t i = 0;
    while (i < few->count && few->values[i] != value)
        i++;
    return i;
}

/* False if there are too many of them. */
static bool few_gather(struct few *few, const int64_t *values, size_t count)
{
    *few = (struct few){.count = 0};
    for (size_t i = 0, last = 0; i < count; i++) {
        if (i > 0 && values[i] == few->values[last])
            continue;
        last = few_find(few, values[i]);
        if (last == FEW)
            return false;
        if (last < few->count)
            continue;
        few->values[few->count++] = values[i];
        few->longer |= values[i] != COLUMN_NOTHING && (values[i] <= -LONG || values[i] >= LONG);
    }
    return true;
}

static json_t *value_json(int64_t value)
{
    return value == COLUMN_NOTHING ? json_null() : json_integer(value);
}

static json_t *list_json(const int64_t *values, size_t count)
{
    json_t *json = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(json, value_json(values[i]));
    return json;
}

static json_t *few_json(const struct few *few, const int64_t *values, size_t count)
{
    json_t *json = json_object(), *at = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(at, json_integer((json_int_t)few_find(few, values[i])));
    json_object_set_new(json, "values", list_json(few->values, few->count));
    json_object_set_new(json, "at", at);
    return json;
}

json_t *column_json(const int64_t *values, size_t count)
{
    struct few few;
    bool are_few = few_gather(&few, values, count);
    if (are_few && few.count == 1)
        return value_json(values[0]);
    return are_few && few.longer ? few_json(&few, values, count) : list_json(values, count);
}
