/* tags.c - how the total is made up by labels. */
#include "base/fit.h"
#include "base/numbers.h"
#include "profile/tags.h"
#include "views/coverage.h"
#include "views/values.h"
#include "views/views.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    const char *key;  /* constant */
    const char *text; /* interned */
    int64_t value;
};

struct table {
    const struct view *view;
    struct entry *entries;
    size_t count, room;
    struct index index;
};

static bool same_tag(const void *key, const void *array, uint32_t number)
{
    const struct entry *wanted = key, *known = (const struct entry *)array + number;
    return wanted->text == known->text && wanted->key == known->key;
}

static void add_tag(struct table *table, const char *key, const char *text, int64_t value)
{
    struct entry entry = {key, strings_add(table->view->selection->profile->strings, text), value};
    uintptr_t words[] = {(uintptr_t)entry.key, (uintptr_t)entry.text};
    uint64_t hash = hash_key(words, sizeof(words));
    uint32_t known = index_find(&table->index, hash, &entry, table->entries, same_tag);
    if (known != INDEX_NONE) {
        table->entries[known].value = value_sum(table->entries[known].value, value);
        return;
    }
    table->entries =
        memory_grow(table->entries, table->count, &table->room, sizeof(*table->entries));
    index_add(&table->index, hash, (uint32_t)table->count);
    table->entries[table->count++] = entry;
}

static void add_sample_tags(struct table *table, const struct selected *selected)
{
    struct tag tags[TAGS_MOST];
    size_t count = sample_tags(selected_sample(selected), tags);
    for (size_t i = 0; i < count; i++) {
        const struct tag *tag = &tags[i];
        struct text number = {""};
        if (!tag->text)
            number = value_text((int64_t)tag->number, tag->unit, table->view->unit);
        add_tag(table, tag->key, tag->text ? tag->text : number.s, selected->value);
    }
}

/* Keys by name, the values of each by size. */
static int by_key_and_value(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order = strcmp(a->key, b->key);
    if (order)
        return order;
    int64_t x = llabs(a->value), y = llabs(b->value);
    if (x != y)
        return x < y ? 1 : -1;
    return strcmp(a->text, b->text);
}

static struct text value_cell(const struct table *table, int64_t value)
{
    const struct selection *selection = table->view->selection;
    struct text text, number, part = value_percentage(value, selection->total);
    number = value_text(value, selection->options.type->unit, table->view->unit);
    if (selection->total > 0)
        snprintf(text.s, sizeof(text.s), "%.24s (%.16s):", number.s, part.s);
    else
        snprintf(text.s, sizeof(text.s), "%.46s:", number.s);
    return text;
}

static int64_t sum_of_key(const struct table *table, size_t first, size_t *end)
{
    int64_t sum = 0;
    size_t i = first;
    for (; i < table->count && strcmp(table->entries[i].key, table->entries[first].key) == 0; i++)
        sum = value_sum(sum, table->entries[i].value);
    *end = i;
    return sum;
}

static void print_total(FILE *to, const struct table *table, const char *key, int64_t sum)
{
    const struct selection *selection = table->view->selection;
    const char *from = selection->options.type->unit, *unit = table->view->unit;
    fprintf(to, " %s: Total %s of %s", key, value_text(sum, from, unit).s,
            value_text(selection->total, from, unit).s);
    if (selection->total > 0)
        fprintf(to, " (%s)", value_percentage(sum, selection->total).s);
    fputc('\n', to);
}

static void print_entry(FILE *to, const struct table *table, const struct entry *entry, int indent,
                        int widest)
{
    size_t limit = terminal_columns(to), before = (size_t)(indent + widest + 2);
    size_t room = limit == COLUMNS_ANY ? limit : limit > before ? limit - before : 0;
    char *text = fit_name(entry->text, room);
    fprintf(to, "%*s %*s %s\n", indent, "", widest, value_cell(table, entry->value).s, text);
    free(text);
}

static void print_keys(FILE *to, const struct table *table)
{
    for (size_t first = 0, end; first < table->count; first = end) {
        int64_t sum = sum_of_key(table, first, &end);
        const char *key = table->entries[first].key;
        int widest = 0, indent = (int)strlen(key) + 2;
        for (size_t i = first; i < end; i++) {
            int width = (int)strlen(value_cell(table, table->entries[i].value).s);
            widest = width > widest ? width : widest;
        }
        print_total(to, table, key, sum);
        for (size_t i = first; i < end; i++)
            print_entry(to, table, &table->entries[i], indent, widest);
        fputc('\n', to);
    }
}

bool view_tags(FILE *to, const struct view *view)
{
    struct table table = {.view = view};
    for (size_t i = 0; i < view->selection->count; i++)
        add_sample_tags(&table, &view->selection->samples[i]);
    if (table.count > 0)
        qsort(table.entries, table.count, sizeof(*table.entries), by_key_and_value);
    coverage_print(to, view->selection->profile);
    print_keys(to, &table);
    free(table.entries);
    index_free(&table.index);
    return true;
}
