#include "symbols/portable.h"

#include "base/index.h"
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
/* More of one file are not kept: each is compared with all. */
#define MOST_RUNS 1000
/* Text of a few bytes may take hundreds as JSON: what it takes is limited, too. */
#define MOST_JSON ((size_t)1 << 30)

struct known_address {
    uint64_t address;
    uint32_t first, count; /* of its symbols */
};

struct known_passage {
    uint64_t address;
    struct portable_target target;
    uint32_t first, count; /* of its calls */
};

struct portable_module {
    const struct portable *portable;
    uint32_t number;
    const char *path, *problem;
    uint8_t *build_id;
    size_t build_id_size;
    struct symbol_code code;
    struct known_address *addresses;
    size_t address_count, address_room;
    struct index address_index;
    struct symbol *symbols;
    size_t symbol_count, symbol_room;
    struct known_passage *passages;
    size_t passage_count, passage_room;
    struct index passage_index;
    uint64_t *calls;
    size_t call_count, call_room;
};

struct source_file {
    const char *file;
    uint32_t first, last, count; /* of its runs */
};

struct portable {
    struct strings *strings;
    struct portable_module **modules;
    size_t count, room;
    struct index index;
    struct portable_source *sources;
    size_t source_count, source_room;
    struct source_file *source_files; /* that have any */
    size_t source_file_count, source_file_room;
    struct index source_index;
};

struct portable *portable_new(struct strings *strings)
{
    struct portable *portable = memory_new(1, sizeof(*portable));
    portable->strings = strings;
    return portable;
}

static void module_free(struct portable_module *module)
{
    free(module->build_id);
    free(module->addresses);
    index_free(&module->address_index);
    free(module->symbols);
    free(module->passages);
    index_free(&module->passage_index);
    free(module->calls);
    free(module);
}

static void source_free(const struct portable_source *source)
{
    for (size_t i = 0; i < source->count; i++)
        free(source->lines[i]);
    free(source->lines);
}

void portable_free(struct portable *portable)
{
    for (size_t i = 0; i < portable->count; i++)
        module_free(portable->modules[i]);
    for (size_t i = 0; i < portable->source_count; i++)
        source_free(&portable->sources[i]);
    free(portable->sources);
    free(portable->source_files);
    index_free(&portable->source_index);
    free(portable->modules);
    index_free(&portable->index);
    free(portable);
}

/* ---- modules ---- */

struct module_key {
    const void *bytes;
    size_t size;
    bool build_id;
};

static struct module_key key_of(const char *path, const uint8_t *build_id, size_t build_id_size)
{
    if (build_id_size > 0)
        return (struct module_key){build_id, build_id_size, true};
    return (struct module_key){path, strlen(path), false};
}

static bool same_module(const void *wanted, const void *modules, uint32_t number)
{
    const struct module_key *key = wanted;
    const struct portable_module *known = ((struct portable_module *const *)modules)[number];
    struct module_key other = key_of(known->path, known->build_id, known->build_id_size);
    return key->build_id == other.build_id && key->size == other.size &&
           memcmp(key->bytes, other.bytes, key->size) == 0;
}

struct portable_module *portable_find(const struct portable *portable, const char *path,
                                      const uint8_t *build_id, size_t build_id_size)
{
    struct module_key key = key_of(path, build_id, build_id_size);
    uint32_t known = index_find(&portable->index, hash_key(key.bytes, key.size), &key,
                                portable->modules, same_module);
    return known == INDEX_NONE ? NULL : portable->modules[known];
}

struct portable_module *portable_module(struct portable *portable, const char *path,
                                        const uint8_t *build_id, size_t build_id_size)
{
    struct portable_module *module = portable_find(portable, path, build_id, build_id_size);
    if (module)
        return module;
    module = memory_new(1, sizeof(*module));
    module->portable = portable;
    module->number = (uint32_t)portable->count;
    module->path = strings_add(portable->strings, path);
    module->build_id = memory_new(build_id_size + 1, 1);
    module->build_id_size = build_id_size;
    if (build_id_size > 0)
        memcpy(module->build_id, build_id, build_id_size);
    struct module_key key = key_of(module->path, module->build_id, build_id_size);
    index_add(&portable->index, hash_key(key.bytes, key.size), module->number);
    portable->modules = memory_grow(portable->modules, portable->count, &portable->room,
                                    sizeof(*portable->modules));
    return portable->modules[portable->count++] = module;
}

