#include "symbols/symbols.h"

#include "base/index.h"
#include "base/memory.h"
#include "base/paths.h"
#include "symbols/cache.h"
#include "symbols/demangled.h"
#include "symbols/object.h"
#include "symbols/perfmap.h"
#include "symbols/portable.h"
#include "symbols/qualified.h"
#include "symbols/tailcalls.h"

#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Deeper nesting of inlined functions than any compiler makes is damage. */
#define MAX_INLINED 64
#define MAX_NAME 4096

struct source_place {
    const char *file, *directory;
    int line;
};

struct search {
    struct object *object;
    struct strings *strings;
    struct symbol_list *list;
    Dwarf_Addr address; /* as in the debug information */
    struct unit *unit;  /* NULL: none is known */
    const char *directory;
};

static const char *source_path(const struct search *search, const char *file)
{
    if (!file)
        return NULL;
    if (file[0] != '/' && !search->directory)
        return strings_add(search->strings, file);
    size_t size = strlen(file) + 2 + (search->directory ? strlen(search->directory) : 0);
    char *path = memory_new(1, size);
    snprintf(path, size, "%s%s%s", file[0] == '/' ? "" : search->directory,
             file[0] == '/' ? "" : "/", file);
    path_clean(path);
    const char *kept = strings_add(search->strings, path);
    free(path);
    return kept;
}

static void add_symbol(const struct search *search, struct demangled function,
                       const struct source_place *place, bool inlined)
{
    struct symbol_list *list = search->list;
    list->symbols = memory_grow(list->symbols, list->count, &list->room, sizeof(*list->symbols));
    list->symbols[list->count++] = (struct symbol){
        function.name, function.signature, place->file, place->directory, place->line, inlined};
}

static struct source_place line_of(const struct search *search)
{
    struct source_place place = {.directory = search->directory};
    Dwarf_Line *line = search->unit ? dwarf_getsrc_die(search->unit->die, search->address) : NULL;
    if (!line)
        return place;
    dwarf_lineno(line, &place.line);
    const char *source = dwarf_linesrc(line, NULL, NULL);
    if (source != search->unit->source) {
        search->unit->source = source;
        search->unit->kept_path = source_path(search, source);
    }
    place.file = search->unit->kept_path;
    return place;
}

/* Where an inlined function was called. */
static struct source_place call_of(const struct search *search, Dwarf_Die *inlined)
{
    struct source_place place = {.directory = search->directory};
    Dwarf_Attribute attribute;
    Dwarf_Word value;
    Dwarf_Files *files;
    size_t count;
    if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &value) == 0 &&
        dwarf_getsrcfiles(search->unit->die, &files, &count) == 0 && value < count)
        place.file = source_path(search, dwarf_filesrc(files, value, NULL, NULL));
    if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &value) == 0)
        place.line = (int)value;
    return place;
}

static struct demangled function_name(const struct search *search, Dwarf_Die *function)
{
    const char *name = die_linkage_name(function);
    if (name)
        return demangled(search->strings, name);
    return qualified(search->object, search->strings, function);
}

static struct demangled name_once(const struct search *search, struct unit_function *function)
{
    if (!function->name) {
        struct demangled found = function_name(search, &function->die);
        function->name = found.name;
        function->signature = found.signature;
    }
    return (struct demangled){function->name, function->signature};
}

static void add_from_debug_information(const struct search *search)
{
    Dwarf_Die inlined[MAX_INLINED];
    struct unit_function *function = unit_function(search->unit, search->address);
    if (!function)
        return;
    struct source_place place = line_of(search);
    for (size_t i = unit_inlined(function, search->address, inlined, MAX_INLINED); i > 0; i--) {
        struct demangled name = function_name(search, &inlined[i - 1]);
        if (name.name)
            add_symbol(search, name, &place, true);
        place = call_of(search, &inlined[i - 1]);
    }
    struct demangled name = name_once(search, function);
    if (name.name)
        add_symbol(search, name, &place, false);
}

static void add_from_symbol_table(const struct search *search, Dwarf_Addr address)
{
    const char *name = symtab_name(&search->object->symtab, search->object->module, address);
    if (!name || !*name)
        return;
    struct source_place place = line_of(search);
    add_symbol(search, demangled(search->strings, name), &place, false);
}

/*
 * Where a signal handler returns to, for the kernel to go on with what it interrupted: code that
 * libraries give no name, but mark for unwinders. It has gdb's name.
 */
