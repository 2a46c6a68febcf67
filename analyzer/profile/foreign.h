/*
 * foreign.h - the families of timers that libraries of others keep in their own memory. Each is
 * wrapped by an object that is preloaded beside the shim, where a program has the library.
 */
#ifndef TIMERLEAK_PROFILE_FOREIGN_H
#define TIMERLEAK_PROFILE_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FOREIGN_FAMILIES 7
#define FOREIGN_WORDS 3

struct foreign {
    const char *family;
    const char *library; /* as people know it */
    uint32_t traits;     /* enum tlk_trait */
    bool one_each;       /* it has a timer of the kernel for each; else those are its loops' */
    const char *object;  /* the file beside the shim */

    /* Those of its files begin so. */
    const char *files[FOREIGN_WORDS];
    /* Of a library that has much else: who calls none of these has no timers of it. */
    const char *makers[FOREIGN_WORDS];
    /* Every copy of it defines these functions, and one that is stripped still has these texts. */
    const char *functions[FOREIGN_WORDS], *texts[FOREIGN_WORDS];

    const char *kept;    /* in its own word, what is never-released; NULL: nothing is to be */
    const char *release; /* what ends one of its timers for good, after "by" */
};

/* NULL beyond the last. */
const struct foreign *foreign_at(size_t index);

/* NULL: that family is none of them. */
const struct foreign *foreign_named(const char *family);

/* Whose file it is, by its name without directories; NULL: nobody's. */
const struct foreign *foreign_of_file(const char *name);

#endif
