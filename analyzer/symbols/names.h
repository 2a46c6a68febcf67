/*
 * names.h - the functions in the symbol table of a file, found by name.
 */
#ifndef TIMERLEAK_SYMBOLS_NAMES_H
#define TIMERLEAK_SYMBOLS_NAMES_H

#include "base/index.h"

#include <elfutils/libdwfl.h>

enum name_kind {
    NAME_UNKNOWN,  /* no function's, or that of several */
    NAME_IMPORTED, /* of another file's function */
    NAME_DEFINED,
};

/* All zero: not read yet. */
struct names {
    struct named_function *list;
    size_t count, room;
    struct index index;
    bool read;
};

void names_free(struct names *names);

/* Without the version that some symbol tables append: name@@GLIBC_2.34. */
size_t name_length(const char *name);

/* Reads the module's table when first asked. The address, of what is defined, is libdwfl's. */
enum name_kind names_find(struct names *names, Dwfl_Module *module, const char *name,
                          Dwarf_Addr *address);

#endif
