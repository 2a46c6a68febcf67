/*
 * settings.h - what the environment asks of the shim, read once at the start.
 */
#ifndef TIMERLEAK_SETTINGS_H
#define TIMERLEAK_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct settings {
    char
        output[4096]; /* TIMERLEAK_OUTPUT: absolute pattern; %p pid, %e program, %h host, %t time */
    uint64_t session; /* TIMERLEAK_SESSION: 16 hexadecimal digits, given by `timerleak record` */
    int only_pid;     /* TIMERLEAK_ONLY_PID: record this process alone; 0: any */
    char families[1024]; /* TIMERLEAK_FAMILIES: see families_want() */
    uint32_t depth;      /* TIMERLEAK_DEPTH: frames kept of a stack */
    uint32_t one_in;     /* TIMERLEAK_SAMPLE: of so many creations one is entered; 1 without it */
    bool asleep;         /* TIMERLEAK_ENABLED=0: nothing is entered until `timerleak ctl PID on` */
    size_t size; /* TIMERLEAK_SIZE: bytes of a recording at most, with K, M or G; 0: by limits */
};

/*
 * Makes TIMERLEAK_PRELOAD, if `timerleak record` gave it, what programs that this one starts have
 * as LD_PRELOAD, where it is set: they may need objects beside the shim that this one does not.
 */
void settings_hand_on_preload(void);

/* False in a set-user-id program, where the environment is not to be trusted. */
bool settings_read(struct settings *settings);

/* Whether TIMERLEAK_EXE is set: without it settings_choose() takes all. */
bool settings_choosy(void);

/*
 * Whether TIMERLEAK_EXE, a comma-separated list of shell patterns, lets this program be recorded:
 * by the name it was called by, or that of its file; a pattern with a slash by the file's whole
 * path.
 */
bool settings_choose(const char *program, const char *exe);

#endif
