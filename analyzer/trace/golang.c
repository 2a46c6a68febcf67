#include "trace/golang.h"

#include "base/hash.h"
#include "base/memory.h"
#include "symbols/gopclntab.h"
#include "symbols/image.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* ---- versions ---- */

/* An argument of the function, or what lies where the first points to: see struct trace_go. */
#define ARGUMENT(number) (number)
#define MEMORY(number) (TRACE_GO_ARGUMENTS + (number))

/*
 * A watched function. Of a timer we know what the program does, its *time.Timer; the runtime often
 * has a pointer to the part of it that is the runtime's own, `inner` bytes behind.
 */
struct golang_meaning {
    const char *function;
    const char *callee; /* watched where it calls this, not where it is entered; NULL: there */
    enum golang_call call;
    unsigned timer, inner, when, period;
};

/*
 * Bytes that a pending timer keeps, by the sizes that the runtime allocates: time.Timer or
 * time.Ticker; its channel, with room for one time.Time of 24 bytes; its place in the runtime's
 * heap. What the function of AfterFunc() refers to comes on top, and is not known.
 */
struct golang_sizes {
    uint32_t timer, channel, place;
};

#define TIMES 24

struct golang_release {
    unsigned from, to; /* Go 1.from to 1.to */
    struct golang_sizes sizes;
    bool collects; /* timers with a channel */
    struct golang_meaning meanings[GOLANG_MOST_PROBES];
};

/*
 * As in src/runtime/time.go and src/time/sleep.go. Until 1.22 time.Timer is {C, runtimeTimer{pp,
 * when, period, …}}, and since then {c, init, timer{mu, astate, state, isChan, …}}: there creation
 * is watched where time.newTimer() calls modify(), which knows the address, and which all that
 * sleep call, too.
 */
static const struct golang_release releases[] = {
    {18,
     22,
     {80, 96, 8},
     false,
     {{"time.startTimer", NULL, GOLANG_CREATE, ARGUMENT(0), 8, MEMORY(1), MEMORY(2)},
      {"time.resetTimer", NULL, GOLANG_RESET, ARGUMENT(0), 8, ARGUMENT(1), MEMORY(2)},
      {"time.modTimer", NULL, GOLANG_RESET, ARGUMENT(0), 8, ARGUMENT(1), ARGUMENT(2)},
      {"time.stopTimer", NULL, GOLANG_STOP, ARGUMENT(0), 8, 0, 0},
      {"runtime.runOneTimer", NULL, GOLANG_FIRE, ARGUMENT(1), 8, 0, 0}}},
    {23,
     23,
     {112, 112, 16},
     true,
     {{"time.newTimer", "runtime.(*timer).modify", GOLANG_CREATE, ARGUMENT(0), 16, ARGUMENT(1),
       ARGUMENT(2)},
      {"time.resetTimer", NULL, GOLANG_RESET, ARGUMENT(0), 0, ARGUMENT(1), ARGUMENT(2)},
      {"time.stopTimer", NULL, GOLANG_STOP, ARGUMENT(0), 0, 0, 0},
      {"runtime.(*timer).unlockAndRun", NULL, GOLANG_FIRE, ARGUMENT(0), 16, 0, 0}}},
};

/* Of struct timer since 1.23, within MEMORY(1). False with GODEBUG=asynctimerchan=1: all is as it
 * was before. */
#define HAS_CHANNEL(word) ((word) >> 16 & 0xff)

/* ---- the program ---- */

#define VERSION_SIZE 64
#define FILE_MOST ((off_t)512 << 20) /* the largest that is looked at */

struct golang {
    Elf *elf;
    struct image image;
    struct gopclntab *table;
    const struct golang_release *release;
    struct golang_probe probes[GOLANG_MOST_PROBES];
    size_t probe_count;
    char version[VERSION_SIZE];
};

