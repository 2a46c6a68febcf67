#include "symbols/gopclntab.h"

#include "base/memory.h"
#include "symbols/image.h"

#include <stdlib.h>
#include <string.h>

/* As in src/runtime/symtab.go: pcHeader, moduledata, _func, and inlinedCall. */
#define MAGIC_1_18 0xfffffff0u
#define MAGIC_1_20 0xfffffff1u
#define POINTER 8u
#define HEADER_SIZE (8 + 8 * POINTER)
#define HEADER_TEXT (8 + 2 * POINTER)
#define MODULE_TEXT 22u /* of its words */
#define MODULE_GOFUNC_1_18 38u
#define MODULE_GOFUNC_1_20 40u
#define PCDATA_INLINED 2u
#define FUNCDATA_INLINED 3u
#define ABSENT UINT32_MAX
/* Of a table of values by address: longer ones are damage. */
#define MOST_STEPS (1u << 20)

struct gopclntab {
    struct image image;
    uint64_t address; /* of the table, which reaches to the end of its segment or section */
    struct bytes all;
    struct bytes names, units, files, values, functions; /* parts of it */
    uint64_t text;                                       /* where the first function lies */
    uint64_t count;
    uint64_t inlined; /* where trees of inlined functions lie; 0: that is not known */
    unsigned quantum; /* of addresses */
    bool since_1_20;
};

/* NULL unless it ends. */
static const char *text_at(struct bytes bytes, uint64_t offset)
{
    bytes = bytes_from(bytes, offset);
    bool ends = bytes.size > 0 && memchr(bytes.at, '\0', bytes.size);
    return ends && *bytes.at ? (const char *)bytes.at : NULL;
}

/* ---- where the table is ---- */

static bool read_part(const struct gopclntab *table, unsigned word, struct bytes *part)
{
    uint64_t offset;
    if (!bytes_read64(table->all, 8 + word * POINTER, &offset) || offset < HEADER_SIZE)
        return false;
    *part = bytes_from(table->all, offset);
    return part->size > 0;
}

static bool read_header(struct gopclntab *table, uint64_t address, struct bytes bytes)
{
    uint32_t magic;
    if (!bytes_read32(bytes, 0, &magic) || bytes.size < HEADER_SIZE)
        return false;
    bool known = magic == MAGIC_1_18 || magic == MAGIC_1_20, padded = !bytes.at[4] && !bytes.at[5];
    unsigned quantum = bytes.at[6];
    if (!known || !padded || (quantum != 1 && quantum != 4) || bytes.at[7] != POINTER)
        return false;
    table->address = address;
    table->all = bytes;
    table->quantum = quantum;
    table->since_1_20 = magic == MAGIC_1_20;
    return bytes_read64(bytes, 8, &table->count) && table->count < bytes.size / 8 &&
           read_part(table, 3, &table->names) && read_part(table, 4, &table->units) &&
           read_part(table, 5, &table->files) && read_part(table, 6, &table->values) &&
           read_part(table, 7, &table->functions) &&
           image_pointer(&table->image, address + HEADER_TEXT, &table->text);
}

static bool find_by_section(struct gopclntab *table, Elf *elf)
{
    static const char ending[] = ".gopclntab";
    size_t names;
    Elf_Scn *section = NULL;
    if (elf_getshdrstrndx(elf, &names) != 0)
        return false;
    while ((section = elf_nextscn(elf, section))) {
        GElf_Shdr header;
        const char *name =
            gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;
        size_t length = name ? strlen(name) : 0;
        if (length < strlen(ending) || strcmp(name + length - strlen(ending), ending) != 0)
            continue;
        return read_header(table, header.sh_addr,
                           bytes_cut(image_at(&table->image, header.sh_addr), header.sh_size));
    }
    return false;
}

/* Linkers put it beside other data that is read only once it is relocated. */
static bool find_by_magic(struct gopclntab *table)
{
    for (size_t i = 0; i < table->image.count; i++) {
        const struct segment *segment = &table->image.segments[i];
        for (uint64_t at = -segment->address % POINTER;
             !segment->code && at + HEADER_SIZE <= segment->bytes.size; at += POINTER) {
            if (segment->bytes.at[at + 3] == 0xff &&
                read_header(table, segment->address + at, bytes_from(segment->bytes, at)))
                return true;
        }
    }
    return false;
}

