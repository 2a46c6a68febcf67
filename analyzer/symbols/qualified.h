/*
 * qualified.h - names of functions that no other file can call: they have none for linkers, and
 * their scopes spell it out.
 */
#ifndef TIMERLEAK_SYMBOLS_QUALIFIED_H
#define TIMERLEAK_SYMBOLS_QUALIFIED_H

#include "symbols/demangled.h"
#include "symbols/object.h"

/*
 * Name and signature of a function of that object; the name is NULL if it has none. The signature
 * is near to what c++filt would have, of C++ alone, and tells more of a lambda: where it is, in
 * which function.
 */
struct demangled qualified(struct object *object, struct strings *strings, Dwarf_Die *function);

#endif
