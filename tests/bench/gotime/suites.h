/*
 * suites.h - what every engine is measured by, and main(). Included last.
 *
 *     empty      create, start, stop and free: ns, with no other timer
 *     memory     resident bytes of each of a million live timers
 *     live       as empty, while those million live
 *     reset      ns, of any among 100,000
 *     threads-N  as empty, in N threads at once: wall time divided by the cycles of all, at best
 *     fire       a million within a second: processor time of each, how many came early, and the
 *                99th percentile of their lateness; fire-100k: so few that every engine keeps up
 *
 * Loops rest while their timers are started and stopped, which spares them being woken.
 */
#ifndef TIMERLEAK_BENCH_SUITES_H
#define TIMERLEAK_BENCH_SUITES_H

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "resident.h"

#define LIVE 1000000
#define RESET_AMONG 100000
#define BATCH 128
#define SLICE 8 /* batches */
#define PATIENCE 10
#define WINDOWS 6
#define WINDOW_NS 25000000
#define MOMENT_NS 20000
#define WARM_UP_NS 20000000
#define MEASURED_NS 100000000
#define SECOND_NS 1000000000

static struct shot nobody;

static inline uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* From one minute to 74. */
static inline int64_t random_duration(uint64_t *state)
{
    return 60 * (int64_t)SECOND_NS + (int64_t)(random_next(state) >> 22);
}

static struct item *items_allocate(size_t count)
{
    struct item *items = (struct item *)malloc(count * sizeof(*items));

    check(items != NULL, "malloc");
    memset((void *)items, 1, count * sizeof(*items)); /* resident before anything is measured */
    return items;
}

static void items_start(struct item *items, size_t count)
{
    uint64_t state = 1;

    for (size_t i = 0; i < count; i++)
        item_start(&items[i], random_duration(&state), &nobody);
}

static void row(const char *suite, double value, const char *unit)
{
    printf("%s %.1f %s\n", suite, value, unit);
    fflush(stdout);
}

/* ---- cycles ---- */

static void cycles(uint64_t *state)
{
    struct item item;

    for (int i = 0; i < BATCH; i++) {
        item_start(&item, random_duration(state), &nobody);
        item_stop(&item);
    }
    batch_end();
}

static long preemptions(void)
{
    struct rusage usage;

    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
}

/*
 * Nanoseconds of one operation of a batch. Slices in which the kernel gave the processor to another
 * process do not count.
 */
static double slices_time(void (*batch)(uint64_t *state), uint64_t duration)
{
    uint64_t state = 2, count = 0, spent = 0, begun = timing_now(), now;

    do {
        long before = preemptions();
        uint64_t start = timing_now();

        for (int i = 0; i < SLICE; i++)
            batch(&state);
        now = timing_now();
        if (preemptions() == before) {
            spent += now - start;
            count += SLICE * BATCH;
        }
    } while (spent < duration && now - begun < PATIENCE * duration);
    return (double)spent / (double)count;
}

static void cycles_suite(const char *suite)
{
    slices_time(cycles, WARM_UP_NS);
    row(suite, slices_time(cycles, MEASURED_NS), "ns");
}

/* ---- with a million others ---- */

/* The million lives until the process ends. Returns the resident bytes of each. */
static double live_start(void)
{
    static double each;

    if (each == 0) {
        struct item *items = items_allocate(LIVE);
        double before = resident_bytes();

        items_start(items, LIVE);
        each = (resident_bytes() - before) / LIVE;
    }
    return each;
}

static void memory_suite(const char *suite)
{
    row(suite, live_start(), "bytes");
}

static void live_suite(const char *suite)
{
    live_start();
    cycles_suite(suite);
}

static struct item *reset_items;

static void resets(uint64_t *state)
{
    for (int i = 0; i < BATCH; i++)
        item_reset(&reset_items[random_next(state) % RESET_AMONG], random_duration(state));
    batch_end();
}

static void reset_suite(const char *suite)
{
    reset_items = items_allocate(RESET_AMONG);
    items_start(reset_items, RESET_AMONG);
    slices_time(resets, WARM_UP_NS);
    row(suite, slices_time(resets, MEASURED_NS), "ns");
}

/* ---- threads ---- */

struct worker {
    pthread_t thread;
    uint64_t count; /* cycles; atomic */
} __attribute__((aligned(64)));

static struct worker workers[MOST_THREADS];
static int workers_end; /* atomic */

static void *worker_run(void *argument)
{
    struct worker *worker = (struct worker *)argument;
    uint64_t state = (uint64_t)(worker - workers) + 6;

    while (!__atomic_load_n(&workers_end, __ATOMIC_RELAXED)) {
        cycles(&state);
        __atomic_store_n(&worker->count, worker->count + BATCH, __ATOMIC_RELAXED);
    }
    return NULL;
}

