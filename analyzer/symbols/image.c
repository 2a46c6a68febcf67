#include "symbols/image.h"

#include "base/memory.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

struct bytes bytes_from(struct bytes bytes, uint64_t offset)
{
    if (offset > bytes.size)
        return (struct bytes){0};
    return (struct bytes){bytes.at + offset, bytes.size - offset};
}

struct bytes bytes_cut(struct bytes bytes, uint64_t size)
{
    if (bytes.size > size)
        bytes.size = size;
    return bytes;
}

bool bytes_read32(struct bytes bytes, uint64_t offset, uint32_t *value)
{
    bytes = bytes_from(bytes, offset);
    if (bytes.size < sizeof(*value))
        return false;
    memcpy(value, bytes.at, sizeof(*value));
    *value = le32toh(*value);
    return true;
}

bool bytes_read64(struct bytes bytes, uint64_t offset, uint64_t *value)
{
    bytes = bytes_from(bytes, offset);
    if (bytes.size < sizeof(*value))
        return false;
    memcpy(value, bytes.at, sizeof(*value));
    *value = le64toh(*value);
    return true;
}

static const struct segment *segment_of(const struct image *image, uint64_t address)
{
    for (size_t i = 0; i < image->count; i++) {
        const struct segment *segment = &image->segments[i];
        if (address >= segment->address && address - segment->address < segment->bytes.size)
            return segment;
    }
    return NULL;
}

struct bytes image_at(const struct image *image, uint64_t address)
{
    const struct segment *segment = segment_of(image, address);
    return segment ? bytes_from(segment->bytes, address - segment->address) : (struct bytes){0};
}

bool image_offset(const struct image *image, uint64_t address, uint64_t *offset)
{
    const struct segment *segment = segment_of(image, address);
    if (segment)
        *offset = segment->offset + (address - segment->address);
    return segment != NULL;
}

bool image_relocation(const struct image *image, size_t *at, Elf64_Rela *relocation)
{
    struct bytes left = bytes_from(image->relocations, *at * sizeof(*relocation));
    if (left.size < sizeof(*relocation))
        return false;
    memcpy(relocation, left.at, sizeof(*relocation));
    ++*at;
    return true;
}

bool image_pointer(const struct image *image, uint64_t address, uint64_t *value)
{
    Elf64_Rela relocation;
    for (size_t i = 0; image_relocation(image, &i, &relocation);) {
        if (relocation.r_offset == address) {
            *value = (uint64_t)relocation.r_addend;
            return true;
        }
    }
    return bytes_read64(image_at(image, address), 0, value);
}

static void add_segment(struct image *image, struct bytes file, const GElf_Phdr *header)
{
    image->segments[image->count++] =
        (struct segment){header->p_vaddr, header->p_offset,
                         bytes_cut(bytes_from(file, header->p_offset), header->p_filesz),
                         header->p_flags & PF_W, header->p_flags & PF_X};
}

static void find_relocations(struct image *image, uint64_t dynamic)
{
    struct bytes entries = image_at(image, dynamic);
    uint64_t tag = DT_NULL, value, address = 0, size = 0;
    for (uint64_t i = 0; bytes_read64(entries, 16 * i, &tag) && tag != DT_NULL; i++) {
        if (!bytes_read64(entries, 16 * i + 8, &value))
            break;
        address = tag == DT_RELA ? value : address;
        size = tag == DT_RELASZ ? value : size;
    }
    image->relocations = bytes_cut(image_at(image, address), size);
}

bool image_read(struct image *image, Elf *elf)
{
    GElf_Ehdr ehdr;
    GElf_Phdr header;
    size_t count = 0;
    struct bytes file = {0};
    *image = (struct image){0};
    file.at = (const unsigned char *)elf_rawfile(elf, &file.size);
    if (!file.at || !gelf_getehdr(elf, &ehdr) || elf_getphdrnum(elf, &count) != 0 || count == 0 ||
        ehdr.e_ident[EI_CLASS] != ELFCLASS64 || ehdr.e_ident[EI_DATA] != ELFDATA2LSB)
        return false;
    image->segments = memory_new(count, sizeof(*image->segments));
    for (size_t i = 0; i < count; i++) {
        if (gelf_getphdr(elf, (int)i, &header) && header.p_type == PT_LOAD)
            add_segment(image, file, &header);
    }
    for (size_t i = 0; i < count && ehdr.e_type == ET_DYN; i++) {
        if (gelf_getphdr(elf, (int)i, &header) && header.p_type == PT_DYNAMIC)
            find_relocations(image, header.p_vaddr);
    }
    return true;
}

void image_free(struct image *image)
{
    free(image->segments);
    *image = (struct image){0};
}
