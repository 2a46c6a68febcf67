/*
 * binary.h - a program or library as a file, which may be anything: libelf checks offsets against
 * it.
 */
#ifndef TIMERLEAK_LAUNCH_BINARY_H
#define TIMERLEAK_LAUNCH_BINARY_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>

struct binary {
    Elf *elf;
    int fd;
};

/* False if it is no readable ELF file. binary_close() in either case. */
bool binary_open(struct binary *binary, const char *path);
void binary_close(struct binary *binary);

/* Its sections, one after the other: NULL comes before the first, and after the last. */
Elf_Scn *binary_section(const struct binary *binary, Elf_Scn *before, GElf_Shdr *header);

/* As that, but constants alone, strings among them. */
Elf_Scn *binary_constants(const struct binary *binary, Elf_Scn *before, Elf_Data **data);

#endif
