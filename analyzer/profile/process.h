/*
 * process.h - the process that a recording is of, and what of its limits it has used up.
 */
#ifndef TIMERLEAK_PROFILE_PROCESS_H
#define TIMERLEAK_PROFILE_PROCESS_H

#include "base/text.h"
#include "profile/families.h"
#include "profile/model.h"
#include "recording/reader.h"

/* Reads the header, and all times if nobody noted the end; the profile owns the result. */
struct process *process_add(struct profile *profile, struct recording *recording);

/* How it ended, in words: "killed by SIGKILL", "exited with status 0", "running". */
struct text process_end(const struct process *process);

/* It is gone, and nobody noted when: what is known of its end is its last event. */
bool process_end_unseen(const struct process *process);

/* How many timers of that family each recorded one stands for. */
static inline uint64_t process_one_in(const struct process *process, uint64_t family)
{
    return family_has(family, TLK_OF_PROCESS) ? 1 : process->one_in;
}

/*
 * How many recordings are of a process that another one is of, too: snapshots of it, copies. The
 * base's are counted by themselves.
 */
size_t process_repeats(const struct profile *profile);

/* How many are not the base's: those come first, when they are sorted. */
size_t process_count_own(const struct profile *profile);

/* By their starts, those of the base last. */
void processes_sort(struct profile *profile);

/* How long it ran, ns; at least, if nobody saw its end. */
uint64_t process_duration(const struct process *process);

/* As a merged profile has it: the earliest start, and the times of all processes together. */
struct process_times {
    uint64_t start_real, duration;
};

struct process_times process_times(const struct profile *profile);

/* The same in words: "3.2s", "at least 3.2s", "unknown how long". */
struct text process_lived(const struct process *process);

/* A resource of a process that live timers use up. */
struct limit {
    const char *name; /* what is limited, and whose it is */
    uint64_t used;    /* 0: unknown */
    uint64_t limit;   /* UINT64_MAX: none */
    double growth;    /* per second, 0: none */
    uint64_t reached; /* ns until the limit is reached; 0: never */
};

#define LIMITS 2
void limits_of_process(const struct process *process, struct limit limits[LIMITS]);

#endif
