/*
 * recording.h - the layout of a recording (NAME.PID.tlk), the one contract between the shim that
 * writes it and the analyzer that reads it.
 *
 * A recording is not a log. It is the live table of the process itself, mapped shared: at every
 * instant, also while the process runs and after kill -9, the file holds the timers that are alive
 * and the sites that made them. Its size follows the peak of live timers and the number of distinct
 * stacks, never the number of events.
 *
 * Layout. The file is a row of pages of TLK_PAGE bytes. Page 0 is struct tlk_header. All others
 * belong to regions (enum tlk_region_id). A region grows by segments, each as
 * large as all before it together: segment 0 holds the first `first` records, segment K those from
 * first << (K - 1) on, side by side from page `pages[K]` of the file on. A string, and the
 * numbers of one stack, never straddle two segments. Index 0 of every region is reserved and means
 * "none"; site 0 gathers the timers of any family whose site found no room.
 *
 * Publication. A writer fills a record, then publishes it: a region's `used` (release) covers
 * complete records only; a timer is alive once its `state` (release) says so. Counters may be read
 * at any time with relaxed loads. What a reader may see in between, per event in flight: a site
 * whose `created` is one ahead of its `released` plus its live timers.
 *
 * Types are fixed-width, in the byte order of the machine that recorded (`byte_order` tells).
 * Times are nanoseconds; "mono" is CLOCK_MONOTONIC, "real" is CLOCK_REALTIME.
 *
 * A recording is untrusted input to its reader: nothing here may be used before it is checked.
 */
#ifndef TIMERLEAK_RECORDING_H
#define TIMERLEAK_RECORDING_H

#include <stddef.h>
#include <stdint.h>

#define TLK_MAGIC "TIMERLK\n"
#define TLK_VERSION 7u
#define TLK_BYTE_ORDER 0x01020304u
#define TLK_PAGE 4096u
#define TLK_SMALLEST (16 * TLK_PAGE) /* with less room no recording is made */
#define TLK_LARGEST ((size_t)256 << 20)

/* What refers to others comes after them. */
enum tlk_region_id {
    TLK_STRINGS, /* bytes; a string is its offset, NUL-terminated */
    TLK_MODULES, /* struct tlk_module */
    TLK_FRAMES,  /* uint64_t, see TLK_FRAME; each is there once */
    TLK_STACKS,  /* uint32_t: numbers of frames; a stack is a row of them, leaf first */
    TLK_DETAILS, /* struct tlk_details: what a busy site keeps besides */
    TLK_SITES,   /* struct tlk_site */
    TLK_EXTRAS,  /* struct tlk_extra: what few timers have */
    TLK_TIMERS,  /* struct tlk_timer */
    TLK_REGIONS
};

#define TLK_SEGMENTS 23u

struct tlk_region {
    uint32_t stride; /* bytes per record */
    uint32_t used;   /* records published, the reserved one included; slots of timers are used again
                        before new ones are taken, so of these it is the peak plus one */
    uint32_t first;  /* records of segment 0: a power of two */
    uint32_t room;   /* records that there is room for: the last segment may have been cut short */
    uint32_t segments;            /* entries of pages in use */
    uint32_t pages[TLK_SEGMENTS]; /* where each begins: page numbers in (0, page_count) */
};

/* The segment that holds a record, and the first that a segment holds. */
static inline uint32_t tlk_segment_of(uint32_t index, uint32_t first)
{
    return 31u - (uint32_t)__builtin_clz((index / first) << 1 | 1);
}

static inline uint64_t tlk_segment_start(uint32_t segment, uint32_t first)
{
    return segment ? (uint64_t)first << (segment - 1) : 0;
}

/* How many of the records in use it holds. */
static inline uint32_t tlk_segment_used(const struct tlk_region *region, uint32_t segment)
{
    uint64_t start = tlk_segment_start(segment, region->first);
    uint64_t end = tlk_segment_start(segment + 1, region->first);

    if (region->used <= start)
        return 0;
    return (uint32_t)((region->used < end ? region->used : end) - start);
}

/* How a process ended. `record` writes TLK_KILLED for a child whose death by signal it saw. */
enum tlk_end {
    TLK_RUNNING = 0, /* still running, or ended without anyone to note it */
    TLK_EXITED = 1,  /* end_status is the exit status */
    TLK_KILLED = 2,  /* end_status is the signal */
    TLK_EXECED = 3,  /* became another program, which has a recording of its own */
};