static void add_signal_frame(const struct search *search, Dwarf_Addr address)
{
    Dwarf_Addr bias;
    Dwarf_Frame *frame;
    bool handles_signal = false;
    Dwarf_CFI *unwinding = dwfl_module_eh_cfi(search->object->module, &bias);
    if (!unwinding || dwarf_cfi_addrframe(unwinding, address - bias, &frame) != 0)
        return;
    dwarf_frame_info(frame, NULL, NULL, &handles_signal);
    free(frame);
    if (handles_signal)
        add_symbol(
            search,
            (struct demangled){.name = strings_add(search->strings, "<signal handler called>")},
            &(struct source_place){0}, false);
}

/* Where the unit was compiled. */
static const char *directory_of(const struct search *search)
{
    Dwarf_Attribute attribute;
    struct unit *unit = search->unit;
    if (!unit->directory) {
        const char *name = dwarf_formstring(dwarf_attr(unit->die, DW_AT_comp_dir, &attribute));
        unit->directory = name ? strings_add(search->strings, name) : NULL;
    }
    return unit->directory;
}

static void add_from_go(const struct search *search, uint64_t address)
{
    struct gopclntab_frame frames[GOPCLNTAB_MOST_INLINED];
    size_t count = gopclntab_look_up(search->object->go, address, frames);
    for (size_t i = 0; i < count; i++) {
        struct source_place place = {.file = source_path(search, frames[i].file),
                                     .line = frames[i].line};
        struct demangled name = {.name = strings_add(search->strings, frames[i].function)};
        add_symbol(search, name, &place, i + 1 < count);
    }
}

/* Fills the list, which is empty, for an address of the file; strings go to the set. */
static void resolve_address(struct object *object, uint64_t address, struct strings *strings,
                            struct symbol_list *list)
{
    struct search search = {.object = object, .strings = strings, .list = list};
    if (object->go)
        add_from_go(&search, address);
    if (list->count > 0)
        return;
    address += object->bias;
    search.address = address - object->dwarf_bias;
    search.unit = object_unit(object, search.address);
    if (search.unit) {
        search.directory = directory_of(&search);
        add_from_debug_information(&search);
    }
    if (list->count == 0)
        add_from_symbol_table(&search, address);
    if (list->count == 0)
        add_signal_frame(&search, address);
}

/* ---- files, and what is asked of them ---- */

struct symbol_file {
    struct symbols *symbols;
    struct object_identity identity;
    struct object object;
    bool made;           /* at run time: it is no file */
    struct perfmap *map; /* of that code; NULL: there is none */
    bool opened;
    const char *problem; /* why it could not be opened */
    struct portable
        *cache;       /* what its debug information told; NULL: it has none, or nobody asked */
    bool recalled;    /* the cache was read */
    bool learned;     /* it is to be written */
    const char *lack; /* what was asked in vain of it when it was */
    bool missed;      /* something was asked that only the file could tell */
    size_t nameless;  /* addresses that were looked up in vain */
    char key[];       /* build-id, then path with its NUL */
};

struct symbols {
    struct symbol_file **files;
    size_t count, room;
    struct index index;
    struct strings *strings;
    struct portable *portable; /* what is known without opening files */
    bool keeps;                /* what files tell is to be known, too */
    struct symbol_list found;  /* by the last look-up */
    uint64_t tail_calls[TAIL_CALLS_MOST];
};

struct symbols *symbols_new(struct strings *strings)
{
    struct symbols *symbols = memory_new(1, sizeof(*symbols));
    symbols->strings = strings;
    symbols->portable = portable_new(strings);
    return symbols;
}

struct portable *symbols_portable(struct symbols *symbols)
{
    return symbols->portable;
}

void symbols_keep(struct symbols *symbols)
{
    symbols->keeps = true;
}

/* For later reports. */
static void symbols_remember(struct symbols *symbols)
{
    bool any = false;
    for (size_t i = 0; i < symbols->count; i++) {
        const struct symbol_file *file = symbols->files[i];
        if (file->learned)
            cache_write(file->cache, file->identity.build_id, file->identity.build_id_size);
        any |= file->learned;
    }
    if (any)
        cache_trim(CACHE_MOST);
}

