// build: -fno-optimize-sibling-calls
/*
 * cycles.c - times what a program does with timers and descriptors, and prints nanoseconds.
 *
 *     cycles OPERATION DEPTH STACKS THREADS MILLISECONDS [alike|varied]
 *
 * DEPTH is the number of frames on the stack, from the caller of the timer function to _start.
 * With one stack, the operations run in a loop at the bottom of it. With several, each operation
 * has a way down of its own, which takes about a nanosecond a frame and counts. Stacks that are
 * alike, 1000 at most, differ by three return addresses in frames of one size. Of those that are
 * varied, 100000 at most, each level is one of eight functions, chosen anew, whose frames differ in
 * size. All stacks have been used before the clock starts. In the place of MILLISECONDS, "12800x"
 * is a number of operations, for counting their instructions.
 */
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "timing.h"

#define BATCH 128
#define MOST_FRAMES 256
#define MOST_ALIKE 1000
#define MOST_VARIED 100000
#define LEVELS_AT_LEAST 3 /* of ten ways each */
#define LEVELS_VARIED 6   /* of eight */
#define USES_BEFORE 8

static const struct itimerspec in_an_hour = {.it_value = {.tv_sec = 3600}};

/* What the operations of one thread work on. */
struct objects {
    int timerfd, zero;
    timer_t timer;
    int copies[BATCH];
    unsigned copy;
    unsigned frames;
};

typedef void operation(struct objects *objects);

/* ---- operations ---- */

static void timerfd_cycle(struct objects *objects)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

    (void)objects;
    check(timerfd_settime(fd, 0, &in_an_hour, NULL) == 0, "timerfd_settime");
    close(fd);
}

static inline __attribute__((always_inline)) void posix_cycle(struct sigevent event)
{
    timer_t timer;

    check(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0, "timer_create");
    timer_settime(timer, 0, &in_an_hour, NULL);
    timer_delete(timer);
}

static void posix_none_cycle(struct objects *objects)
{
    (void)objects;
    posix_cycle((struct sigevent){.sigev_notify = SIGEV_NONE});
}

static void posix_signal_cycle(struct objects *objects)
{
    (void)objects;
    posix_cycle((struct sigevent){.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1});
}

static void timerfd_rearm(struct objects *objects)
{
    timerfd_settime(objects->timerfd, 0, &in_an_hour, NULL);
}

static void posix_rearm(struct objects *objects)
{
    timer_settime(objects->timer, 0, &in_an_hour, NULL);
}

static void plain_read(struct objects *objects)
{
    char buffer[8];

    check(read(objects->zero, buffer, sizeof(buffer)) == sizeof(buffer), "read");
}

static void plain_close(struct objects *objects)
{
    close(objects->copies[objects->copy++]);
}

/* Before a batch, and not timed. By system call: the shim's dup() is not what is measured. */
static void make_copies(struct objects *objects)
{
    for (int i = 0; i < BATCH; i++)
        objects->copies[i] = (int)syscall(SYS_dup, objects->zero);
    objects->copy = 0;
}

static const struct {
    const char *name;
    operation *run, *prepare;
} operations[] = {
    {"timerfd", timerfd_cycle, NULL},           {"posix-none", posix_none_cycle, NULL},
    {"posix-signal", posix_signal_cycle, NULL}, {"timerfd-rearm", timerfd_rearm, NULL},
    {"posix-rearm", posix_rearm, NULL},         {"read", plain_read, NULL},
    {"close", plain_close, make_copies},
};

/* ---- stacks ---- */

struct descent {
    operation *run;
    struct objects *objects;
    unsigned levels, repeat;
};

static inline __attribute__((always_inline)) void operate(const struct descent *descent)
{
    for (unsigned i = 0; i < descent->repeat; i++) {
        descent->run(descent->objects);
        __asm__ volatile("");
    }
}

/* The number after each call keeps the compiler from making one call of all ten. */
#define WAY(n)                                                                                     \
    case n:                                                                                        \
        if (levels == 0)                                                                           \
            operate(descent);                                                                      \
        else                                                                                       \
            descend(descent, levels - 1, path / 10);                                               \
        __asm__ volatile("" ::"i"(n) : "memory");                                                  \
        break;

/* The decimal digits of `path` are the way. */
static __attribute__((noinline)) void descend(const struct descent *descent, unsigned levels,
                                              unsigned path)
{
    switch (path % 10) {
        WAY(0)
        WAY(1)
        WAY(2)
        WAY(3)
        WAY(4)
        WAY(5)
        WAY(6)
        WAY(7)
        WAY(8)
        WAY(9)
    }
}

typedef void varied(const struct descent *descent, unsigned levels, uint64_t way);
static varied *const functions[8];