/* What the shim had to leave out, and why. */
enum tlk_drop {
    TLK_DROP_FULL,     /* no room left for another timer */
    TLK_DROP_SITE,     /* no room left for another site; the timer went to site 0 */
    TLK_DROP_BUSY,     /* created by a signal handler that interrupted the shim itself */
    TLK_DROP_LOCK,     /* a lock of the shim could not be had in time */
    TLK_DROP_STACK,    /* created, but its stack could not be taken; the site shows the caller */
    TLK_DROP_PENDING,  /* a release that could not be entered; the timer may show as live */
    TLK_DROP_FD_RANGE, /* a descriptor number beyond what the table holds */
    TLK_DROP_CHILD,    /* a forked child used timers, and no recording could be made for it */
    TLK_DROP_DETAIL, /* no room left for struct tlk_details or tlk_extra, or their lock was not had
                      */
    TLK_DROP_MISTAKEN, /* a stack known again as another; from then on all were unwound */
    TLK_DROP_EVENT,    /* told by the kernel to a tracer that could not take it in time */
    TLK_DROPS = 16
};

/* Timers that were created and, as the user wished, not entered. */
enum tlk_omission {
    TLK_OMIT_ASLEEP,  /* made while `asleep` was set */
    TLK_OMIT_IGNORED, /* made in a block that the program told the shim to ignore */
    TLK_OMIT_SAMPLED, /* of `one_in` not the one */
    TLK_OMISSIONS = 4
};

/* What is decided by about the timers of a family, whatever its name. */
enum tlk_trait {
    /*
     * What its `id` is. Of a descriptor, which may be copied and handed on: expirations wait there,
     * as one, until they are read. Of neither: the kernel's number.
     */
    TLK_BY_DESCRIPTOR = 1,
    TLK_BY_HANDLE = 2, /* what a library calls it, often an address */
    /*
     * It fires when its library comes to it, which tells the shim of each fire. Of others fires are
     * seen or derived: the kernel's expire by the clock.
     */
    TLK_FIRES_TOLD = 4,
    TLK_OVER_FORK = 8, /* the child has them too */
    TLK_OVER_EXEC = 16,
    TLK_BOUND_BY_FILES = 32,   /* each counts towards RLIMIT_NOFILE */
    TLK_BOUND_BY_SIGNALS = 64, /* towards RLIMIT_SIGPENDING */
    TLK_OF_PROCESS = 128,      /* a process has one of each kind, which can't pile up */
    TLK_FREE_AT_REST = 256,    /* fired or stopped it holds nothing: no object has to be released */
    /*
     * A collector takes it as soon as nothing refers to it, armed or not, and tells nobody: what
     * was forgotten is no leak, and one that shows as live may be gone.
     */
    TLK_COLLECTED = 512,
};

/*
 * Sites and timers tell their family by its number, which a recording gives it: who reads one goes
 * by names and traits, and can show families that it has never heard of.
 */
#define TLK_FAMILIES 32u

struct tlk_family {
    char name[24];    /* of lower-case letters, digits and '-'; NUL-terminated */
    uint32_t traits;  /* of enum tlk_trait */
    uint32_t watched; /* 1: its timers are entered */
};

/* Those that the shim itself has hooks for: X(number, name, traits). Others come from objects that
 * are preloaded beside it. */
#define TLK_FAMILIES_OF_SHIM(X)                                                                    \
    X(TLK_POSIX, "posix", TLK_BOUND_BY_SIGNALS)                                                    \
    X(TLK_TIMERFD, "timerfd",                                                                      \
      TLK_BY_DESCRIPTOR | TLK_OVER_FORK | TLK_OVER_EXEC | TLK_BOUND_BY_FILES)                      \
    X(TLK_ITIMER, "itimer", TLK_OVER_EXEC | TLK_OF_PROCESS | TLK_FREE_AT_REST)                     \
    X(TLK_GOTIME, "gotime", TLK_BY_HANDLE | TLK_FIRES_TOLD)

enum tlk_family_of_shim {
    TLK_NO_FAMILY,
#define X(number, name, traits) number,
    TLK_FAMILIES_OF_SHIM(X)
#undef X
};

/* Creations that failed for want of something; of those for other reasons nothing is counted. */
enum tlk_failure {
    TLK_FAILED_EMFILE, /* this process may have no more descriptors */
    TLK_FAILED_ENFILE, /* nobody may */
    TLK_FAILED_EAGAIN, /* this user may have no more signals queued */
    TLK_FAILED_ENOMEM,
    TLK_FAILURES
};