void symbols_free(struct symbols *symbols)
{
    symbols_remember(symbols);
    for (size_t i = 0; i < symbols->count; i++) {
        object_close(&symbols->files[i]->object);
        perfmap_free(symbols->files[i]->map);
        if (symbols->files[i]->cache)
            portable_free(symbols->files[i]->cache);
        free(symbols->files[i]);
    }
    free(symbols->files);
    index_free(&symbols->index);
    portable_free(symbols->portable);
    free(symbols->found.symbols);
    free(symbols);
}

static bool same_symbol_file(const void *wanted, const void *files, uint32_t number)
{
    const struct symbol_file *file = wanted, *known = ((struct symbol_file *const *)files)[number];
    size_t size = known->identity.build_id_size;
    return file->identity.build_id_size == size && memcmp(file->key, known->key, size) == 0 &&
           strcmp(file->key + size, known->key + size) == 0;
}

struct symbol_file *symbols_file(struct symbols *symbols, const char *path, const uint8_t *build_id,
                                 size_t build_id_size, uint64_t used)
{
    size_t key_size = build_id_size + strlen(path) + 1;
    struct symbol_file *file = memory_new(1, sizeof(*file) + key_size);
    if (build_id_size > 0)
        memcpy(file->key, build_id, build_id_size);
    memcpy(file->key + build_id_size, path, key_size - build_id_size);
    file->symbols = symbols;
    file->identity = (struct object_identity){file->key + build_id_size, (uint8_t *)file->key,
                                              build_id_size, used};
    uint64_t hash = hash_key(file->key, key_size);
    uint32_t known = index_find(&symbols->index, hash, file, symbols->files, same_symbol_file);
    if (known != INDEX_NONE) {
        free(file);
        return symbols->files[known];
    }
    symbols->files =
        memory_grow(symbols->files, symbols->count, &symbols->room, sizeof(*symbols->files));
    index_add(&symbols->index, hash, (uint32_t)symbols->count);
    return symbols->files[symbols->count++] = file;
}

struct symbol_file *symbols_made(struct symbols *symbols, const char *key, char *map, size_t size)
{
    if (!map && !portable_find(symbols->portable, key, NULL, 0))
        return NULL;
    struct symbol_file *file = symbols_file(symbols, key, NULL, 0, 0);
    if (map) {
        perfmap_free(file->map);
        file->map = perfmap_new(map, size);
    }
    file->made = true;
    return file;
}

/* What is known of it without its file; NULL: nothing. */
static struct portable_module *symbol_file_known(const struct symbol_file *file)
{
    const struct object_identity *identity = &file->identity;
    struct portable *portable = file->symbols->portable;
    return file->symbols->keeps ? portable_module(portable, identity->path, identity->build_id,
                                                  identity->build_id_size)
                                : portable_find(portable, identity->path, identity->build_id,
                                                identity->build_id_size);
}

const char symbols_stripped[] = "is stripped";

size_t symbols_nameless(const struct symbol_file *file)
{
    return file->nameless;
}

const char *symbols_problem(const struct symbol_file *file)
{
    const struct portable_module *known = symbol_file_known(file);
    const char *then = known ? portable_problem(known) : NULL;
    if (file->lack)
        return file->lack;
    return file->missed ? then ? then : file->problem : NULL;
}

/* False if there is none to be opened. */
static bool symbol_file_open(struct symbol_file *file)
{
    if (file->made)
        return false;
    if (!file->opened)
        file->problem = object_open(&file->object, &file->identity);
    file->opened = true;
    return !file->problem;
}

static bool read_code(struct symbol_file *file, struct symbol_code *code)
{
    GElf_Addr bias;
    GElf_Phdr header;
    size_t count = 0;
    Elf *elf = dwfl_module_getelf(file->object.module, &bias);
    *code = (struct symbol_code){0};
    if (!elf || elf_getphdrnum(elf, &count) != 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!gelf_getphdr(elf, (int)i, &header) || header.p_type != PT_LOAD ||
            !(header.p_flags & PF_X))
            continue;
        /* Segments stand in the order of their addresses. */
        if (code->end == 0)
            *code = (struct symbol_code){.start = header.p_vaddr, .offset = header.p_offset};
        code->end = header.p_vaddr + header.p_memsz;
    }
    return code->end > code->start;
}

/* What its debug information told before; NULL: nothing. */
static struct portable_module *symbol_file_recall(struct symbol_file *file)
{
    const struct object_identity *identity = &file->identity;
    if (!file->recalled && !file->opened && !file->made && identity->build_id_size > 0)
        file->cache =
            cache_read(identity->build_id, identity->build_id_size, file->symbols->strings);
    file->recalled = true;
    return file->cache ? portable_module(file->cache, identity->path, identity->build_id,
                                         identity->build_id_size)
                       : NULL;
}