bool portable_code(const struct portable_module *module, struct symbol_code *code)
{
    *code = module->code;
    return code->end > code->start;
}

void portable_set_code(struct portable_module *module, const struct symbol_code *code)
{
    if (module->code.end == 0 && code->end > code->start)
        module->code = *code;
}

const char *portable_problem(const struct portable_module *module)
{
    return module->problem;
}

void portable_set_problem(struct portable_module *module, const char *problem)
{
    module->problem = problem ? strings_add(module->portable->strings, problem) : NULL;
}

/* ---- addresses ---- */

static bool same_address(const void *wanted, const void *addresses, uint32_t number)
{
    return ((const struct known_address *)addresses)[number].address == *(const uint64_t *)wanted;
}

static struct known_address *address_find(const struct portable_module *module, uint64_t address)
{
    uint32_t known = index_find(&module->address_index, hash_key(&address, sizeof(address)),
                                &address, module->addresses, same_address);
    return known == INDEX_NONE ? NULL : &module->addresses[known];
}

bool portable_look_up(const struct portable_module *module, uint64_t address,
                      struct symbol_list *found)
{
    const struct known_address *known = address_find(module, address);
    found->count = 0;
    for (uint32_t i = 0; known && i < known->count; i++) {
        found->symbols =
            memory_grow(found->symbols, found->count, &found->room, sizeof(*found->symbols));
        found->symbols[found->count++] = module->symbols[known->first + i];
    }
    return known;
}

static bool have_line(const struct symbol *symbols, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (symbols[i].line > 0)
            return true;
    }
    return false;
}

bool portable_has_line(const struct portable_module *module, uint64_t address)
{
    const struct known_address *known = address_find(module, address);
    return known && have_line(module->symbols + known->first, known->count);
}

static bool tells_more(const struct portable_module *module, const struct known_address *known,
                       const struct symbol_list *found)
{
    bool line = have_line(found->symbols, found->count);
    if (line != have_line(module->symbols + known->first, known->count))
        return line;
    return known->count == 0 && found->count > 0;
}

void portable_add(struct portable_module *module, uint64_t address, const struct symbol_list *found)
{
    struct known_address *known = address_find(module, address);
    if (known && !tells_more(module, known, found))
        return;
    if (!known) {
        index_add(&module->address_index, hash_key(&address, sizeof(address)),
                  (uint32_t)module->address_count);
        module->addresses = memory_grow(module->addresses, module->address_count,
                                        &module->address_room, sizeof(*module->addresses));
        known = &module->addresses[module->address_count++];
    }
    *known =
        (struct known_address){address, (uint32_t)module->symbol_count, (uint32_t)found->count};
    for (size_t i = 0; i < found->count; i++) {
        module->symbols = memory_grow(module->symbols, module->symbol_count, &module->symbol_room,
                                      sizeof(*module->symbols));
        module->symbols[module->symbol_count++] = found->symbols[i];
    }
}

/* ---- tail calls ---- */

static bool same_passage(const void *wanted, const void *passages, uint32_t number)
{
    const struct known_passage *passage = wanted;
    const struct known_passage *known = (const struct known_passage *)passages + number;
    return passage->address == known->address && passage->target.module == known->target.module &&
           passage->target.address == known->target.address &&
           passage->target.function == known->target.function;
}

/* The hash too. */
static struct known_passage passage_of(uint64_t address, const struct portable_target *target,
                                       uint64_t *hash)
{
    struct known_passage passage = {.address = address, .target = *target};
    if (target->module)
        passage.target.function = NULL;
    else
        passage.target.address = 0;
    uint64_t words[] = {address, (uintptr_t)passage.target.module, passage.target.address,
                        (uintptr_t)passage.target.function};
    *hash = hash_key(words, sizeof(words));
    return passage;
}

