#include "symbols/debugfile.h"

#include "base/memory.h"
#include "base/named.h"
#include "symbols/roots.h"
#include "symbols/servers.h"

#include <elfutils/libdwelf.h>
#include <endian.h>
#include <gelf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define DEBUG_ROOT "/usr/lib/debug"
#define READ_SIZE 65536

/* Debug information shrinks to a third or a tenth; what is small anyway may do as it likes. */
#define MOST_TIMES 16
#define ALWAYS_FINE (UINT64_C(64) << 20)

/* ---- what may be opened ---- */

/* The older way, of sections that are named ".zdebug_info": "ZLIB", and the size. */
static uint64_t unpacked_by_name(Elf_Scn *section)
{
    uint64_t size;
    const Elf_Data *data = elf_rawdata(section, NULL);
    if (!data || !data->d_buf || data->d_size < 4 + sizeof(size) ||
        memcmp(data->d_buf, "ZLIB", 4) != 0)
        return 0;
    memcpy(&size, (const char *)data->d_buf + 4, sizeof(size));
    return be64toh(size);
}

static uint64_t unpacked_size(Elf *elf, Elf_Scn *section, size_t names)
{
    GElf_Shdr header;
    GElf_Chdr packed;
    if (!gelf_getshdr(section, &header))
        return 0;
    if (header.sh_flags & SHF_COMPRESSED)
        return gelf_getchdr(section, &packed) ? packed.ch_size : 0;
    const char *name = elf_strptr(elf, names, header.sh_name);
    return name && strncmp(name, ".zdebug", 7) == 0 ? unpacked_by_name(section) : 0;
}

static bool is_in_proportion(Elf *elf, uint64_t file_size)
{
    uint64_t most = file_size * MOST_TIMES + ALWAYS_FINE, sum = 0;
    size_t names;
    Elf_Scn *section = NULL;
    if (elf_getshdrstrndx(elf, &names) != 0)
        return true;
    while ((section = elf_nextscn(elf, section))) {
        uint64_t size = unpacked_size(elf, section, names);
        if (size > most - sum)
            return false;
        sum += size;
    }
    return true;
}

bool debugfile_is_fit(int file)
{
    struct stat status;
    elf_version(EV_CURRENT);
    Elf *elf = fstat(file, &status) == 0 ? elf_begin(file, ELF_C_READ, NULL) : NULL;
    bool fit = elf && S_ISREG(status.st_mode) && elf_kind(elf) == ELF_K_ELF &&
               is_in_proportion(elf, (uint64_t)status.st_size);
    elf_end(elf);
    return fit;
}

/* ---- where it may lie ---- */

/* What the file has to prove. */
struct wanted {
    const void *build_id;
    size_t build_id_size; /* 0: it has none, and the checksum decides */
    uint32_t crc;
};

static bool has_build_id(int file, const struct wanted *wanted)
{
    const void *id;
    Elf *elf = elf_begin(file, ELF_C_READ, NULL);
    ssize_t size = elf ? dwelf_elf_gnu_build_id(elf, &id) : -1;
    bool same = size > 0 && (size_t)size == wanted->build_id_size &&
                memcmp(id, wanted->build_id, wanted->build_id_size) == 0;
    elf_end(elf);
    return same;
}

static bool has_checksum(int file, uint32_t wanted)
{
    unsigned char bytes[READ_SIZE];
    uLong crc = crc32(0, NULL, 0);
    off_t at = 0;
    ssize_t got;
    while ((got = pread(file, bytes, sizeof(bytes), at)) > 0) {
        crc = crc32(crc, bytes, (uInt)got);
        at += got;
    }
    return got == 0 && crc == wanted;
}

static int open_wanted(const struct wanted *wanted, const char *path)
{
    const char *why;
    int file = named_open(path, NULL, &why);
    if (file < 0)
        return -1;
    if (debugfile_is_fit(file) &&
        (wanted->build_id_size > 0 ? has_build_id(file, wanted) : has_checksum(file, wanted->crc)))
        return file;
    close(file);
    return -1;
}

