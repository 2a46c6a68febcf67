#include "symbols/portable_text.h"

#include "base/memory.h"
#include "base/text.h"

#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "timerleak-symbols/1"
#define MOST_BUILD_ID 64
/* Longer lists are damage: what is written has none. */
#define MOST_FRAMES 256
#define MOST_CALLS 256
/* Text of a few bytes may take hundreds as JSON: what it takes is limited, too. */
#define MOST_JSON ((size_t)1 << 30)

/* ---- as text ---- */

struct writing {
    FILE *to;
    const char **strings; /* interned, but for the first */
    size_t count, room;
    struct index index;
};

static bool same_string(const void *wanted, const void *strings, uint32_t number)
{
    return ((const char *const *)strings)[number] == *(const char *const *)wanted;
}

static void string_keep(struct writing *writing, const char *string)
{
    writing->strings =
        memory_grow(writing->strings, writing->count, &writing->room, sizeof(*writing->strings));
    writing->strings[writing->count++] = string;
}

static size_t string_number(struct writing *writing, const char *string)
{
    if (!string)
        return 0;
    uint64_t hash = hash_key(&string, sizeof(string));
    uint32_t known = index_find(&writing->index, hash, &string, writing->strings, same_string);
    if (known != INDEX_NONE)
        return known;
    index_add(&writing->index, hash, (uint32_t)writing->count);
    string_keep(writing, string);
    return writing->count - 1;
}

static void write_text(FILE *to, const char *text)
{
    json_t *json = json_string(text);
    if (!json || json_dumpf(json, to, JSON_ENCODE_ANY) != 0)
        memory_exhausted();
    json_decref(json);
}

/* JSON's numbers, where they are whole, are read as signed ones. */
static void write_number(FILE *to, uint64_t number)
{
    fprintf(to, "%" PRId64, (int64_t)number);
}

static void write_addresses(struct writing *writing, const struct portable_module *module)
{
    FILE *to = writing->to;
    for (size_t i = 0; i < module->address_count; i++) {
        const struct known_address *known = &module->addresses[i];
        fputs(i == 0 ? "[" : ",\n[", to);
        write_number(to, known->address);
        for (uint32_t j = 0; j < known->count; j++) {
            const struct symbol *symbol = &module->symbols[known->first + j];
            fprintf(to, ",%zu", string_number(writing, symbol->function));
            fprintf(to, ",%zu", string_number(writing, symbol->signature));
            fprintf(to, ",%zu", string_number(writing, symbol->file));
            fprintf(to, ",%zu", string_number(writing, symbol->directory));
            fprintf(to, ",%d,%d", symbol->line, symbol->inlined);
        }
        fputc(']', to);
    }
}

static void write_tail_calls(struct writing *writing, const struct portable_module *module)
{
    FILE *to = writing->to;
    for (size_t i = 0; i < module->passage_count; i++) {
        const struct known_passage *passage = &module->passages[i];
        const struct portable_target *target = &passage->target;
        fputs(i == 0 ? "[" : ",\n[", to);
        write_number(to, passage->address);
        fprintf(to, ",%" PRIu32 ",", target->module ? target->module->number + 1 : 0);
        write_number(to,
                     target->module ? target->address : string_number(writing, target->function));
        for (uint32_t j = 0; j < passage->count; j++) {
            fputc(',', to);
            write_number(to, module->calls[passage->first + j]);
        }
        fputc(']', to);
    }
}

static void write_module(struct writing *writing, const struct portable_module *module)
{
    FILE *to = writing->to;
    fputs("{\"path\":", to);
    write_text(to, module->path);
    fputs(",\"build_id\":\"", to);
    for (size_t i = 0; i < module->build_id_size; i++)
        fprintf(to, "%02x", module->build_id[i]);
    fputc('"', to);
    if (module->code.end > 0) {
        fputs(",\"code\":[", to);
        write_number(to, module->code.start);
        fputc(',', to);
        write_number(to, module->code.end);
        fputc(',', to);
        write_number(to, module->code.offset);
        fputc(']', to);
    }
    if (module->problem) {
        fputs(",\"problem\":", to);
        write_text(to, module->problem);
    }
    fputs(",\n\"addresses\":[", to);
    write_addresses(writing, module);
    fputs("],\n\"tail_calls\":[", to);
    write_tail_calls(writing, module);
    fputs("]}", to);
}

static void write_source(struct writing *writing, const struct portable_source *source)
{
    FILE *to = writing->to;
    fprintf(to, "{\"file\":%zu,\"first\":%ld,\"lines\":[", string_number(writing, source->file),
            source->first);
    for (size_t i = 0; i < source->count; i++) {
        fputs(i == 0 ? "" : ",\n", to);
        write_text(to, source->lines[i]);
    }
    fputs("]}", to);
}

