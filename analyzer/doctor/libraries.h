/*
 * libraries.h - what a program is linked with, as the dynamic loader finds it.
 */
#ifndef TIMERLEAK_LIBRARIES_H
#define TIMERLEAK_LIBRARIES_H

#include <limits.h>
#include <stddef.h>

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
 * neither the program nor its libraries. What is preloaded is left out. libraries_free() in the
 * end.
 */
void libraries_list(struct libraries *libraries, const char *program);
void libraries_free(struct libraries *libraries);

#endif
