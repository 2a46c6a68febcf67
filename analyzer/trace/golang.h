/*
 * golang.h - the timers of Go's own runtime, which are no objects of the kernel: the functions of a
 * Go program to watch, and what their calls mean. All comes from the table of functions that every
 * Go program carries, stripped or not (symbols/gopclntab.h).
 *
 * Go 1.18 to 1.23 is known, on x86-64. What another does is not guessed.
 */
#ifndef TIMERLEAK_TRACE_GOLANG_H
#define TIMERLEAK_TRACE_GOLANG_H

#include "base/errors.h"
#include "trace/events.h"
#include "trace/ledger.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is called; time.Sleep() and deadlines of sockets have timers too, which are left alone. */
enum golang_call {
    GOLANG_CREATE = 1, /* with the time and period that it is armed for */
    GOLANG_RESET,
    GOLANG_STOP,
    GOLANG_FIRE,
};

#define GOLANG_MOST_PROBES 5

/* Only of who creates and who resets are the callers asked. */
struct golang_probe {
    uint64_t offset; /* in the file, for probes_attach() */
    bool guard;      /* it stands on the jump to a larger stack: TRACE_GO_GUARD */
    bool alone;      /* its callers are of no interest: TRACE_GO_ALONE */
    enum golang_call call;
    const struct golang_meaning *meaning;
};

struct golang; /* of one program file */

/*
 * NULL: with an empty error, it is no Go program; else the error says what about it is not known.
 * The file may be closed after.
 */
struct golang *golang_read(int file, char error[ERROR_SIZE]);
void golang_free(struct golang *golang);

const char *golang_version(const struct golang *golang); /* "go1.19.8" */
const struct golang_probe *golang_probes(const struct golang *golang, size_t *count);

/* ---- in one process ---- */

struct golang_timers;

/* The program and the ledger are the caller's, and stay as long as this. */
struct golang_timers *golang_timers_new(struct golang *golang, struct ledger *ledger);
void golang_timers_free(struct golang_timers *timers);

/*
 * Enters what a call at that probe did. `frames` are TLK_FRAME of the event's callers; `module`, as
 * ledger_module() numbered it, is the program's.
 *
 * One that has fired or was stopped is kept for a while, for Reset() may arm it again; the
 * collector takes it without a word. So it ends when its memory is another's, or when many more
 * have come to rest since. What nobody can reset ends at once.
 *
 * Of a timer that is known by its channel alone, as that of time.After(), only who made it can wait
 * for it, mostly: when the same goroutine makes the next one at the same place in the same frame,
 * the former is left behind.
 */
void golang_follow(struct golang_timers *timers, const struct golang_probe *probe,
                   const struct trace_go *event, const uint64_t *frames, uint32_t depth,
                   uint32_t module);

#endif
