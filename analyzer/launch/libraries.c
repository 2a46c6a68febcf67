#include "launch/libraries.h"

#include "base/memory.h"
#include "cli/status.h"
#include "launch/binary.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

static void libraries_add(struct libraries *libraries, const char *name, const char *path)
{
    libraries->items = memory_grow(libraries->items, libraries->count, &libraries->room,
                                   sizeof(*libraries->items));
    libraries->items[libraries->count++] = (struct library){
        .name = memory_copy(name),
        .path = path ? memory_copy(path) : NULL,
    };
}

/* "\tNAME => PATH (0x...)", "\tPATH (0x...)", "\tNAME => not found", or a complaint. */
static void libraries_parse(struct libraries *libraries, char *line)
{
    line[strcspn(line, "\n")] = '\0';
    if (line[0] != '\t') {
        if (libraries->problem[0] == '\0')
            snprintf(libraries->problem, sizeof(libraries->problem), "%s", line);
        return;
    }
    char *name = line + 1, *arrow = strstr(name, " => "), *path = arrow ? arrow + 4 : name;
    char *end = strstr(path, " (0x");
    if (arrow)
        *arrow = '\0';
    if (end)
        *end = '\0';
    if (strchr(path, '/'))
        libraries_add(libraries, name, path);
    else if (arrow && !end)
        libraries_add(libraries, name, NULL);
}

static _Noreturn void libraries_become_loader(const char *loader, const char *program,
                                              const char *with, int output)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    setenv("LD_PRELOAD", with ? with : "", 1);
    setenv("LD_TRACE_LOADED_OBJECTS", "1", 1); /* as --list, which gives up at what is missing */
    if (dup2(null, 0) == 0 && dup2(output, 1) == 1 && dup2(output, 2) == 2)
        execl(loader, loader, program, (char *)NULL);
    _exit(EXIT_NOT_FOUND);
}

static void libraries_read(struct libraries *libraries, int from)
{
    FILE *file = fdopen(from, "r");
    char *line = NULL;
    size_t room = 0;
    if (!file) {
        close(from);
        return;
    }
    while (getline(&line, &room, file) >= 0)
        libraries_parse(libraries, line);
    free(line);
    fclose(file);
}

void libraries_list(struct libraries *libraries, const char *program, const char *with)
{
    Dl_info loader;
    int pipe[2], status;
    char path[PATH_MAX];
    *libraries = (struct libraries){.count = 0};
    /* Absolute, for the loader would look up a mere name among the libraries. */
    if (dladdr((void *)getauxval(AT_BASE), &loader) == 0 || !realpath(program, path) ||
        pipe2(pipe, O_CLOEXEC) != 0)
        return;
    pid_t pid = fork();
    if (pid == 0)
        libraries_become_loader(loader.dli_fname, path, with, pipe[1]);
    close(pipe[1]);
    libraries_read(libraries, pipe[0]);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
}

void libraries_free(struct libraries *libraries)
{
    for (size_t i = 0; i < libraries->count; i++) {
        free(libraries->items[i].name);
        free(libraries->items[i].path);
    }
    free(libraries->items);
    *libraries = (struct libraries){.count = 0};
}

/* ---- imports ---- */

static uint64_t imports_find(const char *symbol, const char *(*name)(size_t index), size_t count)
{
    for (size_t i = 0; symbol && i < count; i++) {
        if (name(i) && strcmp(symbol, name(i)) == 0)
            return UINT64_C(1) << i;
    }
    return 0;
}

static uint64_t imports_read_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
                                     const char *(*name)(size_t index), size_t count)
{
    uint64_t found = 0;
    GElf_Sym symbol;
    Elf_Data *data = elf_getdata(section, NULL);
    for (int i = 0; data && gelf_getsym(data, i, &symbol) != NULL; i++) {
        if (symbol.st_shndx == SHN_UNDEF)
            found |= imports_find(elf_strptr(elf, header->sh_link, symbol.st_name), name, count);
    }
    return found;
}

uint64_t imports_read(const char *path, const char *(*name)(size_t index), size_t count)
{
    uint64_t found = 0;
    GElf_Shdr header;
    struct binary binary;
    if (binary_open(&binary, path)) {
        for (Elf_Scn *section = NULL; (section = binary_section(&binary, section, &header));) {
            if (header.sh_type == SHT_DYNSYM)
                found |= imports_read_symbols(binary.elf, section, &header, name, count);
        }
    }
    binary_close(&binary);
    return found;
}

/* ---- what is loaded later ---- */

/* More of them, in bytes, are a list of something else. */
#define MOST_NAMED 16384

/* Of a string that ends at `end`, where it begins. */
static const char *string_begin(const char *data, const char *end)
{
    const char *begin = end;
    while (begin > data && isgraph((unsigned char)begin[-1]))
        begin--;
    return begin > data && begin[-1] != '\0' ? NULL : begin;
}

/* "libuv.so.1", "./plugin.so"; no pattern, and nothing that cuts LD_PRELOAD. */
static bool is_library(const char *name, size_t length)
{
    const char *suffix = memmem(name, length, ".so", 3);
    if (length >= NAME_MAX || !suffix || suffix == name || memchr(name, '%', length) ||
        memchr(name, ':', length))
        return false;
    for (const char *rest = suffix + 3; rest < name + length; rest++) {
        if (*rest != '.' && !isdigit((unsigned char)*rest))
            return false;
    }
    return suffix[3] == '\0' || suffix[3] == '.';
}

static void write_named(FILE *to, const Elf_Data *data)
{
    const char *begin = data->d_buf, *end = begin + data->d_size, *at = begin;
    while ((at = memmem(at, (size_t)(end - at), ".so", 3))) {
        const char *stop = memchr(at, '\0', (size_t)(end - at));
        const char *name = stop ? string_begin(begin, at) : NULL;
        if (!stop)
            return;
        if (name && is_library(name, (size_t)(stop - name)) && ftell(to) < MOST_NAMED)
            fprintf(to, "%s:", name);
        at = stop;
    }
}

char *libraries_named(const char *program)
{
    char *text;
    size_t size;
    FILE *to = memory_stream(&text, &size);
    struct binary binary;
    Elf_Data *data;
    if (binary_open(&binary, program)) {
        for (Elf_Scn *section = NULL; (section = binary_constants(&binary, section, &data));)
            write_named(to, data);
    }
    binary_close(&binary);
    fclose(to);
    if (size > 0)
        return text;
    free(text);
    return NULL;
}
