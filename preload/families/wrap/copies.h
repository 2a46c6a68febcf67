/*
 * copies.h - which copy of a library a call means. Where the program or one of its libraries was
 * linked with it, it is the one that all of the process sees. Else each plugin may have brought its
 * own (dlopen() with RTLD_LOCAL), and its calls are for that.
 */
#ifndef WRAP_COPIES_H
#define WRAP_COPIES_H

#include <stdbool.h>

#include "families/wrap/library.h"

struct wrap_copy {
    struct callsite_range module; /* that it lies in */
    bool alone;                   /* which holds nothing else */
    struct wrap_copy *next;
    void *functions[];
};

/* At the start: whether there is one that all mean. Looks a name up, and does nothing else. */
bool copies_shared(const struct wrap_library *library);

/* Before the others: sets library->own and ->absent; `shared`: and ->common. */
void copies_start(struct wrap_library *library, bool shared);

/*
 * That which the code at `caller` was bound to. Looks it up, and takes the loader's lock, when that
 * module calls for the first time since one was unloaded. Never NULL; its functions do nothing and
 * return 0 where there is no such library.
 */
const struct wrap_copy *copies_of(struct wrap_library *library, const void *caller);

/* The function of that name which has nothing to do with the library, and that the code at `caller`
 * was bound to without these hooks; NULL: none. */
void *copies_namesake(struct wrap_library *library, size_t index, const void *caller);

/* Whether this code is in a file of the library's, which may be several; and whether the call that
 * returns there is of that file's own functions, and of no callback. */
bool copies_part(struct wrap_library *library, const void *code);
bool copies_part_calls(struct wrap_library *library, const void *caller);

/*
 * Whether the code at `caller`, which dlsym() gives this function of that index, may be given its
 * hook. It may where that calls the same for whoever the pointer is handed on to: modules that see
 * a copy of their own aside, one copy is what hooks that were given call, the first.
 */
bool copies_bind(struct wrap_library *library, size_t index, const void *function,
                 const void *caller);

/* That of libc, past all hooks. */
void *copies_libc(const char *name);

#endif