/* Where to add what its debug information tells; NULL: nowhere. */
static struct portable_module *symbol_file_learn(struct symbol_file *file)
{
    struct symbol_code code;
    if (file->identity.build_id_size == 0 || !object_is_whole(&file->object))
        return NULL;
    if (!file->cache)
        file->cache = portable_new(file->symbols->strings);
    file->learned = true;
    struct portable_module *module = symbol_file_recall(file);
    if (!portable_code(module, &code) && read_code(file, &code))
        portable_set_code(module, &code);
    return module;
}

static bool symbol_file_has_lines(struct symbol_file *file)
{
    return symbol_file_recall(file) ||
           (symbol_file_open(file) && (file->object.unit_count > 0 || file->object.go));
}

static bool symbol_file_is_stripped(const struct symbol_file *file)
{
    return file->opened && !file->problem && file->object.unit_count == 0 &&
           !object_has_functions(&file->object);
}

/* What is not in a file that could be opened. */
static void symbol_file_lack(struct symbol_file *file, struct portable_module *known,
                             const char *problem)
{
    file->lack = problem;
    if (file->symbols->keeps)
        portable_set_problem(known, problem);
}

/* Where nothing else tells. What can't be asked is missed, unless it was asked elsewhere in vain.
 */
static bool symbol_file_ask(struct symbol_file *file, struct portable_module *known, bool asked)
{
    bool opened = symbol_file_open(file);
    file->missed |= !opened && (!asked || portable_problem(known));
    if (file->symbols->keeps && (opened || !asked))
        portable_set_problem(known, opened ? file->lack : file->problem);
    return opened;
}

/* Its code, as its debug information told before. */
static bool recall_code(struct symbol_file *file, struct portable_module *known,
                        struct symbol_code *code)
{
    const struct portable_module *before = symbol_file_recall(file);
    bool told = before && portable_code(before, code);
    if (told && file->symbols->keeps)
        portable_set_problem(known, NULL);
    return told;
}

static void resolve_file(struct symbol_file *file, struct portable_module *known, bool asked,
                         uint64_t address, struct symbol_list *found)
{
    struct portable_module *before = symbol_file_recall(file);
    if (before && portable_look_up(before, address, found)) {
        if (file->symbols->keeps)
            portable_set_problem(known, NULL);
        return;
    }
    if (!symbol_file_ask(file, known, asked))
        return;
    resolve_address(&file->object, address, file->symbols->strings, found);
    struct portable_module *learned = symbol_file_learn(file);
    if (learned)
        portable_add(learned, address, found);
}

static bool made_code(const struct symbol_file *file, struct symbol_code *code)
{
    if (file->map)
        perfmap_range(file->map, &code->start, &code->end);
    return code->end > code->start;
}

static void resolve_made(const struct symbol_file *file, uint64_t address, struct symbol_list *list)
{
    struct search search = {.strings = file->symbols->strings, .list = list};
    struct perfmap_function function;
    if (file->map && perfmap_find(file->map, address, search.strings, &function))
        add_symbol(&search, (struct demangled){.name = function.name},
                   &(struct source_place){.file = function.file, .line = function.line}, false);
}

bool symbols_code(struct symbol_file *file, struct symbol_code *code)
{
    struct portable_module *known = symbol_file_known(file);
    *code = (struct symbol_code){0};
    if (known && portable_code(known, code))
        return true;
    bool found = file->made ? made_code(file, code)
                            : recall_code(file, known, code) ||
                                  (symbol_file_ask(file, known, false) && read_code(file, code));
    if (found && file->symbols->keeps)
        portable_set_code(known, code);
    return found;
}

/*
 * What was known elsewhere stands, unless the file that lies here tells lines where that did not:
 * so it reads the same with the file and without.
 */
const struct symbol_list *symbols_look_up(struct symbol_file *file, uint64_t address)
{
    struct symbol_list *found = &file->symbols->found;
    struct portable_module *known = symbol_file_known(file);
    bool asked = known && portable_look_up(known, address, found);
    if (asked && found->count > 0 &&
        (portable_has_line(known, address) || !symbol_file_has_lines(file)))
        return found;
    found->count = 0;
    if (file->made)
        resolve_made(file, address, found);
    else
        resolve_file(file, known, asked, address, found);
    if (found->count == 0 && symbol_file_is_stripped(file))
        symbol_file_lack(file, known, symbols_stripped);
    if (file->symbols->keeps)
        portable_add(known, address, found);
    if (found->count == 0 && known)
        portable_look_up(known, address, found);
    file->nameless += found->count == 0;
    return found;
}

