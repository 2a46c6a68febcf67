#include "symbols/tailcalls.h"

#include "symbols/calls.h"

#include <dwarf.h>
#include <string.h>

/* Where so many calls are to be followed, there is more than one way, or none. */
#define MOST_FOLLOWED 1000

struct search {
    struct object *object;
    const struct reached *reached;
    const void *functions[TAIL_CALLS_MOST + 1]; /* on the way, as their entries lie in memory */
    Dwarf_Addr left[TAIL_CALLS_MOST];           /* where they are left */
    size_t depth;
    Dwarf_Addr found[TAIL_CALLS_MOST]; /* the way, outermost first */
    size_t found_depth;                /* 0: none so far */
    size_t followed;
};

static const char *name_of(Dwarf_Die *function)
{
    const char *name = die_linkage_name(function);
    return name ? name : dwarf_diename(function);
}

static bool same_name(const char *a, const char *b)
{
    size_t length = a && b ? name_length(a) : 0;
    return length > 0 && length == name_length(b) && memcmp(a, b, length) == 0;
}

/* Clones of a function are the function; several of one name are not told apart. */
static bool has_name_of_reached(const struct reached *reached, Dwarf_Die *function)
{
    if (!reached->code)
        return same_name(name_of(function), reached->name);
    Dwarf_Die there = reached->code->die;
    return die_declaration(&there).addr == die_declaration(function).addr ||
           same_name(name_of(function), name_of(&there));
}

/* Of a function that the debug information names; only another file's has no code. */
static enum name_kind code_of(struct object *object, Dwarf_Die *function,
                              const struct unit_function **code)
{
    Dwarf_Die declaration = die_declaration(function);
    struct unit *unit = object_unit_of(object, function);
    bool several;
    Dwarf_Addr address;
    *code = unit ? unit_definition(unit, &declaration, &several) : NULL;
    if (*code)
        return several ? NAME_UNKNOWN : NAME_DEFINED;
    const char *name = name_of(function);
    if (!name || !dwarf_hasattr_integrate(&declaration, DW_AT_external))
        return NAME_UNKNOWN;
    enum name_kind kind = names_find(&object->names, object->module, name, &address);
    if (kind != NAME_DEFINED)
        return kind;
    address -= object->dwarf_bias;
    unit = object_unit(object, address);
    *code = unit ? unit_function(unit, address) : NULL;
    return *code && (*code)->start == address ? NAME_DEFINED : NAME_UNKNOWN;
}

static bool keep_way(struct search *search)
{
    if (search->found_depth > 0)
        return false;
    memcpy(search->found, search->left, search->depth * sizeof(*search->left));
    search->found_depth = search->depth;
    return true;
}

static bool enter(struct search *search, const struct unit_function *function)
{
    for (size_t i = 0; i < search->depth; i++) {
        if (search->functions[i] == function->die.addr)
            return false;
    }
    search->functions[search->depth] = function->die.addr;
    return search->depth < TAIL_CALLS_MOST;
}

static bool follow_all(struct search *search, const struct unit_function *function);

/*
 * False if it may lead anywhere. What a function of another file does is not known, and it is taken
 * to lead nowhere: it is none of this one, nor the one that was reached.
 */
static bool follow(struct search *search, const struct call *call)
{
    const struct unit_function *code, *there = search->reached->code;
    Dwarf_Die callee = call->callee;
    if (!call->direct || call->at == 0 || ++search->followed > MOST_FOLLOWED)
        return false;
    enum name_kind kind = code_of(search->object, &callee, &code);
    bool reached = has_name_of_reached(search->reached, &callee);
    bool surely = reached && search->reached->anywhere;
    bool same = code && there ? code->die.addr == there->die.addr : !code && !there;
    if (!surely && (kind == NAME_UNKNOWN || (reached && !same)))
        return false;
    search->left[search->depth++] = call->at;
    /* What was reached may lead to itself: nobody could tell how often it did. */
    bool followed = (!reached || keep_way(search)) && (!code || surely || follow_all(search, code));
    search->depth--;
    return followed;
}

static bool follow_all(struct search *search, const struct unit_function *function)
{
    struct calls calls;
    Dwarf_Die die = function->die;
    if (!enter(search, function))
        return false;
    calls_read(&calls, &die);
    bool followed = calls.complete;
    for (size_t i = 0; followed && i < calls.count; i++)
        followed = !calls.list[i].tail || follow(search, &calls.list[i]);
    calls_free(&calls);
    return followed;
}

/* The function that a call names, in this object, if another one returns from it; else NULL. */
static const struct unit_function *called(struct search *search, Dwarf_Addr returned)
{
    struct calls calls;
    const struct unit_function *code = NULL;
    struct unit *unit = object_unit(search->object, returned - 1);
    struct unit_function *caller = unit ? unit_function(unit, returned - 1) : NULL;
    if (!caller)
        return NULL;
    Dwarf_Die die = caller->die;
    calls_read(&calls, &die);
    const struct call *call = calls_returning(&calls, returned);
    Dwarf_Die callee = call ? call->callee : (Dwarf_Die){0};
    if (!call || !call->direct || has_name_of_reached(search->reached, &callee) ||
        code_of(search->object, &callee, &code) != NAME_DEFINED)
        code = NULL;
    calls_free(&calls);
    return code;
}

size_t tail_calls_between(struct object *object, Dwarf_Addr returned, const struct reached *reached,
                          Dwarf_Addr *left)
{
    struct search search = {.object = object, .reached = reached};
    const struct unit_function *first = called(&search, returned);
    if (!first || !follow_all(&search, first))
        return 0;
    for (size_t i = 0; i < search.found_depth; i++)
        left[i] = search.found[search.found_depth - 1 - i];
    return search.found_depth;
}
