/*
 * repository.h - where a finding is in the source that is under review.
 */
#ifndef TIMERLEAK_PROFILE_REPOSITORY_H
#define TIMERLEAK_PROFILE_REPOSITORY_H

#include "profile/profile.h"

struct repository {
    char *roots[2]; /* as named, and without links: absolute, no slash at the end; NULL: none */
    int directory;
};

/* Where to point at for a site. */
struct spot {
    const char *path; /* below the root if inside, else absolute or of a module; never NULL */
    int line;         /* 1 where it is unknown */
    bool inside;      /* the repository */
    const struct stack_frame *frame;
};

/* `root` NULL: the working directory. False, with errno set, if there is no such directory. */
bool repository_open(struct repository *repository, const char *root);
void repository_close(struct repository *repository);

/*
 * The frame's file below the root, NULL if it is not inside. A file that was compiled elsewhere is
 * inside if one of the same path below the directory of compilation is.
 */
const char *repository_path(const struct repository *repository, const struct stack_frame *frame);

/* The first frame inside, above the wrapped function; where there is none, the best there is. */
struct spot repository_spot(const struct repository *repository, struct profile *profile,
                            struct site *site);

#endif
