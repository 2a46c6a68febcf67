/*
 * portable.h - the names of addresses, as they were found where the files were: what an archive
 * holds beside its recordings, so that it reads the same where none of the files is.
 *
 * It is a table of answers to what symbols.h is asked, module by module. As text it is JSON, of the
 * schema timerleak-symbols/1; strings are told by their numbers, of which 0 is none:
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
#ifndef TIMERLEAK_SYMBOLS_PORTABLE_H
#define TIMERLEAK_SYMBOLS_PORTABLE_H

#include "base/errors.h"
#include "base/strings.h"
#include "symbols/symbol.h"

#include <stdio.h>

struct portable;
struct portable_module;

/* Names are kept in the strings, which outlive it. */
struct portable *portable_new(struct strings *strings);
void portable_free(struct portable *portable);

/* Adds what a text holds. False, with the error in words, if it is no such table: what stood before
 * the damage may then be there. */
bool portable_read(struct portable *portable, const char *text, size_t size,
                   char error[ERROR_SIZE]);
void portable_write(const struct portable *portable, FILE *to);

/* NULL if it is not known. */
struct portable_module *portable_find(const struct portable *portable, const char *path,
                                      const uint8_t *build_id, size_t build_id_size);

/* The same, made if need be. */
struct portable_module *portable_module(struct portable *portable, const char *path,
                                        const uint8_t *build_id, size_t build_id_size);

/* ---- what is known of a module; of two answers, the one that tells more is kept ---- */

/* Fills the list, which may stay empty: that is known too. False if nothing is known. */
bool portable_look_up(const struct portable_module *module, uint64_t address,
                      struct symbol_list *found);
void portable_add(struct portable_module *module, uint64_t address,
                  const struct symbol_list *found);

/* Whether a line is known of it, and so all that there is to know. */
bool portable_has_line(const struct portable_module *module, uint64_t address);

/* Of tail calls: as struct symbol_target. */
struct portable_target {
    const struct portable_module *module; /* NULL: of a function that is known by its name */
    uint64_t address;
    const char *function; /* interned */
};

/* False if nothing is known. The calls are valid until any are added. */
bool portable_tail_calls(const struct portable_module *module, uint64_t address,
                         const struct portable_target *target, const uint64_t **calls,
                         size_t *count);
void portable_add_tail_calls(struct portable_module *module, uint64_t address,
                             const struct portable_target *target, const uint64_t *calls,
                             size_t count);

/* False if it is not known. */
bool portable_code(const struct portable_module *module, struct symbol_code *code);
void portable_set_code(struct portable_module *module, const struct symbol_code *code);

/* ---- lines of source files, some around each place ---- */

struct portable_source {
    const char *file; /* interned */
    long first;
    size_t count;
    char **lines;  /* fit to be shown, but for their tabs */
    uint32_t next; /* of the same file, plus one; 0: none */
};

/* Copies the lines, unless all of them are there. */
void portable_add_source(struct portable *portable, const char *file, long first,
                         const char *const *lines, size_t count);

/* The run of lines of that file, which is interned, after `last`, NULL: the first; NULL if there is
 * no more. */
const struct portable_source *portable_source(const struct portable *portable, const char *file,
                                              const struct portable_source *last);

/* ---- what is known of a module's file ---- */

/* Why its file could not be opened then; NULL if it could. */
const char *portable_problem(const struct portable_module *module);
void portable_set_problem(struct portable_module *module, const char *problem);

#endif