#define BUILD_INFO "\xff Go buildinf:"
#define BUILD_INFO_INLINE 2 /* the strings follow; before Go 1.18 there are addresses of them */
#define BUILD_INFO_SIZE 32
#define BUILD_INFO_ALIGNED 16

static void keep_version(struct golang *golang, struct bytes text)
{
    size_t length = text.size < VERSION_SIZE ? text.size : VERSION_SIZE - 1;
    if (length > 0)
        memcpy(golang->version, text.at, length);
}

/* As src/debug/buildinfo. */
static void read_version(struct golang *golang, struct bytes info)
{
    const unsigned char *flags = info.at + 15;
    uint64_t header, text, size;
    if (*flags & BUILD_INFO_INLINE) {
        struct bytes strings = bytes_from(info, BUILD_INFO_SIZE);
        if (strings.size > 0 && *strings.at < 0x80)
            keep_version(golang, bytes_cut(bytes_from(strings, 1), *strings.at));
    } else if (bytes_read64(info, 16, &header) &&
               bytes_read64(image_at(&golang->image, header), 8, &size) &&
               image_pointer(&golang->image, header, &text)) {
        keep_version(golang, bytes_cut(image_at(&golang->image, text), size));
    }
}

static bool find_version(struct golang *golang)
{
    for (size_t i = 0; i < golang->image.count; i++) {
        const struct segment *segment = &golang->image.segments[i];
        struct bytes left = segment->bytes;
        const unsigned char *found;
        while (segment->writable && left.size >= BUILD_INFO_SIZE &&
               (found = memmem(left.at, left.size, BUILD_INFO, strlen(BUILD_INFO)))) {
            left = bytes_from(left, (uint64_t)(found - left.at));
            uint64_t address = segment->address + (uint64_t)(left.at - segment->bytes.at);
            if (address % BUILD_INFO_ALIGNED == 0 && left.size >= BUILD_INFO_SIZE)
                read_version(golang, left);
            if (*golang->version)
                return true;
            left = bytes_from(left, 1);
        }
    }
    return false;
}

static const struct golang_release *release_of(const char *version)
{
    static const char first[] = "go1.";
    if (strncmp(version, first, strlen(first)) != 0)
        return NULL;
    unsigned long minor = strtoul(version + strlen(first), NULL, 10);
    for (size_t i = 0; i < sizeof(releases) / sizeof(*releases); i++) {
        if (minor >= releases[i].from && minor <= releases[i].to)
            return &releases[i];
    }
    return NULL;
}

/* Where in that code a call instruction (E8, relative) leads there. */
static bool find_call(const struct golang *golang, const struct gopclntab_code *code,
                      uint64_t callee, uint64_t *address)
{
    struct bytes bytes = bytes_cut(image_at(&golang->image, code->start), code->end - code->start);
    uint32_t relative;
    for (size_t i = 0; bytes_read32(bytes, i + 1, &relative); i++) {
        *address = code->start + i;
        if (bytes.at[i] == 0xe8 && *address + 5 + (uint64_t)(int32_t)relative == callee)
            return true;
    }
    return false;
}

/*
 * Most functions begin by looking whether their stack has room: cmp 16(%r14), %rsp (24: on that of
 * the system), and jbe. A jump costs a probe a tenth of what other instructions do, for the kernel
 * does not have to run it, and nothing has changed up to there.
 */
static bool find_guard(const struct golang *golang, uint64_t *address)
{
    static const unsigned char compare[] = {0x49, 0x3b, 0x66};
    struct bytes code = image_at(&golang->image, *address);
    if (code.size < 6 || memcmp(code.at, compare, sizeof(compare)) != 0 ||
        (code.at[3] != 0x10 && code.at[3] != 0x18) ||
        (code.at[4] != 0x76 && (code.at[4] != 0x0f || code.at[5] != 0x86)))
        return false;
    *address += 4;
    return true;
}

