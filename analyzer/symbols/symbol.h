/*
 * symbol.h - what is known of an address, and of a file's code.
 */
#ifndef TIMERLEAK_SYMBOLS_SYMBOL_H
#define TIMERLEAK_SYMBOLS_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbol {
    const char *function;  /* demangled, without parameters; never NULL */
    const char *signature; /* with them, as c++filt has it; NULL: unknown, or no other */
    const char *file;      /* absolute where known; NULL: unknown */
    const char *directory; /* where it was compiled; NULL: unknown */
    int line;              /* 0: unknown */
    bool inlined;          /* into the next symbol of its list */
};

/* What is at one address: the innermost inlined function first, the real one last. */
struct symbol_list {
    size_t count; /* 0: nothing is known */
    size_t room;
    struct symbol *symbols;
};

/* Where the code of a file lies: addresses in the file, and where in it they start. */
struct symbol_code {
    uint64_t start, end, offset;
};

#endif
