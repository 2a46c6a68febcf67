#include "profile/baseline.h"

#include "base/memory.h"
#include "base/numbers.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "timerleak-baseline/1"

static int by_functions(const struct known *a, const struct known *b)
{
    int order = 0;
    for (size_t i = 0; !order && i < a->function_count && i < b->function_count; i++)
        order = strcmp(a->functions[i], b->functions[i]);
    return order ? order : compare_numbers(a->function_count, b->function_count);
}

static int by_site(const void *left, const void *right)
{
    const struct known *a = left, *b = right;
    int order = strcmp(a->family, b->family);
    if (!order)
        order = by_functions(a, b);
    if (!order)
        order = strcmp(a->state, b->state);
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
        free(known->state);
    }
    free(baseline->list);
    free(baseline);
}

struct known *baseline_find(const struct baseline *baseline, const char *fingerprint)
{
    for (size_t i = 0; i < baseline->count; i++) {
        if (strcmp(baseline->list[i].fingerprint, fingerprint) == 0)
            return &baseline->list[i];
    }
    return NULL;
}

static bool has_functions(const struct known *known, const char *const *functions, size_t count)
{
    if (known->function_count != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(known->functions[i], functions[i]) != 0)
            return false;
    }
    return true;
}

const struct known *baseline_find_functions(const struct baseline *baseline, const char *family,
                                            const char *const *functions, size_t count)
{
    for (size_t i = 0; i < baseline->count; i++) {
        if (strcmp(baseline->list[i].family, family) == 0 &&
            has_functions(&baseline->list[i], functions, count))
            return &baseline->list[i];
    }
    return NULL;
}

void baseline_add(struct baseline *baseline, const char *fingerprint, const char *family,
                  const char *state, const char *const *functions, size_t count)
{
    if (baseline_find(baseline, fingerprint))
        return;
    struct known known = {.fingerprint = memory_copy(fingerprint),
                          .family = memory_copy(family),
                          .state = memory_copy(state),
                          .functions = memory_new(count, sizeof(*known.functions)),
                          .function_count = count};
    for (size_t i = 0; i < count; i++)
        known.functions[i] = memory_copy(functions[i]);
    baseline->list =
        memory_grow(baseline->list, baseline->count, &baseline->room, sizeof(*baseline->list));
    size_t at = baseline->count++;
    while (at > 0 && by_site(&known, &baseline->list[at - 1]) < 0) {
        baseline->list[at] = baseline->list[at - 1];
        at--;
    }
    baseline->list[at] = known;
}

/* ---- reading ---- */

/* What people may leave out, or get wrong, without any harm. */
static const char *text_of(const json_t *site, const char *key)
{
    const char *text = json_string_value(json_object_get(site, key));
    return text ? text : "";
}

static bool add_site(struct baseline *baseline, const json_t *site)
{
    const char *fingerprint = json_string_value(json_object_get(site, "fingerprint"));
    const json_t *functions = json_object_get(site, "functions");
    size_t count = json_array_size(functions);
    if (!fingerprint || !*fingerprint)
        return false;
    const char **names = memory_new(count, sizeof(*names));
    for (size_t i = 0; i < count; i++) {
        const char *name = json_string_value(json_array_get(functions, i));
        names[i] = name ? name : "";
    }
    baseline_add(baseline, fingerprint, text_of(site, "family"), text_of(site, "state"), names,
                 count);
    free(names);
    return true;
}

static bool add_sites(struct baseline *baseline, const char *path, const json_t *json,
                      char error[BASELINE_ERROR_SIZE])
{
    const json_t *sites = json_object_get(json, "sites");
    if (strcmp(text_of(json, "schema"), SCHEMA) != 0 || !json_is_array(sites)) {
        snprintf(error, BASELINE_ERROR_SIZE,
                 "%.300s is no baseline: it has no \"schema\": \"" SCHEMA "\" and \"sites\"", path);
        return false;
    }
    for (size_t i = 0; i < json_array_size(sites); i++) {
        if (!add_site(baseline, json_array_get(sites, i))) {
            snprintf(error, BASELINE_ERROR_SIZE, "%.300s: site %zu has no fingerprint", path,
                     i + 1);
            return false;
        }
    }
    return true;
}

static json_t *read_json(const char *path, FILE *from, char error[BASELINE_ERROR_SIZE])
{
    json_error_t problem;
    json_t *json = json_loadf(from, JSON_REJECT_DUPLICATES, &problem);
    if (!json)
        snprintf(error, BASELINE_ERROR_SIZE, "%.200s:%d: %s", path, problem.line, problem.text);
    return json;
}

struct baseline *baseline_read(const char *path, bool may_be_missing,
                               char error[BASELINE_ERROR_SIZE])
{
    FILE *from = fopen(path, "re");
    if (!from && errno == ENOENT && may_be_missing)
        return baseline_new();
    if (!from) {
        snprintf(error, BASELINE_ERROR_SIZE, "%.300s: %s%s", path, strerror(errno),
                 errno == ENOENT ? "; --update-baseline makes it" : "");
        return NULL;
    }
    json_t *json = read_json(path, from, error);
    fclose(from);
    if (!json)
        return NULL;
    struct baseline *baseline = baseline_new();
    if (!add_sites(baseline, path, json, error)) {
        baseline_free(baseline);
        baseline = NULL;
    }
    json_decref(json);
    return baseline;
}

/* ---- writing ---- */

static json_t *site_of(const struct known *known)
{
    json_t *site = json_object(), *functions = json_array();
    json_object_set_new(site, "fingerprint", json_string(known->fingerprint));
    json_object_set_new(site, "family", json_string(known->family));
    json_object_set_new(site, "state", json_string(known->state));
    for (size_t i = 0; i < known->function_count; i++)
        json_array_append_new(functions, json_string(known->functions[i]));
    json_object_set_new(site, "functions", functions);
    return site;
}

void baseline_write(FILE *to, const struct baseline *baseline)
{
    json_t *json = json_object(), *sites = json_array();
    json_object_set_new(json, "schema", json_string(SCHEMA));
    for (size_t i = 0; i < baseline->count; i++)
        json_array_append_new(sites, site_of(&baseline->list[i]));
    json_object_set_new(json, "sites", sites);
    json_dumpf(json, to, JSON_INDENT(2));
    json_decref(json);
    fputc('\n', to);
}
