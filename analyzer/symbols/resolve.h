/*
 * resolve.h - what debug information and symbol tables say about one address.
 */
#ifndef TIMERLEAK_SYMBOLS_RESOLVE_H
#define TIMERLEAK_SYMBOLS_RESOLVE_H

#include "base/strings.h"
#include "symbols/object.h"
#include "symbols/symbol.h"

/* Fills the list, which is empty, for an address of the file; strings go to the set. */
void resolve(struct object *object, uint64_t address, struct strings *strings,
             struct symbol_list *list);

#endif