/* ---- the runtime's own description of the program, which alone tells where trees lie ---- */

static bool module_at(struct gopclntab *table, uint64_t address)
{
    uint64_t first, names, text, trees;
    unsigned word = table->since_1_20 ? MODULE_GOFUNC_1_20 : MODULE_GOFUNC_1_18;
    if (!image_pointer(&table->image, address, &first) || first != table->address ||
        !image_pointer(&table->image, address + POINTER, &names) ||
        !image_pointer(&table->image, address + MODULE_TEXT * POINTER, &text) ||
        !image_pointer(&table->image, address + word * POINTER, &trees))
        return false;
    if (names != table->address + (uint64_t)(table->names.at - table->all.at) ||
        text != table->text || image_at(&table->image, trees).size == 0)
        return false;
    table->inlined = trees;
    return true;
}

static void find_module(struct gopclntab *table)
{
    Elf64_Rela relocation;
    for (size_t i = 0; image_relocation(&table->image, &i, &relocation);) {
        if ((uint64_t)relocation.r_addend == table->address &&
            module_at(table, relocation.r_offset))
            return;
    }
    for (size_t i = 0; table->image.relocations.size == 0 && i < table->image.count; i++) {
        const struct segment *segment = &table->image.segments[i];
        uint64_t word;
        for (uint64_t at = -segment->address % POINTER;
             segment->writable && bytes_read64(segment->bytes, at, &word); at += POINTER) {
            if (word == table->address && module_at(table, segment->address + at))
                return;
        }
    }
}

struct gopclntab *gopclntab_new(Elf *elf)
{
    struct gopclntab *table = memory_new(1, sizeof(*table));
    if (!image_read(&table->image, elf) ||
        (!find_by_section(table, elf) && !find_by_magic(table))) {
        gopclntab_free(table);
        return NULL;
    }
    find_module(table);
    return table;
}

void gopclntab_free(struct gopclntab *table)
{
    if (table)
        image_free(&table->image);
    free(table);
}

/* ---- functions ---- */

struct function {
    uint64_t start;
    struct bytes record;
    const char *name;
};

static bool read_start(const struct gopclntab *table, uint64_t index, uint64_t *start)
{
    uint32_t offset;
    if (!bytes_read32(table->functions, 8 * index, &offset))
        return false;
    *start = table->text + offset;
    return true;
}

static bool read_function(const struct gopclntab *table, uint64_t index, struct function *function)
{
    uint32_t record, name;
    if (!read_start(table, index, &function->start) ||
        !bytes_read32(table->functions, 8 * index + 4, &record))
        return false;
    function->record = bytes_from(table->functions, record);
    function->name = bytes_read32(function->record, 4, &name) ? text_at(table->names, name) : NULL;
    return function->name != NULL;
}

