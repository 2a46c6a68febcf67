/*
 * model.h - the one model behind all views and exports: processes, and the sites of all of them.
 *
 * A trace is one stack as it was recorded; those of several recordings are one if family, kind,
 * wrapped function and addresses agree: module (by build-id, else by path) and offset. A site is
 * what a reader calls one place: the traces that read the same, as the copies do that a compiler
 * made of one line. And where each site tells too little, those that share a line may be judged and
 * shown as one, whose paths they are.
 */
#ifndef TIMERLEAK_PROFILE_MODEL_H
#define TIMERLEAK_PROFILE_MODEL_H

#include "base/index.h"
#include "base/memory.h"
#include "profile/samples.h"
#include "profile/states.h"
#include "profile/verdict.h"
#include "recording/records.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct called;
struct generations;
struct naming;
struct strings;
struct symbols;
struct symbol_file;

/* Added up per site, and over all sites. Times are ns. */
struct counts {
    uint64_t created, inherited, released, live;
    uint64_t armed, fired, stopped;
    uint64_t fired_unknown; /* armings of which it can't be told whether they fired, or how often */
    uint64_t in_flight;     /* created but neither live nor released when the recording was read */
    uint64_t states[TIMER_STATES];
    uint64_t unread, live_inherited, live_received, overdue, far_future, overwritten, left_behind;
    uint64_t
        passed_on;     /* see state_passed_on(): also those that count as live in another process */
    uint64_t age;      /* of all live timers together */
    uint64_t retained; /* bytes that live timers keep alive, as far as the program said so */
    uint64_t failed[TLK_FAILURES]; /* creations, for want of something */
    uint64_t on_duplicates;        /* live, and the descriptor that was made first is closed */
    uint64_t peak; /* highest number live at a time; over several sites or processes, no more */
};

/* Of all the timers together that count towards a limit, per second: leaks that grow, and pools
 * that shrink meanwhile. */
struct rate {
    double growth, shrinking;
};

struct process {
    const char *recording; /* path */
    const char *name;      /* what it was started as: last component of its first argument */
    const char *file;      /* last component of exe, which may be another */
    const char *exe;
    const char **argv;
    size_t argc;
    int pid, ppid;
    bool base;    /* of what the others are compared with */
    size_t index; /* in profile->processes, when it is sorted */
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
    struct rate descriptor_rate, pending_rate;
};

/* What the path is of the code that a process made at run time, where there is a map of it. */
#define MODULE_MADE "[perf map]"

/*
 * A module of any process; module 0 stands for addresses that no module held. The code that a
 * process made at run time is one of its own.
 */
struct module {
    const char *path;  /* fit to be shown */
    const char *name;  /* last component of it */
    char build_id[41]; /* lower-case hexadecimal; "": none */
    uint32_t index;
    uint64_t bias, start, end; /* see struct tlk_module; of the first process that had it */
    struct symbol_file *symbols;
    char *key; /* what makes it this module: its build-id, else its path; of code made at run time,
                  its process */
    size_t key_size;
};

/* A frame with its symbols; inlined functions have frames of their own. */
struct stack_frame {
    const char *name;            /* the function, or module+0xoffset, by which it is known; what
                                    people read is frame_shown() */
    const char *function;        /* NULL: unknown */
    const char *signature;       /* with parameters; NULL: unknown, or no other */
    const struct called *called; /* by all frames that read the same; NULL: by its name */
    const char *file;            /* NULL: unknown */
    const char *directory;       /* where it was compiled; NULL: unknown */
    const char *short_file;      /* below the directory where it was compiled; NULL: unknown */
    int line;                    /* 0: unknown */
    bool inlined;                /* into the next frame */
    bool tail_call;              /* was not on the stack: see passages.h */
    uint32_t number;             /* the same for frames that read the same */
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
    bool tail_call;       /* was not on the stack: see passages.h */
    const struct stack_frame *frames;
};

struct locations {
    struct location *list;
    size_t count, room;
    size_t looked_up; /* how many have frames */
    struct index index;
    struct reading *readings; /* of frames, by their numbers */
    size_t reading_count, reading_room;
    struct index reading_index;
};

/* From a location to that of the caller; each is looked up once: see passages.h. */
struct passages {
    struct passage *list;
    size_t count, room;
    struct index index;
    uint32_t *tail_calls; /* locations, passage after passage */
    size_t tail_call_count, tail_call_room;
};

#define SITE_PATHS_SHOWN 10 /* of one with many, the worst */
#define FINGERPRINT_SIZE 32
#define SITE_ID_SIZE (FINGERPRINT_SIZE + 16)

