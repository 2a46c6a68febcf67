/*
 * mapfile.h - the mapped file: makes it, hands out its chunks, ends it. Everything the shim records
 * is written through pointers that this file gives out; no descriptor stays open.
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
 * recording that is not complete. Both make system calls. False: no recording.
 */
bool mapfile_create(const struct settings *settings, const char *program);

/*
 * Before fork, with the locks of all tables held: how far the recording reaches, for the child's.
 */
void mapfile_remember(void);

/*
 * As mapfile_create(), for a forked child, which still maps its parent's recording: the new one
 * takes its place in the address space and has the same layout, so that every index and pointer
 * stays good. Strings, modules, frames and sites are copied, as many as mapfile_remember() saw: the
 * parent's go on growing. The timers are all free.
 */
bool mapfile_create_for_child(const struct settings *settings, const char *program);

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

/* Cuts the file to what is used. It may grow again. Makes system calls. */
void mapfile_trim(void);

/*
 * The same for the last time: it also unmaps the rest, which who looks through all of the memory
 * would run into (valgrind's leak check).
 */
void mapfile_end(void);

/*
 * Gives back what lies behind the chunks in use and some more, so many bytes: the recording holds
 * no more than that from then on. Makes a system call.
 */
void mapfile_shrink(size_t room);

/* How many chunks the recording can come to have: see region_take(). */
uint32_t mapfile_chunks_most(void);

/*
 * From now on the file may grow: this process has timers of a library that knows no limit, and
 * that, unlike the kernel's, makes system calls of its own when they become many.
 */
extern bool mapfile_may_grow;

/*
 * Room for `count` records next to each other: the index of the first, 0 when the file is full. The
 * caller holds the lock of that region, fills the records and publishes them. When all chunks are
 * used the file grows, which makes system calls, if it may; in a sandbox, or where its name leads
 * to it no more, it does not.
 */
uint32_t region_take(enum tlk_region_id id, uint32_t count);
void region_publish(enum tlk_region_id id, uint32_t used);

/* With a stride known when compiled this takes no division: see the two below. */
static inline void *region_place(enum tlk_region_id id, uint32_t index, uint32_t stride)
{
    uint32_t per_chunk = TLK_CHUNK / stride;
    size_t chunk = recording->regions[id].directory[index / per_chunk];

    return (char *)recording + chunk * TLK_CHUNK + (size_t)(index % per_chunk) * stride;
}

static inline void *region_at(enum tlk_region_id id, uint32_t index)
{
    return region_place(id, index, recording->regions[id].stride);
}

static inline struct tlk_site *site_at(uint32_t index)
{
    return region_place(TLK_SITES, index, sizeof(struct tlk_site));
}

static inline struct tlk_timer *timer_at(uint32_t slot)
{
    return region_place(TLK_TIMERS, slot, sizeof(struct tlk_timer));
}

static inline void recording_drop(enum tlk_drop reason)
{
    __atomic_fetch_add(&recording->dropped[reason], 1, __ATOMIC_RELAXED);
}

#endif
