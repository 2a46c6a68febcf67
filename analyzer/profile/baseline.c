#include "profile/baseline.h"

#include "base/memory.h"
#include "base/named.h"
#include "base/numbers.h"
#include "base/strings.h"
#include "base/text.h"
#include "profile/identity.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "timerleak-baseline/1"
#define LARGEST ((size_t)256 * 1024 * 1024) /* of a file that a run could have made */

static int compare_functions(const struct known *a, const struct known *b)
{
    int order = 0;
    for (size_t i = 0; !order && i < a->function_count && i < b->function_count; i++)
        order = strcmp(a->functions[i], b->functions[i]);
    return order ? order : compare_numbers(a->function_count, b->function_count);
}

static int compare_known(const void *left, const void *right)
{
    const struct known *a = left, *b = right;
    int order = strcmp(a->family, b->family);
    if (!order)
        order = compare_functions(a, b);
    return order ? order : strcmp(a->fingerprint, b->fingerprint);
}

struct baseline *baseline_new(void)
{
    return memory_new(1, sizeof(struct baseline));
}

void baseline_free(struct baseline *baseline)
{
    if (!baseline)
        return;
    for (size_t i = 0; i < baseline->count; i++) {
        struct known *known = &baseline->list[i];
        for (size_t j = 0; j < known->function_count; j++)
            free(known->functions[j]);
        free(known->functions);
        free(known->fingerprint);
        free(known->family);
    }
    index_free(&baseline->fingerprints);
    free(baseline->list);
    free(baseline);
}

/* ---- finding ---- */

static bool same_fingerprint(const void *key, const void *list, uint32_t number)
{
    const struct known *wanted = key, *known = (const struct known *)list + number;
    return strcmp(known->fingerprint, wanted->fingerprint) == 0;
}

struct known *baseline_find(const struct baseline *baseline, const char *fingerprint)
{
    const struct known wanted = {.fingerprint = (char *)(uintptr_t)fingerprint};
    uint32_t found = index_find(&baseline->fingerprints, hash_text(HASH_SEED, fingerprint), &wanted,
                                baseline->list, same_fingerprint);
    return found == INDEX_NONE ? NULL : &baseline->list[found];
}

/* ---- adding ---- */

static void baseline_index(struct baseline *baseline, uint32_t number)
{
    index_add(&baseline->fingerprints, hash_text(HASH_SEED, baseline->list[number].fingerprint),
              number);
}

/* The file is anybody's: a terminal would obey what is in it. */
static char *clean_copy(const char *text)
{
    char *copy = memory_copy(text);
    text_clean(copy);
    return copy;
}

void baseline_add(struct baseline *baseline, const char *fingerprint, const char *family,
                  const char *const *functions, size_t count)
{
    if (baseline_find(baseline, fingerprint))
        return;
    struct known known = {.fingerprint = clean_copy(fingerprint),
                          .family = clean_copy(family),
                          .functions = memory_new(count, sizeof(*known.functions)),
                          .function_count = count};
    for (size_t i = 0; i < count; i++)
        known.functions[i] = clean_copy(functions[i]);
    baseline->list =
        memory_grow(baseline->list, baseline->count, &baseline->room, sizeof(*baseline->list));
    baseline->list[baseline->count] = known;
    baseline_index(baseline, (uint32_t)baseline->count++);
}

void baseline_sort(struct baseline *baseline)
{
    if (baseline->count > 0)
        qsort(baseline->list, baseline->count, sizeof(*baseline->list), compare_known);
    index_free(&baseline->fingerprints);
    baseline->fingerprints = (struct index){0};
    for (size_t i = 0; i < baseline->count; i++)
        baseline_index(baseline, (uint32_t)i);
}

/* ---- reading ---- */

/* What people may leave out, or get wrong, without any harm. */
static const char *text_or_empty(const json_t *site, const char *key)
{
    const char *text = json_string_value(json_object_get(site, key));
    return text ? text : "";
}

/*
 * Fingerprints of older files are of a state too: what is written for people is what counts, so
 * that those that differ in state alone, or in what a compiler made of a name, are one. Where they
 * left it out, the fingerprint stands.
 */