/* The last that starts there or before; behind the last of all is an entry for their end. */
static bool find_function(const struct gopclntab *table, uint64_t address,
                          struct function *function)
{
    uint64_t low = 0, high = table->count, start = 0, end = 0;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (!read_start(table, middle, &start))
            return false;
        if (start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && read_start(table, low, &end) && address < end &&
           read_function(table, low - 1, function) && function->start <= address;
}

bool gopclntab_find(const struct gopclntab *table, const char *name, struct gopclntab_code *code)
{
    struct function function;
    for (uint64_t i = 0; i < table->count; i++) {
        if (!read_function(table, i, &function) || strcmp(function.name, name) != 0)
            continue;
        code->start = function.start;
        return read_start(table, i + 1, &code->end) && code->end > code->start;
    }
    return false;
}

/* ---- values by address ---- */

/* Of the fields of a function's record; those behind `startLine` moved when that came. */
static bool read_field(const struct gopclntab *table, const struct function *function,
                       unsigned field, uint32_t *value)
{
    return bytes_read32(function->record, 4 * (field + (field > 8 && table->since_1_20)), value);
}

enum { FIELD_FILE = 5, FIELD_LINE, FIELD_PCDATA, FIELD_UNIT, FIELD_COUNTS, FIELD_TABLES };

static bool read_varint(struct bytes *bytes, uint32_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 32 && bytes->size > 0; shift += 7) {
        unsigned char byte = *bytes->at;
        *bytes = bytes_from(*bytes, 1);
        *value |= (uint32_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

/* -1: there is none. */
static int32_t value_at(const struct gopclntab *table, const struct function *function,
                        uint32_t values, uint64_t address)
{
    struct bytes left = bytes_from(table->values, values);
    uint64_t at = function->start;
    uint32_t value = UINT32_MAX, change, span;
    for (unsigned i = 0; values != 0 && i < MOST_STEPS; i++) {
        if (!read_varint(&left, &change) || (change == 0 && i > 0) || !read_varint(&left, &span))
            break;
        value += change & 1 ? ~(change >> 1) : change >> 1;
        at += (uint64_t)span * table->quantum;
        if (address < at)
            return (int32_t)value;
    }
    return -1;
}

static int32_t field_at(const struct gopclntab *table, const struct function *function,
                        unsigned field, uint64_t address)
{
    uint32_t values;
    return read_field(table, function, field, &values) ? value_at(table, function, values, address)
                                                       : -1;
}

static const char *file_at(const struct gopclntab *table, const struct function *function,
                           uint64_t address)
{
    uint32_t unit, file;
    int32_t number = field_at(table, function, FIELD_FILE, address);
    if (number < 0 || !read_field(table, function, FIELD_UNIT, &unit) ||
        !bytes_read32(table->units, 4 * ((uint64_t)unit + (uint32_t)number), &file) ||
        file == ABSENT)
        return NULL;
    const char *path = text_at(table->files, file);
    return path && *path != '<' ? path : NULL; /* "<autogenerated>" */
}

/* ---- what is inlined ---- */

/* The tables of a function: of values by address, and behind these of other data. */
struct tree {
    struct bytes calls;
    uint32_t values;
};

static struct tree tree_of(const struct gopclntab *table, const struct function *function)
{
    uint32_t count, counts, values, calls;
    struct tree none = {0};
    if (!table->inlined || !read_field(table, function, FIELD_PCDATA, &count) ||
        !read_field(table, function, FIELD_COUNTS, &counts) || count <= PCDATA_INLINED ||
        counts >> 24 <= FUNCDATA_INLINED || count > table->functions.size)
        return none;
    if (!read_field(table, function, FIELD_TABLES + PCDATA_INLINED, &values) ||
        !read_field(table, function, FIELD_TABLES + count + FUNCDATA_INLINED, &calls) ||
        calls == ABSENT)
        return none;
    return (struct tree){image_at(&table->image, table->inlined + calls), values};
}

/* The function of an inlined call, and where that was, as an address of the one it is in. */
static const char *inlined_call(const struct gopclntab *table, const struct function *function,
                                const struct tree *tree, uint32_t number, uint64_t *address)
{
    uint64_t at = (uint64_t)number * (table->since_1_20 ? 16 : 20);
    uint32_t name, parent;
    if (!bytes_read32(tree->calls, at + (table->since_1_20 ? 4 : 12), &name) ||
        !bytes_read32(tree->calls, at + (table->since_1_20 ? 8 : 16), &parent))
        return NULL;
    *address = function->start + parent;
    return text_at(table->names, name);
}

size_t gopclntab_look_up(const struct gopclntab *table, uint64_t address,
                         struct gopclntab_frame frames[GOPCLNTAB_MOST_INLINED])
{
    struct function function;
    size_t count = 0;
    if (!find_function(table, address, &function))
        return 0;
    struct tree tree = tree_of(table, &function);
    while (count < GOPCLNTAB_MOST_INLINED - 1) {
        int32_t line = field_at(table, &function, FIELD_LINE, address);
        int32_t number = value_at(table, &function, tree.values, address);
        struct gopclntab_frame frame = {.file = file_at(table, &function, address)};
        frame.line = frame.file && line > 0 ? line : 0;
        if (number >= 0)
            frame.function = inlined_call(table, &function, &tree, (uint32_t)number, &address);
        if (!frame.function) {
            frame.function = function.name;
            frames[count++] = frame;
            return count;
        }
        frames[count++] = frame;
    }
    frames[count++] = (struct gopclntab_frame){.function = function.name};
    return count;
}
