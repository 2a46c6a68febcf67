/*
 * ledger.h - what one traced process holds, and what was done with it: the sites and timers that
 * its recording will have. The tracer reports what happened, in the order in which it happened; all
 * times are CLOCK_MONOTONIC ns of that moment, not of now. Nothing here looks at a clock or at
 * /proc. Counts and states mean what they mean in the shim's (recording.h, preload/ledger/).
 */
#ifndef TIMERLEAK_TRACE_LEDGER_H
#define TIMERLEAK_TRACE_LEDGER_H

#include "recording.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What a recording's header says of a process. Strings are copied. */
struct ledger_process {
    pid_t pid, parent;
    uint64_t start_ticks;
    uint64_t start_mono, start_real, start_boot; /* of its recording */
    const char *exe;
    const char *const *arguments; /* NULL at the end */
    uint64_t nofile_soft, nofile_hard, sigpending_soft, sigpending_hard;
    uint64_t session;
    bool forked;
};

struct ledger;

struct ledger *ledger_new(const struct ledger_process *process);
void ledger_free(struct ledger *ledger);

/* A loaded file, for frames; the same path and build-id are the same module. 0: there are too many.
 */
uint32_t ledger_module(struct ledger *ledger, const struct tlk_module *module, const char *path);

/* Who makes timers: frames are TLK_FRAME, leaf first. */
struct ledger_place {
    uint32_t family;
    const char *function; /* "timerfd_create"; "made before" has no frames */
    const char *kind;     /* NULL: just timers */
    const uint64_t *frames;
    uint32_t depth;
    uint32_t flags; /* enum tlk_site_flags */
};

/* That of this name and traits, which is added if there is none; 0: there are too many. */
uint32_t ledger_family(struct ledger *ledger, const char *name, uint32_t traits);

uint32_t ledger_site(struct ledger *ledger, const struct ledger_place *place);

/*
 * A timer is named by its family and a key: of a timerfd the open file, of others their number or
 * address. One of that name that was thought to be live has ended unseen.
 */
struct ledger_birth {
    uint32_t family, site;
    uint64_t key;
    uint64_t id; /* what the program calls it: the descriptor, or the key */
    int clock;   /* CLOCK_UNKNOWN as in preload/core/clock.h where that can't be told */
    uint32_t notify, signal, thread;
    uint32_t flags;    /* TLK_CLOEXEC, TLK_INHERITED, TLK_RECEIVED, TLK_EXACT_FIRES */
    uint64_t retained; /* bytes that it keeps; 0: not known */
    uint64_t now;
};

void ledger_created(struct ledger *ledger, const struct ledger_birth *birth);
void ledger_failed(struct ledger *ledger, uint32_t site, int error, uint64_t now);

bool ledger_knows(const struct ledger *ledger, uint32_t family, uint64_t key);

struct ledger_arming {
    uint64_t now;
    uint64_t value, interval; /* ns; a value of 0 disarms */
    bool absolute;
    bool asked, ran; /* the kernel's account of what it was doing before, if the program asked */
    bool inherited;  /* armed by whoever had it before: no arming of this process */
    uint64_t setter; /* frame; 0: unknown */
    int64_t clock_offset; /* what the timer's clock is ahead of CLOCK_MONOTONIC, where it is
                             another that goes on by itself */
};

void ledger_armed(struct ledger *ledger, uint32_t family, uint64_t key,
                  const struct ledger_arming *arming);
/*
 * setitimer(), alarm(): of the timers of TLK_OF_PROCESS. One is created when it is armed from rest,
 * and released when it is disarmed, or was found to be at rest.
 */
void ledger_process_armed(struct ledger *ledger, const struct ledger_birth *birth,
                          const struct ledger_arming *arming);
void ledger_asked(struct ledger *ledger, uint32_t family, uint64_t key, bool told, bool ran,
                  uint64_t now);
/* Delivered to the program; or lying in the kernel unread, at the end. */
void ledger_fired(struct ledger *ledger, uint32_t family, uint64_t key, uint64_t expirations,
                  uint64_t now);
void ledger_unread(struct ledger *ledger, uint32_t family, uint64_t key, uint64_t expirations);
void ledger_left_behind(struct ledger *ledger, uint32_t family, uint64_t key);
void ledger_released(struct ledger *ledger, uint32_t family, uint64_t key, uint64_t now);

/* One descriptor more stands for it, or one less; with the last it is released. */
void ledger_shared(struct ledger *ledger, uint64_t key, int fd, uint64_t duplicator, uint64_t now);
void ledger_unshared(struct ledger *ledger, uint64_t key, int fd, uint64_t now);

/* Of each descriptor that a child has from its parent, or an image after an exec from the one
 * before. */
void ledger_inherited(struct ledger *ledger, const struct ledger *from, uint64_t key, int fd,
                      uint32_t flags, uint64_t now);
/* After an exec: those of TLK_OF_PROCESS that ran before, which run on. */
void ledger_process_inherited(struct ledger *ledger, const struct ledger *from, uint64_t now);

/* How a process ended, enum tlk_end; and what could not be entered, enum tlk_drop. */
void ledger_ended(struct ledger *ledger, enum tlk_end how, int status, uint64_t mono, uint64_t real,
                  uint64_t boot, uint32_t descriptors);
void ledger_dropped(struct ledger *ledger, enum tlk_drop what, uint64_t count);

/* Whether there is anything to write: a timer was made, came from elsewhere, failed to be made, or
 * something was dropped. */
bool ledger_used(const struct ledger *ledger);
/* Whether anything was entered since it was last written. */
bool ledger_changed(const struct ledger *ledger);

/*
 * Writes it as a recording that takes the place of the one of that name at once (base/replace.h).
 * False, after a complaint, when it can't. `copied`: while the process runs, as of `now`.
 */
bool ledger_write(struct ledger *ledger, const char *path, bool copied, uint64_t now);

#endif
