#include "symbols/portable.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* More of one file are not kept: each is compared with all. */
#define MOST_RUNS 1000

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
