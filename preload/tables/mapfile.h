/*
 * mapfile.h - the mapped file: makes it, lets it grow, ends it. Everything the shim records is
 * written through pointers into it; no descriptor stays open. What lies where in it is regions.h's.
 */
#ifndef TIMERLEAK_MAPFILE_H
#define TIMERLEAK_MAPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/settings.h"
#include "recording.h"

/* The header of this process's recording; NULL until mapfile_create() succeeded. */
extern struct tlk_header *recording;

/*
 * Makes the file, allocates its blocks (a store to a hole on a full disk would be SIGBUS) and maps
 * it. It has no name until mapfile_publish() gives it one, and closes it: nobody ever sees a
 * recording that is not complete. Both make system calls. False: no recording, and errno says why.
 */
bool mapfile_create(const struct settings *settings, const char *program);

/*
 * As mapfile_create(), for a forked child, which still maps its parent's recording: the new one
 * takes its place in the address space and has the same layout, so that every index and pointer
 * stays good. `copy` brings over what lies in the first `pages` pages, but for the header.
 */
bool mapfile_create_for_child(const struct settings *settings, const char *program, uint32_t pages,
                              void (*copy)(struct tlk_header *to, const struct tlk_header *from));

bool mapfile_publish(const struct settings *settings, const char *program);

/*
 * Whether the user's name for recordings is that of a single file, and it is this process's: its
 * recording has it or, before there is one, nobody has.
 */
bool mapfile_named_alone(const struct settings *settings);

/* The path of a file of that name in the folder where recordings go. */
void mapfile_beside(const struct settings *settings, const char *name, char *path, size_t room);

/* That nothing was left out or lost; of what was entered the sites tell. */
bool mapfile_is_unused(void);

/* Unlinks it if its name still leads to it. It stays in memory. */
bool mapfile_remove(void);

/*
 * In a forked child that goes on with what its parent was about to enter: it writes to a copy from
 * now on. Makes system calls.
 */
void mapfile_detach(void);

/* Unmaps and removes a recording that was not published. */
void mapfile_abandon(void);

/* The name that it was published under, absolute; it may have been moved since. */
const char *mapfile_path(void);

/*
 * So many pages next to each other, or fewer when no more can be had: how many, and from which page
 * of the file on. When all are used the file grows, which makes system calls; in a sandbox, or
 * where its name leads to it no more, it does not.
 */
uint32_t mapfile_take_pages(uint32_t wanted, uint32_t *first);

/*
 * Lets it grow ahead of need, for all of the kernel's timers that the limits of this process allow:
 * soon it can't. Makes system calls.
 */
void mapfile_fill_up(void);

/* So many there can be; of the timers of libraries there is no such bound. Makes system calls. */
uint32_t mapfile_kernel_timers(void);

/* Cuts the file to what is used. It may grow again. Makes system calls. */
void mapfile_trim(void);

/*
 * The same for the last time: it also unmaps the rest, which who looks through all of the memory
 * would run into (valgrind's leak check).
 */
void mapfile_end(void);

/*
 * Gives back what lies behind the pages in use and some more, so many bytes: the recording holds no
 * more than that from then on. Makes a system call.
 */
void mapfile_shrink(size_t room);

/* Bytes that the recording can come to have. */
size_t mapfile_most(void);

static inline void recording_drop(enum tlk_drop reason)
{
    __atomic_fetch_add(&recording->dropped[reason], 1, __ATOMIC_RELAXED);
}

#endif