static bool find_probe(struct golang *golang, const struct golang_meaning *meaning)
{
    struct gopclntab_code code, callee;
    if (!gopclntab_find(golang->table, meaning->function, &code))
        return false;
    uint64_t address = code.start;
    if (meaning->callee && (!gopclntab_find(golang->table, meaning->callee, &callee) ||
                            !find_call(golang, &code, callee.start, &address)))
        return false;
    struct golang_probe *probe = &golang->probes[golang->probe_count++];
    probe->meaning = meaning;
    probe->call = meaning->call;
    probe->guard = !meaning->callee && find_guard(golang, &address);
    probe->alone = meaning->call == GOLANG_STOP || meaning->call == GOLANG_FIRE;
    return image_offset(&golang->image, address, &probe->offset);
}

/* What the linker left out, nobody calls: a program need not stop its timers, say. */
static bool find_probes(struct golang *golang, char error[ERROR_SIZE])
{
    const struct golang_meaning *meanings = golang->release->meanings;
    struct gopclntab_code code;
    bool all = true;
    for (size_t i = 0; all && i < GOLANG_MOST_PROBES && meanings[i].function; i++) {
        if (gopclntab_find(golang->table, meanings[i].function, &code))
            all = find_probe(golang, &meanings[i]);
    }
    return all || error_set(error, "its %s has none of the forms that are known", golang->version);
}

static bool is_known(struct golang *golang, Elf *elf, char error[ERROR_SIZE])
{
    GElf_Ehdr header;
    if (!image_read(&golang->image, elf) || !find_version(golang))
        return false;
    golang->release = release_of(golang->version);
    if (!golang->release)
        return error_set(error, "timers of %s are not known: Go 1.18 to 1.23 is", golang->version);
    if (!gelf_getehdr(elf, &header) || header.e_machine != EM_X86_64)
        return error_set(error, "timers of Go are known on x86-64 alone");
    golang->table = gopclntab_new(elf);
    if (!golang->table)
        return error_set(error, "its %s has no table of functions that is known", golang->version);
    return find_probes(golang, error);
}

/* Asked of every program that runs, most of which are none of Go's: only what is written to is
 * read of them. */
static bool has_build_info(Elf *elf)
{
    size_t count = 0;
    GElf_Phdr header;
    bool has = false;
    if (elf_getphdrnum(elf, &count) != 0)
        return false;
    for (size_t i = 0; i < count && !has; i++) {
        if (!gelf_getphdr(elf, (int)i, &header) || header.p_type != PT_LOAD ||
            !(header.p_flags & PF_W) || header.p_filesz == 0)
            continue;
        const Elf_Data *data =
            elf_getdata_rawchunk(elf, (int64_t)header.p_offset, header.p_filesz, ELF_T_BYTE);
        has = data && memmem(data->d_buf, data->d_size, BUILD_INFO, strlen(BUILD_INFO));
    }
    return has;
}

/* It is read, not mapped: whoever owns it may cut it short while we look. */
static Elf *open_elf(int file)
{
    struct stat status;
    elf_version(EV_CURRENT);
    return fstat(file, &status) == 0 && status.st_size <= FILE_MOST
               ? elf_begin(file, ELF_C_READ, NULL)
               : NULL;
}

struct golang *golang_read(int file, char error[ERROR_SIZE])
{
    *error = '\0';
    struct golang *golang = memory_new(1, sizeof(*golang));
    golang->elf = open_elf(file);
    if (golang->elf && elf_kind(golang->elf) == ELF_K_ELF && has_build_info(golang->elf) &&
        is_known(golang, golang->elf, error))
        return golang;
    golang_free(golang);
    return NULL;
}

void golang_free(struct golang *golang)
{
    gopclntab_free(golang->table);
    image_free(&golang->image);
    elf_end(golang->elf);
    free(golang);
}

const char *golang_version(const struct golang *golang)
{
    return golang->version;
}

const struct golang_probe *golang_probes(const struct golang *golang, size_t *count)
{
    *count = golang->probe_count;
    return golang->probes;
}

/* ---- what callers tell ---- */