/* One stack as it was recorded. */
struct trace {
    struct site *site;
    const char *function;   /* the wrapped one */
    uint32_t record, depth; /* the first: while a recording is loaded, see loading.h */
    /* What makes it this trace, in one piece: */
    const char *kind;     /* what its family calls such timers, interned; "": nothing */
    uint64_t family;      /* see families.h; 0: timers of any family whose site found no room */
    uint32_t locations[]; /* indices, leaf first: the wrapped function */
};

struct site {
    bool truncated;       /* the stack was deeper than what was kept */
    bool dropped;         /* by a filter */
    bool listed;          /* a recording tells anything of it */
    bool unwound;         /* a full stack; else only the caller is known */
    struct trace *trace;  /* that stands for all of them: the first in their order */
    struct site *through; /* the site that is shown for it and others; NULL: it is shown itself */
    struct site **paths;  /* the sites that it is shown for, the worst first */
    size_t path_count, path_room;
    uint32_t part;   /* while a recording is loaded: see loading.h */
    size_t headline; /* of its frames: see stack_headline() */
    struct counts counts;
    struct finding finding;               /* of several processes, the worst */
    const struct process *process;        /* whose finding it is; NULL: none had timers of it */
    uint64_t holders, least, most;        /* processes in which some are live, and how many are */
    uint64_t longest_life;                /* of a released timer */
    uint64_t oldest_age;                  /* of a live timer */
    uint64_t first_created, last_created; /* ns since the start of its process */
    uint64_t parts;                       /* recordings that have it, those of the base left out */
    enum verdict base_verdict;            /* the worst in the base */
    size_t index;                         /* in profile->sites, unless it is dropped */
    struct stack_frame *stack;            /* see stack_of() */
    size_t stack_depth;
    struct history *history; /* see history_of() */
    uint32_t callers;        /* the last one of its live timers, plus one; 0: none. See callers.h */
    char fingerprint[FINGERPRINT_SIZE], id[SITE_ID_SIZE]; /* see fingerprints_set() */
    const char *function;                                 /* the wrapped one */
    size_t depth;                                         /* frames, that of `function` included */
    /* What makes it this site, in one piece; of one with paths, the frames that they share: */
    const char *kind;  /* see struct trace */
    uint64_t family;   /* see struct trace */
    uint32_t frames[]; /* numbers: see struct stack_frame; leaf first */
};

/* Where its counts are shown. */
static inline struct site *site_shown(const struct site *site)
{
    return site->through ? site->through : (struct site *)(uintptr_t)site;
}

/* Code that has to do with live timers of a site. */
struct caller {
    const struct site *site;
    uint32_t role; /* enum caller_role */
    uint32_t location;
    uint32_t next; /* of the same site, plus one; 0: none */
    uint64_t timers;
    uint64_t wakeups; /* per million seconds */
};

struct caller_list {
    struct caller *list;
    size_t count, room;
    struct index index;
};

/* One live timer, for views that list them. */
struct live_timer {
    struct site *site;
    const struct trace *trace;
    const struct process *process;
    const char *name;          /* that the program gave it; "": none */
    uint32_t setter, notified; /* locations: see callers.h */
    struct timer_record record;
    struct judgement judgement;
};

/* How fast a site grows in one process, where it does: see struct finding. */
struct growth {
    const struct site *site;
    const struct process *process;
    double per_second;
};

struct growths {
    struct growth *list;
    size_t count, room;
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
    struct site **sites; /* that are shown */
    size_t site_count, site_room;
    struct live_timer *timers; /* only if keep_timers */
    size_t timer_count, timer_room;
    size_t timers_dropped; /* by a filter: they are behind those */
    bool keep_timers;
    bool keep_histories;
    bool plain; /* stacks are as they were recorded: no symbols are looked up for them */
    bool base;  /* what is added now is what the rest is compared with */
    struct generations *generations; /* what is known of all recordings; NULL: each is alone */
    struct samples samples;          /* of all sites, those dropped by a filter included */
    struct caller_list callers;
    struct locations locations;
    struct passages passages;
    struct peaks peaks;      /* of all sites in each process */
    struct growths growths;  /* the same; only if keep_timers */
    struct counts totals;    /* see profile_settle() */
    struct module **modules; /* [0] is NULL */
    size_t module_count, module_room;
    struct index module_index;
    struct trace **traces; /* as they were met */
    size_t trace_count, trace_room;
    struct index trace_index;
    struct site **known; /* sites as they were met: those dropped by a filter, and paths, too */
    size_t known_count, known_room;
    struct index site_index; /* of those */
    struct strings *strings;
    struct naming *naming; /* of all functions whose symbols were looked up */
    struct symbols *symbols;
};

#endif
