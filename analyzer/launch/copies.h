/*
 * copies.h - copies of wrapped libraries that programs bring in files of their own, and what of
 * their timers is seen: by symbols, or by texts that a stripped copy has.
 */
#ifndef TIMERLEAK_LAUNCH_COPIES_H
#define TIMERLEAK_LAUNCH_COPIES_H

#include "profile/foreign.h"

#include <stdbool.h>

enum copy {
    COPY_NONE,  /* or it is the library itself */
    COPY_OPEN,  /* a shared library exports it, and calls what it exports as others do: all is seen
                 */
    COPY_BOUND, /* it exports it, but its own calls find it by themselves: of these none */
    COPY_EXPORTED, /* a program's own: it comes before all that is preloaded, so nothing is seen */
    COPY_HIDDEN,   /* nothing */
};

/* Of each of foreign_at(). The file may be anything; `program`: it is what is run. */
void copies_read(enum copy copies[FOREIGN_FAMILIES], const char *path, bool program);

/*
 * What follows "FILE holds its own copy of libuv" in a sentence, and what to do about it; NULL: all
 * of it is seen.
 */
const char *copy_blindness(enum copy copy);
const char *copy_remedy(enum copy copy);

#endif
