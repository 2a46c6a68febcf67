/*
 * symbols.h - addresses to functions, files, lines and inlined frames.
 *
 * An address is one of the file that a module was loaded from. It is looked up only in a file
 * with the build-id that was recorded: another version of a library would give names that are
 * wrong, which is worse than none. Debug files are found as gdb finds them, by build-id and by
 * .gnu_debuglink. Nothing is opened before it is asked for.
 */
#ifndef TIMERLEAK_SYMBOLS_SYMBOLS_H
#define TIMERLEAK_SYMBOLS_SYMBOLS_H

#include "base/strings.h"
#include "symbols/symbol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct portable;
struct symbols;
struct symbol_file;

/* Names and files are added to the strings, which outlive the symbols. */
struct symbols *symbols_new(struct strings *strings);
void symbols_free(struct symbols *symbols);

/* What is known without files, which are not opened for it: see portable.h. To be added to first.
 */
struct portable *symbols_portable(struct symbols *symbols);

/* From now on, all that is asked and answered is added to it. */
void symbols_keep(struct symbols *symbols);

/*
 * The file a module was loaded from. Without a build-id (size 0), it is taken as unchanged only if
 * it is not newer than `used`, ns since 1970.
 */
struct symbol_file *symbols_file(struct symbols *symbols, const char *path, const uint8_t *build_id,
                                 size_t build_id_size, uint64_t used);

/*
 * The code that a process made at run time, by its perf map, which is taken over: text with a NUL
 * behind it. Of the same key it is the same file, of which the map is read anew. Addresses are
 * those of the process. Without a map (NULL) it is what is known of that key already; NULL: nothing
 * is.
 */
struct symbol_file *symbols_made(struct symbols *symbols, const char *key, char *map, size_t size);

/* Never NULL; valid until the next look-up. */
const struct symbol_list *symbols_look_up(struct symbol_file *file, uint64_t address);

/* The function of a frame. */
struct symbol_target {
    struct symbol_file *file; /* NULL: only its name is known, which no other function has */
    uint64_t address;         /* in the file */
    const char *function;     /* its name, if there is no file */
};

/*
 * The functions without a frame between a call and the function that returned from it: those whose
 * last act was a call, where debug information tells that there is this way, and no other.
 * `address` is the last of the call: where it returns to, less one. Returns where they called,
 * addresses of the file, leaf first; valid until the next time.
 */
const uint64_t *symbols_tail_calls(struct symbol_file *file, uint64_t address,
                                   const struct symbol_target *target, size_t *count);

/* False if the file could not be opened or has no code. */
bool symbols_code(struct symbol_file *file, struct symbol_code *code);

/* Why something was not found in that file, in words; NULL if it could be opened, or need not be.
 */
const char *symbols_problem(const struct symbol_file *file);

/* The same where it could be opened, but has no names for its own functions. */
extern const char symbols_stripped[];

/* How many addresses of it were looked up in vain. */
size_t symbols_nameless(const struct symbol_file *file);

#endif
