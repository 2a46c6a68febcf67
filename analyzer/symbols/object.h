/*
 * object.h - one ELF file with its debug information, as libdwfl finds it.
 */
#ifndef TIMERLEAK_SYMBOLS_OBJECT_H
#define TIMERLEAK_SYMBOLS_OBJECT_H

#include "symbols/gopclntab.h"
#include "symbols/names.h"
#include "symbols/symtab.h"
#include "symbols/unit.h"

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stdint.h>

/* A range of addresses that one compilation unit made. */
struct unit_range {
    Dwarf_Addr start, end; /* as in the debug information */
    size_t unit;           /* index */
};

struct object {
    Dwfl *dwfl;
    Dwfl_Module *module;
    Dwarf_Addr bias;       /* of the file's addresses in libdwfl's */
    Dwarf_Addr dwarf_bias; /* of the debug information's addresses in libdwfl's */
    struct unit *units;
    size_t unit_count, unit_room;
    struct unit_range *ranges;
    size_t range_count, range_room;
    struct names names;
    struct symtab symtab;
    struct gopclntab *go; /* of a Go program without debug information; NULL: it is none */
};

struct object_identity {
    const char *path;
    const uint8_t *build_id;
    size_t build_id_size;
    uint64_t used; /* ns since 1970: without a build-id, a file changed later is another one */
};

/*
 * Opens the file, or, if it is gone or another one, the debug file that is stored for its
 * build-id. Returns NULL on success, else why not: a constant string.
 */
const char *object_open(struct object *object, const struct object_identity *identity);
void object_close(struct object *object);

/* Whether its functions have names, those too that it does not export. */
bool object_has_functions(const struct object *object);

/* Whether it has debug information, and all of it: what it shares with other files may be missing.
 */
bool object_is_whole(const struct object *object);

/* The compilation unit that holds an address of the debug information, NULL if none is known. */
struct unit *object_unit(struct object *object, Dwarf_Addr address);

/* The compilation unit that an entry stands in, NULL if it is none of this file. */
struct unit *object_unit_of(struct object *object, Dwarf_Die *die);

#endif
