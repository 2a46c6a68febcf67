#include "recording/kernel.h"

#include "base/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SUFFIX ".tlk"

/* A line of /proc/PID/maps. */
struct mapping {
    uint64_t start, end;
    char rights[8]; /* "rw-s" */
    unsigned major, minor;
    uint64_t inode;
    const char *name; /* NULL: of no file; else within `line` */
    char line[PATH_MAX + 256];
};

static FILE *open_maps(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    return fopen(path, "re");
}

static bool next_mapping(FILE *maps, struct mapping *mapping)
{
    *mapping->line = '\0';
    if (!fgets(mapping->line, sizeof(mapping->line), maps) ||
        sscanf(mapping->line, "%" SCNx64 "-%" SCNx64 " %7s %*s %x:%x %" SCNu64, &mapping->start,
               &mapping->end, mapping->rights, &mapping->major, &mapping->minor,
               &mapping->inode) != 6)
        return false;
    char *name = strchr(mapping->line, '/');
    if (name)
        name[strcspn(name, "\n")] = '\0';
    mapping->name = name;
    return true;
}

char *kernel_mapped_recording(pid_t pid)
{
    struct mapping mapping;
    char *found = NULL;
    FILE *maps = open_maps(pid);
    if (!maps)
        return NULL;
    errno = 0;
    while (!found && next_mapping(maps, &mapping)) {
        size_t length = mapping.name ? strlen(mapping.name) : 0;
        if (length > strlen(SUFFIX) && strcmp(mapping.name + length - strlen(SUFFIX), SUFFIX) == 0)
            found = memory_copy(mapping.name);
    }
    int error = errno;
    fclose(maps);
    errno = error;
    return found;
}

/* What maps say of a file: on some file systems, fstat() gives it another device. */
static bool find_own_mapping(const void *page, struct mapping *mapping)
{
    FILE *maps = open_maps(getpid());
    bool found = false;
    while (maps && !found && next_mapping(maps, mapping))
        found = mapping->start <= (uintptr_t)page && (uintptr_t)page < mapping->end;
    if (maps)
        fclose(maps);
    return found;
}

static bool has_same_mapping(pid_t pid, const struct mapping *wanted)
{
    struct mapping mapping;
    FILE *maps = open_maps(pid);
    bool found = false;
    while (maps && !found && next_mapping(maps, &mapping))
        found = mapping.major == wanted->major && mapping.minor == wanted->minor &&
                mapping.inode == wanted->inode && strncmp(mapping.rights, "rw-s", 4) == 0;
    if (maps)
        fclose(maps);
    return found;
}

bool kernel_has_mapped(pid_t pid, int file)
{
    struct mapping mapping;
    void *page = mmap(NULL, 1, PROT_READ, MAP_SHARED, file, 0);
    if (page == MAP_FAILED)
        return false;
    bool found = find_own_mapping(page, &mapping);
    munmap(page, 1);
    return found && has_same_mapping(pid, &mapping);
}