enum tlk_unwinder {
    TLK_UNWINDER_NONE = 0,
    TLK_UNWINDER_LIBUNWIND = 1,
    TLK_UNWINDER_LIBGCC = 2,
    TLK_UNWINDER_ELFUTILS = 3, /* of who watches from outside */
};

/*
 * While a session of `timerleak record` goes on, its register lies in the folder of its recordings:
 * so many entries, by programs that the shim was loaded into. Most of them leave no recording.
 */
#define TLK_REGISTER ".timerleak.%016llx"

enum tlk_presence {
    TLK_STARTED = 1, /* a program */
    TLK_BECAME,      /* it is about to become another by exec */
    TLK_STAYED,      /* which failed */
    TLK_BEGUN,       /* its recording */
    TLK_WITHDRAWN,   /* which is removed again: nothing was in it */
    TLK_UNWRITTEN,   /* it, or a child that it forked, had something to record, and could not */
};

struct tlk_entry {
    int32_t pid;
    uint16_t what;  /* enum tlk_presence */
    uint16_t error; /* errno, of TLK_UNWRITTEN */
};

#define TLK_COMMAND_SIZE 4096u /* bytes of arguments that are kept, at most */

struct tlk_header {
    char magic[8];
    uint32_t version;
    uint32_t byte_order;
    uint32_t header_size; /* sizeof(struct tlk_header) */
    uint32_t page_size;
    uint32_t page_count; /* pages whose blocks are allocated, page 0 included */
    uint32_t page_used;  /* pages handed out; a clean exit trims the file to these */

    uint64_t session; /* names one run of `timerleak record`; 0 when preloaded by hand */
    int32_t pid;
    int32_t ppid;
    uint64_t start_ticks; /* field 22 of /proc/PID/stat: tells this process from a later namesake */
    uint64_t start_mono, start_real, start_boot; /* CLOCK_BOOTTIME runs on while suspended */
    uint64_t clock_resolution; /* ns that a coarse time may be behind: see TLK_COARSE_DEADLINE */
    uint32_t exe;              /* string: path of the program */
    uint32_t argv;             /* string: the first argument; the others follow, NUL-terminated */
    uint32_t argc;
    uint32_t unwinder; /* enum tlk_unwinder */
    uint32_t forked;   /* 1: this process came by fork from `ppid`, and is still its image */
    uint32_t descriptors_seen; /* the highest descriptor number seen, plus one: as the kernel hands
                                  out the lowest free number, this many were open at that moment */
    /* At the start, and after a clean exit those of the end; ~0: unlimited. */
    uint64_t nofile_soft, nofile_hard, sigpending_soft, sigpending_hard;

    uint32_t end; /* enum tlk_end; published last */
    int32_t end_status;
    uint64_t end_mono, end_real, end_boot;
    uint32_t end_descriptors; /* open at a clean exit, 0 if unknown */
    uint32_t copied;          /* 1: a copy that was made at end_mono, while its process ran */

    uint64_t dropped[TLK_DROPS]; /* by enum tlk_drop */

    /*
     * 1: timers made now are not entered; what was entered before is still followed. This and the
     * two times are the only fields that someone else writes while the process runs: `timerleak
     * ctl`, the times first.
     */
    uint32_t asleep;
    uint32_t one_in; /* of so many creations one is entered, taken at random, but of interval timers
                        every one; 1: all */
    uint64_t switched; /* mono: when `asleep` was last changed; 0: never since the start */
    uint64_t slept;    /* ns spent asleep before that */
    uint64_t omitted[TLK_OMISSIONS]; /* by enum tlk_omission */

    uint32_t family_count;     /* of families in use, [0] included, which is none; published last */
    uint32_t families_unknown; /* names that the list of those to watch had and no family has */
    struct tlk_family families[TLK_FAMILIES];

    struct tlk_region regions[TLK_REGIONS];
};

/* One loaded file. A file loaded again, at whatever address, is the same module. */
struct tlk_module {
    uint64_t bias;       /* address = bias + virtual address in the file, when last loaded */
    uint64_t start, end; /* mapped addresses, when last loaded */
    uint32_t path;       /* string, absolute where known */
    uint32_t loads;      /* how often it was found newly loaded */
    uint32_t build_id_size;
    uint8_t build_id[20];
    uint32_t loaded; /* 1: it is there now, as far as the shim has looked */
    uint8_t reserved[68];
};