/*
 * Two families of one name. Since Go 1.23 a timer with a channel is collected while it is armed,
 * and expires by the clock, for the runtime comes to it only when somebody looks at the channel.
 */
#define KEPT (TLK_BY_HANDLE | TLK_FREE_AT_REST | TLK_FIRES_TOLD)
#define COLLECTED (TLK_BY_HANDLE | TLK_FREE_AT_REST | TLK_COLLECTED)

struct maker {
    bool collected;
    uint32_t site;
    uint32_t family;
    bool ends;   /* at rest, for nobody can reset it */
    bool waited; /* nobody can stop it either: all that anybody has is its channel */
    uint32_t retained;
    uint64_t caller; /* frame */
};

/* Functions of package time: they lie between the runtime and who asked for a timer. */
static const struct {
    const char *function;
    const char *kind;   /* NULL: it has none of its own */
    const char *within; /* called from a function that begins so, it is of that kind instead ... */
    const char *other;
    bool ends[2]; /* of either kind: nobody has what it would take to reset one */
    bool calls;   /* a function: it has no channel */
} makers[] = {
    {"time.NewTimer", "NewTimer", "time.After", "After", {false, true}, false},
    {"time.NewTicker", "NewTicker", "time.Tick", "Tick", {false, true}, false},
    {"time.AfterFunc", "AfterFunc", "context.", "context", {false, true}, true},
    {"time.newTimer", NULL, NULL, NULL, {false, false}, false},
    {"time.(*Timer).Reset", "Reset", NULL, NULL, {false, false}, false},
    {"time.(*Ticker).Reset", "Reset", NULL, NULL, {false, false}, false},
};

#define MAKERS (sizeof(makers) / sizeof(*makers))

static size_t maker_named(const char *function)
{
    size_t maker = 0;
    while (maker < MAKERS && strcmp(makers[maker].function, function) != 0)
        maker++;
    return maker;
}

/* Of what called whom, as far as that is Go's. */
struct way {
    const uint64_t *frames;
    uint32_t depth, module;
    uint32_t passed;      /* so many frames are package time's own */
    const char *function; /* the last of them, or what was watched */
    size_t maker;         /* of makers */
    const char *above;    /* who called it, inlined or not; NULL: not known */
};

static size_t frame_names(const struct golang *golang, const struct way *way, uint32_t frame,
                          struct gopclntab_frame names[GOPCLNTAB_MOST_INLINED])
{
    if (frame >= way->depth || TLK_FRAME_MODULE(way->frames[frame]) != way->module)
        return 0;
    return gopclntab_look_up(golang->table, TLK_FRAME_ADDRESS(way->frames[frame]) - 1, names);
}

/* From the runtime on to the first function that is none of package time's makers. */
static void find_way(const struct golang *golang, struct way *way)
{
    struct gopclntab_frame names[GOPCLNTAB_MOST_INLINED];
    way->maker = MAKERS;
    for (uint32_t i = 0; !way->above; i++) {
        size_t count = frame_names(golang, way, i, names);
        if (count == 0)
            return;
        for (size_t j = 0; j < count && !way->above; j++) {
            size_t maker = maker_named(names[j].function);
            if (maker == MAKERS)
                way->above = names[j].function;
            else
                way->maker = maker;
        }
        if (!way->above) {
            way->function = names[count - 1].function;
            way->passed = i + 1;
        }
    }
}

static uint32_t retained_by(const struct golang *golang, bool calls)
{
    const struct golang_sizes *sizes = &golang->release->sizes;
    return sizes->timer + sizes->place + (calls ? 0 : sizes->channel + TIMES);
}

