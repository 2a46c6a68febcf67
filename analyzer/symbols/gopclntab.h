/*
 * gopclntab.h - the table that every Go program carries of its functions, for its own runtime: with
 * files, lines, and what was inlined. It stays when a program is stripped.
 *
 * Those of Go 1.18 and 1.19, and of 1.20 and later, are known. What it says is not trusted.
 */
#ifndef TIMERLEAK_SYMBOLS_GOPCLNTAB_H
#define TIMERLEAK_SYMBOLS_GOPCLNTAB_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Deeper nesting of inlined functions than any compiler makes is damage. */
#define GOPCLNTAB_MOST_INLINED 64

struct gopclntab;

/* Its strings lie in the file, which stays open as long as it. */
struct gopclntab_frame {
    const char *function;
    const char *file; /* NULL: unknown */
    int line;         /* 0: unknown */
};

/* NULL: there is none, or it is of an unknown form. */
struct gopclntab *gopclntab_new(Elf *elf);
void gopclntab_free(struct gopclntab *table);

/*
 * What is at an address of the file: the innermost inlined function first, the real one last; where
 * it can't be told what is inlined, that alone. Returns how many, 0 if no function is there.
 */
size_t gopclntab_look_up(const struct gopclntab *table, uint64_t address,
                         struct gopclntab_frame frames[GOPCLNTAB_MOST_INLINED]);

/* Where a function lies that is not only inlined. */
struct gopclntab_code {
    uint64_t start, end;
};

bool gopclntab_find(const struct gopclntab *table, const char *function,
                    struct gopclntab_code *code);

#endif
