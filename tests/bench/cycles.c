// build: -fno-optimize-sibling-calls
/*
 * cycles.c - times what a program does with timers and descriptors, and prints nanoseconds.
 *
 *     cycles OPERATION DEPTH STACKS THREADS MILLISECONDS [alike|varied]
 *     cycles OPERATION DEPTH STACKS THREADS BATCHESx [alike|varied]
 *
 * OPERATION is one of the table below: each timer function and pair of them; read, write, recvmsg,
 * close and dup+close of what is no timer; and what a process does now and then: thread
 * (create+join), fork (+wait), exec (+fork and wait, of a program that has no preload), dlopen
 * (+dlclose). The second form does a fixed number of operations, BATCH each time (of the slow ones
 * 1), for who counts instructions: `valgrind --tool=callgrind cycles timerfd 20 1 1 100x`.
 *
 * DEPTH is the number of frames on the stack, from the caller of the timer function to _start.
 * With one stack, the operations run in a loop at the bottom of it. With several, each operation
 * has a way down of its own, which takes about a nanosecond a frame and counts. Stacks that are
 * alike, 1000 at most, differ by three return addresses in frames of one size. Of those that are
 * varied, 100000 at most, each level is one of eight functions, chosen anew, whose frames differ in
 * size. All stacks have been used before the clock starts.
 */
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
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

#define LIBRARY "libBrokenLocale.so.1" /* small, of glibc, and used by nobody */

static const struct itimerspec in_an_hour = {.it_value = {.tv_sec = 3600}};

/* What the operations of one thread work on. */
struct objects {
    int timerfd, zero, null, sockets[2];
    timer_t timer;
    int copies[BATCH], expired[BATCH];
    unsigned copy, next;
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

static void timerfd_read(struct objects *objects)
{
    uint64_t expirations;

    check(read(objects->expired[objects->next++], &expirations, 8) == 8, "read");
}

/* Before a batch, and not timed: all expire at once, for an interrupt takes longer than a read. */
static void make_expired(struct objects *objects)
{
    uint64_t due = timing_now() + 200000;
    struct itimerspec at = {.it_value = {(time_t)(due / 1000000000u), (long)(due % 1000000000u)}};

    for (int i = 0; i < BATCH; i++) {
        int *fd = &objects->expired[i];

        if (!*fd)
            *fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
        check(timerfd_settime(*fd, TFD_TIMER_ABSTIME, &at, NULL) == 0, "timerfd_settime");
    }
    for (int i = 0; i < BATCH; i++) {
        struct pollfd one = {objects->expired[i], POLLIN, 0};

        check(poll(&one, 1, -1) == 1, "poll");
    }
    objects->next = 0;
}

static void plain_write(struct objects *objects)
{
    check(write(objects->null, "timer", 5) == 5, "write");
}

/* Of nothing, as the end of the socket pair is closed. */
static void plain_recvmsg(struct objects *objects)
{
    char buffer[8];
    struct iovec vector = {buffer, sizeof(buffer)};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};

    check(recvmsg(objects->sockets[0], &message, 0) == 0, "recvmsg");
}

static void plain_dup(struct objects *objects)
{
    close(dup(objects->zero));
}

static void *thread_nothing(void *nothing)
{
    return nothing;
}

static void thread_cycle(struct objects *objects)
{
    pthread_t thread;

    (void)objects;
    check(pthread_create(&thread, NULL, thread_nothing, NULL) == 0, "pthread_create");
    pthread_join(thread, NULL);
}

static void fork_cycle(struct objects *objects)
{
    pid_t child = fork();

    (void)objects;
    if (child == 0)
        _exit(0);
    check(child > 0 && waitpid(child, NULL, 0) == child, "fork");
}

static void exec_cycle(struct objects *objects)
{
    char *const arguments[] = {(char *)"true", NULL}, *const environment[] = {NULL};
    pid_t child = fork();

    (void)objects;
    if (child == 0) {
        execve("/bin/true", arguments, environment);
        _exit(127);
    }
    check(child > 0 && waitpid(child, NULL, 0) == child, "fork");
}

