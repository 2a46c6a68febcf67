/* memory.h - whether a program's own memory grows. What a shim maps from files does not count. */
#ifndef SUPPORT_MEMORY_H
#define SUPPORT_MEMORY_H

#include <stdio.h>

/* Resident memory of no file, in KiB. */
static inline long anonymous_memory(void)
{
    char line[256];
    long size = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file) && sscanf(line, "RssAnon: %ld", &size) != 1)
        continue;
    if (file)
        fclose(file);
    return size;
}

/* Prints what became of it since `before`: a timer for each of a million turns takes much more. */
static inline void print_growth(long before)
{
    puts(anonymous_memory() - before < 16 * 1024 ? "memory: flat" : "memory: grew");
}

#endif
