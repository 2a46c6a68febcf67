#include "profile/process.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/numbers.h"
#include "base/paths.h"
#include "base/proc.h"
#include "base/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define NS_PER_SECOND UINT64_C(1000000000)

static void keep_latest(uint64_t *so_far, uint64_t time)
{
    if (time > *so_far)
        *so_far = time;
}

bool process_end_unseen(const struct process *process)
{
    return process->end == TLK_RUNNING && !process->alive && !process->copied;
}

static struct moment as_of(struct recording *recording, const struct process *process)
{
    const struct tlk_header *header = &recording->header;
    struct moment moment = {header->end_mono, header->end_real, header->end_boot, 0,
                            header->start_mono};
    if (process->alive) {
        moment.mono = clock_now(CLOCK_MONOTONIC);
        moment.real = clock_now(CLOCK_REALTIME);
        moment.boot = clock_now(CLOCK_BOOTTIME);
    } else if (process_end_unseen(process)) {
        moment.mono = recording_last_event(recording);
        moment.real = header->start_real + (moment.mono - header->start_mono);
        moment.boot = header->start_boot + (moment.mono - header->start_mono);
    }
    /* A resolution of more than a second is damage: it would excuse any lifetime. */
    if (header->clock_resolution < NS_PER_SECOND)
        moment.resolution = header->clock_resolution;
    return moment;
}

/* How long it was asleep, and since when: no longer than it ran, whatever the recording says. */
static void read_sleep(struct process *process, const struct tlk_header *header)
{
    uint64_t duration = process_duration(process);
    process->asleep = header->asleep;
    process->switched = process->start_mono;
    keep_latest(&process->switched, header->switched);
    if (process->switched > process->as_of.mono)
        process->switched = process->as_of.mono;
    uint64_t last = process->asleep ? process->as_of.mono - process->switched : 0;
    process->slept = header->slept < duration - last ? header->slept + last : duration;
}

static void read_arguments(struct profile *profile, struct process *process,
                           struct recording *recording)
{
    size_t room = 0;
    const char *argument;
    while ((argument = recording_argument(recording, (uint32_t)process->argc))) {
        process->argv = memory_grow(process->argv, process->argc, &room, sizeof(*process->argv));
        process->argv[process->argc++] = strings_add(profile->strings, argument);
    }
}

static void read_limit(pid_t pid, __rlimit_resource_t which, uint64_t *soft, uint64_t *hard)
{
    struct rlimit limit;
    if (prlimit(pid, which, NULL, &limit) == 0) {
        *soft = limit.rlim_cur;
        *hard = limit.rlim_max;
    }
}

/*
 * A program may set its limits anew, and a recording has those of its start or of its clean exit.
 * What was killed with more descriptors than it might have at its start had raised the limit.
 */
static void read_limits(struct process *process, const struct tlk_header *header)
{
    process->nofile_soft = header->nofile_soft;
    process->nofile_hard = header->nofile_hard;
    process->sigpending_soft = header->sigpending_soft;
    process->sigpending_hard = header->sigpending_hard;
    if (process->alive) {
        read_limit(process->pid, RLIMIT_NOFILE, &process->nofile_soft, &process->nofile_hard);
        read_limit(process->pid, RLIMIT_SIGPENDING, &process->sigpending_soft,
                   &process->sigpending_hard);
    } else if (header->end_descriptors == 0 && process->descriptors > process->nofile_soft) {
        process->nofile_soft = process->nofile_hard;
    }
}

static void read_usage(struct process *process, const struct tlk_header *header)
{
    uint64_t limit;
    if (process->alive) {
        process->descriptors = proc_descriptors(process->pid);
        process->pending = proc_pending_signals(process->pid, &limit);
    } else {
        process->descriptors = header->descriptors_seen;
        keep_latest(&process->descriptors, header->end_descriptors);
    }
    read_limits(process, header);
}

/* People know a program by what they started: redis-server may be a link to redis-check-rdb. */
static void read_name(struct process *process)
{
    process->file = path_last(process->exe);
    process->name = path_last(process->argc > 0 ? process->argv[0] : "");
    if (!*process->name)
        process->name = process->file;
    if (!*process->name)
        process->name = path_last(process->recording);
    if (!*process->file)
        process->file = process->name;
}

static void read_header(struct profile *profile, struct process *process,
                        const struct recording *recording)
{
    const struct tlk_header *header = &recording->header;
    process->recording = strings_add(profile->strings, recording->path);
    process->exe = strings_add(profile->strings, recording_string(recording, header->exe));
    process->pid = header->pid;
    process->ppid = header->ppid;
    process->forked = header->forked;
    process->one_in = header->one_in > 0 ? header->one_in : 1;
    process->watched = families_of(header, true);
    process->unwatched = families_of(header, false);
    process->unknown_families = header->families_unknown;
    /* Slot 0 holds none. */
    process->peak = elapsed(recording_count(recording, TLK_TIMERS), 1) * process->one_in;
    process->end = (enum tlk_end)(header->end <= TLK_EXECED ? header->end : TLK_RUNNING);
    process->end_status = header->end_status;
    process->start_real = header->start_real;
    process->start_mono = header->start_mono;
    memcpy(process->dropped, header->dropped, sizeof(process->dropped));
    memcpy(process->omitted, header->omitted, sizeof(process->omitted));
}

