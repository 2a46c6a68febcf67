#include "symbols/calls.h"

#include "base/memory.h"

#include <dwarf.h>
#include <stdlib.h>

static bool has_any(Dwarf_Die *die, const unsigned *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (dwarf_hasattr(die, names[i]))
            return true;
    }
    return false;
}

static bool read_address(Dwarf_Die *die, unsigned name, Dwarf_Addr *address)
{
    Dwarf_Attribute attribute;
    return dwarf_formaddr(dwarf_attr(die, name, &attribute), address) == 0;
}

static void add_call(struct calls *calls, Dwarf_Die *site)
{
    static const unsigned tails[] = {DW_AT_call_tail_call, DW_AT_GNU_tail_call};
    bool gnu = dwarf_tag(site) == DW_TAG_GNU_call_site;
    struct call call = {.tail = has_any(site, tails, 2)};
    Dwarf_Attribute attribute;
    call.direct = dwarf_formref_die(
                      dwarf_attr(site, gnu ? DW_AT_abstract_origin : DW_AT_call_origin, &attribute),
                      &call.callee) &&
                  dwarf_tag(&call.callee) == DW_TAG_subprogram;
    if (read_address(site, gnu ? DW_AT_low_pc : DW_AT_call_return_pc, &call.returned))
        call.at = call.returned - 1;
    read_address(site, DW_AT_call_pc, &call.at);
    calls->list = memory_grow(calls->list, calls->count, &calls->room, sizeof(*calls->list));
    calls->list[calls->count++] = call;
}

static void walk_entries(struct calls *calls, Dwarf_Die *parent)
{
    Dwarf_Die die;
    if (dwarf_child(parent, &die) != 0)
        return;
    do {
        int tag = dwarf_tag(&die);
        if (tag == DW_TAG_call_site || tag == DW_TAG_GNU_call_site)
            add_call(calls, &die);
        else if (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block)
            walk_entries(calls, &die);
    } while (dwarf_siblingof(&die, &die) == 0);
}

void calls_read(struct calls *calls, Dwarf_Die *function)
{
    static const unsigned all[] = {
        DW_AT_call_all_calls,     DW_AT_call_all_source_calls,     DW_AT_call_all_tail_calls,
        DW_AT_GNU_all_call_sites, DW_AT_GNU_all_source_call_sites, DW_AT_GNU_all_tail_call_sites};
    *calls = (struct calls){.complete = has_any(function, all, sizeof(all) / sizeof(*all))};
    walk_entries(calls, function);
}

void calls_free(struct calls *calls)
{
    free(calls->list);
}

const struct call *calls_returning(const struct calls *calls, Dwarf_Addr returned)
{
    for (size_t i = 0; i < calls->count; i++) {
        const struct call *call = &calls->list[i];
        if (!call->tail && call->returned == returned && returned != 0)
            return call;
    }
    return NULL;
}