static void dlopen_cycle(struct objects *objects)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

    (void)objects;
    check(library != NULL, "dlopen");
    dlclose(library);
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
    bool slow;
} operations[] = {
    {"timerfd", timerfd_cycle, NULL, false},
    {"posix-none", posix_none_cycle, NULL, false},
    {"posix-signal", posix_signal_cycle, NULL, false},
    {"timerfd-rearm", timerfd_rearm, NULL, false},
    {"posix-rearm", posix_rearm, NULL, false},
    {"timerfd-read", timerfd_read, make_expired, false},
    {"read", plain_read, NULL, false},
    {"write", plain_write, NULL, false},
    {"recvmsg", plain_recvmsg, NULL, false},
    {"close", plain_close, make_copies, false},
    {"dup", plain_dup, NULL, false},
    {"thread", thread_cycle, NULL, true},
    {"fork", fork_cycle, NULL, true},
    {"exec", exec_cycle, NULL, true},
    {"dlopen", dlopen_cycle, NULL, true},
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
static unsigned depth, stacks, batch;
static bool are_varied;
static uint64_t duration, batches; /* either */

static void open_objects(struct objects *objects)
{
    struct sigevent event = {.sigev_notify = SIGEV_NONE};

    objects->timerfd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    objects->zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    objects->null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    check(objects->timerfd >= 0 && objects->zero >= 0 && objects->null >= 0, "open");
    check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, objects->sockets) == 0, "socketpair");
    close(objects->sockets[1]);
    check(timer_create(CLOCK_MONOTONIC, &event, &objects->timer) == 0, "timer_create");
}

/* A child that has timers of its parent's ends with a recording of its own: not what is measured.
 */
static void close_timers(struct objects *objects)
{
    close(objects->timerfd);
    timer_delete(objects->timer);
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
    unsigned before = USES_BEFORE * stacks / batch + 1, path = 0;
    uint64_t start;

    open_objects(&objects);
    if (batch == 1)
        close_timers(&objects);
    go_down(&descent, 0);
    check(depth >= objects.frames + (are_varied ? LEVELS_VARIED : LEVELS_AT_LEAST - 1),
          "a depth this small is not possible");
    descent = (struct descent){run, &objects, depth - objects.frames, stacks == 1 ? batch : 1};
    while (batches ? timing->count < batches : timing_goes_on(timing, duration)) {
        if (prepare)
            prepare(&objects);
        start = timing_now();
        for (unsigned i = 0; i < batch; i += descent.repeat) {
            go_down(&descent, path);
            path = path + 1 < stacks ? path + 1 : 0;
        }
        if (before) /* by the same call, or it would be another stack */
            before--;
        else
            timing_add(timing, timing_now() - start);
    }
    return timing_median(timing, batch);
}

static double measure_in_thread(void)
{
    return measure();
}

int main(int argc, char **argv)
{
    unsigned threads;
    uint64_t length;
    char *unit;
    double ns;

    are_varied = argc == 7 && !strcmp(argv[6], "varied");
    if (argc != 6 && !are_varied && (argc != 7 || strcmp(argv[6], "alike") != 0)) {
        fprintf(stderr,
                "usage: %s OPERATION DEPTH STACKS THREADS MILLISECONDS|BATCHESx [alike|varied]\n",
                argv[0]);
        return 2;
    }
    for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++) {
        if (!strcmp(argv[1], operations[i].name)) {
            run = operations[i].run;
            prepare = operations[i].prepare;
            batch = operations[i].slow ? 1 : BATCH;
        }
    }
    depth = (unsigned)atoi(argv[2]);
    stacks = (unsigned)atoi(argv[3]);
    threads = (unsigned)atoi(argv[4]);
    length = strtoull(argv[5], &unit, 10);
    *(*unit == 'x' ? &batches : &duration) = *unit == 'x' ? length : length * 1000000u;
    if (batches > MOST_BATCHES || !run || stacks < 1 ||
        stacks > (are_varied ? MOST_VARIED : MOST_ALIKE) || threads < 1 || threads > MOST_THREADS ||
        (prepare && stacks > 1)) {
        fprintf(stderr, "%s: what is asked for is not possible\n", argv[0]);
        return 2;
    }
    ns = threads == 1 ? measure() : timing_threads(measure_in_thread, threads);
    printf("%.1f\n", ns);
    return 0;
}
