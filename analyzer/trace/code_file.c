#include "trace/code_file.h"

#include "base/index.h"
#include "base/memory.h"
#include "symbols/debugfile.h"

#include <dwarf.h>
#include <elfutils/libdwelf.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#define SEGMENTS_MOST 64
#define FILES_MOST 256
#define ROWS_MOST 8192

struct segment {
    uint64_t offset, vaddr, file_size, size;
    bool code;
};

struct function {
    uint64_t start, end;
    const char *name;
};

struct code_file {
    uint64_t device, inode;
    bool open;
    pid_t failed;    /* the process by which it could not be opened */
    uint64_t serial; /* of the rows that are kept of it */
    uint64_t used;   /* when, last */
    int descriptor;
    const char *image; /* of what is no file */
    Elf *elf;
    Dwarf *dwarf;
    Dwarf_CFI *frames, *debug_frames;
    bool debug_asked, functions_asked;
    struct segment segments[SEGMENTS_MOST];
    size_t segment_count;
    struct function *functions; /* by address */
    size_t function_count, function_room;
};

static struct code_file *files[FILES_MOST], *last; /* which is often asked for again */
static size_t file_count;
static uint64_t serials, uses;

/* ---- rows, of all files ---- */

struct kept_row {
    uint64_t serial, vaddr;
    struct code_row row;
};

static struct kept_row *rows;
static uint32_t row_count;
static struct index rows_by_place;

static bool same_row(const void *key, const void *array, uint32_t number)
{
    return memcmp(key, &((const struct kept_row *)array)[number], 2 * sizeof(uint64_t)) == 0;
}

static void rows_forget(void)
{
    index_free(&rows_by_place);
    row_count = 0;
}

/* ---- opening ---- */

static void segments_read(struct code_file *file)
{
    size_t count;
    GElf_Phdr header;
    if (elf_getphdrnum(file->elf, &count) != 0)
        return;
    for (size_t i = 0; i < count && file->segment_count < SEGMENTS_MOST; i++) {
        if (gelf_getphdr(file->elf, (int)i, &header) && header.p_type == PT_LOAD)
            file->segments[file->segment_count++] =
                (struct segment){header.p_offset, header.p_vaddr, header.p_filesz, header.p_memsz,
                                 header.p_flags & PF_X};
    }
}

/* Which the kernel maps into each process; so also into this one. */
static Elf *open_vdso(struct code_file *file)
{
    const char *image = (const char *)(uintptr_t)getauxval(AT_SYSINFO_EHDR);
    if (!image)
        return NULL;
    const GElf_Ehdr *header = (const void *)image;
    file->image = image;
    return elf_memory((char *)(uintptr_t)image,
                      header->e_shoff + (size_t)header->e_shnum * header->e_shentsize);
}

static Elf *open_file(struct code_file *file, const struct mapped_file *mapped, pid_t pid)
{
    file->descriptor = mapped_file_open(mapped, pid);
    if (file->descriptor < 0 || !debugfile_is_fit(file->descriptor))
        return NULL;
    return elf_begin(file->descriptor, ELF_C_READ, NULL);
}

static bool file_open(struct code_file *file, const struct mapped_file *mapped, pid_t pid)
{
    GElf_Ehdr header;
    bool vdso = mapped->inode == 0 && strcmp(mapped->path, "[vdso]") == 0;
    elf_version(EV_CURRENT);
    file->elf = vdso ? open_vdso(file) : open_file(file, mapped, pid);
    if (!file->elf || !gelf_getehdr(file->elf, &header) || header.e_machine != EM_X86_64 ||
        gelf_getclass(file->elf) != ELFCLASS64)
        return false;
    file->serial = ++serials;
    file->frames = dwarf_getcfi_elf(file->elf);
    segments_read(file);
    return true;
}

static void file_shut(struct code_file *file)
{
    if (file->frames)
        dwarf_cfi_end(file->frames);
    if (file->dwarf)
        dwarf_end(file->dwarf);
    elf_end(file->elf);
    if (file->descriptor >= 0)
        close(file->descriptor);
    free(file->functions);
    *file = (struct code_file){.descriptor = -1, .device = file->device, .inode = file->inode};
}

/* ---- which are open ---- */

static bool is_of(const struct code_file *file, const struct mapped_file *mapped)
{
    return file->inode == mapped->inode && file->device == mapped->device;
}

static struct code_file *file_find(const struct mapped_file *mapped)
{
    for (size_t i = 0; i < file_count; i++) {
        if (is_of(files[i], mapped))
            return files[i];
    }
    return NULL;
}

