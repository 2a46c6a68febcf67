#include "symbols/names.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

struct named_function {
    const char *name;
    size_t length;
    enum name_kind kind;
    GElf_Addr address;
};

void names_free(struct names *names)
{
    free(names->list);
    index_free(&names->index);
}

size_t name_length(const char *name)
{
    size_t length = strcspn(name, "@");
    return length > 0 ? length : strlen(name);
}

static bool same_name(const void *key, const void *array, uint32_t number)
{
    const struct named_function *wanted = key;
    const struct named_function *known = (const struct named_function *)array + number;
    return wanted->length == known->length &&
           memcmp(wanted->name, known->name, wanted->length) == 0;
}

static struct named_function *find_name(struct names *names, const struct named_function *wanted)
{
    uint32_t number = index_find(&names->index, hash_key(wanted->name, wanted->length), wanted,
                                 names->list, same_name);
    return number == INDEX_NONE ? NULL : &names->list[number];
}

static void add_name(struct names *names, const struct named_function *function)
{
    struct named_function *known = find_name(names, function);
    if (!known) {
        names->list = memory_grow(names->list, names->count, &names->room, sizeof(*names->list));
        index_add(&names->index, hash_key(function->name, function->length),
                  (uint32_t)names->count);
        names->list[names->count++] = *function;
    } else if (known->kind == NAME_IMPORTED) {
        *known = *function;
    } else if (function->kind != NAME_IMPORTED && known->address != function->address) {
        known->kind = NAME_UNKNOWN;
    }
}

/* What an indirect function is resolved to is not written down. */
static enum name_kind kind_of(const GElf_Sym *symbol, GElf_Word section)
{
    if (section == SHN_UNDEF)
        return NAME_IMPORTED;
    return GELF_ST_TYPE(symbol->st_info) == STT_FUNC ? NAME_DEFINED : NAME_UNKNOWN;
}

static bool may_be_function(const GElf_Sym *symbol, GElf_Word section)
{
    switch (GELF_ST_TYPE(symbol->st_info)) {
    case STT_FUNC:
    case STT_GNU_IFUNC:
        return true;
    default:
        return GELF_ST_TYPE(symbol->st_info) == STT_NOTYPE && section == SHN_UNDEF;
    }
}

static void read_names(struct names *names, Dwfl_Module *module)
{
    int count = dwfl_module_getsymtab(module);
    for (int i = 1; i < count; i++) {
        GElf_Sym symbol;
        GElf_Word section;
        struct named_function function = {0};
        function.name =
            dwfl_module_getsym_info(module, i, &symbol, &function.address, &section, NULL, NULL);
        if (!function.name || !*function.name || !may_be_function(&symbol, section))
            continue;
        function.length = name_length(function.name);
        function.kind = kind_of(&symbol, section);
        add_name(names, &function);
    }
    names->read = true;
}

enum name_kind names_find(struct names *names, Dwfl_Module *module, const char *name,
                          Dwarf_Addr *address)
{
    const struct named_function wanted = {.name = name, .length = name_length(name)};
    if (!names->read)
        read_names(names, module);
    const struct named_function *known = find_name(names, &wanted);
    *address = known ? known->address : 0;
    return known ? known->kind : NAME_UNKNOWN;
}
