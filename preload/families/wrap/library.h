/*
 * library.h - a library that is wrapped: what its family says of it, and what is found of it in the
 * process.
 */
#ifndef WRAP_LIBRARY_H
#define WRAP_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "families/wrap/callsite.h"

/* In place of a version for a function that has none. */
#define WRAP_UNVERSIONED "TIMERLEAK"

/* Of a struct wrap_copy before its functions, in pointers. */
#define WRAP_COPY_HEAD 4
#define WRAP_COPIES_AT_HAND 2

struct wrap_function {
    const char *name;
    const char *version;
    void *hook; /* NULL: it is only called */
};

struct wrap_library {
    const struct wrap_function *functions;
    size_t count;
    const char *family;
    uint32_t traits;      /* enum tlk_trait */
    const char *file;     /* how its file's name begins, where it is the library alone; or NULL */
    void (*at_end)(void); /* before the recording ends; or NULL */
    struct wrap_copy **common; /* that all mean; NULL: see copies.h */

    uint32_t number; /* of the family; 0: nothing is recorded */
    void *room;      /* for WRAP_COPIES_AT_HAND copies: without them there is nothing to call */
    unsigned copies_made;
    bool started;
    struct callsite_range own;     /* this object */
    struct wrap_copy *copies;      /* all that were met */
    struct wrap_copy *absent;      /* there is none; NULL: not open yet */
    const struct wrap_copy *given; /* whose hooks dlsym() gave to who sees none; NULL: no one yet */
    struct wrap_library *next;     /* of those in this object */
};

#endif
