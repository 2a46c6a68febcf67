/*
 * unit.h - the functions of one compilation unit, found by address, and the scopes they stand in.
 *
 * libdw walks a unit from its start for every address or scope that it is asked about; a profile
 * asks about thousands in one unit. So the unit is walked once, when it is first asked; one whose
 * entries do not stand in order tells nothing.
 */
#ifndef TIMERLEAK_SYMBOLS_UNIT_H
#define TIMERLEAK_SYMBOLS_UNIT_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One range of addresses of one function. Addresses are those of the debug information. */
struct unit_function {
    Dwarf_Addr start, end;
    Dwarf_Die die;
    const char *name, *signature; /* for the caller to keep; NULL at first */
};

/* A namespace, class or function that holds others. */
struct unit_scope {
    const void *start, *last; /* where its entry lies in memory, and the last one within it */
    uint32_t parent;          /* plus one; 0: none */
};

struct unit {
    Dwarf_Die *die;
    const char *directory;          /* for the caller to keep, as these are; NULL at first */
    const char *source, *kept_path; /* the last source file as libdw has it, and its path */
    bool walked;
    struct unit_function *functions; /* by address */
    size_t function_count, function_room;
    struct unit_scope *scopes; /* by where they lie */
    size_t scope_count, scope_room;
};

void unit_free(struct unit *unit);

/* The function that holds an address; NULL if none does. Valid until unit_free. */
struct unit_function *unit_function(struct unit *unit, Dwarf_Addr address);

/*
 * The code of a function that is declared so; NULL if there is none in the unit. A compiler may
 * have made `several` of it.
 */
const struct unit_function *unit_definition(struct unit *unit, const Dwarf_Die *declaration,
                                            bool *several);

/*
 * The scopes that an entry of the unit stands in, innermost first: at most `room`. Returns how
 * many.
 */
size_t unit_scopes(struct unit *unit, const Dwarf_Die *die, Dwarf_Die *scopes, size_t room);

/*
 * The functions that were inlined there into that function and into each other, outermost first:
 * at most `room`. Returns how many.
 */
size_t unit_inlined(const struct unit_function *function, Dwarf_Addr address, Dwarf_Die *inlined,
                    size_t room);

/* Where a function was declared: in its class or namespace. */
Dwarf_Die die_declaration(Dwarf_Die *function);

/* As linkers know it; NULL if it is called by its plain name, or only from its own file. */
const char *die_linkage_name(Dwarf_Die *function);

#endif