bool portable_tail_calls(const struct portable_module *module, uint64_t address,
                         const struct portable_target *target, const uint64_t **calls,
                         size_t *count)
{
    uint64_t hash;
    *count = 0;
    struct known_passage passage = passage_of(address, target, &hash);
    uint32_t known =
        index_find(&module->passage_index, hash, &passage, module->passages, same_passage);
    if (known == INDEX_NONE)
        return false;
    *count = module->passages[known].count;
    *calls = *count > 0 ? module->calls + module->passages[known].first : NULL;
    return true;
}

void portable_add_tail_calls(struct portable_module *module, uint64_t address,
                             const struct portable_target *target, const uint64_t *calls,
                             size_t count)
{
    uint64_t hash;
    struct known_passage passage = passage_of(address, target, &hash);
    uint32_t known =
        index_find(&module->passage_index, hash, &passage, module->passages, same_passage);
    if (known != INDEX_NONE && (module->passages[known].count > 0 || count == 0))
        return;
    passage.first = (uint32_t)module->call_count;
    passage.count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        module->calls = memory_grow(module->calls, module->call_count, &module->call_room,
                                    sizeof(*module->calls));
        module->calls[module->call_count++] = calls[i];
    }
    if (known != INDEX_NONE) {
        module->passages[known] = passage;
        return;
    }
    module->passages = memory_grow(module->passages, module->passage_count, &module->passage_room,
                                   sizeof(*module->passages));
    index_add(&module->passage_index, hash, (uint32_t)module->passage_count);
    module->passages[module->passage_count++] = passage;
}

/* ---- source ---- */

static bool same_file(const void *wanted, const void *files, uint32_t number)
{
    return ((const struct source_file *)files)[number].file == wanted;
}

static struct source_file *source_file(const struct portable *portable, const char *file)
{
    uint32_t known = index_find(&portable->source_index, hash_key(&file, sizeof(file)), file,
                                portable->source_files, same_file);
    return known == INDEX_NONE ? NULL : &portable->source_files[known];
}

const struct portable_source *portable_source(const struct portable *portable, const char *file,
                                              const struct portable_source *last)
{
    if (last)
        return last->next > 0 ? &portable->sources[last->next - 1] : NULL;
    const struct source_file *known = source_file(portable, file);
    return known ? &portable->sources[known->first] : NULL;
}

/* The source that is added next is of that file. */
static void source_chain(struct portable *portable, const char *file)
{
    uint32_t number = (uint32_t)portable->source_count;
    struct source_file *known = source_file(portable, file);
    if (known) {
        portable->sources[known->last].next = number + 1;
        known->last = number;
        known->count++;
        return;
    }
    index_add(&portable->source_index, hash_key(&file, sizeof(file)),
              (uint32_t)portable->source_file_count);
    portable->source_files =
        memory_grow(portable->source_files, portable->source_file_count,
                    &portable->source_file_room, sizeof(*portable->source_files));
    portable->source_files[portable->source_file_count++] =
        (struct source_file){file, number, number, 1};
}

static bool source_has(const struct portable *portable, const char *file, long first, size_t count)
{
    const struct portable_source *source = NULL;
    while ((source = portable_source(portable, file, source))) {
        if (first >= source->first && first + (long)count <= source->first + (long)source->count)
            return true;
    }
    return false;
}

void portable_add_source(struct portable *portable, const char *file, long first,
                         const char *const *lines, size_t count)
{
    struct portable_source source = {strings_add(portable->strings, file), first, count, NULL, 0};
    const struct source_file *known = source_file(portable, source.file);
    if (known && (known->count == MOST_RUNS || source_has(portable, source.file, first, count)))
        return;
    source.lines = memory_new(count, sizeof(*source.lines));
    for (size_t i = 0; i < count; i++) {
        source.lines[i] = memory_copy(lines[i]);
        text_clean_line(source.lines[i]);
    }
    source_chain(portable, source.file);
    portable->sources = memory_grow(portable->sources, portable->source_count,
                                    &portable->source_room, sizeof(*portable->sources));
    portable->sources[portable->source_count++] = source;
}

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