struct moment {
    uint64_t time, count;
};

/* The cycles of all so far, and when that was so, to a few microseconds. */
static struct moment moment_now(unsigned threads)
{
    struct moment moment;

    do {
        moment = (struct moment){timing_now(), 0};
        for (unsigned i = 0; i < threads; i++)
            moment.count += __atomic_load_n(&workers[i].count, __ATOMIC_RELAXED);
    } while (timing_now() - moment.time > MOMENT_NS);
    return moment;
}

/* Of the window in which other processes disturbed least. */
static double windows_time(unsigned threads)
{
    double best = 1e9;

    for (int i = 0; i < WINDOWS; i++) {
        struct moment start = moment_now(threads), end;
        double each;

        usleep(WINDOW_NS / 1000);
        end = moment_now(threads);
        each = (double)(end.time - start.time) / (double)(end.count - start.count);
        best = each < best ? each : best;
    }
    return best;
}

static void threads_suite(const char *suite)
{
    unsigned threads = (unsigned)atoi(suite + strlen("threads-"));

    check(thread_safe && threads >= 1 && threads <= MOST_THREADS, suite);
    workers_end = 0;
    for (unsigned i = 0; i < threads; i++)
        check(!pthread_create(&workers[i].thread, NULL, worker_run, &workers[i]), "pthread_create");
    usleep(WARM_UP_NS / 1000);
    row(suite, windows_time(threads), "ns");
    __atomic_store_n(&workers_end, 1, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < threads; i++)
        pthread_join(workers[i].thread, NULL);
}

/* ---- fires ---- */

static double processor_ns(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return 1e9 * (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e3 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* In which all can be made, even if other processes have most of the processor. */
static uint64_t shots_lead(void)
{
    double each = 6 * slices_time(cycles, WARM_UP_NS) + 500;

    return (uint64_t)(each * (double)shots_count) + SECOND_NS / 5;
}

static void shots_start(struct item *items)
{
    uint64_t state = 4, lead = shots_lead();
    int64_t first = (int64_t)(timing_now() + lead), now;

    for (size_t i = 0; i < shots_count; i++) {
        shots[i].deadline = first + (int64_t)(random_next(&state) % SECOND_NS);
        clock_refresh();
        now = (int64_t)timing_now();
        item_start(&items[i], shots[i].deadline - now, &shots[i]);
    }
    if ((int64_t)timing_now() >= first) {
        fprintf(stderr, "the first shot was due before the last was made: too slow\n");
        exit(1);
    }
}

static void row_of(const char *suite, const char *what, double value, const char *unit)
{
    char name[64];

    snprintf(name, sizeof(name), "%s-%s", suite, what);
    row(name, value, unit);
}

static void lateness_rows(const char *suite)
{
    uint64_t *late = (uint64_t *)calloc(shots_count, sizeof(*late)), early = 0;

    check(late != NULL, "calloc");
    for (size_t i = 0; i < shots_count; i++) {
        if (shots[i].fired < shots[i].deadline)
            early++;
        else
            late[i] = (uint64_t)(shots[i].fired - shots[i].deadline);
    }
    qsort(late, shots_count, sizeof(*late), timing_compare);
    row_of(suite, "early", (double)early, "timers");
    row_of(suite, "p99", (double)late[shots_count / 100 * 99] / 1e3, "us");
}

static void fire_suite(const char *suite)
{
    double before;
    struct item *items;

    shots_count = strcmp(suite, "fire") ? 100000 : 1000000;
    items = items_allocate(shots_count);
    shots = (struct shot *)malloc(shots_count * sizeof(*shots));
    check(shots != NULL, "malloc");
    memset(shots, 0, shots_count * sizeof(*shots));
    shots_start(items);
    before = processor_ns();
    shots_wait(items);
    row(suite, (processor_ns() - before) / (double)shots_count, "ns");
    lateness_rows(suite);
}

/* ---- the program ---- */

static const struct {
    const char *name;
    void (*run)(const char *suite);
} suites[] = {
    {"empty", cycles_suite},      {"memory", memory_suite},     {"live", live_suite},
    {"reset", reset_suite},       {"threads-2", threads_suite}, {"threads-4", threads_suite},
    {"threads-8", threads_suite}, {"fire", fire_suite},         {"fire-100k", fire_suite},
};

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s VARIANT SUITE...\n", argv[0]);
        return 2;
    }
    engine_open(argv[1]);
    for (int i = 2; i < argc; i++)
        for (size_t j = 0; j < sizeof(suites) / sizeof(*suites); j++)
            if (!strcmp(argv[i], suites[j].name))
                suites[j].run(argv[i]);
    return 0;
}

#endif
