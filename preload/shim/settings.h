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
    uint32_t families; /* TIMERLEAK_FAMILIES: names, comma-separated; bit per enum tlk_family */
    uint32_t depth;    /* TIMERLEAK_DEPTH: frames kept of a stack */
    size_t size; /* TIMERLEAK_SIZE: bytes of a recording at most, with K, M or G; 0: by limits */
};

/* False in a set-user-id program, where the environment is not to be trusted. */
bool settings_read(struct settings *settings);

#endif
