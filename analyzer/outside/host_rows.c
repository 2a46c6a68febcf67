#include "outside/host_rows.h"

#include "base/index.h"
#include "base/memory.h"
#include "base/numbers.h"

#include <stdlib.h>
#include <string.h>

uint64_t host_row_timers(const struct host_counts *counts)
{
    return counts->timerfds + counts->posix;
}

/* ---- who belongs together ---- */

static int compare_units(const char *left, const char *right)
{
    size_t a = cgroup_unit(left), b = cgroup_unit(right);
    int order = memcmp(left, right, a < b ? a : b);
    return order ? order : compare_numbers(a, b);
}

static int by_process(const void *left, const void *right)
{
    const struct host_process *a = *(const struct host_process *const *)left,
                              *b = *(const struct host_process *const *)right;
    int order = compare_numbers((uint64_t)a->pid, (uint64_t)b->pid);
    return order ? order : compare_numbers(a->start, b->start);
}

static int by_unit(const void *left, const void *right)
{
    const struct host_process *a = *(const struct host_process *const *)left,
                              *b = *(const struct host_process *const *)right;
    int order = compare_units(a->cgroup, b->cgroup);
    return order ? order : by_process(left, right);
}

static bool are_one(const struct host_process *a, const struct host_process *b, bool by_cgroup)
{
    return by_cgroup ? compare_units(a->cgroup, b->cgroup) == 0 : by_process(&a, &b) == 0;
}

/* ---- what they hold ---- */

/* `counted` has, for each timer, whom it was counted for last: an owner's number, from 1 on. */
static void counts_add(struct host_counts *counts, const struct kernel_timers *timers,
                       uint32_t *counted, uint32_t owner)
{
    for (size_t i = 0; i < timers->count; i++) {
        const struct kernel_timer *timer = &timers->timers[i];
        if (timer->family == TLK_POSIX) {
            counts->posix++;
        } else if (counted[timer->number] == owner) {
            counts->copies++;
        } else {
            counted[timer->number] = owner;
            counts->timerfds++;
            counts->states[kernel_timer_state(timer)]++;
            counts->shared += timer->shared;
        }
    }
}

static bool is_nearer(const struct host_share *a, const struct host_share *b)
{
    return (unsigned __int128)a->used * b->limit > (unsigned __int128)b->used * a->limit;
}

static void share_add(struct host_share *share, uint64_t used, uint64_t limit)
{
    const struct host_share other = {used, limit};
    if (share->limit == 0 || is_nearer(&other, share))
        *share = other;
}

static void host_row_count(struct host_row *row, uint32_t *counted, uint32_t owner)
{
    for (size_t i = 0; i < row->process_count; i++) {
        const struct host_process *process = row->processes[i];
        counts_add(&row->counts, &process->timers, counted, owner);
        share_add(&row->descriptors, process->timers.descriptors, process->most_descriptors);
        share_add(&row->signals, process->queued, process->most_queued);
    }
}

/* ---- since the first look ---- */

struct sought {
    const struct host_process *process;
    bool by_cgroup;
};

static uint64_t host_row_hash(const struct host_process *process, bool by_cgroup)
{
    const uint64_t key[] = {(uint64_t)process->pid, process->start};
    return by_cgroup ? hash_key(process->cgroup, cgroup_unit(process->cgroup))
                     : hash_key(key, sizeof(key));
}

static bool is_sought(const void *key, const void *array, uint32_t number)
{
    const struct sought *sought = key;
    const struct host_row *list = array;
    return are_one(sought->process, list[number].processes[0], sought->by_cgroup);
}

static void host_rows_compare(struct host_rows *rows, const struct host_rows *first)
{
    struct index index = {0};
    for (size_t i = 0; i < first->count; i++)
        index_add(&index, host_row_hash(first->list[i].processes[0], first->by_cgroup),
                  (uint32_t)i);
    for (size_t i = 0; i < rows->count; i++) {
        struct host_row *row = &rows->list[i];
        const struct sought sought = {row->processes[0], rows->by_cgroup};
        uint32_t number = index_find(&index, host_row_hash(sought.process, sought.by_cgroup),
                                     &sought, first->list, is_sought);
        uint64_t before = number == INDEX_NONE ? 0 : host_row_timers(&first->list[number].counts);
        row->growth = (int64_t)(host_row_timers(&row->counts) - before);
    }
    index_free(&index);
}

static int by_growth(const void *left, const void *right)
{
    const struct host_row *a = left, *b = right;
    int order = (b->growth > a->growth) - (b->growth < a->growth);
    if (!order)
        order = compare_numbers(host_row_timers(&b->counts), host_row_timers(&a->counts));
    return order ? order : by_process(a->processes, b->processes);
}

/* ---- all ---- */

static void host_rows_group(struct host_rows *rows, const struct host *host)
{
    rows->processes = memory_new(host->count, sizeof(const struct host_process *));
    rows->list = memory_new(host->count, sizeof(*rows->list));
    for (size_t i = 0; i < host->count; i++)
        rows->processes[i] = &host->list[i];
    qsort(rows->processes, host->count, sizeof(const struct host_process *),
          rows->by_cgroup ? by_unit : by_process);
    for (size_t i = 0; i < host->count; i++) {
        const struct host_process *const *at = &rows->processes[i];
        if (i == 0 || !are_one(at[-1], at[0], rows->by_cgroup))
            rows->list[rows->count++] = (struct host_row){.processes = at};
        rows->list[rows->count - 1].process_count++;
    }
}

void host_rows_make(struct host_rows *rows, const struct host *host, bool by_cgroup,
                    const struct host_rows *first)
{
    *rows = (struct host_rows){.by_cgroup = by_cgroup};
    host_rows_group(rows, host);
    uint32_t *counted = memory_new(host->numbers, sizeof(*counted)), owner = 1;
    for (size_t i = 0; i < rows->count; i++)
        host_row_count(&rows->list[i], counted, owner++);
    for (size_t i = 0; i < host->count; i++)
        counts_add(&rows->total, &host->list[i].timers, counted, owner);
    free(counted);
    if (first)
        host_rows_compare(rows, first);
    qsort(rows->list, rows->count, sizeof(*rows->list), by_growth);
}

void host_rows_free(struct host_rows *rows)
{
    free(rows->list);
    free(rows->processes);
}
