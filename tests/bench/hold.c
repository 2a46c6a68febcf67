// build: -fno-optimize-sibling-calls
/*
 * hold.c - what a process holds while it has timers: prints the microseconds that its first timer
 * took, the KiB of it that are in memory, those that the files of a folder have on disk, and those
 * of these files that are in use.
 *
 *     hold FOLDER LIVE STACKS RELEASED [PROGRAM [ARGUMENT...]]
 *
 * Makes LIVE timers and then RELEASED, which are not kept. In both, STACKS stacks take turns, of 20
 * frames each: on every level stands one of eight functions, whose frames differ in size, as in
 * handlers of a server. Ends as PROGRAM, if there is one.
 */
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "timing.h"

#define DEPTH 20
#define FRAMES_OUTSIDE 6 /* from _start to make_timers(), and make_timer() */

static const struct itimerspec in_an_hour = {.it_value = {.tv_sec = 3600}};

/* ---- stacks ---- */

static __attribute__((noinline)) void make_timer(int is_kept)
{
    struct sigevent event = {.sigev_notify = SIGEV_NONE};
    timer_t timer;

    check(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0, "timer_create");
    timer_settime(timer, 0, &in_an_hour, NULL);
    if (!is_kept)
        timer_delete(timer);
}

/* Three bits of `way` choose the function of a level. */
typedef void level(unsigned below, uint64_t way, int is_kept);
static level *const levels[8];

#define LEVEL(n, size)                                                                             \
    static __attribute__((noinline)) void level_##n(unsigned below, uint64_t way, int is_kept)     \
    {                                                                                              \
        char room[size];                                                                           \
                                                                                                   \
        __asm__ volatile("" ::"r"(room) : "memory");                                               \
        if (below == 0)                                                                            \
            make_timer(is_kept);                                                                   \
        else                                                                                       \
            levels[way % 8](below - 1, way >> 3, is_kept);                                         \
        __asm__ volatile("" ::"r"(room) : "memory");                                               \
    }
LEVEL(0, 8)
LEVEL(1, 40)
LEVEL(2, 72)
LEVEL(3, 104)
LEVEL(4, 168)
LEVEL(5, 232)
LEVEL(6, 360)
LEVEL(7, 520)

static level *const levels[8] = {level_0, level_1, level_2, level_3,
                                 level_4, level_5, level_6, level_7};

/* Another for each stack: multiplying by an odd number loses nothing. */
static uint64_t way_of(uint64_t stack)
{
    uint64_t way = (stack + 1) * UINT64_C(0x9e3779b97f4a7c15);

    return way ^ way >> 32;
}

static __attribute__((noinline)) void make_timers(unsigned count, unsigned stacks, int is_kept)
{
    for (unsigned i = 0; i < count; i++)
        level_0(DEPTH - FRAMES_OUTSIDE - 1, way_of(i % stacks), is_kept);
}

/* ---- amounts ---- */

/*
 * Of all that is mapped, or of files below a folder. What other files in /proc tell may be wrong by
 * some hundred KiB.
 */
static long resident_kib(const char *folder)
{
    FILE *file = fopen("/proc/self/smaps", "re");
    char line[4096];
    long sum = 0, kib;
    int counts = 0;

    check(file != NULL, "/proc/self/smaps");
    while (fgets(line, sizeof(line), file)) {
        const char *path = strchr(line, '/');

        if (sscanf(line, "Rss: %ld", &kib) == 1)
            sum += counts ? kib : 0;
        else if (!strstr(line, ": ")) /* a mapping's first line */
            counts = !folder || (path && !strncmp(path, folder, strlen(folder)));
    }
    fclose(file);
    return sum;
}

static long disk_kib(const char *folder)
{
    DIR *files = opendir(folder);
    long blocks = 0;
    struct stat status;

    check(files != NULL, folder);
    for (struct dirent *file; (file = readdir(files));) {
        if (fstatat(dirfd(files), file->d_name, &status, 0) == 0 && S_ISREG(status.st_mode))
            blocks += (long)status.st_blocks;
    }
    closedir(files);
    return blocks / 2;
}

int main(int argc, char **argv)
{
    double first;
    uint64_t start;

    if (argc < 5) {
        fprintf(stderr, "usage: %s FOLDER LIVE STACKS RELEASED [PROGRAM [ARGUMENT...]]\n", argv[0]);
        return 2;
    }
    unsigned live = (unsigned)atoi(argv[2]), stacks = (unsigned)atoi(argv[3]);
    unsigned released = (unsigned)atoi(argv[4]);

    start = timing_now();
    make_timers(live > 0, stacks, 1);
    first = (double)(timing_now() - start) / 1e3;
    make_timers(live ? live - 1 : 0, stacks, 1);
    make_timers(released, stacks, 0);
    printf("%.1f %ld %ld %ld\n", first, resident_kib(NULL), disk_kib(argv[1]),
           resident_kib(argv[1]));
    fflush(stdout);
    if (argc > 5) {
        execvp(argv[5], argv + 5);
        perror(argv[5]);
        return 1;
    }
    return 0;
}
