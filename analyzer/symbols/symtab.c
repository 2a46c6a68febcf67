#include "symbols/symtab.h"

#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>

struct symtab_entry {
    GElf_Addr start;
    GElf_Addr end;   /* without a size: of its section */
    GElf_Addr reach; /* the last end of those with a size that start here or before */
    const char *name;
    uint32_t order; /* in which libdwfl looks at them: what is global first */
    bool sized, local;
    unsigned char binding; /* what counts more is larger */
};

void symtab_free(struct symtab *symtab)
{
    free(symtab->list);
    free(symtab->held);
}

static unsigned char binding_of(const GElf_Sym *symbol)
{
    switch (GELF_ST_BIND(symbol->st_info)) {
    case STB_GLOBAL:
        return 3;
    case STB_WEAK:
        return 2;
    case STB_LOCAL:
        return 1;
    default:
        return 0;
    }
}

static bool has_address(const GElf_Sym *symbol)
{
    switch (GELF_ST_TYPE(symbol->st_info)) {
    case STT_SECTION:
    case STT_FILE:
    case STT_TLS:
        return false;
    default:
        return symbol->st_shndx != SHN_UNDEF;
    }
}

/* A label of assembler is good for all that follows in its section, and for itself. */
static GElf_Addr label_end(const struct symtab_entry *label, Elf *elf, GElf_Word section,
                           Dwarf_Addr bias)
{
    GElf_Shdr header = {0};
    Elf_Scn *found = elf && section < SHN_LORESERVE ? elf_getscn(elf, section) : NULL;
    bool loaded = found && gelf_getshdr(found, &header) && header.sh_flags & SHF_ALLOC;
    GElf_Addr end = loaded ? header.sh_addr + header.sh_size + bias : 0;
    return end > label->start ? end : label->start + 1;
}

static int by_address(const void *left, const void *right)
{
    const struct symtab_entry *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static void add_entry(struct symtab *symtab, Dwfl_Module *module, int number, int count,
                      int globals)
{
    GElf_Sym symbol;
    GElf_Word section;
    Elf *elf;
    Dwarf_Addr bias;
    struct symtab_entry entry = {.local = number < globals};
    entry.name =
        dwfl_module_getsym_info(module, number, &symbol, &entry.start, &section, &elf, &bias);
    if (!entry.name || !*entry.name || !has_address(&symbol))
        return;
    entry.order = (uint32_t)(entry.local ? number + count : number);
    entry.sized = symbol.st_size > 0;
    entry.binding = binding_of(&symbol);
    entry.end = entry.sized ? entry.start + symbol.st_size : label_end(&entry, elf, section, bias);
    symtab->list = memory_grow(symtab->list, symtab->count, &symtab->room, sizeof(*symtab->list));
    symtab->list[symtab->count++] = entry;
}

static void read_once(struct symtab *symtab, Dwfl_Module *module)
{
    if (symtab->read)
        return;
    GElf_Addr reach = 0;
    int count = dwfl_module_getsymtab(module);
    int globals = count > 0 ? dwfl_module_getsymtab_first_global(module) : 0;
    for (int i = 1; i < count; i++)
        add_entry(symtab, module, i, count, globals);
    if (symtab->count > 0)
        qsort(symtab->list, symtab->count, sizeof(*symtab->list), by_address);
    for (size_t i = 0; i < symtab->count; i++) {
        struct symtab_entry *entry = &symtab->list[i];
        if (entry->sized && entry->end > reach)
            reach = entry->end;
        entry->reach = reach;
    }
    symtab->read = true;
}

/* How many start at that address or before. */
static size_t starting_before(const struct symtab *symtab, GElf_Addr address)
{
    size_t low = 0, high = symtab->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (symtab->list[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Whether libdwfl, which had taken that one, takes this one instead. */
static bool is_better(const struct symtab_entry *entry, const struct symtab_entry *taken)
{
    if (!taken || entry->start > taken->start || entry->binding > taken->binding)
        return true;
    return entry->start == taken->start && entry->binding == taken->binding &&
           entry->end < taken->end;
}

static int by_order(const void *left, const void *right)
{
    const struct symtab_entry *a = *(const struct symtab_entry *const *)left;
    const struct symtab_entry *b = *(const struct symtab_entry *const *)right;
    return (a->order > b->order) - (a->order < b->order);
}

/* Those with a size that hold the address, of the first `count`, in libdwfl's order. */
static size_t holding(struct symtab *symtab, size_t count, GElf_Addr address)
{
    size_t found = 0;
    for (size_t i = count; i > 0 && symtab->list[i - 1].reach > address; i--) {
        const struct symtab_entry *entry = &symtab->list[i - 1];
        if (!entry->sized || entry->end <= address)
            continue;
        symtab->held = memory_grow(symtab->held, found, &symtab->held_room, sizeof(*symtab->held));
        symtab->held[found++] = entry;
    }
    if (found > 1)
        qsort(symtab->held, found, sizeof(*symtab->held), by_order);
    return found;
}

/* The label that the address follows, if nothing with a size lies between them. */
static const struct symtab_entry *label_before(const struct symtab *symtab, size_t count,
                                               GElf_Addr address)
{
    const struct symtab_entry *last = count > 0 ? &symtab->list[count - 1] : NULL, *label = NULL;
    for (size_t i = count; i > 0 && symtab->list[i - 1].start == last->start; i--) {
        const struct symtab_entry *entry = &symtab->list[i - 1];
        if (!entry->sized && entry->end > address && (!label || entry->order > label->order))
            label = entry;
    }
    return label && label->start >= last->reach ? label : NULL;
}

const char *symtab_name(struct symtab *symtab, Dwfl_Module *module, Dwarf_Addr address)
{
    const struct symtab_entry *taken = NULL;
    read_once(symtab, module);
    size_t count = starting_before(symtab, address), found = holding(symtab, count, address);
    for (size_t i = 0; i < found; i++) {
        const struct symtab_entry *entry = symtab->held[i];
        if (taken && entry->local && !taken->local)
            break;
        if (is_better(entry, taken))
            taken = entry;
    }
    if (!taken)
        taken = label_before(symtab, count, address);
    return taken ? taken->name : NULL;
}