static void renew_fingerprint(char fingerprint[FINGERPRINT_SIZE], const char *old,
                              const char *family, const char *const *functions, size_t count)
{
    if (*family && count > 0)
        snprintf(fingerprint, FINGERPRINT_SIZE, "%016" PRIx64 "%s",
                 identity_hash(family, functions, count), old + strcspn(old, "-"));
    else
        snprintf(fingerprint, FINGERPRINT_SIZE, "%s", old);
}

static bool baseline_add_site(struct baseline *baseline, struct strings *strings,
                              const json_t *site)
{
    const char *old = text_or_empty(site, "fingerprint"), *family = text_or_empty(site, "family");
    const json_t *functions = json_object_get(site, "functions");
    size_t count = json_array_size(functions);
    char fingerprint[FINGERPRINT_SIZE];
    if (!*old)
        return false;
    const char **names = memory_new(count, sizeof(*names));
    for (size_t i = 0; i < count; i++) {
        const char *name = json_string_value(json_array_get(functions, i));
        names[i] = strings_add(strings, name ? name : "");
    }
    count = identity_fold(strings, names, count);
    renew_fingerprint(fingerprint, old, family, names, count);
    baseline_add(baseline, fingerprint, family, names, count);
    free(names);
    return true;
}

static bool add_sites(struct baseline *baseline, const char *path, const json_t *json,
                      char error[ERROR_SIZE])
{
    const json_t *sites = json_object_get(json, "sites");
    if (strcmp(text_or_empty(json, "schema"), SCHEMA) != 0 || !json_is_array(sites)) {
        error_set(error,
                  "%.300s is no baseline: it has no \"schema\": \"" SCHEMA "\" and \"sites\"",
                  path);
        return false;
    }
    struct strings *strings = strings_new();
    size_t added = 0, count = json_array_size(sites);
    while (added < count && baseline_add_site(baseline, strings, json_array_get(sites, added)))
        added++;
    strings_free(strings);
    if (added < count)
        error_set(error, "%.300s: site %zu has no fingerprint", path, added + 1);
    return added == count;
}

static json_t *read_json(const char *path, const char *text, size_t size, char error[ERROR_SIZE])
{
    json_error_t problem;
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);
    if (!json)
        error_set(error, "%.200s:%d: %s", path, problem.line, problem.text);
    return json;
}

struct baseline *baseline_read(const char *path, bool may_be_missing, char error[ERROR_SIZE])
{
    const struct named_rules rules = {.most = LARGEST};
    const char *why;
    size_t size;
    char *text = named_read(path, &rules, &size, &why);
    if (!text && errno == ENOENT && may_be_missing)
        return baseline_new();
    if (!text) {
        error_set(error, "%.300s: %s%s", path, why,
                  errno == ENOENT ? "; --update-baseline makes it" : "");
        return NULL;
    }
    json_t *json = read_json(path, text, size, error);
    free(text);
    if (!json)
        return NULL;
    struct baseline *baseline = baseline_new();
    if (!add_sites(baseline, path, json, error)) {
        baseline_free(baseline);
        baseline = NULL;
    }
    json_decref(json);
    if (baseline)
        baseline_sort(baseline);
    return baseline;
}

/* ---- writing ---- */

static json_t *json_of_known(const struct known *known)
{
    json_t *site = json_object(), *functions = json_array();
    json_object_set_new(site, "fingerprint", json_string(known->fingerprint));
    json_object_set_new(site, "family", json_string(known->family));
    for (size_t i = 0; i < known->function_count; i++)
        json_array_append_new(functions, json_string(known->functions[i]));
    json_object_set_new(site, "functions", functions);
    return site;
}

void baseline_write(FILE *to, struct baseline *baseline)
{
    baseline_sort(baseline);
    json_t *json = json_object(), *sites = json_array();
    json_object_set_new(json, "schema", json_string(SCHEMA));
    for (size_t i = 0; i < baseline->count; i++)
        json_array_append_new(sites, json_of_known(&baseline->list[i]));
    json_object_set_new(json, "sites", sites);
    json_dumpf(json, to, JSON_INDENT(2));
    json_decref(json);
    fputc('\n', to);
}
