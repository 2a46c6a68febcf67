#include "trace/programs.h"

#include "base/errors.h"
#include "base/hash.h"
#include "base/index.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The number that comes back with an event: the program's, and that of its probe. */
#define PROBES_SHIFT 8

struct identity {
    uint64_t device, inode, seconds, nanoseconds;
};

struct program {
    struct identity identity;
    struct golang *golang; /* NULL: it is none of Go's, or one that is not known */
};

struct programs {
    struct probes *probes;
    struct program *list;
    size_t count, room;
    struct index index;
};

struct programs *programs_new(struct probes *probes)
{
    struct programs *programs = memory_new(1, sizeof(*programs));
    programs->probes = probes;
    return programs;
}

void programs_free(struct programs *programs)
{
    for (size_t i = 0; i < programs->count; i++) {
        if (programs->list[i].golang)
            golang_free(programs->list[i].golang);
    }
    free(programs->list);
    index_free(&programs->index);
    free(programs);
}

static bool same_program(const void *key, const void *array, uint32_t number)
{
    const struct program *list = array;
    return memcmp(key, &list[number].identity, sizeof(struct identity)) == 0;
}

/* To the very file that was read: by its path, a process may have become another meanwhile. */
static void program_attach(struct programs *programs, size_t number, const char *path, int file)
{
    size_t count;
    char opened[32];
    const struct golang *golang = programs->list[number].golang;
    const struct golang_probe *probes = golang_probes(golang, &count);
    snprintf(opened, sizeof(opened), "/proc/self/fd/%d", file);
    for (size_t i = 0; i < count; i++) {
        if (!probes_attach(programs->probes, opened, probes[i].offset, -1,
                           number << PROBES_SHIFT | i | (probes[i].guard ? TRACE_GO_GUARD : 0) |
                               (probes[i].alone ? TRACE_GO_ALONE : 0))) {
            complain("%s: the timers of Go can't be watched: %s", path, strerror(errno));
            return;
        }
    }
}

static void program_read(struct programs *programs, size_t number, const char *path, int file)
{
    char error[ERROR_SIZE] = "";
    struct program *program = &programs->list[number];
    program->golang = golang_read(file, error);
    if (program->golang)
        program_attach(programs, number, path, file);
    else if (*error)
        complain("%s: %s; only its timers of the kernel are recorded", path, error);
}

void programs_meet(struct programs *programs, const char *path)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
        const struct identity identity = {status.st_dev, status.st_ino,
                                          (uint64_t)status.st_mtim.tv_sec,
                                          (uint64_t)status.st_mtim.tv_nsec};
        uint64_t hash = hash_key(&identity, sizeof(identity));
        if (index_find(&programs->index, hash, &identity, programs->list, same_program) ==
            INDEX_NONE) {
            programs->list = memory_grow(programs->list, programs->count, &programs->room,
                                         sizeof(*programs->list));
            programs->list[programs->count] = (struct program){identity, NULL};
            index_add(&programs->index, hash, (uint32_t)programs->count);
            program_read(programs, programs->count++, path, file);
        }
    }
    close(file);
}

struct golang *programs_of_probe(const struct programs *programs, uint64_t number,
                                 const struct golang_probe **probe)
{
    size_t count, which = number & ((1u << PROBES_SHIFT) - 1);
    uint64_t program = number >> PROBES_SHIFT;
    struct golang *golang = program < programs->count ? programs->list[program].golang : NULL;
    const struct golang_probe *probes = golang ? golang_probes(golang, &count) : NULL;
    if (!probes || which >= count)
        return NULL;
    *probe = &probes[which];
    return golang;
}