/* ---- what a stack does not show ---- */

/* As the symbol table of its file has it, which is open. */
static const char *target_name(const struct symbol_target *target)
{
    struct object *object = &target->file->object;
    return symtab_name(&object->symtab, object->module, target->address + object->bias);
}

/* False if nothing is known of it. */
static bool find_reached(const struct symbol_file *file, const struct symbol_target *target,
                         struct reached *reached)
{
    *reached = (struct reached){.name = target->function, .anywhere = !target->file};
    if (!target->file)
        return true;
    if (!symbol_file_open(target->file))
        return false;
    if (target->file == file) {
        struct object *object = &target->file->object;
        Dwarf_Addr address = target->address + object->bias - object->dwarf_bias;
        struct unit *unit = object_unit(object, address);
        reached->code = unit ? unit_function(unit, address) : NULL;
        return reached->code;
    }
    reached->name = target_name(target);
    return reached->name;
}

/*
 * What the answer depends on, as the cache has it: a function of this file, or of another with
 * debug information; else its name, which another symbol table may have otherwise once that is
 * installed. False if the answer is none.
 */
static bool target_learned(struct symbol_file *file, const struct symbol_target *target,
                           struct portable_target *learned)
{
    char name[MAX_NAME];
    const struct object_identity *identity = target->file ? &target->file->identity : NULL;
    *learned = (struct portable_target){.function = target->function};
    if (!identity)
        return true;
    if (target->file == file ||
        (identity->build_id_size > 0 && symbol_file_has_lines(target->file))) {
        learned->module = portable_module(file->cache, identity->path, identity->build_id,
                                          identity->build_id_size);
        learned->address = target->address;
        return true;
    }
    const char *found = symbol_file_open(target->file) ? target_name(target) : NULL;
    /* Unlike one that is known by its name alone: no function's ends like this. */
    bool fits = found && (size_t)snprintf(name, sizeof(name), "%s@", found) < sizeof(name);
    learned->function = fits ? strings_add(file->symbols->strings, name) : NULL;
    return fits;
}

static size_t find_tail_calls(struct symbol_file *file, uint64_t address,
                              const struct symbol_target *target, uint64_t *calls)
{
    struct reached reached;
    if (!symbol_file_open(file) || file->object.unit_count == 0 ||
        !find_reached(file, target, &reached))
        return 0;
    uint64_t slide = file->object.dwarf_bias - file->object.bias;
    size_t count = tail_calls_between(&file->object, address + 1 - slide, &reached, calls);
    for (size_t i = 0; i < count; i++)
        calls[i] += slide;
    return count;
}

static const uint64_t *ask_tail_calls(struct symbol_file *file, uint64_t address,
                                      const struct symbol_target *target, size_t *count)
{
    uint64_t *found = file->symbols->tail_calls;
    const uint64_t *calls;
    struct portable_target key;
    struct portable_module *module = symbol_file_recall(file);
    if (module && target_learned(file, target, &key) &&
        portable_tail_calls(module, address, &key, &calls, count))
        return calls;
    *count = find_tail_calls(file, address, target, found);
    module = symbol_file_learn(file);
    if (module && target_learned(file, target, &key))
        portable_add_tail_calls(module, address, &key, found, *count);
    return found;
}

const uint64_t *symbols_tail_calls(struct symbol_file *file, uint64_t address,
                                   const struct symbol_target *target, size_t *count)
{
    struct symbols *symbols = file->symbols;
    struct portable_module *known = symbol_file_known(file);
    const struct portable_target to = {target->file ? symbol_file_known(target->file) : NULL,
                                       target->address, target->function};
    const uint64_t *calls;
    bool asked = known && (to.module || !target->file) &&
                 portable_tail_calls(known, address, &to, &calls, count);
    if (asked && (*count > 0 || portable_has_line(known, address)))
        return calls;
    calls = ask_tail_calls(file, address, target, count);
    if (symbols->keeps)
        portable_add_tail_calls(known, address, &to, calls, *count);
    return calls;
}
