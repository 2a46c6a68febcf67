/*
 * places.h - what stands in for a callback of the program's, for each timer. What the program needs
 * to go on lies here and not in the recording, of which there may be none: in a place its callback
 * is kept, also when its timer is not recorded.
 *
 * A place stays where it is until it is freed. All may be called by any thread; two that use one
 * place at once are to know what they do, as in the library.
 */
#ifndef WRAP_PLACES_H
#define WRAP_PLACES_H

#include <stdbool.h>
#include <stdint.h>

struct place {
    const void *key; /* by which it is found: what the library calls the timer; NULL: by nothing */
    uint64_t timer;  /* the ledger's reference; 0: not recorded */
    void (*callback)(void);
    void *argument;
    const void *real; /* functions of the copy of the library that it belongs to */
    uintptr_t note;   /* the family's */
    bool armed;
    struct place *next;
};

/* With this key, else zeroed. Whoever has a key looks first whether it has a place. NULL: no
 * memory. */
struct place *place_new(const void *key);

/* One without gets its key: where that is what the library returns, when it has the callback. */
void place_show(struct place *place, const void *key);

/* That of a key; NULL: none. */
struct place *place_find(const void *key);

/* It is found no more. */
void place_free(struct place *place);

/*
 * Visits those that can be found, in no order, and without the lock: they are not to be freed
 * meanwhile but by `visit`. For the end, when nobody else is at work.
 */
void places_visit(void (*visit)(struct place *place));

#endif
