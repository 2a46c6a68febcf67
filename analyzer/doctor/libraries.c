#include "doctor/libraries.h"

#include "base/memory.h"
#include "base/named.h"
#include "cli/status.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
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

static _Noreturn void libraries_become_loader(const char *loader, const char *program, int output)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    unsetenv("LD_PRELOAD");
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

void libraries_list(struct libraries *libraries, const char *program)
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
        libraries_become_loader(loader.dli_fname, path, pipe[1]);
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
        if (strcmp(symbol, name(i)) == 0)
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
    const char *why;
    int fd = named_open(path, NULL, &why);
    if (fd < 0)
        return 0;
    elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
    for (Elf_Scn *section = NULL; elf && (section = elf_nextscn(elf, section)) != NULL;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) != NULL && header.sh_type == SHT_DYNSYM)
            found |= imports_read_symbols(elf, section, &header, name, count);
    }
    elf_end(elf);
    close(fd);
    return found;
}
