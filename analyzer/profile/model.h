/*
 * model.h - the one model behind all views and exports: processes, and the sites of all of them.
 *
 * Sites of several recordings are one site if family, kind, wrapped function and frames agree;
 * frames agree if module (by build-id, else by path) and offset do.
 */
#ifndef TIMERLEAK_PROFILE_MODEL_H
#define TIMERLEAK_PROFILE_MODEL_H

#include "base/index.h"
#include "base/memory.h"
#include "profile/samples.h"
#include "profile/states.h"
#include "profile/verdict.h"
#include "recording.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct generations;
struct strings;
struct symbols;
struct symbol_file;

/* Added up per site, and over all sites. Times are ns. */
struct counts {
    uint64_t created, inherited, released, live;
    uint64_t armed, fired, stopped;
    uint64_t fired_unknown; /* armings whose end could not be told: fired or stopped */
    uint64_t in_flight;     /* created but neither live nor released when the recording was read */
    uint64_t states[TIMER_STATES];
    uint64_t unread, live_inherited, live_received, overdue, far_future;
    uint64_t
        passed_on;     /* see state_passed_on(): also those that count as live in another process */
    uint64_t age;      /* of all live timers together */
    uint64_t retained; /* bytes that live timers keep alive, as far as the program said so */
    uint64_t failed[TLK_FAILURES]; /* creations, for want of something */
    uint64_t peak; /* highest number live at a time; over several sites or processes, no more */
};

struct process {
    const char *recording; /* path */
    const char *name;      /* what it was started as: last component of its first argument */
    const char *file;      /* last component of exe, which may be another */
    const char *exe;
    const char **argv;
    size_t argc;
    int pid, ppid;
    bool base; /* of what the others are compared with */
    bool forked;
    uint64_t peak;    /* timers live at a time; of a forked one, its parent's count in */
    bool alive;       /* runs while it is looked at */
    bool copied;      /* ran when this copy of its recording was made */
    enum tlk_end end; /* TLK_RUNNING and not alive: nobody noted how it ended */
    int end_status;
    uint64_t start_real, start_mono;
    struct moment as_of;
    bool asleep;                 /* at its end: see struct tlk_header */
    uint64_t switched;           /* mono: when that was last changed; the start, if never */
    uint64_t slept;              /* ns of the run, the last sleep included */
    uint64_t one_in;             /* see process_one_in() */
    uint64_t recorded;           /* timers that were: created or inherited */
    uint64_t watched, unwatched; /* families whose timers were to be recorded, and were not: bits */
    uint32_t unknown_families;   /* names that the list of those to watch had and no family has */
    uint64_t omitted[TLK_OMISSIONS];
    uint64_t dropped[TLK_DROPS];
    uint64_t damaged; /* records that could not be used */
    uint64_t nofile_soft, nofile_hard, sigpending_soft, sigpending_hard; /* ~0: unlimited */
    uint64_t descriptors;                                                /* in use; 0: unknown */
    uint64_t pending; /* queued signals in use, by all processes of its user while alive */
    double descriptor_growth, pending_growth; /* per second */
};

/* A module of any process; module 0 stands for addresses that no module held. */
struct module {
    const char *path;  /* fit to be shown */
    const char *name;  /* last component of it */
    char build_id[41]; /* lower-case hexadecimal; "": none */
    uint32_t index;
    uint64_t bias, start, end; /* see struct tlk_module; of the first process that had it */
    struct symbol_file *symbols;
    char *key; /* what makes it this module: its build-id, else its path */
    size_t key_size;
};

/* A frame with its symbols; inlined functions have frames of their own. */
struct stack_frame {
    const char *name;            /* what to show: the function, or module+0xoffset; never NULL */
    const char *function;        /* NULL: unknown */
    const char *file;            /* NULL: unknown */
    const char *directory;       /* where it was compiled; NULL: unknown */
    const char *short_file;      /* below the directory where it was compiled; NULL: unknown */
    int line;                    /* 0: unknown */
    bool inlined;                /* into the next frame */
    const struct module *module; /* NULL for the wrapped function and for unknown addresses */
    uint64_t offset;
};

/* In place of a module's index: a wrapped function, which is known by its name alone. */
#define LOCATION_WRAPPED UINT32_MAX

struct location {
    uint32_t module;      /* index, 0: no module held the address; or LOCATION_WRAPPED */
    uint32_t count;       /* of frames; 0: not looked up yet, see location_frames() */
    uint64_t address;     /* of the call: the return address less one, in the module's file */
    const char *function; /* the wrapped one, else NULL */
    const struct stack_frame *frames;
};

struct locations {
    struct location *list;
    size_t count, room;
    struct index index;
};

#define FINGERPRINT_SIZE 32
#define SITE_ID_SIZE (FINGERPRINT_SIZE + 16)

struct site {
    bool truncated; /* the stack was deeper than what was kept */
    bool dropped;   /* by a filter */
    bool listed;    /* among the profile's sites */
    bool unwound;   /* a full stack; else only the caller is known */
    struct counts counts;
    struct finding finding;               /* of several processes, the worst */
    const struct process *process;        /* whose finding it is */
    uint64_t longest_life;                /* of a released timer */
    uint64_t oldest_age;                  /* of a live timer */
    uint64_t first_created, last_created; /* ns since the start of its process */
    uint64_t parts;                       /* recordings that have it, those of the base left out */
    enum verdict base_verdict;            /* the worst in the base */
    size_t index;                         /* in profile->sites, unless it is dropped */
    struct stack_frame *stack;            /* see stack_of() */
    size_t stack_depth;
    struct history *history;                              /* see history_of() */
    char fingerprint[FINGERPRINT_SIZE], id[SITE_ID_SIZE]; /* see fingerprints_set() */
    const char *function;                                 /* the wrapped one */
    size_t depth;
    /* What makes it this site, in one piece: */
    const char *kind;     /* what its family calls such timers, interned; "": nothing */
    uint64_t family;      /* see families.h; 0: timers of any family whose site found no room */
    uint32_t locations[]; /* indices, leaf first: the wrapped function */
};

/* One live timer, for views that list them. */
struct live_timer {
    struct site *site;
    const struct process *process;
    const char *name; /* that the program gave it; "": none */
    struct tlk_timer record;
    struct judgement judgement;
};

/* The most timers of a site that one process had at a time. */
struct peak {
    struct site *site;
    const struct process *process;
    uint64_t count;
};

struct peaks {
    struct peak *list;
    size_t count, room;
    bool exact; /* that of all together; else there were no more */
};

struct profile {
    struct process **processes; /* by their starts, when it is sorted; the base's come last */
    size_t process_count, process_room;
    struct site **sites; /* of which a recording tells anything */
    size_t site_count, site_room;
    struct live_timer *timers; /* only if keep_timers */
    size_t timer_count, timer_room;
    bool keep_timers;
    bool keep_histories;
    bool base;                       /* what is added now is what the rest is compared with */
    struct generations *generations; /* what is known of all recordings; NULL: each is alone */
    struct samples samples;          /* of all sites, those dropped by a filter included */
    struct locations locations;
    struct peaks peaks;      /* of all sites in each process */
    struct counts totals;    /* see profile_add_up() */
    struct module **modules; /* [0] is NULL */
    size_t module_count, module_room;
    struct index module_index;
    struct site **known; /* sites as they were met, those dropped by a filter too */
    size_t known_count, known_room;
    struct index site_index; /* of those */
    struct strings *strings;
    struct symbols *symbols;
};

#endif