static struct maker make_maker(const struct golang *golang, struct ledger *ledger, struct way *way,
                               bool collected)
{
    const char *kind = NULL;
    bool calls = false;
    find_way(golang, way);
    struct maker maker = {.family = ledger_family(ledger, "go", collected ? COLLECTED : KEPT)};
    if (way->maker < MAKERS) {
        const char *within = makers[way->maker].within;
        bool other = within && way->above && strncmp(way->above, within, strlen(within)) == 0;
        kind = other ? makers[way->maker].other : makers[way->maker].kind;
        maker.ends = makers[way->maker].ends[other];
        calls = makers[way->maker].calls;
    }
    maker.collected = collected;
    maker.waited = maker.ends && !calls && !collected;
    maker.retained = retained_by(golang, calls);
    maker.caller = way->passed < way->depth ? way->frames[way->passed] : 0;
    maker.site = ledger_site(ledger, &(struct ledger_place){
                                         .family = maker.family,
                                         .function = way->function,
                                         .kind = kind,
                                         .frames = way->frames + way->passed,
                                         .depth = way->depth - way->passed,
                                         .flags = TLK_SITE_UNWOUND,
                                     });
    return maker;
}

/* ---- timers ---- */

/* So many have come to rest since, and it is taken to be gone. */
#define MOST_RESTING 16384
#define MAKERS_KNOWN 1024
#define WAITS_KNOWN 4096
#define TIMERS_FIRST 1024

struct known_maker {
    uint64_t hash; /* of the callers; 0: free */
    struct maker maker;
};

struct go_timer {
    uint64_t handle; /* *time.Timer; 0: free */
    uint64_t when;
    uint64_t rested; /* when it came to rest; 0: it is armed */
    uint32_t family;
    bool periodic, ends;
};

/* It came to rest, and may have been armed again since. */
struct resting {
    uint64_t handle, rested;
};

/* The last that a goroutine made in that frame at that place, of which it has the channel alone. */
struct wait {
    uint64_t hash; /* of these; 0: free */
    uint64_t handle, when;
};

struct golang_timers {
    struct golang *golang;
    struct ledger *ledger;
    struct known_maker *makers; /* by hash */
    struct wait *waits;         /* by hash */
    struct go_timer *timers;    /* by handle; half of them are in use at most */
    size_t count, room;         /* a power of two */
    struct resting *resting;    /* a ring */
    size_t rests;               /* that were ever entered in it */
};

struct golang_timers *golang_timers_new(struct golang *golang, struct ledger *ledger)
{
    struct golang_timers *timers = memory_new(1, sizeof(*timers));
    timers->golang = golang;
    timers->ledger = ledger;
    timers->makers = memory_new(MAKERS_KNOWN, sizeof(*timers->makers));
    timers->waits = memory_new(WAITS_KNOWN, sizeof(*timers->waits));
    timers->room = TIMERS_FIRST;
    timers->timers = memory_new(timers->room, sizeof(*timers->timers));
    timers->resting = memory_new(MOST_RESTING, sizeof(*timers->resting));
    return timers;
}

void golang_timers_free(struct golang_timers *timers)
{
    free(timers->makers);
    free(timers->waits);
    free(timers->timers);
    free(timers->resting);
    free(timers);
}

/* Its place, or the free one where it would be. */
static size_t place_of(const struct golang_timers *timers, uint64_t handle)
{
    size_t place = hash_key(&handle, sizeof(handle)) & (timers->room - 1);
    while (timers->timers[place].handle && timers->timers[place].handle != handle)
        place = (place + 1) & (timers->room - 1);
    return place;
}

static struct go_timer *find(struct golang_timers *timers, uint64_t handle)
{
    struct go_timer *timer = &timers->timers[place_of(timers, handle)];
    return handle && timer->handle ? timer : NULL;
}

static void make_room(struct golang_timers *timers)
{
    struct go_timer *old = timers->timers;
    size_t room = timers->room;
    if (timers->count < room / 2)
        return;
    timers->room = 2 * room;
    timers->timers = memory_new(timers->room, sizeof(*timers->timers));
    for (size_t i = 0; i < room; i++) {
        if (old[i].handle)
            timers->timers[place_of(timers, old[i].handle)] = old[i];
    }
    free(old);
}