/*
 * A frame is (module << 48 | virtual address in the module's file). Every one is a return address:
 * look up the address less one. Module 0 means that no module held it; the address is absolute.
 *
 * What a timer keeps of its callers is written where every nanosecond counts: nobody has looked yet
 * for the module, and module 0 means that the address lies in the one that is loaded there, if any.
 * Before modules are unloaded the shim makes frames of these addresses.
 */
#define TLK_FRAME(module, vaddr) ((uint64_t)(module) << 48 | ((vaddr)&0xffffffffffffULL))
#define TLK_FRAME_MODULE(frame) ((uint32_t)((frame) >> 48))
#define TLK_FRAME_ADDRESS(frame) ((frame)&0xffffffffffffULL)
#define TLK_MAX_DEPTH 128u

#define TLK_LIFETIME_BUCKETS 40u
#define TLK_HISTORY_BUCKETS 64u
#define TLK_HISTORY_FIRST_SHIFT 14u

/* The lowest and the highest number of live timers within one span of time. */
struct tlk_span {
    uint32_t low, high;
};

/*
 * What a site keeps apart as soon as it has one: when its own part has no room for more changes,
 * more timers live or more lifetimes alike, and at the first creation that fails. From then on
 * history and lifetimes are here, those before included.
 */
struct tlk_details {
    uint64_t lifetimes[TLK_LIFETIME_BUCKETS]; /* released timers that lived [2^i, 2^(i+1)) ns */
    uint64_t first_failed, last_failed;       /* mono */
    uint32_t failed[TLK_FAILURES];            /* creations, by enum tlk_failure */

    /*
     * Live timers over time since first_created. Span I covers [I << shift, (I + 1) << shift) ns;
     * spans before history_used are complete but the last, after which `live` has not changed.
     * When all are used, pairs are merged and shift grows by one.
     */
    uint32_t history_shift, history_used;
    struct tlk_span history[TLK_HISTORY_BUCKETS];
};

/*
 * Of the same history, one span in which the number of live timers changed: within it they were as
 * few and as many as this, and from its end on `after`, until the next change.
 */
struct tlk_change {
    uint8_t span, low, high, after;
};

#define TLK_CHANGES 11u
#define TLK_CHANGES_LIVE_MOST UINT8_MAX
#define TLK_FEW_LIVES 15u

enum tlk_site_flags {
    TLK_SITE_TRUNCATED = 1, /* the stack was deeper than what was kept */
    TLK_SITE_UNWOUND = 2,   /* a full stack; without it only the caller is known */
    TLK_SITE_COARSE = 4,    /* there was no room for its details: counts of lifetimes and of live
                               timers in its history end at the most that they can tell, and its
                               spans are longer */
};

/*
 * One creation stack of one wrapped function, and of one kind of timer. The counters armed, fired,
 * stopped, fired_unknown hold what *released* timers did; what live ones did stands in the timers:
 * add them up. created + inherited = released + live.
 *
 * Most sites make few timers: this holds what there is to say of them, exactly; struct tlk_details
 * has room for the others.
 *
 * Threads that make timers at one site hand its cache lines to each other: what every creation and
 * release changes lies in one line, the second, and what seldom changes elsewhere.
 */
struct tlk_site {
    uint8_t family; /* index of families; 0 for site 0 */
    uint8_t depth;  /* frames */
    uint8_t flags;  /* enum tlk_site_flags */
    uint8_t reserved;
    uint32_t stack;    /* the first number of its row; the wrapped function is no frame */
    uint32_t function; /* string: the wrapped function, e.g. "timerfd_create": the leaf to show */
    uint32_t kind;    /* string: what its family calls such timers, e.g. "ticker"; 0: just timers */
    uint32_t details; /* 0: it has none */
    uint32_t inherited;
    uint64_t first_created; /* mono; 0: never. So for the other times */
    uint64_t longest_life;  /* of a released timer */
    uint64_t fired;
    uint64_t fired_unknown;              /* armings whose end could not be told: fired or stopped */
    uint8_t history_shift, history_used; /* of `history`, as far as there are no details */
    uint8_t reserved2[6];

    uint64_t guard; /* private to the shim */
    uint64_t created, released;
    uint64_t armed, stopped;
    uint64_t last_created, last_released;
    uint32_t live, peak;