void debugfile_path(char *path, size_t size, const uint8_t *build_id, size_t build_id_size)
{
    int length = snprintf(path, size, DEBUG_ROOT "/.build-id/%02x/", build_id[0]);
    for (size_t i = 1; i < build_id_size; i++)
        length += snprintf(path + length, size - (size_t)length, "%02x", build_id[i]);
    snprintf(path + length, size - (size_t)length, ".debug");
}

/* gdb's places, in its order, for what a file names. */
static int open_named(const struct wanted *wanted, const char *from, const char *link,
                      char path[PATH_MAX])
{
    static const char *const places[][2] = {{"", "/"}, {"", "/.debug/"}, {DEBUG_ROOT, "/"}};
    const char *slash = strrchr(from, '/');
    int length = slash ? (int)(slash - from) : 1, file = -1;
    if (!slash)
        from = ".";
    for (size_t i = 0; file < 0 && i < sizeof(places) / sizeof(*places); i++) {
        snprintf(path, PATH_MAX, "%s%.*s%s%s", places[i][0], length, from, places[i][1], link);
        file = open_wanted(wanted, path);
    }
    return file;
}

/* Whether the module has its debug information, and it is what that shares which is asked for. */
static bool wants_shared(Dwfl_Module *module, const char *link, struct wanted *wanted)
{
    Dwarf_Addr bias;
    const char *name;
    Dwarf *dwarf = dwfl_module_getdwarf(module, &bias);
    ssize_t size = dwarf ? dwelf_dwarf_gnu_debugaltlink(dwarf, &name, &wanted->build_id) : -1;
    if (size <= 0 || !link || strcmp(link, name) != 0)
        return false;
    wanted->build_id_size = (size_t)size;
    return true;
}

static bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* libdwfl knows how to; it would look into what is stored here, too, but there is nothing. */
static int ask_servers(Dwfl_Module *module, char **found)
{
    if (!servers_begin())
        return -1;
    int file = dwfl_standard_find_debuginfo(module, NULL, NULL, 0, NULL, NULL, 0, found);
    servers_end();
    if (file < 0 || debugfile_is_fit(file))
        return file;
    close(file);
    free(*found);
    *found = NULL;
    return -1;
}

static int open_link(const struct wanted *wanted, Dwfl_Module *module, bool shared,
                     const char *file, const char *link, char path[PATH_MAX])
{
    const char *debug = NULL;
    if (shared && *link == '/') {
        snprintf(path, PATH_MAX, "%s", link);
        return open_wanted(wanted, path);
    }
    dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, &debug);
    return open_named(wanted, shared && debug ? debug : file, link, path);
}

static int open_rooted(const struct wanted *wanted, const char *from, const char *link,
                       char path[PATH_MAX])
{
    const struct rooted rooted = {.path = from ? from : "",
                                  .build_id = wanted->build_id,
                                  .build_id_size = wanted->build_id_size,
                                  .debug_link = link,
                                  .debug = true};
    int file = -1;
    for (size_t i = 0; file < 0 && roots_candidate(&rooted, i, path); i++)
        file = *path ? open_wanted(wanted, path) : -1;
    return file;
}

int debugfile_find(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
                   const char *file, const char *link, GElf_Word crc, char **found)
{
    char path[PATH_MAX] = "";
    struct wanted wanted = {.crc = crc};
    const unsigned char *id;
    GElf_Addr where;
    (void)name;
    (void)base;
    /* Asked for the first time, it has no debug information yet, and would look for it here. */
    bool shared = *userdata && wants_shared(module, link, &wanted);
    *userdata = module;
    int size = shared ? 0 : dwfl_module_build_id(module, &id, &where);
    if (size > 0) {
        wanted.build_id = id;
        wanted.build_id_size = (size_t)size;
    }
    int opened = open_rooted(&wanted, file, link, path);
    if (opened < 0 && wanted.build_id_size > 0)
        debugfile_path(path, sizeof(path), wanted.build_id, wanted.build_id_size);
    bool stored = file_exists(path);
    if (opened < 0 && stored)
        opened = open_wanted(&wanted, path);
    if (opened < 0 && link && file)
        opened = open_link(&wanted, module, shared, file, link, path);
    if (opened >= 0)
        *found = memory_copy(path);
    else if (!stored && size > 0)
        opened = ask_servers(module, found);
    return opened;
}