/* Those behind it move up, as far as they were displaced. */
static void forget(struct golang_timers *timers, const struct go_timer *timer)
{
    size_t free_place = (size_t)(timer - timers->timers), mask = timers->room - 1;
    timers->timers[free_place].handle = 0;
    timers->count--;
    for (size_t i = (free_place + 1) & mask; timers->timers[i].handle; i = (i + 1) & mask) {
        size_t place = place_of(timers, timers->timers[i].handle);
        if (place == i)
            continue;
        timers->timers[place] = timers->timers[i];
        timers->timers[i].handle = 0;
    }
}

/* Of one that had come to rest, that was its end. */
static void end(struct golang_timers *timers, const struct go_timer *timer, uint64_t now)
{
    ledger_released(timers->ledger, timer->family, timer->handle,
                    timer->rested ? timer->rested : now);
    forget(timers, timer);
}

static void drop_longest_resting(struct golang_timers *timers, uint64_t now)
{
    const struct resting *longest = &timers->resting[timers->rests % MOST_RESTING];
    const struct go_timer *timer = find(timers, longest->handle);
    if (timer && timer->rested && timer->rested == longest->rested)
        end(timers, timer, now);
}

static void come_to_rest(struct golang_timers *timers, struct go_timer *timer, uint64_t now)
{
    if (timer->rested)
        return;
    if (timer->ends) {
        end(timers, timer, now);
        return;
    }
    timer->rested = now;
    const struct resting resting = {timer->handle, now};
    drop_longest_resting(timers, now);
    timers->resting[timers->rests++ % MOST_RESTING] = resting;
}

/* ---- calls ---- */

struct call {
    const struct golang_meaning *meaning;
    const struct trace_go *event;
    struct way way;
    uint64_t now, handle, when, period;
};

static uint64_t value_of(const struct trace_go *event, unsigned where)
{
    return where < TRACE_GO_ARGUMENTS ? event->arguments[where]
                                      : event->memory[where - TRACE_GO_ARGUMENTS];
}

static bool is_collected(const struct golang_timers *timers, const struct call *call)
{
    return timers->golang->release->collects && call->meaning->call == GOLANG_CREATE &&
           HAS_CHANNEL(call->event->memory[1]);
}

static const struct maker *maker_of(struct golang_timers *timers, struct call *call)
{
    const struct {
        uint64_t meaning, collected;
    } key = {(uintptr_t)call->meaning, is_collected(timers, call)};
    uint64_t hashes[] = {hash_key(&key, sizeof(key)),
                         hash_key(call->way.frames, call->way.depth * sizeof(uint64_t))};
    uint64_t hash = hash_key(hashes, sizeof(hashes)) | 1;
    struct known_maker *known = &timers->makers[hash >> 1 & (MAKERS_KNOWN - 1)];
    if (known->hash != hash)
        *known = (struct known_maker){
            hash, make_maker(timers->golang, timers->ledger, &call->way, key.collected)};
    return &known->maker;
}

static void arm(struct golang_timers *timers, const struct go_timer *timer,
                const struct maker *maker, const struct call *call)
{
    ledger_armed(timers->ledger, timer->family, timer->handle,
                 &(struct ledger_arming){.now = call->now,
                                         .value = timer->when,
                                         .interval = call->period,
                                         .absolute = true,
                                         .setter = maker->caller});
}

/* Goroutines' stacks move as they grow: then it is another frame, and nothing is said. */
static void leave_behind(struct golang_timers *timers, const struct maker *maker,
                         const struct call *call)
{
    const struct {
        uint64_t goroutine, frame, site;
    } key = {call->event->event.registers.r14, call->event->event.registers.sp, maker->site};
    uint64_t hash = hash_key(&key, sizeof(key)) | 1;
    struct wait *wait = &timers->waits[hash >> 1 & (WAITS_KNOWN - 1)];
    const struct go_timer *former = wait->hash == hash ? find(timers, wait->handle) : NULL;
    if (former && former->when == wait->when)
        ledger_left_behind(timers->ledger, former->family, former->handle);
    *wait = (struct wait){hash, call->handle, call->when};
}