struct process *process_add(struct profile *profile, struct recording *recording)
{
    const struct tlk_header *header = &recording->header;
    struct process *process = memory_new(1, sizeof(*process));
    profile->processes = memory_grow(profile->processes, profile->process_count,
                                     &profile->process_room, sizeof(*profile->processes));
    profile->processes[profile->process_count++] = process;
    process->base = profile->base;
    read_header(profile, process, recording);
    read_arguments(profile, process, recording);
    read_name(process);
    bool copy = recording->copy;
    process->copied =
        (copy || header->copied) && process->end == TLK_RUNNING && header->end_mono > 0;
    process->alive = !copy && !process->copied && process->end == TLK_RUNNING &&
                     proc_alive(header->pid, header->start_ticks);
    process->as_of = as_of(recording, process);
    read_sleep(process, header);
    read_usage(process, header);
    return process;
}

struct text process_end(const struct process *process)
{
    struct text text;
    const char *signal = NULL;
    switch (process->end) {
    case TLK_EXITED:
        snprintf(text.s, sizeof(text.s), "exited with status %d", process->end_status);
        break;
    case TLK_KILLED:
        signal = sigabbrev_np(process->end_status);
        if (signal)
            snprintf(text.s, sizeof(text.s), "killed by SIG%s", signal);
        else
            snprintf(text.s, sizeof(text.s), "killed by signal %d", process->end_status);
        break;
    case TLK_EXECED:
        snprintf(text.s, sizeof(text.s), "became another program");
        break;
    case TLK_RUNNING:
        snprintf(text.s, sizeof(text.s), "%s",
                 process->alive    ? "running"
                 : process->copied ? "still running then"
                                   : "gone, nobody saw how");
        break;
    }
    return text;
}

uint64_t process_duration(const struct process *process)
{
    return elapsed(process->as_of.mono, process->start_mono);
}

struct process_times process_times(const struct profile *profile)
{
    struct process_times times = {.start_real = UINT64_MAX};
    for (size_t i = 0; i < profile->process_count; i++) {
        const struct process *process = profile->processes[i];
        times.duration += process_duration(process);
        if (process->start_real < times.start_real)
            times.start_real = process->start_real;
    }
    return times;
}

struct text process_lived(const struct process *process)
{
    struct text text = text_duration(process_duration(process));
    if (process_end_unseen(process)) {
        struct text least = text;
        if (process_duration(process) == 0)
            snprintf(text.s, sizeof(text.s), "unknown how long");
        else
            snprintf(text.s, sizeof(text.s), "at least %.32s", least.s);
    }
    return text;
}

/* Numbers of processes are used again, but not within a nanosecond. */
static int compare_processes(const void *left, const void *right)
{
    const struct process *a = *(struct process *const *)left, *b = *(struct process *const *)right;
    int order = compare_numbers(a->start_real, b->start_real);
    if (!order)
        order = compare_numbers((uint64_t)a->pid, (uint64_t)b->pid);
    return order ? order : compare_numbers(a->base, b->base);
}

size_t process_repeats(const struct profile *profile)
{
    size_t count = profile->process_count, repeats = 0;
    struct process **sorted = memory_new(count, sizeof(*sorted));
    for (size_t i = 0; i < count; i++)
        sorted[i] = profile->processes[i];
    qsort(sorted, count, sizeof(*sorted), compare_processes);
    for (size_t i = 1; i < count; i++)
        repeats += compare_processes(&sorted[i - 1], &sorted[i]) == 0;
    free(sorted);
    return repeats;
}

/* Those of one number in the order in which they were it. Copies of one are told by their ends. */
static int by_start(const void *left, const void *right)
{
    const struct process *a = *(struct process *const *)left, *b = *(struct process *const *)right;
    int order = compare_numbers(a->base, b->base);
    if (!order)
        order = compare_numbers(a->start_real, b->start_real);
    if (!order)
        order = compare_numbers((uint64_t)a->pid, (uint64_t)b->pid);
    if (!order)
        order = compare_numbers(a->as_of.mono, b->as_of.mono);
    return order ? order : strcmp(a->recording, b->recording);
}

size_t process_count_own(const struct profile *profile)
{
    size_t count = 0;
    while (count < profile->process_count && !profile->processes[count]->base)
        count++;
    return count;
}

void processes_sort(struct profile *profile)
{
    if (profile->process_count > 0)
        qsort(profile->processes, profile->process_count, sizeof(*profile->processes), by_start);
    for (size_t i = 0; i < profile->process_count; i++)
        profile->processes[i]->index = i;
}

/* ---- limits ---- */

/* Rates are exact to a tenth: what is less remains of two that are alike. */
static double rate_net(const struct rate *rate)
{
    double net = rate->growth - rate->shrinking;
    return net > rate->growth / 10 ? net : 0;
}

static struct limit limit_project(const char *name, uint64_t used, uint64_t most, double growth)
{
    struct limit limit = {.name = name, .used = used, .limit = most, .growth = growth};
    if (growth > 0 && most != UINT64_MAX) {
        double left = most > used ? (double)(most - used) / growth * (double)NS_PER_SECOND : 0;
        limit.reached = left < (double)UINT64_MAX / 2 ? (uint64_t)left : 0;
    }
    return limit;
}

void limits_of_process(const struct process *process, struct limit limits[LIMITS])
{
    limits[0] = limit_project("descriptors", process->descriptors, process->nofile_soft,
                              rate_net(&process->descriptor_rate));
    limits[1] = limit_project("pending signals of all its user's processes", process->pending,
                              process->sigpending_soft, rate_net(&process->pending_rate));
}
