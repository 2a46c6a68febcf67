#include "launch/elf_facts.h"

#include "launch/binary.h"

#include <stdio.h>
#include <string.h>

/* Runtimes that refuse to work, or miss what happened before, unless they are loaded first. */
static const char *const sanitizers[] = {
    "libasan.so",       "libtsan.so",       "liblsan.so",         "libhwasan.so",
    "libclang_rt.asan", "libclang_rt.tsan", "libclang_rt.hwasan",
};

static void elf_note_library(struct elf_facts *facts, const char *soname)
{
    for (size_t i = 0; i < sizeof(sanitizers) / sizeof(*sanitizers); i++) {
        if (strncmp(soname, sanitizers[i], strlen(sanitizers[i])) == 0)
            snprintf(facts->sanitizer, sizeof(facts->sanitizer), "%s", soname);
    }
}

/* Returns whether the file names itself: a library, such as the dynamic loader when run by name. */
static bool elf_read_dynamic(struct elf_facts *facts, Elf *elf, Elf_Scn *section)
{
    GElf_Shdr header;
    Elf_Data *data = elf_getdata(section, NULL);
    if (data == NULL || gelf_getshdr(section, &header) == NULL)
        return false;
    bool library = false;
    GElf_Dyn entry;
    for (int i = 0; gelf_getdyn(data, i, &entry) != NULL && entry.d_tag != DT_NULL; i++) {
        library |= entry.d_tag == DT_SONAME;
        const char *name = NULL;
        if (entry.d_tag == DT_NEEDED)
            name = elf_strptr(elf, header.sh_link, entry.d_un.d_val);
        if (name != NULL)
            elf_note_library(facts, name);
    }
    return library;
}

/* Returns as elf_read_dynamic() does. */
static bool elf_read_sections(struct elf_facts *facts, const struct binary *binary)
{
    size_t names;
    bool library = false;
    GElf_Shdr header;
    if (elf_getshdrstrndx(binary->elf, &names) != 0)
        return false;
    for (Elf_Scn *section = NULL; (section = binary_section(binary, section, &header)) != NULL;) {
        const char *name = elf_strptr(binary->elf, names, header.sh_name);
        if (name != NULL && strcmp(name, ".note.go.buildid") == 0)
            facts->go = true;
        if (header.sh_type == SHT_DYNAMIC)
            library |= elf_read_dynamic(facts, binary->elf, section);
    }
    return library;
}

static void elf_read_loader(struct elf_facts *facts, Elf *elf)
{
    size_t count;
    if (elf_getphdrnum(elf, &count) != 0)
        return;
    GElf_Phdr segment;
    for (size_t i = 0; i < count && gelf_getphdr(elf, (int)i, &segment) != NULL; i++) {
        if (segment.p_type != PT_INTERP || segment.p_filesz > PATH_MAX)
            continue;
        Elf_Data *data =
            elf_getdata_rawchunk(elf, (int64_t)segment.p_offset, segment.p_filesz, ELF_T_BYTE);
        if (data == NULL || data->d_size == 0)
            continue;
        const char *path = data->d_buf;
        const char *slash = memrchr(path, '/', data->d_size);
        const char *base = slash == NULL ? path : slash + 1;
        snprintf(facts->loader, sizeof(facts->loader), "%.*s",
                 (int)(data->d_size - (size_t)(base - path)), base);
    }
}

static bool elf_read(struct elf_facts *facts, const struct binary *binary)
{
    GElf_Ehdr header;
    if (gelf_getehdr(binary->elf, &header) == NULL)
        return false;
    facts->machine = header.e_machine;
    facts->elf_class = header.e_ident[EI_CLASS];
    elf_read_loader(facts, binary->elf);
    bool library = elf_read_sections(facts, binary);
    facts->is_static = facts->loader[0] == '\0' && !library;
    return true;
}

bool elf_facts_read(struct elf_facts *facts, const char *path)
{
    struct binary binary;
    memset(facts, 0, sizeof(*facts));
    bool read = binary_open(&binary, path) && elf_read(facts, &binary);
    binary_close(&binary);
    return read;
}