static void enter(struct golang_timers *timers, struct call *call)
{
    const struct maker *maker = maker_of(timers, call);
    make_room(timers);
    struct go_timer *timer = &timers->timers[place_of(timers, call->handle)];
    *timer = (struct go_timer){.handle = call->handle,
                               .when = call->when,
                               .family = maker->family,
                               .periodic = call->period > 0,
                               .ends = maker->ends};
    timers->count++;
    const struct ledger_birth birth = {
        .family = maker->family,
        .site = maker->site,
        .key = call->handle,
        .id = call->handle,
        .clock = CLOCK_MONOTONIC,
        .thread = call->event->event.tid,
        .flags = maker->collected ? 0 : TLK_EXACT_FIRES,
        .retained = maker->retained,
        .now = call->now,
    };
    ledger_created(timers->ledger, &birth);
    arm(timers, timer, maker, call);
    if (maker->waited)
        leave_behind(timers, maker, call);
}

/* One of that address that is known has been collected. */
static void create(struct golang_timers *timers, struct go_timer *known, struct call *call)
{
    if (known)
        end(timers, known, call->now);
    enter(timers, call);
}

/* One that is not known was made before, or taken to be gone: its maker is who resets it. */
static void reset(struct golang_timers *timers, struct go_timer *known, struct call *call)
{
    if (!known) {
        enter(timers, call);
        return;
    }
    known->when = call->when;
    known->periodic = call->period > 0;
    known->rested = 0;
    arm(timers, known, maker_of(timers, call), call);
}

static void stop(struct golang_timers *timers, struct go_timer *known, const struct call *call)
{
    ledger_armed(timers->ledger, known->family, known->handle,
                 &(struct ledger_arming){.now = call->now});
    come_to_rest(timers, known, call->now);
}

static void fire(struct golang_timers *timers, struct go_timer *known, const struct call *call)
{
    ledger_fired(timers->ledger, known->family, known->handle, 1, call->now);
    if (!known->periodic)
        come_to_rest(timers, known, call->now);
}

/*
 * A function that finds its stack too small is entered a second time once that has grown: it is the
 * same call, with the same time.
 */
static bool is_repeated(const struct go_timer *known, const struct call *call)
{
    return known && !known->rested && known->when == call->when;
}

/* Where it is not watched at its entry, the stack pointer shows no return address. */
static struct way way_of(const struct golang_meaning *meaning, const uint64_t *frames,
                         uint32_t depth, uint32_t module)
{
    uint32_t first = meaning->callee && depth > 0;
    return (struct way){.frames = frames + first,
                        .depth = depth - first,
                        .module = module,
                        .function = meaning->function};
}

void golang_follow(struct golang_timers *timers, const struct golang_probe *probe,
                   const struct trace_go *event, const uint64_t *frames, uint32_t depth,
                   uint32_t module)
{
    const struct golang_meaning *meaning = probe->meaning;
    struct call call = {
        .meaning = meaning,
        .event = event,
        .way = way_of(meaning, frames, depth, module),
        .now = event->event.now,
        .handle = value_of(event, meaning->timer) - meaning->inner,
        .when = value_of(event, meaning->when),
        .period = value_of(event, meaning->period),
    };
    struct go_timer *known = find(timers, call.handle);
    switch (meaning->call) {
    case GOLANG_CREATE:
        if (call.handle && !is_repeated(known, &call))
            create(timers, known, &call);
        break;
    case GOLANG_RESET:
        if (call.handle && !is_repeated(known, &call))
            reset(timers, known, &call);
        break;
    case GOLANG_STOP:
        if (known)
            stop(timers, known, &call);
        break;
    case GOLANG_FIRE:
        if (known)
            fire(timers, known, &call);
        break;
    }
}
