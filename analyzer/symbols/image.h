/*
 * image.h - the bytes of a 64-bit little-endian ELF file by the addresses that they are loaded at,
 * as far as they lie in it. Nothing in it is trusted.
 */
#ifndef TIMERLEAK_SYMBOLS_IMAGE_H
#define TIMERLEAK_SYMBOLS_IMAGE_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    const unsigned char *at;
    size_t size;
};

struct segment {
    uint64_t address, offset; /* in the file */
    struct bytes bytes;
    bool writable, code;
};

struct image {
    struct segment *segments;
    size_t count;
    struct bytes relocations; /* Elf64_Rela; none unless it may be loaded anywhere */
};

/* False if it is no such file. */
bool image_read(struct image *image, Elf *elf);
void image_free(struct image *image);

/* From an address to the end of its segment; none if it lies in none. */
struct bytes image_at(const struct image *image, uint64_t address);

/* Where in the file it lies. */
bool image_offset(const struct image *image, uint64_t address, uint64_t *offset);

/* As the loader leaves it, where the file is loaded where it says. */
bool image_pointer(const struct image *image, uint64_t address, uint64_t *value);

/* The relocations one by one, `at` from 0 on. */
bool image_relocation(const struct image *image, size_t *at, Elf64_Rela *relocation);

/* Each is checked: nothing from beyond the end. */
struct bytes bytes_from(struct bytes bytes, uint64_t offset);
struct bytes bytes_cut(struct bytes bytes, uint64_t size);
bool bytes_read32(struct bytes bytes, uint64_t offset, uint32_t *value);
bool bytes_read64(struct bytes bytes, uint64_t offset, uint64_t *value);

#endif
