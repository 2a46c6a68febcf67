/*
 * tracing.h - what is to be traced, and where recordings go.
 */
#ifndef TIMERLEAK_TRACE_TRACING_H
#define TIMERLEAK_TRACE_TRACING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct tracing {
    const char *pattern; /* where recordings go: output_name.h */
    uint64_t session;
    pid_t pid; /* 0: none yet, or all */
    bool all, children;
    const char *program; /* that will be run; NULL: none */
};

#endif
