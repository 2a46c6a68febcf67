/*
 * memory_map.h - which files a traced process has mapped as code, also when it has ended meanwhile:
 * from /proc/PID/maps when it is first met, and from then on as the kernel tells of new mappings
 * (perf_event_open(2), PERF_RECORD_MMAP2), of every process that is traced.
 */
#ifndef TIMERLEAK_TRACE_MEMORY_MAP_H
#define TIMERLEAK_TRACE_MEMORY_MAP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct mapped_file {
    char *path; /* as its process sees it; "[vdso]" */
    uint64_t device, inode;
};

struct mapping {
    uint64_t start, end, offset; /* in the file */
    const struct mapped_file *file;
};

struct memory_map; /* of one process */

/* The kernel's tellings: begins them for these processes and all that they fork, or for all (pid
 * -1). False, with errno, where that is not allowed: then /proc/PID/maps alone is asked. */
bool mappings_follow(pid_t pid);
void mappings_stop(void);

struct memory_map *memory_map_new(pid_t pid);
void memory_map_free(struct memory_map *map);
struct memory_map *memory_map_fork(const struct memory_map *parent, pid_t child);
void memory_map_exec(struct memory_map *map); /* forgets all, and reads anew */

/* The mapping that holds an address; asks anew when none that is known does. NULL: none does. */
const struct mapping *memory_map_find(struct memory_map *map, uint64_t address);

/* Opens the file as its process sees it (/proc/PID/root), or as we do; -1 if it is not that file.
 */
int mapped_file_open(const struct mapped_file *file, pid_t pid);

/* Counts up when code is mapped where other code was. */
uint32_t memory_map_epoch(const struct memory_map *map);

#endif
