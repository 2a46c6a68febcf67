/*
 * status.h - what the kernel says of the memory of this process.
 */
#ifndef SUPPORT_STATUS_H
#define SUPPORT_STATUS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In kB, by its name with a colon in /proc/self/status; 0 when it can't be read. */
static inline unsigned long status_kb(const char *name)
{
    char line[128];
    unsigned long size = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, name, strlen(name)) == 0)
            size = strtoul(line + strlen(name), NULL, 10);
    if (status)
        fclose(status);
    return size;
}

#endif
