/*
 * calls.h - the calls that a function makes, as debug information tells them: DWARF 5's call sites,
 * and GNU's of before.
 */
#ifndef TIMERLEAK_SYMBOLS_CALLS_H
#define TIMERLEAK_SYMBOLS_CALLS_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>

struct call {
    Dwarf_Addr at;       /* within the instruction */
    Dwarf_Addr returned; /* where it returns to; 0: not told */
    Dwarf_Die callee;    /* see `direct` */
    bool direct;         /* else nothing tells which function is called */
    bool tail;           /* the last thing that the function does: it has no frame any more */
};

struct calls {
    struct call *list;
    size_t count, room;
    bool complete; /* no tail call is missing */
};

/*
 * The function's own calls, those of what is inlined there included; of a unit that unit_function()
 * has walked. Ends with calls_free().
 */
void calls_read(struct calls *calls, Dwarf_Die *function);
void calls_free(struct calls *calls);

/* The call that returns there; NULL if none is known. */
const struct call *calls_returning(const struct calls *calls, Dwarf_Addr returned);

#endif