    /* Without details: */
    uint8_t lifetimes[TLK_LIFETIME_BUCKETS / 2]; /* of buckets 2 I, and << 4 of 2 I + 1 */
    struct tlk_change history[TLK_CHANGES];
};

enum tlk_timer_state {
    TLK_FREE = 0,
    TLK_LIVE = 1,
    TLK_LEAVING = 2, /* being released: live no more */
};

#define TLK_GENERATION_MOST ((1u << 30) - 1)

enum tlk_timer_flags {                /* 11 bits */
                       TLK_ARMED = 1, /* the last settime armed it; see deadline for whether it has
                                         expired */
                       TLK_INHERITED = 2, /* came over fork or exec */
                       TLK_CLOEXEC = 4,
                       TLK_COARSE_DEADLINE = 8, /* the true deadline lies up to clock_resolution
                                                   later */
                       TLK_EXACT_FIRES = 16, /* no fire of this timer was missed: each is told, or
                                                the kernel was asked at exit */
                       TLK_UNREAD = 32,   /* at exit the kernel showed expirations that nobody had
                                             read */
                       TLK_RECEIVED = 64, /* made elsewhere, and created here by the call that
                                             received its descriptor */
                       TLK_ORIGINAL_CLOSED = 128, /* the descriptor that was made first: it lives on
                                                     by duplicates */
                       TLK_OVERWRITTEN = 256,     /* its memory was freed or used anew while it was
                                                     armed */
                       TLK_LEFT_BEHIND = 512,     /* nobody can stop it, and who made it went on
                                                     without waiting for it: made the next */
};

/* So many units since start_mono, plus one; what happens to a timer by itself is no touch. */
#define TLK_TOUCHED_SHIFT 24
#define TLK_TOUCHED(since_start) ((uint32_t)((since_start) >> TLK_TOUCHED_SHIFT) + 1)

enum tlk_notify { /* how a POSIX timer tells; TLK_NOTIFY_NONE for all that have no such thing */
                  TLK_NOTIFY_NONE = 0,
                  TLK_NOTIFY_SIGNAL = 1,
                  TLK_NOTIFY_THREAD = 2,
                  TLK_NOTIFY_THREAD_ID = 3,
};

/* Numbers of threads are below; with this bit `thread` of a timer is the index of its extra. */
#define TLK_EXTRA (1u << 23)
#define TLK_DUPLICATES 2

/* What few timers have, taken when the first of it is to be entered. */
struct tlk_extra {
    uint32_t thread;        /* in the place of the timer's */
    uint32_t name;          /* string: the name that the program gave it */
    uint32_t fired_unknown; /* ended armings of which it can't be told whether they fired */
    uint32_t fired_high, fired_now_high; /* bits 32 to 63 of the timer's `fired` and `fired_now` */

    /* By what it is: of a family by descriptor, of TLK_NOTIFY_THREAD, of all others. */
    union {
        uint16_t duplicates[TLK_DUPLICATES]; /* descriptors beside `id`, plus one; 0: none */
        uint32_t notice;                     /* private to the shim */
        uint32_t retained; /* bytes that it keeps alive, where the program said so; ~0: that or
                              more */
    };
    union {
        uint64_t duplicator; /* frame: where a descriptor was last duplicated; 0: nowhere */
        uint64_t notified;   /* frame: the function that is called, plus one; 0: unknown */
        uint64_t cookie;     /* private to the shim */
    };
};

/*
 * One timer. The slot of a released one is used again; `generation` then counts up. A reader of a
 * running process copies the record, and its extra, and keeps them only if the tag is unchanged
 * after. What setting it anew touches comes first.
 */
