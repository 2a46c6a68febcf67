/*
 * portable.h - the names of addresses, as they were found where the files were: what an archive
 * holds beside its recordings, so that it reads the same where none of the files is.
 *
 * It is a table of answers to what symbols.h is asked, module by module. A module is known by its
 * build-id, else by its path. As text: see portable_text.h.
 */
#ifndef TIMERLEAK_SYMBOLS_PORTABLE_H
#define TIMERLEAK_SYMBOLS_PORTABLE_H

#include "base/index.h"
#include "base/strings.h"
#include "symbols/symbol.h"

/* Of tail calls: as struct symbol_target. */
struct portable_target {
    const struct portable_module *module; /* NULL: of a function that is known by its name */
    uint64_t address;
    const char *function; /* interned */
};

struct portable_source {
    const char *file; /* interned */
    long first;
    size_t count;
    char **lines;  /* fit to be shown, but for their tabs */
    uint32_t next; /* of the same file, plus one; 0: none */
};

/* ---- how it lies in memory: for the functions below, and what writes it as text ---- */

struct known_address {
    uint64_t address;
    uint32_t first, count; /* of its symbols */
};

struct known_passage {
    uint64_t address;
    struct portable_target target;
    uint32_t first, count; /* of its calls */
};

struct portable_module {
    const struct portable *portable;
    uint32_t number;
    const char *path, *problem;
    uint8_t *build_id;
    size_t build_id_size;
    struct symbol_code code;
    struct known_address *addresses;
    size_t address_count, address_room;
    struct index address_index;
    struct symbol *symbols;
    size_t symbol_count, symbol_room;
    struct known_passage *passages;
    size_t passage_count, passage_room;
    struct index passage_index;
    uint64_t *calls;
    size_t call_count, call_room;
};

struct source_file {
    const char *file;
    uint32_t first, last, count; /* of its runs */
};

struct portable {
    struct strings *strings;
    struct portable_module **modules;
    size_t count, room;
    struct index index;
    struct portable_source *sources;
    size_t source_count, source_room;
    struct source_file *source_files; /* that have any */
    size_t source_file_count, source_file_room;
    struct index source_index;
};

/* Names are kept in the strings, which outlive it. */
struct portable *portable_new(struct strings *strings);
void portable_free(struct portable *portable);

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
