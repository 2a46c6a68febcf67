#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_UNREADABLE 3
#define FIRST_ROOM 16

void memory_exhausted(void)
{
    fputs("timerleak: out of memory; try fewer recordings at once\n", stderr);
    exit(EXIT_UNREADABLE);
}

void *memory_new(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        memory_exhausted();
    return memory;
}

void *memory_resize(void *old, size_t count, size_t size)
{
    if (count > SIZE_MAX / size)
        memory_exhausted();
    void *memory = realloc(old, count * size);
    if (!memory)
        memory_exhausted();
    return memory;
}

char *memory_copy(const char *string)
{
    size_t size = strlen(string) + 1;
    return memcpy(memory_new(1, size), string, size);
}

void *memory_grow(void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    *room = *room ? *room * 2 : FIRST_ROOM;
    return memory_resize(array, *room, size);
}

FILE *memory_stream(char **text, size_t *size)
{
    FILE *stream = open_memstream(text, size);
    if (!stream)
        memory_exhausted();
    return stream;
}
