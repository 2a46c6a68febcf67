#include "profile/peaks.h"

#include "base/memory.h"
#include "base/numbers.h"

#include <stdlib.h>

void peaks_note(struct peaks *peaks, struct site *site, const struct process *process,
                uint64_t count)
{
    peaks->list = memory_grow(peaks->list, peaks->count, &peaks->room, sizeof(*peaks->list));
    peaks->list[peaks->count++] = (struct peak){site, process, count};
}

void peaks_free(struct peaks *peaks)
{
    free(peaks->list);
}

/* ---- what was at the same time ---- */

struct step {
    uint64_t time; /* real: processes of several machines have no other in common */
    bool ends;
    uint64_t count;
};

/* What ends when another begins was before it. */
static int by_time(const void *left, const void *right)
{
    const struct step *a = left, *b = right;
    int order = compare_numbers(a->time, b->time);
    return order ? order : compare_numbers(b->ends, a->ends);
}

static uint64_t end_of(const struct process *process)
{
    return process->as_of.real > process->start_real ? process->as_of.real
                                                     : process->start_real + 1;
}

/* The highest sum of those that ran together. */
static uint64_t most_together(const struct peak *peaks, size_t count)
{
    struct step *steps = memory_new(2 * count, sizeof(*steps));
    uint64_t together = 0, most = 0;
    for (size_t i = 0; i < count; i++) {
        const struct process *process = peaks[i].process;
        steps[2 * i] = (struct step){process->start_real, false, peaks[i].count};
        steps[2 * i + 1] = (struct step){end_of(process), true, peaks[i].count};
    }
    if (count > 0)
        qsort(steps, 2 * count, sizeof(*steps), by_time);
    for (size_t i = 0; i < 2 * count; i++) {
        together =
            steps[i].ends ? elapsed(together, steps[i].count) : count_sum(together, steps[i].count);
        most = together > most ? together : most;
    }
    free(steps);
    return most;
}

/* ---- of sites, and of all ---- */

static int by_site(const void *left, const void *right)
{
    const struct peak *a = left, *b = right;
    return compare_numbers((uintptr_t)a->site, (uintptr_t)b->site);
}

static int by_process(const void *left, const void *right)
{
    const struct peak *a = left, *b = right;
    return compare_numbers((uintptr_t)a->process, (uintptr_t)b->process);
}

static size_t run_length(const struct peaks *peaks, size_t from,
                         int (*compare)(const void *left, const void *right))
{
    size_t length = 1;
    while (from + length < peaks->count &&
           compare(&peaks->list[from], &peaks->list[from + length]) == 0)
        length++;
    return length;
}

static void sites_add_up(struct peaks *peaks)
{
    if (peaks->count > 0)
        qsort(peaks->list, peaks->count, sizeof(*peaks->list), by_site);
    for (size_t i = 0, run; i < peaks->count; i += run) {
        run = run_length(peaks, i, by_site);
        peaks->list[i].site->counts.peak = most_together(peaks->list + i, run);
    }
}

/* Of the sites that are there in one process; peaks of several need not have been at a time. */
static struct peak peak_of_process(const struct peak *peaks, size_t count, bool *exact)
{
    const struct process *process = peaks->process;
    struct peak all = {.process = process};
    size_t sites = 0;
    for (size_t i = 0; i < count; i++) {
        if (peaks[i].site->dropped)
            continue;
        all.count = count_sum(all.count, peaks[i].count);
        sites++;
    }
    *exact = sites <= 1 || (!process->forked && all.count >= process->peak);
    if (all.count > process->peak)
        all.count = process->peak;
    return all;
}

void peaks_add_up(struct profile *profile)
{
    struct peaks *peaks = &profile->peaks;
    struct peak *processes = memory_new(peaks->count, sizeof(*processes));
    size_t count = 0;
    uint64_t highest = 0; /* that is exact */
    sites_add_up(peaks);
    if (peaks->count > 0)
        qsort(peaks->list, peaks->count, sizeof(*peaks->list), by_process);
    for (size_t i = 0, run; i < peaks->count; i += run) {
        bool exact;
        run = run_length(peaks, i, by_process);
        processes[count] = peak_of_process(peaks->list + i, run, &exact);
        if (exact && processes[count].count > highest)
            highest = processes[count].count;
        count++;
    }
    profile->totals.peak = most_together(processes, count);
    peaks->exact = profile->totals.peak == highest || profile->totals.peak == profile->totals.live;
    free(processes);
}
