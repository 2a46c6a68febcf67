/*
 * resident.h - how much of this process is in memory. Allocates nothing.
 */
#ifndef TIMERLEAK_BENCH_RESIDENT_H
#define TIMERLEAK_BENCH_RESIDENT_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../timing.h"

static inline double resident_bytes(void)
{
    char text[256] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t size = read(fd, text, sizeof(text) - 1);
    const char *resident = strchr(text, ' '); /* the second number, in pages */

    check(size > 0 && resident, "/proc/self/statm");
    close(fd);
    return (double)strtoul(resident, NULL, 10) * (double)sysconf(_SC_PAGESIZE);
}

#endif
