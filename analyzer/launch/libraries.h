/*
 * libraries.h - what a program is linked with, as the dynamic loader finds it, and the functions
 * that a program or library takes from others.
 */
#ifndef TIMERLEAK_LAUNCH_LIBRARIES_H
#define TIMERLEAK_LAUNCH_LIBRARIES_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

struct library {
    char *name; /* as it is asked for */
    char *path; /* NULL: it can't be found */
};

struct libraries {
    struct library *items;
    size_t count, room;
    char problem[PATH_MAX]; /* what else the loader complains of; "" if nothing */
};

/*
 * Asks the loader of this very process, which lists what it would load and runs nothing of it:
 * neither the program nor its libraries. What is preloaded is left out, but for `with`: names as in
 * LD_PRELOAD, or NULL, which it looks up as it would for the program. libraries_free() in the end.
 */
void libraries_list(struct libraries *libraries, const char *program, const char *with);
void libraries_free(struct libraries *libraries);

/*
 * Names of libraries that stand in the program's constants, which it may load while it runs: for
 * libraries_list(), NULL if there are none. The caller frees.
 */
char *libraries_named(const char *program);

/*
 * Which of `count` names, at most 64, some of which may be NULL, the file's dynamic symbols want
 * from elsewhere: a bit for each. 0 for what is no ELF file; the file may be anything.
 */
uint64_t imports_read(const char *path, const char *(*name)(size_t index), size_t count);

#endif