#define VARIED(n, size)                                                                            \
    static __attribute__((noinline)) void varied_##n(const struct descent *descent,                \
                                                     unsigned levels, uint64_t way)                \
    {                                                                                              \
        char room[size];                                                                           \
                                                                                                   \
        __asm__ volatile("" ::"r"(room) : "memory");                                               \
        if (levels == 0)                                                                           \
            operate(descent);                                                                      \
        else                                                                                       \
            functions[way % 8](descent, levels - 1, way >> 3 | way << 61);                         \
        __asm__ volatile("" ::"r"(room) : "memory");                                               \
    }
VARIED(0, 8)
VARIED(1, 40)
VARIED(2, 72)
VARIED(3, 104)
VARIED(4, 168)
VARIED(5, 232)
VARIED(6, 360)
VARIED(7, 520)

static varied *const functions[8] = {varied_0, varied_1, varied_2, varied_3,
                                     varied_4, varied_5, varied_6, varied_7};

/* Three bits a level; another for each path. */
static uint64_t way_of(unsigned path)
{
    uint64_t way = path + 1;

    way = (way ^ way >> 33) * 0xff51afd7ed558ccdu;
    way = (way ^ way >> 33) * 0xc4ceb9fe1a85ec53u;
    return way ^ way >> 33;
}

static void count_frames(struct objects *objects)
{
    void *addresses[MOST_FRAMES];

    objects->frames = (unsigned)backtrace(addresses, MOST_FRAMES);
}

/* ---- the measurement ---- */

static operation *run, *prepare;
static unsigned depth, stacks;
static bool are_varied;
static uint64_t duration;
static unsigned batches; /* so many, whatever they take; 0: by the clock */

static void open_objects(struct objects *objects)
{
    struct sigevent event = {.sigev_notify = SIGEV_NONE};

    objects->timerfd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    objects->zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    check(objects->timerfd >= 0 && objects->zero >= 0, "open");
    check(timer_create(CLOCK_MONOTONIC, &event, &objects->timer) == 0, "timer_create");
}

static inline __attribute__((always_inline)) void go_down(const struct descent *descent,
                                                          unsigned path)
{
    if (are_varied)
        varied_0(descent, descent->levels, way_of(path));
    else
        descend(descent, descent->levels, path);
}

/* In place in main() and in a thread's function, so that both give stacks of the same depth. */
static inline __attribute__((always_inline)) double measure(void)
{
    struct objects objects = {0};
    struct descent descent = {count_frames, &objects, 0, 1};
    struct timing *timing = (struct timing *)calloc(1, sizeof(*timing));
    unsigned before = USES_BEFORE * stacks / BATCH + 1, path = 0;
    uint64_t start;

    open_objects(&objects);
    go_down(&descent, 0);
    check(depth >= objects.frames + (are_varied ? LEVELS_VARIED : LEVELS_AT_LEAST - 1),
          "a depth this small is not possible");
    descent = (struct descent){run, &objects, depth - objects.frames, stacks == 1 ? BATCH : 1};
    for (unsigned done = 0; batches ? done < batches : timing_goes_on(timing, duration); done++) {
        if (prepare)
            prepare(&objects);
        start = timing_now();
        for (unsigned i = 0; i < BATCH; i += descent.repeat) {
            go_down(&descent, path);
            path = path + 1 < stacks ? path + 1 : 0;
        }
        if (before) /* by the same call, or it would be another stack */
            before--;
        else if (!batches)
            timing_add(timing, timing_now() - start);
    }
    return timing_median(timing, BATCH);
}

static double measure_in_thread(void)
{
    return measure();
}

int main(int argc, char **argv)
{
    unsigned threads;
    double ns;

    are_varied = argc == 7 && !strcmp(argv[6], "varied");
    if (argc != 6 && !are_varied && (argc != 7 || strcmp(argv[6], "alike") != 0)) {
        fprintf(stderr, "usage: %s OPERATION DEPTH STACKS THREADS MILLISECONDS [alike|varied]\n",
                argv[0]);
        return 2;
    }
    for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++) {
        if (!strcmp(argv[1], operations[i].name)) {
            run = operations[i].run;
            prepare = operations[i].prepare;
        }
    }
    depth = (unsigned)atoi(argv[2]);
    stacks = (unsigned)atoi(argv[3]);
    threads = (unsigned)atoi(argv[4]);
    duration = (uint64_t)atoi(argv[5]) * 1000000u;
    if (strchr(argv[5], 'x'))
        batches = (unsigned)atoi(argv[5]) / BATCH;
    if (!run || stacks < 1 || stacks > (are_varied ? MOST_VARIED : MOST_ALIKE) || threads < 1 ||
        threads > MOST_THREADS || (prepare && stacks > 1)) {
        fprintf(stderr, "%s: what is asked for is not possible\n", argv[0]);
        return 2;
    }
    ns = threads == 1 ? measure() : timing_threads(measure_in_thread, threads);
    printf("%.1f\n", ns);
    return 0;
}
