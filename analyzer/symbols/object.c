#include "symbols/object.h"

#include "base/memory.h"
#include "base/named.h"
#include "symbols/debugfile.h"
#include "symbols/roots.h"
#include "symbols/servers.h"

#include <dwarf.h>
#include <elfutils/libdwelf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NS_PER_SECOND UINT64_C(1000000000)

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = debugfile_find,
    .section_address = dwfl_offline_section_address,
};

static const char not_elf[] = "is no ELF file any more";
static const char changed[] = "has changed since";

static const char *check_identity(const struct object *object,
                                  const struct object_identity *identity, const char *path)
{
    const unsigned char *build_id;
    GElf_Addr where;
    int size = dwfl_module_build_id(object->module, &build_id, &where);
    if (identity->build_id_size > 0) {
        bool same = size > 0 && (size_t)size == identity->build_id_size &&
                    memcmp(build_id, identity->build_id, identity->build_id_size) == 0;
        return same ? NULL : changed;
    }
    struct stat status;
    if (size > 0 || stat(path, &status) != 0 ||
        (uint64_t)status.st_mtim.tv_sec * NS_PER_SECOND + (uint64_t)status.st_mtim.tv_nsec >
            identity->used)
        return changed;
    return NULL;
}

static const char *open_path(struct object *object, const struct object_identity *identity,
                             const char *path)
{
    const char *why;
    if (access(path, F_OK) != 0)
        return "is gone";
    /* libdwfl, given a path, would wait for a FIFO, and unpack what is compressed. */
    int file = named_open(path, NULL, &why);
    if (file < 0 || !debugfile_is_fit(file)) {
        close(file);
        return not_elf;
    }
    object->dwfl = dwfl_begin(&callbacks);
    if (!object->dwfl)
        memory_exhausted();
    servers_prepare(object->dwfl);
    dwfl_report_begin(object->dwfl);
    object->module = dwfl_report_offline(object->dwfl, "", path, file);
    dwfl_report_end(object->dwfl, NULL, NULL);
    if (!object->module)
        close(file);
    if (!object->module || !dwfl_module_getelf(object->module, &object->bias))
        return not_elf;
    return check_identity(object, identity, path);
}

static int ranges_by_start(const void *a, const void *b)
{
    const struct unit_range *left = a, *right = b;
    return (left->start > right->start) - (left->start < right->start);
}

static void collect_unit(struct object *object, Dwarf_Die *unit)
{
    Dwarf_Addr base, start, end;
    ptrdiff_t next = 0;
    while ((next = dwarf_ranges(unit, next, &base, &start, &end)) > 0) {
        object->ranges = memory_grow(object->ranges, object->range_count, &object->range_room,
                                     sizeof(*object->ranges));
        object->ranges[object->range_count++] = (struct unit_range){start, end, object->unit_count};
    }
    object->units =
        memory_grow(object->units, object->unit_count, &object->unit_room, sizeof(*object->units));
    object->units[object->unit_count++] = (struct unit){.die = unit};
}

/*
 * .debug_aranges would tell which unit holds an address, but clang writes none: so the units'
 * own ranges are collected, once per file.
 */
static void collect_units(struct object *object)
{
    Dwarf_Die *unit = NULL;
    GElf_Addr bias;
    bool go = !dwfl_module_getdwarf(object->module, &object->dwarf_bias);
    while ((unit = dwfl_module_nextcu(object->module, unit, &object->dwarf_bias))) {
        collect_unit(object, unit);
        go |= dwarf_srclang(unit) == DW_LANG_Go;
    }
    /* Go's own table says the same, and more: its debug information has some calls that were
     * inlined at the wrong line (Go 1.19). */
    if (go)
        object->go = gopclntab_new(dwfl_module_getelf(object->module, &bias));
    if (object->range_count > 0)
        qsort(object->ranges, object->range_count, sizeof(*object->ranges), ranges_by_start);
}

static bool open_rooted(struct object *object, const struct object_identity *identity, bool debug)
{
    char path[PATH_MAX];
    const struct rooted rooted = {.path = identity->path,
                                  .build_id = identity->build_id,
                                  .build_id_size = identity->build_id_size,
                                  .debug = debug};
    for (size_t i = 0; roots_candidate(&rooted, i, path); i++) {
        if (*path && !open_path(object, identity, path))
            return true;
        object_close(object);
    }
    return false;
}

/* A stripped library that was removed or upgraded may have left its debug file behind. */
static bool open_debug_file(struct object *object, const struct object_identity *identity)
{
    char path[PATH_MAX];
    object_close(object);
    if (identity->build_id_size == 0)
        return false;
    if (open_rooted(object, identity, true))
        return true;
    debugfile_path(path, sizeof(path), identity->build_id, identity->build_id_size);
    return !open_path(object, identity, path);
}

const char *object_open(struct object *object, const struct object_identity *identity)
{
    const char *problem = NULL;
    *object = (struct object){0};
    if (!open_rooted(object, identity, false)) {
        /* What lies here under that path may be another machine's, and nothing could tell. */
        bool ours = identity->build_id_size > 0 || !roots_have_symfs();
        problem = ours ? open_path(object, identity, identity->path) : "is not below --symfs";
    }
    if (problem && open_debug_file(object, identity))
        problem = NULL;
    if (problem)
        object_close(object);
    else
        collect_units(object);
    return problem;
}

void object_close(struct object *object)
{
    for (size_t i = 0; i < object->unit_count; i++)
        unit_free(&object->units[i]);
    gopclntab_free(object->go);
    if (object->dwfl)
        dwfl_end(object->dwfl);
    free(object->units);
    free(object->ranges);
    names_free(&object->names);
    symtab_free(&object->symtab);
    *object = (struct object){0};
}

/* The table of what is exported has no local symbols but for the first, which is none. */
bool object_has_functions(const struct object *object)
{
    return object->go || (dwfl_module_getsymtab(object->module) > 0 &&
                          dwfl_module_getsymtab_first_global(object->module) > 1);
}

bool object_is_whole(const struct object *object)
{
    const char *name;
    const void *build_id;
    Dwarf_Addr bias;
    Dwarf *dwarf = object->unit_count > 0 ? dwfl_module_getdwarf(object->module, &bias) : NULL;
    return dwarf &&
           (dwelf_dwarf_gnu_debugaltlink(dwarf, &name, &build_id) <= 0 || dwarf_getalt(dwarf));
}

struct unit *object_unit(struct object *object, Dwarf_Addr address)
{
    size_t low = 0, high = object->range_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (object->ranges[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || address >= object->ranges[low - 1].end)
        return NULL;
    return &object->units[object->ranges[low - 1].unit];
}

/* Units are kept in the order in which they stand. */
struct unit *object_unit_of(struct object *object, Dwarf_Die *die)
{
    Dwarf_Die unit;
    size_t low = 0, high = object->unit_count;
    if (!dwarf_diecu(die, &unit, NULL, NULL))
        return NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uintptr_t)object->units[middle].die->addr <= (uintptr_t)unit.addr)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && object->units[low - 1].die->addr == unit.addr ? &object->units[low - 1]
                                                                    : NULL;
}