void portable_write(const struct portable *portable, FILE *to)
{
    struct writing writing = {.to = to};
    string_keep(&writing, "");
    fputs("{\"schema\":\"" SCHEMA "\",\n\"modules\":[", to);
    for (size_t i = 0; i < portable->count; i++) {
        fputs(i == 0 ? "\n" : ",\n", to);
        write_module(&writing, portable->modules[i]);
    }
    fputs("],\n\"sources\":[", to);
    for (size_t i = 0; i < portable->source_count; i++) {
        fputs(i == 0 ? "\n" : ",\n", to);
        write_source(&writing, &portable->sources[i]);
    }
    fputs("],\n\"strings\":[", to);
    for (size_t i = 0; i < writing.count; i++) {
        fputs(i == 0 ? "" : ",\n", to);
        write_text(to, writing.strings[i]);
    }
    fputs("]}\n", to);
    free(writing.strings);
    index_free(&writing.index);
}

/* ---- from text ---- */

struct reading {
    struct portable *portable;
    const char **strings;
    size_t string_count;
    struct portable_module **modules;
    size_t module_count;
    struct symbol_list list; /* of one address */
};

static bool read_number(const json_t *array, size_t at, uint64_t *number)
{
    const json_t *json = json_array_get(array, at);
    *number = (uint64_t)json_integer_value(json);
    return json_is_integer(json);
}

static bool read_below(const json_t *array, size_t at, uint64_t limit, uint64_t *number)
{
    return read_number(array, at, number) && *number < limit;
}

/* NULL for number 0. */
static bool read_string(const struct reading *reading, const json_t *array, size_t at,
                        const char **string)
{
    uint64_t number;
    if (!read_below(array, at, reading->string_count, &number))
        return false;
    *string = number > 0 ? reading->strings[number] : NULL;
    return true;
}

static bool read_strings(struct reading *reading, const json_t *json)
{
    const json_t *strings = json_object_get(json, "strings");
    size_t count = json_array_size(strings);
    if (!json_is_array(strings) || count >= UINT32_MAX)
        return false;
    reading->strings = memory_new(count + 1, sizeof(*reading->strings));
    for (; reading->string_count < count; reading->string_count++) {
        const char *text = json_string_value(json_array_get(strings, reading->string_count));
        if (!text)
            return false;
        reading->strings[reading->string_count] = strings_add(reading->portable->strings, text);
    }
    return true;
}

#define SYMBOL_NUMBERS 6

static bool read_symbol(const struct reading *reading, const json_t *row, size_t at,
                        struct symbol *symbol)
{
    uint64_t line, inlined;
    *symbol = (struct symbol){0};
    if (!read_string(reading, row, at, &symbol->function) || !symbol->function ||
        !read_string(reading, row, at + 1, &symbol->signature) ||
        !read_string(reading, row, at + 2, &symbol->file) ||
        !read_string(reading, row, at + 3, &symbol->directory) ||
        !read_below(row, at + 4, INT_MAX, &line) || !read_below(row, at + 5, 2, &inlined))
        return false;
    symbol->line = (int)line;
    symbol->inlined = inlined;
    return true;
}

static bool read_address(struct reading *reading, struct portable_module *module, const json_t *row)
{
    struct symbol_list *list = &reading->list;
    uint64_t address;
    size_t size = json_array_size(row);
    if (!read_number(row, 0, &address) || size % SYMBOL_NUMBERS != 1 ||
        size / SYMBOL_NUMBERS > MOST_FRAMES)
        return false;
    list->count = 0;
    for (size_t at = 1; at < size; at += SYMBOL_NUMBERS) {
        list->symbols =
            memory_grow(list->symbols, list->count, &list->room, sizeof(*list->symbols));
        if (!read_symbol(reading, row, at, &list->symbols[list->count++]))
            return false;
    }
    portable_add(module, address, list);
    return true;
}

static bool read_tail_call(struct reading *reading, struct portable_module *module,
                           const json_t *row)
{
    uint64_t calls[MOST_CALLS], address, number;
    size_t size = json_array_size(row);
    struct portable_target target = {0};
    if (size < 3 || size - 3 > MOST_CALLS || !read_number(row, 0, &address) ||
        !read_below(row, 1, reading->module_count + 1, &number))
        return false;
    if (number > 0)
        target.module = reading->modules[number - 1];
    if (number > 0 ? !read_number(row, 2, &target.address)
                   : !read_string(reading, row, 2, &target.function) || !target.function)
        return false;
    for (size_t i = 3; i < size; i++) {
        if (!read_number(row, i, &calls[i - 3]))
            return false;
    }
    portable_add_tail_calls(module, address, &target, calls, size - 3);
    return true;
}

