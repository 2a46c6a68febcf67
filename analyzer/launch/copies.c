#include "launch/copies.h"

#include "base/paths.h"
#include "launch/binary.h"

#include <string.h>

/* Functions, and texts, of a family that were found: a bit for each. */
struct traces {
    unsigned exported, local, texts;
    bool called; /* by those who look for what is exported */
};

static unsigned index_in(const char *const words[FOREIGN_WORDS], const char *word)
{
    unsigned index = 0;
    while (index < FOREIGN_WORDS && words[index] && strcmp(words[index], word) != 0)
        index++;
    return index < FOREIGN_WORDS && words[index] ? index : FOREIGN_WORDS;
}

/* Whether all were found. */
static bool complete(const char *const words[FOREIGN_WORDS], unsigned found)
{
    unsigned count = 0;
    while (count < FOREIGN_WORDS && words[count])
        count++;
    return found == (1u << count) - 1;
}

static bool is_exported(const GElf_Sym *symbol)
{
    int visibility = GELF_ST_VISIBILITY(symbol->st_other);
    return GELF_ST_BIND(symbol->st_info) != STB_LOCAL &&
           (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

/* The family of a function that is defined here, and its bit; NULL: another symbol. */
static struct traces *traces_of(struct traces traces[FOREIGN_FAMILIES], const GElf_Sym *symbol,
                                const char *name, unsigned *bit)
{
    if (!name || symbol->st_shndx == SHN_UNDEF || GELF_ST_TYPE(symbol->st_info) != STT_FUNC)
        return NULL;
    for (size_t i = 0; i < FOREIGN_FAMILIES; i++) {
        unsigned index = index_in(foreign_at(i)->functions, name);
        *bit = 1u << index;
        if (index < FOREIGN_WORDS)
            return &traces[i];
    }
    return NULL;
}

static void read_symbols(struct traces traces[FOREIGN_FAMILIES], Elf *elf, Elf_Scn *section,
                         const GElf_Shdr *header)
{
    unsigned bit;
    GElf_Sym symbol;
    Elf_Data *data = elf_getdata(section, NULL);
    for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        struct traces *found = traces_of(traces, &symbol, name, &bit);
        if (found && header->sh_type == SHT_DYNSYM && is_exported(&symbol))
            found->exported |= bit;
        else if (found)
            found->local |= bit;
    }
}

/* Calls of what the file exports itself that the loader binds, to whatever comes first. */
static void read_calls(struct traces traces[FOREIGN_FAMILIES], Elf *elf, Elf_Scn *section,
                       const GElf_Shdr *header)
{
    unsigned bit;
    GElf_Rela call;
    GElf_Sym symbol;
    GElf_Shdr names;
    Elf_Data *data = elf_getdata(section, NULL);
    Elf_Scn *symbols = elf_getscn(elf, header->sh_link);
    Elf_Data *listed = symbols ? elf_getdata(symbols, NULL) : NULL;
    if (!listed || !gelf_getshdr(symbols, &names) || names.sh_type != SHT_DYNSYM)
        return;
    for (int i = 0; data && gelf_getrela(data, i, &call); i++) {
        if (!gelf_getsym(listed, (int)GELF_R_SYM(call.r_info), &symbol))
            continue;
        const char *name = elf_strptr(elf, names.sh_link, symbol.st_name);
        struct traces *found = traces_of(traces, &symbol, name, &bit);
        if (found)
            found->called = true;
    }
}

static void read_sections(struct traces traces[FOREIGN_FAMILIES], const struct binary *binary)
{
    GElf_Shdr header;
    for (Elf_Scn *section = NULL; (section = binary_section(binary, section, &header));) {
        if (header.sh_type == SHT_DYNSYM || header.sh_type == SHT_SYMTAB)
            read_symbols(traces, binary->elf, section, &header);
        else if (header.sh_type == SHT_RELA)
            read_calls(traces, binary->elf, section, &header);
    }
}

/* Whole strings, to their end: a manual that mentions them is no copy. */
static void read_texts(struct traces traces[FOREIGN_FAMILIES], const struct binary *binary)
{
    Elf_Data *data;
    for (Elf_Scn *section = NULL; (section = binary_constants(binary, section, &data));) {
        for (size_t i = 0; i < FOREIGN_FAMILIES; i++) {
            const char *const *texts = foreign_at(i)->texts;
            for (size_t j = 0; j < FOREIGN_WORDS && texts[j]; j++) {
                if (memmem(data->d_buf, data->d_size, texts[j], strlen(texts[j]) + 1))
                    traces[i].texts |= 1u << j;
            }
        }
    }
}

static enum copy copy_of(const struct foreign *foreign, const struct traces *traces, bool program)
{
    if (complete(foreign->functions, traces->exported) && program)
        return COPY_EXPORTED;
    if (complete(foreign->functions, traces->exported))
        return traces->called ? COPY_OPEN : COPY_BOUND;
    if (complete(foreign->functions, traces->local | traces->exported) ||
        complete(foreign->texts, traces->texts))
        return COPY_HIDDEN;
    return COPY_NONE;
}

void copies_read(enum copy copies[FOREIGN_FAMILIES], const char *path, bool program)
{
    struct traces traces[FOREIGN_FAMILIES] = {0};
    const struct foreign *itself = foreign_of_file(path_last(path));
    struct binary binary;
    if (binary_open(&binary, path)) {
        read_sections(traces, &binary);
        read_texts(traces, &binary);
    }
    binary_close(&binary);
    for (size_t i = 0; i < FOREIGN_FAMILIES; i++)
        copies[i] =
            foreign_at(i) == itself ? COPY_NONE : copy_of(foreign_at(i), &traces[i], program);
}

const char *copy_blindness(enum copy copy)
{
    static const char *const words[] = {
        [COPY_NONE] = NULL,
        [COPY_OPEN] = NULL,
        [COPY_BOUND] = "and calls it past the loader: timers that it makes are not seen",
        [COPY_EXPORTED] = "which comes before all that is preloaded: its timers are not seen",
        [COPY_HIDDEN] = "hidden inside: its timers are not seen",
    };
    return words[copy];
}

const char *copy_remedy(enum copy copy)
{
    if (copy == COPY_BOUND)
        return "Link it with the shared library, or without -Bsymbolic, to see them.";
    return copy_blindness(copy) ? "Link it with the shared library to see them; kernel timers that "
                                  "its loop keeps are seen."
                                : NULL;
}
