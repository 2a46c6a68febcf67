/*
 * symtab.h - the symbol table of a file, found by address.
 *
 * libdwfl walks the whole table for every address that it is asked about; a profile asks about
 * thousands in a library that has a hundred thousand symbols. So it is sorted once, when it is
 * first asked, and tells what dwfl_module_addrname() would.
 */
#ifndef TIMERLEAK_SYMBOLS_SYMTAB_H
#define TIMERLEAK_SYMBOLS_SYMTAB_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>

/* All zero: not read yet. */
struct symtab {
    struct symtab_entry *list; /* by address */
    size_t count, room;
    const struct symtab_entry **held; /* those that hold the address looked up last */
    size_t held_room;
    bool read;
};

void symtab_free(struct symtab *symtab);

/* NULL: no symbol holds that address, which is libdwfl's. */
const char *symtab_name(struct symtab *symtab, Dwfl_Module *module, Dwarf_Addr address);

#endif
