/*
 * memory.h - allocation that cannot fail: a report that ran out of memory has nothing left to say,
 * so these end the program with a message and exit status 3 ("could not be read").
 */
#ifndef TIMERLEAK_BASE_MEMORY_H
#define TIMERLEAK_BASE_MEMORY_H

#include <stddef.h>
#include <stdio.h>

/* Zeroed memory for `count` things of `size` bytes each; the caller frees it. */
void *memory_new(size_t count, size_t size);

/* As realloc, for `count` things of `size` bytes; what is new is not zeroed. */
void *memory_resize(void *old, size_t count, size_t size);

char *memory_copy(const char *string);

/*
 * Makes room for one thing more in an array of `count` that has room for `*room`; returns the
 * array, perhaps moved. Room doubles, so that appending stays linear.
 */
void *memory_grow(void *array, size_t count, size_t *room, size_t size);

/* As open_memstream: closing it sets `text`, which the caller frees, and `size`. */
FILE *memory_stream(char **text, size_t *size);

/* The program ends here. */
_Noreturn void memory_exhausted(void);

#endif
