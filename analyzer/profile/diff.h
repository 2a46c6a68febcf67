/*
 * diff.h - what became of each site, from a base to what is compared with it.
 *
 * A site of one is the other's if its stack is the same; and where only one has it, if family and
 * functions are: then several such sites are one change. So another build of a program can be
 * compared.
 */
#ifndef TIMERLEAK_PROFILE_DIFF_H
#define TIMERLEAK_PROFILE_DIFF_H

#include "profile/selection.h"

enum change_kind {
    CHANGE_NEW,
    CHANGE_GROWN,
    CHANGE_SHRUNK,
    CHANGE_GONE,
    CHANGE_NONE,
    CHANGE_KINDS
};

struct change {
    struct site *site; /* of several, the first */
    uint64_t hash;     /* see stack_hash() */
    int64_t before, after;
    enum change_kind kind;
    enum verdict was; /* the worst in the base */
};

struct diff {
    struct change *list; /* those that grew most first, those that shrank most last */
    size_t count;        /* those without a change included */
    size_t kinds[CHANGE_KINDS];
    int64_t before, after; /* all together */
};

/* The selection is not subtracted, and keeps zeros. The caller frees the list. */
void diff_make(struct diff *diff, const struct selection *selection);

/*
 * Whether no program of the base is among those that are compared with it; an example of each.
 * Functions of the same names may have nothing to do with each other in programs that don't.
 */
bool diff_other_programs(const struct profile *profile, const struct process **before,
                         const struct process **after);

/* "new", "grown" */
const char *change_name(enum change_kind kind);

#endif
