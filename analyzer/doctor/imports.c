#include "doctor/imports.h"

#include "base/named.h"

#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

static uint64_t find(const char *symbol, const char *(*name)(size_t index), size_t count)
{
    for (size_t i = 0; symbol && i < count; i++) {
        if (strcmp(symbol, name(i)) == 0)
            return UINT64_C(1) << i;
    }
    return 0;
}

static uint64_t read_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
                             const char *(*name)(size_t index), size_t count)
{
    uint64_t found = 0;
    GElf_Sym symbol;
    Elf_Data *data = elf_getdata(section, NULL);
    for (int i = 0; data && gelf_getsym(data, i, &symbol) != NULL; i++) {
        if (symbol.st_shndx == SHN_UNDEF)
            found |= find(elf_strptr(elf, header->sh_link, symbol.st_name), name, count);
    }
    return found;
}

uint64_t imports_read(const char *path, const char *(*name)(size_t index), size_t count)
{
    uint64_t found = 0;
    const char *why;
    int fd = named_open(path, NULL, &why);
    if (fd < 0)
        return 0;
    elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
    for (Elf_Scn *section = NULL; elf && (section = elf_nextscn(elf, section)) != NULL;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) != NULL && header.sh_type == SHT_DYNSYM)
            found |= read_symbols(elf, section, &header, name, count);
    }
    elf_end(elf);
    close(fd);
    return found;
}
