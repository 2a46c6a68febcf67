/*
 * objects.h - the objects that are preloaded beside the shim, and which of them a program needs:
 * those that wrap the timers of libraries that it has. A bit for each of foreign_at().
 */
#ifndef TIMERLEAK_LAUNCH_OBJECTS_H
#define TIMERLEAK_LAUNCH_OBJECTS_H

#include "launch/copies.h"
#include "profile/families.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OBJECT_BIT(index) (UINT32_C(1) << (index))

/* A copy of a library of which not all is seen, and the file that has it. */
struct blind_copy {
    char *file;
    const struct foreign *foreign;
    enum copy copy;
};

struct needs {
    uint32_t objects;
    bool loads; /* the program itself loads libraries while it runs, as interpreters do: any */
    struct blind_copy *blind;
    size_t count, room;
};

/*
 * What a program, all that the loader would load for it, and what that would load for libraries
 * named in the program's constants have of wrapped libraries. Nothing is run. needs_free() in the
 * end.
 */
void needs_find(struct needs *needs, const char *program);
void needs_free(struct needs *needs);

/* The names of their families: "libuv and glib". */
struct family_list objects_list(uint32_t objects);

/* The path of an object, beside the shim. */
void object_path(char path[PATH_MAX], const struct foreign *foreign, const char *shim);

/* Those that are there. */
uint32_t objects_present(const char *shim);

/*
 * Those of the families in a list, as --families has it. False after telling on stderr that one is
 * not there.
 */
bool objects_of_list(uint32_t *objects, const char *list, const char *shim);

#endif
