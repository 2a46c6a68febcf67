/*
 * embedding.h - asks for all names that any reader of some recordings may ask for, so that an
 * archive can hold them: see symbols/portable.h.
 */
#ifndef TIMERLEAK_PROFILE_EMBEDDING_H
#define TIMERLEAK_PROFILE_EMBEDDING_H

#include "profile/profile.h"

struct embedding {
    struct profile *profile; /* of places alone */
    uint32_t *programs;      /* modules of it, which exports tell of whether they have any or not */
    size_t count, room;
};

void embedding_begin(struct embedding *embedding);
void embedding_end(struct embedding *embedding);

/* Notes the places of a recording; what is kept grows with those that are new. */
void embedding_note(struct embedding *embedding, struct recording *recording);

/* Looks up all that were noted, once all that is known of them elsewhere was added to the symbols.
 */
void embedding_ask(struct embedding *embedding);

/* The text that an archive holds, with a NUL behind, which the caller frees. */
char *embedding_text(const struct embedding *embedding, size_t *size);

#endif
