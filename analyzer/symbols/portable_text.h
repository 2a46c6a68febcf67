/*
 * portable_text.h - the table of portable.h as text: JSON, of the schema timerleak-symbols/1.
 * Strings are told by their numbers, of which 0 is none:
 *
 *   {"schema": "timerleak-symbols/1",
 *    "modules": [{"path": "/usr/bin/app", "build_id": "1f…", "code": [start, end, offset],
 *                 "problem": "is gone",
 *                 "addresses": [[address, function, signature, file, directory, line, inlined,
 *                              function…]…],
 *                 "tail_calls": [[address, module, target, call…]…]}],
 *    "sources": [{"file": string, "first": 12, "lines": ["…", …]}],
 *    "strings": ["", "main", …]}
 *
 * A module is known by its build-id, else by its path. The target of a tail call is an address of
 * that module of the list, counted from 1; of module 0 it is the string of a function's name.
 * Anyone may have written it: what is no such table is refused, and no number in it is trusted.
 */
#ifndef TIMERLEAK_SYMBOLS_PORTABLE_TEXT_H
#define TIMERLEAK_SYMBOLS_PORTABLE_TEXT_H

#include "base/errors.h"
#include "symbols/portable.h"

#include <stdio.h>

/* Adds what a text holds. False, with the error in words, if it is no such table: what stood before
 * the damage may then be there. */
bool portable_read(struct portable *portable, const char *text, size_t size,
                   char error[ERROR_SIZE]);
void portable_write(const struct portable *portable, FILE *to);

#endif