static bool read_build_id(const char *text, uint8_t build_id[MOST_BUILD_ID], size_t *size)
{
    size_t length = text ? strlen(text) : 1;
    if (length % 2 != 0 || length / 2 > MOST_BUILD_ID ||
        (length > 0 && strspn(text, "0123456789abcdef") != length))
        return false;
    *size = length / 2;
    for (size_t i = 0; i < *size; i++) {
        const char digits[] = {text[2 * i], text[2 * i + 1], '\0'};
        build_id[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return true;
}

static bool read_code(struct portable_module *module, const json_t *json)
{
    struct symbol_code code;
    if (!json)
        return true;
    if (!read_number(json, 0, &code.start) || !read_number(json, 1, &code.end) ||
        !read_number(json, 2, &code.offset))
        return false;
    portable_set_code(module, &code);
    return true;
}

/* Which it is; what is known of it follows when all are known. */
static bool read_module(struct reading *reading, const json_t *json)
{
    uint8_t build_id[MOST_BUILD_ID];
    size_t size;
    const char *path = json_string_value(json_object_get(json, "path"));
    const json_t *problem = json_object_get(json, "problem");
    if (!path ||
        !read_build_id(json_string_value(json_object_get(json, "build_id")), build_id, &size))
        return false;
    struct portable_module *module = portable_module(reading->portable, path, build_id, size);
    reading->modules[reading->module_count++] = module;
    if (problem && !json_is_string(problem))
        return false;
    if (problem)
        portable_set_problem(module, json_string_value(problem));
    return read_code(module, json_object_get(json, "code"));
}

static bool read_rows(struct reading *reading, struct portable_module *module, const json_t *json,
                      const char *name,
                      bool (*read)(struct reading *reading, struct portable_module *module,
                                   const json_t *row))
{
    const json_t *rows = json_object_get(json, name);
    bool fine = json_is_array(rows);
    for (size_t i = 0; fine && i < json_array_size(rows); i++)
        fine = read(reading, module, json_array_get(rows, i));
    return fine;
}

static bool read_source(struct reading *reading, const json_t *json)
{
    const json_t *lines = json_object_get(json, "lines"), *first = json_object_get(json, "first");
    const json_int_t file = json_integer_value(json_object_get(json, "file"));
    size_t count = json_array_size(lines);
    if (!json_is_array(lines) || file <= 0 || (size_t)file >= reading->string_count ||
        json_integer_value(first) < 1 || json_integer_value(first) > INT_MAX)
        return false;
    const char **texts = memory_new(count + 1, sizeof(*texts));
    bool fine = true;
    for (size_t i = 0; fine && i < count; i++) {
        texts[i] = json_string_value(json_array_get(lines, i));
        fine = texts[i];
    }
    if (fine)
        portable_add_source(reading->portable, reading->strings[file],
                            (long)json_integer_value(first), texts, count);
    free(texts);
    return fine;
}

static bool read_sources(struct reading *reading, const json_t *json)
{
    const json_t *sources = json_object_get(json, "sources");
    bool fine = json_is_array(sources);
    for (size_t i = 0; fine && i < json_array_size(sources); i++)
        fine = read_source(reading, json_array_get(sources, i));
    return fine;
}

static bool read_all(struct reading *reading, const json_t *json)
{
    const json_t *modules = json_object_get(json, "modules");
    size_t count = json_array_size(modules);
    bool fine = json_is_array(modules) && read_strings(reading, json);
    reading->modules = memory_new(count + 1, sizeof(struct portable_module *));
    for (size_t i = 0; fine && i < count; i++)
        fine = read_module(reading, json_array_get(modules, i));
    for (size_t i = 0; fine && i < count; i++) {
        const json_t *module = json_array_get(modules, i);
        fine = read_rows(reading, reading->modules[i], module, "addresses", read_address) &&
               read_rows(reading, reading->modules[i], module, "tail_calls", read_tail_call);
    }
    return fine && read_sources(reading, json);
}

static size_t json_room;

static void *json_allocate(size_t size)
{
    if (size > json_room)
        return NULL;
    json_room -= size;
    return malloc(size);
}

static json_t *json_limited(const char *text, size_t size, json_error_t *error)
{
    json_room = MOST_JSON;
    json_set_alloc_funcs(json_allocate, free);
    json_t *json = json_loadb(text, size, 0, error);
    json_set_alloc_funcs(malloc, free);
    if (!json && !*error->text)
        snprintf(error->text, sizeof(error->text), "they take too much memory");
    return json;
}

bool portable_read(struct portable *portable, const char *text, size_t size, char error[ERROR_SIZE])
{
    struct reading reading = {.portable = portable};
    json_error_t parsed;
    json_t *json = json_limited(text, size, &parsed);
    const char *schema = json_string_value(json_object_get(json, "schema"));
    if (!json)
        return error_set(error, "its names are damaged: %s", parsed.text);
    bool known = schema && strcmp(schema, SCHEMA) == 0;
    bool fine = known && read_all(&reading, json);
    if (!known)
        error_set(error, "its names are of another version, \"%.40s\", and are not read",
                  schema ? schema : "");
    else if (!fine)
        error_set(error, "its names are damaged: they are no table of the schema " SCHEMA);
    free(reading.strings);
    free(reading.modules);
    free(reading.list.symbols);
    json_decref(json);
    return fine;
}
