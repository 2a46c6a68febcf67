/*
 * demangled.h - C++ and Rust names as their programmers wrote them.
 */
#ifndef TIMERLEAK_SYMBOLS_DEMANGLED_H
#define TIMERLEAK_SYMBOLS_DEMANGLED_H

#include "base/strings.h"

struct demangled {
    const char *name;      /* without parameters; as it is, if it is no such name */
    const char *signature; /* with them, as c++filt has it; NULL: unknown, or no other */
};

/* Of a name as linkers know it; interned. */
struct demangled demangled(struct strings *strings, const char *name);

#endif
