/*
 * traced.h - one process as the tracer knows it: who it is, its files, what it holds, and where its
 * recording goes.
 */
#ifndef TIMERLEAK_TRACE_TRACED_H
#define TIMERLEAK_TRACE_TRACED_H

#include "trace/events.h"
#include "trace/golang.h"
#include "trace/ledger.h"
#include "trace/memory_map.h"
#include "trace/unwind.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct traced {
    pid_t pid, parent;    /* 0: not known */
    uint64_t start_ticks; /* field 22 of /proc/PID/stat */
    bool forked;          /* it is still its parent's image */
    size_t place;         /* for the tracer */
    uint64_t since;       /* CLOCK_MONOTONIC: from then on it is traced */
    char *exe;
    char *arguments; /* one after the other, each with its NUL */
    size_t arguments_size;
    bool missing; /* its number is nobody's, though no end was told */
    bool begun; /* it did something itself: what it only came by over fork is worth no recording */
    bool arranged; /* it closed or copied descriptors: before an exec that is no use of them */
    struct ledger *ledger;   /* NULL: nothing has happened so far */
    struct ledger *replaced; /* that of the image before, until all is handed on */
    struct memory_map *map;  /* NULL: not needed so far; so is the unwinder */
    struct unwinder *unwinder;
    struct golang_timers *go;    /* NULL: none was seen so far */
    struct traced_frame *frames; /* of addresses that were looked up last: see sites.c */
    struct trace_losses told;    /* what its recording was told of */
    uint32_t epoch;              /* of its map, as the kernel knows it */
    char *path;                  /* of its recording; NULL: it has no name so far */
};

/* What all recordings of a run have in common. */
struct traced_run {
    const char *pattern; /* output_name.h */
    uint64_t session;
    uint64_t to_real, to_boot; /* what these clocks are ahead of CLOCK_MONOTONIC */
};

/* A process that runs already. */
struct traced *traced_new(pid_t pid, uint64_t now);
void traced_free(struct traced *traced);

/* Its ledger, begun if there is none. */
struct ledger *traced_ledger(struct traced *traced, const struct traced_run *run);
struct unwinder *traced_unwinder(struct traced *traced);

/* One that was forked, and started then (CLOCK_BOOTTIME): it has its parent's program and files. */
struct traced *traced_forked(pid_t pid, struct traced *parent, uint64_t started, uint64_t now);

/*
 * It became another program: a path and arguments, where they are known; else /proc is asked. The
 * ledger of the one before is ended, and kept for what is handed on. False after a complaint: its
 * recording could not be written; as with traced_exited().
 */
struct traced_image {
    const char *program; /* "": unknown */
    const char *arguments;
    size_t arguments_size;
};
bool traced_execed(struct traced *traced, const struct traced_image *image,
                   const struct traced_run *run, uint64_t now);
/* All that was handed on has been. */
void traced_exec_settled(struct traced *traced);

bool traced_exited(struct traced *traced, int status, const struct traced_run *run, uint64_t now);

/*
 * Writes its recording, if there is anything to tell and, `copied`, the process goes on. False
 * after a complaint.
 */
bool traced_write(struct traced *traced, const struct traced_run *run, bool copied, uint64_t now);

#endif
