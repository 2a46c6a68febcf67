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
    const void *loop; /* with which it ends, if the library has such */
    const void *real; /* functions of the copy of the library that it belongs to */
    uint64_t note;    /* the family's */
    bool armed;
    bool shown; /* it can be found */
    struct place *next;
};

/* With this key, else zeroed. Whoever has a key looks first whether it has a place. NULL: no
 * memory. */
struct place *place_new(const void *key);

/* One without a key, or that was taken, is found by this one from now on: where the key is what the
 * library returns, when it has the callback. */
void place_show(struct place *place, const void *key);

/* That of a key; NULL: none. */
struct place *place_find(const void *key);

/* The same, and it is found no more. */
struct place *place_take(const void *key);

/* So all of that loop, linked by `next`. */
struct place *places_take_all(const void *loop);

/*
 * It is found no more. What it holds stays until a few hundred others have been freed: for a copy
 * that the program has made of what refers to it.
 */
void place_free(struct place *place);

/*
 * Visits those that can be found, in no order, and without the lock: `visit` may make and free
 * some. For the end: with threads that are still at work it may miss theirs.
 */
void places_visit(void (*visit)(struct place *place));

#endif
