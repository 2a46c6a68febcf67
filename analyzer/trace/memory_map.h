/*
 * memory_map.h - which files a traced process has mapped as code, also when it has ended meanwhile:
 * from /proc/PID/maps when it is first met, and from then on as the kernel tells of new mappings
 * (mapping_ring.h), of every process.
 */
#ifndef TIMERLEAK_TRACE_MEMORY_MAP_H
#define TIMERLEAK_TRACE_MEMORY_MAP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct mapped_file {
    char *path; /* as its process sees it; "[vdso]"; "": none, the code was made at run time */
    uint64_t device, inode;
};

struct mapping {
    uint64_t start, end, offset; /* in the file */
    const struct mapped_file *file;
};

struct memory_map; /* of one process */

/* The kernel's tellings, of all processes. False, with errno, where that is not allowed: then
 * /proc/PID/maps alone is asked. */
bool mappings_follow(void);
void mappings_stop(void);

/*
 * Enters what the kernel told until then (CLOCK_MONOTONIC, ns; a moment that is past): with the
 * time of an event, before its addresses are looked up, they are found as they were. What is told
 * of processes that have no map yet is kept for a while.
 */
void mappings_read(uint64_t until);

struct memory_map *memory_map_new(pid_t pid);
void memory_map_free(struct memory_map *map);
struct memory_map *memory_map_fork(const struct memory_map *parent, pid_t child);
void memory_map_exec(struct memory_map *map); /* forgets all, and reads anew */

/* The mapping that holds an address; asks anew when none that is known does. NULL: none does. Valid
 * until the map is asked again. */
const struct mapping *memory_map_find(struct memory_map *map, uint64_t address);
/* Among those that are known. */
const struct mapping *memory_map_look(const struct memory_map *map, uint64_t address);

/* Opens the file as its process sees it (/proc/PID/root), or as we do; -1 if it is not that file.
 */
int mapped_file_open(const struct mapped_file *file, pid_t pid);

/* Counts up when code is mapped where other code was. */
uint32_t memory_map_epoch(const struct memory_map *map);

#endif