/* A new one, or in the place of the one that was not used for the longest time. */
static struct code_file *file_room(void)
{
    struct code_file *oldest = files[0];
    if (file_count < FILES_MOST) {
        files[file_count] = memory_new(1, sizeof(**files));
        files[file_count]->descriptor = -1;
        return files[file_count++];
    }
    for (size_t i = 1; i < file_count; i++) {
        if (files[i]->used < oldest->used)
            oldest = files[i];
    }
    file_shut(oldest);
    return oldest;
}

struct code_file *code_file_of(const struct mapped_file *mapped, pid_t pid)
{
    if (!*mapped->path)
        return NULL;
    struct code_file *file = last && is_of(last, mapped) ? last : file_find(mapped);
    if (!file) {
        file = file_room();
        file->device = mapped->device;
        file->inode = mapped->inode;
    }
    last = file;
    file->used = ++uses;
    /* Another process may see it where this one, which has ended, does not. */
    if (file->open || file->failed == pid)
        return file->open ? file : NULL;
    file->open = file_open(file, mapped, pid);
    if (file->open)
        return file;
    file_shut(file);
    file->failed = pid;
    return NULL;
}

void code_files_close(void)
{
    for (size_t i = 0; i < file_count; i++) {
        file_shut(files[i]);
        free(files[i]);
    }
    file_count = 0;
    last = NULL;
    free(rows);
    rows = NULL;
    rows_forget();
}

/* ---- what is in it ---- */

static const struct segment *segment_of(const struct code_file *file, uint64_t vaddr)
{
    for (size_t i = 0; i < file->segment_count; i++) {
        if (vaddr - file->segments[i].vaddr < file->segments[i].file_size)
            return &file->segments[i];
    }
    return NULL;
}

/* A segment is mapped from the beginning of its first page on. */
uint64_t code_file_bias(const struct code_file *file, const struct mapping *mapping)
{
    const struct segment *found = NULL;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE) - 1;
    for (size_t i = 0; i < file->segment_count; i++) {
        const struct segment *segment = &file->segments[i];
        uint64_t first = segment->offset & ~page;
        if (mapping->offset - first < segment->offset + segment->file_size - first &&
            (!found || (segment->code && !found->code)))
            found = segment;
    }
    return found ? mapping->start - (mapping->offset - found->offset + found->vaddr)
                 : mapping->start - mapping->offset;
}

void code_file_range(const struct code_file *file, uint64_t *start, uint64_t *end)
{
    *start = *end = 0;
    for (size_t i = 0; i < file->segment_count; i++) {
        const struct segment *segment = &file->segments[i];
        if (i == 0 || segment->vaddr < *start)
            *start = segment->vaddr;
        if (segment->vaddr + segment->size > *end)
            *end = segment->vaddr + segment->size;
    }
}

size_t code_file_build_id(const struct code_file *file, const uint8_t **build_id)
{
    const void *id;
    ssize_t size = dwelf_elf_gnu_build_id(file->elf, &id);
    *build_id = size > 0 ? id : NULL;
    return size > 0 ? (size_t)size : 0;
}

bool code_file_read(const struct code_file *file, uint64_t vaddr, void *bytes, size_t size)
{
    const struct segment *segment = segment_of(file, vaddr);
    if (!segment || segment->vaddr + segment->file_size - vaddr < size)
        return false;
    uint64_t offset = segment->offset + (vaddr - segment->vaddr);
    if (!file->image)
        return pread(file->descriptor, bytes, size, (off_t)offset) == (ssize_t)size;
    memcpy(bytes, file->image + offset, size);
    return true;
}

/* ---- frames ---- */

static struct code_rule expression(const Dwarf_Op *operations, size_t count)
{
    return (struct code_rule){
        .how = CODE_EXPRESSION, .number = (uint16_t)count, .operations = operations};
}

/* Where the operations lie in `own`, libdw has made them of a simple rule; others it keeps. */
static struct code_rule rule_of(Dwarf_Frame *frame, int number)
{
    Dwarf_Op own[3], *operations;
    size_t count;
    if (dwarf_frame_register(frame, number, own, &operations, &count) != 0)
        return (struct code_rule){.how = CODE_UNDEFINED};
    if (count == 0)
        return (struct code_rule){.how = operations ? CODE_UNDEFINED : CODE_SAME};
    if (operations != own)
        return expression(operations, count);
    if (own[0].atom == DW_OP_regx)
        return (struct code_rule){.how = CODE_OTHER, .number = (uint16_t)own[0].number};
    bool value = own[count - 1].atom == DW_OP_stack_value;
    bool moved = count > 1 && own[1].atom == DW_OP_plus_uconst;
    return (struct code_rule){.how = value ? CODE_END : CODE_SAVED,
                              .offset = moved ? (int64_t)own[1].number : 0};
}

