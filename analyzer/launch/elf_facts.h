/*
 * elf_facts.h - what an executable or a library says about how it is loaded.
 */
#ifndef TIMERLEAK_ELF_FACTS_H
#define TIMERLEAK_ELF_FACTS_H

#include <limits.h>
#include <stdbool.h>

struct elf_facts {
    int machine;              /* EM_* */
    int elf_class;            /* ELFCLASS32, ELFCLASS64 */
    bool is_static;           /* a program that no dynamic loader starts */
    bool go;                  /* made by the Go compiler */
    char loader[NAME_MAX];    /* base name of the dynamic loader that it asks for; "" if none */
    char sanitizer[NAME_MAX]; /* soname of a sanitizer's runtime that it links; "" if none */
};

/* Reads the file, which may be anything; false if it is no readable ELF file. */
bool elf_facts_read(struct elf_facts *facts, const char *path);

#endif
