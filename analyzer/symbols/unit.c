#include "symbols/unit.h"

#include "base/memory.h"

#include <dwarf.h>
#include <stdint.h>
#include <stdlib.h>

/* Deeper nesting than any program has is damage. */
#define MAX_NESTING 256

static void add_ranges(struct unit *unit, Dwarf_Die *function)
{
    Dwarf_Addr base, start, end;
    ptrdiff_t next = 0;
    while ((next = dwarf_ranges(function, next, &base, &start, &end)) > 0) {
        unit->functions = memory_grow(unit->functions, unit->function_count, &unit->function_room,
                                      sizeof(*unit->functions));
        unit->functions[unit->function_count++] =
            (struct unit_function){.start = start, .end = end, .die = *function};
    }
}

/* False for what says nothing of where a function belongs. */
static bool is_scope(int tag)
{
    switch (tag) {
    case DW_TAG_namespace:
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_subprogram:
        return true;
    default:
        return false;
    }
}

/* Returns its number plus one. */
static uint32_t enter_scope(struct unit *unit, const Dwarf_Die *die, uint32_t parent)
{
    unit->scopes =
        memory_grow(unit->scopes, unit->scope_count, &unit->scope_room, sizeof(*unit->scopes));
    unit->scopes[unit->scope_count++] = (struct unit_scope){.start = die->addr, .parent = parent};
    return (uint32_t)unit->scope_count;
}

static void leave_scope(struct unit *unit, uint32_t scope, const void *last)
{
    if (unit->scopes[scope - 1].start == last)
        unit->scope_count--; /* nothing is in it */
    else
        unit->scopes[scope - 1].last = last;
}

/* What is met on the way. */
struct walk {
    struct unit *unit;
    const void *last;
};

/*
 * Functions may lie in namespaces, in classes, and in each other. False if it is damaged: an entry
 * that names one of its own as the next would have them walked twice, and theirs four times.
 */
static bool unit_walk(struct walk *walk, Dwarf_Die *parent, unsigned nesting, uint32_t scope)
{
    Dwarf_Die die;
    if (dwarf_child(parent, &die) != 0)
        return true;
    do {
        if (nesting == MAX_NESTING || (uintptr_t)die.addr <= (uintptr_t)walk->last)
            return false;
        walk->last = die.addr;
        int tag = dwarf_tag(&die);
        uint32_t own = is_scope(tag) ? enter_scope(walk->unit, &die, scope) : 0;
        if (tag == DW_TAG_subprogram)
            add_ranges(walk->unit, &die);
        if (!unit_walk(walk, &die, nesting + 1, own > 0 ? own : scope))
            return false;
        if (own > 0)
            leave_scope(walk->unit, own, walk->last);
    } while (dwarf_siblingof(&die, &die) == 0);
    return true;
}

static int functions_by_start(const void *left, const void *right)
{
    const struct unit_function *a = left, *b = right;
    return (a->start > b->start) - (a->start < b->start);
}

void unit_free(struct unit *unit)
{
    free(unit->functions);
    free(unit->scopes);
}

static void unit_walk_once(struct unit *unit)
{
    if (unit->walked)
        return;
    struct walk walk = {unit, unit->die->addr};
    if (!unit_walk(&walk, unit->die, 0, 0))
        unit->function_count = unit->scope_count = 0;
    if (unit->function_count > 0)
        qsort(unit->functions, unit->function_count, sizeof(*unit->functions), functions_by_start);
    unit->walked = true;
}

struct unit_function *unit_function(struct unit *unit, Dwarf_Addr address)
{
    unit_walk_once(unit);
    size_t low = 0, high = unit->function_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (unit->functions[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || address >= unit->functions[low - 1].end)
        return NULL;
    return &unit->functions[low - 1];
}

const struct unit_function *unit_definition(struct unit *unit, const Dwarf_Die *declaration,
                                            bool *several)
{
    const struct unit_function *found = NULL;
    *several = false;
    unit_walk_once(unit);
    for (size_t i = 0; i < unit->function_count; i++) {
        struct unit_function *function = &unit->functions[i];
        if (die_declaration(&function->die).addr != declaration->addr)
            continue;
        *several |= found && found->die.addr != function->die.addr;
        found = function;
    }
    return found;
}

size_t unit_scopes(struct unit *unit, const Dwarf_Die *die, Dwarf_Die *scopes, size_t room)
{
    uintptr_t at = (uintptr_t)die->addr;
    unit_walk_once(unit);
    size_t low = 0, high = unit->scope_count, count = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uintptr_t)unit->scopes[middle].start < at)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t scope = low; scope > 0 && count < room; scope = unit->scopes[scope - 1].parent) {
        if ((uintptr_t)unit->scopes[scope - 1].last < at)
            continue;
        scopes[count] = *unit->die;
        scopes[count].addr = (void *)(uintptr_t)unit->scopes[scope - 1].start;
        scopes[count++].abbrev = NULL;
    }
    return count;
}

/* The child of a function or block whose addresses include this one. */
static bool die_descend(Dwarf_Die *parent, Dwarf_Addr address, Dwarf_Die *child)
{
    if (dwarf_child(parent, child) != 0)
        return false;
    do {
        if (dwarf_tag(child) != DW_TAG_subprogram && dwarf_haspc(child, address) > 0)
            return true;
    } while (dwarf_siblingof(child, child) == 0);
    return false;
}

size_t unit_inlined(const struct unit_function *function, Dwarf_Addr address, Dwarf_Die *inlined,
                    size_t room)
{
    Dwarf_Die scope = function->die, inner;
    size_t count = 0;
    for (unsigned i = 0; i < MAX_NESTING && count < room && die_descend(&scope, address, &inner);
         i++) {
        if (dwarf_tag(&inner) == DW_TAG_inlined_subroutine)
            inlined[count++] = inner;
        scope = inner;
    }
    return count;
}

Dwarf_Die die_declaration(Dwarf_Die *function)
{
    static const unsigned links[] = {DW_AT_abstract_origin, DW_AT_specification};
    Dwarf_Attribute attribute;
    Dwarf_Die die = *function, next;
    for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
        if (dwarf_formref_die(dwarf_attr(&die, links[i], &attribute), &next))
            die = next;
    }
    return die;
}

const char *die_linkage_name(Dwarf_Die *function)
{
    static const unsigned names[] = {DW_AT_linkage_name, DW_AT_MIPS_linkage_name};
    Dwarf_Attribute attribute;
    const char *name = NULL;
    for (size_t i = 0; !name && i < sizeof(names) / sizeof(*names); i++)
        name = dwarf_formstring(dwarf_attr_integrate(function, names[i], &attribute));
    return name;
}
