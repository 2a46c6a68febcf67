/*
 * tailcalls.h - functions that are missing in a stack, for a call was the last thing they did.
 *
 * Compilers make a jump of such a call: the function that was called returns to its caller's
 * caller. What is left is a call that names another function than the one that returns to it. As
 * debuggers do, the way between the two is looked for; where the debug information knows of several
 * ways, or of a call on them that may lead anywhere, none is told.
 */
#ifndef TIMERLEAK_SYMBOLS_TAILCALLS_H
#define TIMERLEAK_SYMBOLS_TAILCALLS_H

#include "symbols/object.h"

/* A longer way is not followed. */
#define TAIL_CALLS_MOST 16

/* The function that returns. */
struct reached {
    const struct unit_function *code; /* NULL: it lies in another object, or nobody knows where */
    const char *name;                 /* if there is no code */
    bool anywhere;                    /* the name is that of one function, wherever it lies */
};

/*
 * Where the functions are left that lie between, leaf first, and how many they are: at most
 * TAIL_CALLS_MOST. `returned` is where the call returns to. Addresses are those of the debug
 * information.
 */
size_t tail_calls_between(struct object *object, Dwarf_Addr returned, const struct reached *reached,
                          Dwarf_Addr *left);

#endif