static struct code_rule end_of(Dwarf_Frame *frame)
{
    Dwarf_Op *operations;
    size_t count;
    if (dwarf_frame_cfa(frame, &operations, &count) != 0 || count == 0)
        return (struct code_rule){.how = CODE_UNDEFINED};
    if (count == 1 && operations->atom == DW_OP_bregx)
        return (struct code_rule){.how = CODE_OTHER,
                                  .number = (uint16_t)operations->number,
                                  .offset = (int64_t)operations->number2};
    return expression(operations, count);
}

static bool has_section(Elf *elf, const char *wanted)
{
    size_t names;
    Elf_Scn *section = NULL;
    GElf_Shdr header;
    if (elf_getshdrstrndx(elf, &names) != 0)
        return false;
    while ((section = elf_nextscn(elf, section))) {
        const char *name =
            gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;
        if (name && strcmp(name, wanted) == 0)
            return true;
    }
    return false;
}

/* Which C libraries of static programs have, if they have any. */
static Dwarf_CFI *debug_frames(struct code_file *file)
{
    if (!file->debug_asked && has_section(file->elf, ".debug_frame")) {
        file->dwarf = dwarf_begin_elf(file->elf, DWARF_C_READ, NULL);
        file->debug_frames = file->dwarf ? dwarf_getcfi(file->dwarf) : NULL;
    }
    file->debug_asked = true;
    return file->debug_frames;
}

static Dwarf_Frame *frame_at(struct code_file *file, uint64_t vaddr)
{
    Dwarf_Frame *frame;
    if (file->frames && dwarf_cfi_addrframe(file->frames, vaddr, &frame) == 0)
        return frame;
    Dwarf_CFI *more = debug_frames(file);
    return more && dwarf_cfi_addrframe(more, vaddr, &frame) == 0 ? frame : NULL;
}

static void row_make(struct code_file *file, uint64_t vaddr, struct code_row *row)
{
    Dwarf_Frame *frame = frame_at(file, vaddr);
    *row = (struct code_row){.found = false};
    if (!frame)
        return;
    row->found = dwarf_frame_info(frame, NULL, NULL, &row->signal) == CODE_RETURN;
    row->end = end_of(frame);
    for (int i = 0; i < CODE_REGISTERS; i++)
        row->registers[i] = rule_of(frame, i);
    free(frame);
}

const struct code_row *code_file_row(struct code_file *file, uint64_t vaddr)
{
    const uint64_t place[] = {file->serial, vaddr};
    uint64_t hash = hash_key(place, sizeof(place));
    uint32_t number = index_find(&rows_by_place, hash, place, rows, same_row);
    if (number != INDEX_NONE)
        return &rows[number].row;
    if (!rows)
        rows = memory_new(ROWS_MOST, sizeof(*rows));
    if (row_count == ROWS_MOST)
        rows_forget();
    struct kept_row *kept = &rows[row_count];
    kept->serial = file->serial;
    kept->vaddr = vaddr;
    row_make(file, vaddr, &kept->row);
    index_add(&rows_by_place, hash, row_count++);
    return &kept->row;
}

/* ---- functions ---- */

static int by_start(const void *left, const void *right)
{
    const struct function *a = left, *b = right;
    return (a->start > b->start) - (a->start < b->start);
}

static void functions_collect(struct code_file *file, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    GElf_Sym symbol;
    for (int i = 1; data && gelf_getsym(data, i, &symbol); i++) {
        int type = GELF_ST_TYPE(symbol.st_info);
        const char *name = elf_strptr(file->elf, header->sh_link, symbol.st_name);
        if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol.st_shndx == SHN_UNDEF || !name)
            continue;
        file->functions = memory_grow(file->functions, file->function_count, &file->function_room,
                                      sizeof(*file->functions));
        file->functions[file->function_count++] =
            (struct function){symbol.st_value, symbol.st_value + symbol.st_size, name};
    }
}

static void functions_read(struct code_file *file)
{
    Elf_Scn *section = NULL;
    GElf_Shdr header;
    if (file->functions_asked)
        return;
    file->functions_asked = true;
    while ((section = elf_nextscn(file->elf, section))) {
        if (gelf_getshdr(section, &header) &&
            (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM))
            functions_collect(file, section, &header);
    }
    if (file->function_count > 0)
        qsort(file->functions, file->function_count, sizeof(*file->functions), by_start);
}

const char *code_file_function(struct code_file *file, uint64_t vaddr, size_t number,
                               uint64_t *start)
{
    size_t low = 0, high;
    functions_read(file);
    for (high = file->function_count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (file->functions[middle].start <= vaddr)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low; i > 0 && file->functions[i - 1].start == file->functions[low - 1].start;
         i--) {
        const struct function *function = &file->functions[i - 1];
        if (vaddr < function->end && number-- == 0) {
            *start = function->start;
            return function->name;
        }
    }
    return NULL;
}
