/*
 * fdinfo.h - what the kernel says of a descriptor, asked without disturbing it: timerfd_gettime()
 * would re-arm a periodic timer that nobody reads, /proc does not. Makes system calls: for the
 * start and the end of a process, and for what it receives. The first two are async-signal-safe.
 */
#ifndef TIMERLEAK_FDINFO_H
#define TIMERLEAK_FDINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct fdinfo {
    clockid_t clock;
    uint64_t ticks; /* expirations that nobody has read */
    uint64_t value; /* ns until the next one, 0: none */
    uint64_t interval;
};

/*
 * What a descriptor stands for, as far as can be told: /proc may be out of reach, after chroot() or
 * for a process that dropped its privileges.
 */
enum fdinfo_kind { FDINFO_CLOSED, FDINFO_TIMERFD, FDINFO_OTHER, FDINFO_UNKNOWN };

/* errno may change. */
enum fdinfo_kind fdinfo_kind(int fd);
bool fdinfo_read(int fd, struct fdinfo *info);

/*
 * Whether any descriptor stands for a timerfd: at less cost than to look at each, where the kernel
 * tells how many there are (since 6.2). For the start.
 */
bool fdinfo_any_timer(void);

/* The beginning of a file, NUL-terminated; the number of bytes read, 0 when it can't be. */
size_t fdinfo_read_file(const char *path, char *text, size_t room);

/* Calls `visit` for each open descriptor but the one it needs itself; how many there were, 0 if
 * unknown. */
unsigned fdinfo_each(void (*visit)(int fd));

#endif