struct tlk_timer {
    union {
        struct {
            uint32_t state : 2; /* enum tlk_timer_state */
            uint32_t generation : 30;
        };
        uint32_t tag; /* both at once: see TLK_TAG */
    };
    uint16_t flags : 11;   /* enum tlk_timer_flags */
    uint16_t family : 5;   /* index of families */
    int8_t deadline_clock; /* CLOCK_* of deadline; -1: unknown */
    int8_t clock : 6;      /* CLOCK_*, as given at creation; of a process or thread, negative */
    uint8_t notify : 2;    /* enum tlk_notify */
    uint64_t armed_at;     /* mono, of the last arming, as coarse as clock_resolution */
    int64_t deadline;      /* first expiration of the last arming, ns on deadline_clock */
    uint64_t interval;     /* 0: one-shot */
    uint64_t setter;       /* frame: where it was last armed; 0: unknown */
    uint32_t armed;        /* how often it was armed */
    uint32_t touched;      /* when it was last set, stopped or asked: see TLK_TOUCHED; 0: never */
    uint32_t fired_now; /* expirations seen or derived since the last arming, the lower 32 bits */
    uint32_t fired;     /* the same, ended armings included */
    uint32_t seen;      /* when the last fire was seen: as `touched` */
    uint32_t stopped;   /* how often it was disarmed while armed */
    uint64_t id;        /* descriptor, kernel timer id, ITIMER_*, or handle; private when free */
    uint64_t created;   /* mono */
    uint32_t site : 24;
    uint8_t references; /* descriptors of this process that share it, 255: that or more; 1: a
                           handle or number by which it is found; 0: there is none */
    union {
        struct {
            uint32_t thread : 24; /* the kernel's number of the thread that made it; 0: unknown; or
                                     see TLK_EXTRA */
            uint32_t signal : 8;  /* of SIGEV_SIGNAL and SIGEV_THREAD_ID */
        };
        uint32_t maker; /* both at once */
    };
};

#define TLK_SITES_MOST (1u << 24)
#define TLK_TAG(state, generation) ((uint32_t)(generation) << 2 | (uint32_t)(state))
#define TLK_STATE 3u /* of a tag */

/* Records of segment 0. */
#define TLK_FIRST_FRAMES 512u
#define TLK_FIRST_STACKS 1024u
#define TLK_FIRST_DETAILS 4u
#define TLK_FIRST_SITES 64u
#define TLK_FIRST_EXTRAS 128u
#define TLK_FIRST_TIMERS 128u

/* Of arrays by enum tlk_region_id: bytes of a record, and records of segment 0. */
#define TLK_STRIDES                                                                                \
    {                                                                                              \
        [TLK_STRINGS] = 1, [TLK_MODULES] = sizeof(struct tlk_module),                              \
        [TLK_FRAMES] = sizeof(uint64_t), [TLK_STACKS] = sizeof(uint32_t),                          \
        [TLK_DETAILS] = sizeof(struct tlk_details), [TLK_SITES] = sizeof(struct tlk_site),         \
        [TLK_EXTRAS] = sizeof(struct tlk_extra), [TLK_TIMERS] = sizeof(struct tlk_timer),          \
    }
#define TLK_FIRSTS                                                                                 \
    {                                                                                              \
        [TLK_STRINGS] = 8192, [TLK_MODULES] = 32, [TLK_FRAMES] = TLK_FIRST_FRAMES,                 \
        [TLK_STACKS] = TLK_FIRST_STACKS, [TLK_DETAILS] = TLK_FIRST_DETAILS,                        \
        [TLK_SITES] = TLK_FIRST_SITES, [TLK_EXTRAS] = TLK_FIRST_EXTRAS,                            \
        [TLK_TIMERS] = TLK_FIRST_TIMERS,                                                           \
    }

/*
 * What an interpreter tells of the code that it makes, a line for each function: address and size,
 * in hexadecimal, and name. Where stacks lead through such code it is kept beside the recording:
 * NAME.map beside NAME.tlk. A first line tells whose it is, "# timerleak PID START_MONO"; where the
 * process was forked its parent's map comes first, and a later line is right where two overlap.
 */
#define TLK_PERF_MAP "/tmp/perf-%d.map"
#define TLK_PERF_MAP_MARK "# timerleak "
#define TLK_PERF_MAP_HEAD TLK_PERF_MAP_MARK "%d %llu\n"
#define TLK_PERF_MAP_MOST ((size_t)64 << 20) /* bytes */
#define TLK_PERF_MAP_SUFFIX ".map"
#define TLK_SUFFIX ".tlk"

_Static_assert(sizeof(struct tlk_header) <= TLK_PAGE, "the header is one page");
_Static_assert(sizeof(struct tlk_module) == 128, "modules are known to readers by this size");
_Static_assert(sizeof(struct tlk_details) == 872, "details are known to readers by this size");
_Static_assert(sizeof(struct tlk_site) == 192, "sites are three cache lines");
_Static_assert(sizeof(struct tlk_extra) == 32, "extras are known to readers by this size");
_Static_assert(sizeof(struct tlk_timer) == 88, "a timer and its descriptor take no more than 96");

#endif
