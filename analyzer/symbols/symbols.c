#include "symbols/symbols.h"

#include "base/hash.h"
#include "symbols/object.h"
#include "symbols/resolve.h"

#include <stdlib.h>
#include <string.h>

struct symbol_file {
    UT_hash_handle hh;
    struct symbols *symbols;
    struct object_identity identity;
    struct object object;
    bool opened;
    const char *problem;
    char key[]; /* build-id, then path with its NUL */
};

struct symbols {
    struct symbol_file *files;
    struct strings *strings;
    struct symbol_list found; /* by the last look-up */
};

struct symbols *symbols_new(struct strings *strings)
{
    struct symbols *symbols = memory_new(1, sizeof(*symbols));
    symbols->strings = strings;
    return symbols;
}

void symbols_free(struct symbols *symbols)
{
    struct symbol_file *file, *next;
    HASH_ITER (hh, symbols->files, file, next) {
        HASH_DEL(symbols->files, file);
        object_close(&file->object);
        free(file);
    }
    free(symbols->found.symbols);
    free(symbols);
}

struct symbol_file *symbols_file(struct symbols *symbols, const char *path, const uint8_t *build_id,
                                 size_t build_id_size, uint64_t used)
{
    size_t key_size = build_id_size + strlen(path) + 1;
    struct symbol_file *file = memory_new(1, sizeof(*file) + key_size), *same;
    if (build_id_size > 0)
        memcpy(file->key, build_id, build_id_size);
    memcpy(file->key + build_id_size, path, key_size - build_id_size);
    HASH_FIND(hh, symbols->files, file->key, key_size, same);
    if (same) {
        free(file);
        return same;
    }
    file->symbols = symbols;
    file->identity = (struct object_identity){file->key + build_id_size, (uint8_t *)file->key,
                                              build_id_size, used};
    HASH_ADD_KEYPTR(hh, symbols->files, file->key, key_size, file);
    return file;
}

const char *symbols_problem(const struct symbol_file *file)
{
    return file->problem;
}

static bool is_open(struct symbol_file *file)
{
    if (!file->opened)
        file->problem = object_open(&file->object, &file->identity);
    file->opened = true;
    return !file->problem;
}

bool symbols_code(struct symbol_file *file, struct symbol_code *code)
{
    return is_open(file) && object_code(&file->object, code);
}

const struct symbol_list *symbols_look_up(struct symbol_file *file, uint64_t address)
{
    struct symbol_list *found = &file->symbols->found;
    found->count = 0;
    if (is_open(file))
        resolve(&file->object, address, file->symbols->strings, found);
    return found;
}
