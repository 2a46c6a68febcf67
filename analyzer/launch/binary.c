#include "launch/binary.h"

#include "base/named.h"

#include <unistd.h>

bool binary_open(struct binary *binary, const char *path)
{
    const char *why;
    *binary = (struct binary){.fd = named_open(path, NULL, &why)};
    if (binary->fd < 0)
        return false;
    elf_version(EV_CURRENT);
    binary->elf = elf_begin(binary->fd, ELF_C_READ, NULL);
    return binary->elf && elf_kind(binary->elf) == ELF_K_ELF;
}

void binary_close(struct binary *binary)
{
    elf_end(binary->elf);
    if (binary->fd >= 0)
        close(binary->fd);
}

Elf_Scn *binary_section(const struct binary *binary, Elf_Scn *before, GElf_Shdr *header)
{
    Elf_Scn *section = before;
    while ((section = elf_nextscn(binary->elf, section)) && !gelf_getshdr(section, header))
        ;
    return section;
}

Elf_Scn *binary_constants(const struct binary *binary, Elf_Scn *before, Elf_Data **data)
{
    const GElf_Xword kind = SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR;
    GElf_Shdr header;
    Elf_Scn *section = before;
    while ((section = binary_section(binary, section, &header))) {
        if (header.sh_type == SHT_PROGBITS && (header.sh_flags & kind) == SHF_ALLOC &&
            (*data = elf_rawdata(section, NULL)) && (*data)->d_buf)
            break;
    }
    return section;
}
