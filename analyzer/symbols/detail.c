#include "symbols/detail.h"

#include "base/memory.h"
#include "base/named.h"
#include "symbols/object.h"

#include <dwarf.h>
#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEBUGINFOD "DEBUGINFOD_URLS"
#define BUILD_ID_SIZE 64

/* 0 if there is none. */
static size_t read_build_id(const char *path, uint8_t build_id[BUILD_ID_SIZE])
{
    const void *found;
    const char *why;
    int fd = named_open(path, NULL, &why);
    if (fd < 0)
        return 0;
    elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
    ssize_t size = elf ? dwelf_elf_gnu_build_id(elf, &found) : 0;
    if (size > BUILD_ID_SIZE)
        size = BUILD_ID_SIZE;
    if (size > 0)
        memcpy(build_id, found, (size_t)size);
    elf_end(elf);
    close(fd);
    return size > 0 ? (size_t)size : 0;
}

/* The C library's start code, which some systems build with lines, is in assembler. */
static bool has_lines(const struct object *object)
{
    for (size_t i = 0; i < object->unit_count; i++) {
        if (dwarf_srclang(object->units[i].die) != DW_LANG_Mips_Assembler)
            return true;
    }
    return false;
}

static void detail_describe(struct file_detail *detail, const struct object *object)
{
    const char *own, *debug;
    if (has_lines(object) || object->go)
        detail->detail = DETAIL_LINES;
    else if (object_has_functions(object))
        detail->detail = DETAIL_FUNCTIONS;
    dwfl_module_info(object->module, NULL, NULL, NULL, NULL, NULL, &own, &debug);
    if (debug && (!own || strcmp(own, debug) != 0))
        snprintf(detail->debug_file, sizeof(detail->debug_file), "%s", debug);
}

static bool read_offline(struct file_detail *detail, const char *path)
{
    uint8_t build_id[BUILD_ID_SIZE];
    struct object object;
    struct object_identity identity = {.path = path, .build_id = build_id, .used = UINT64_MAX};
    identity.build_id_size = read_build_id(path, build_id);
    *detail = (struct file_detail){.build_id = identity.build_id_size > 0};
    if (object_open(&object, &identity))
        return false;
    detail_describe(detail, &object);
    object_close(&object);
    return true;
}

bool file_detail_read(struct file_detail *detail, const char *path)
{
    const char *set = getenv(DEBUGINFOD);
    char *urls = set ? memory_copy(set) : NULL;
    unsetenv(DEBUGINFOD);
    bool read = read_offline(detail, path);
    if (urls)
        setenv(DEBUGINFOD, urls, 1);
    free(urls);
    return read;
}
