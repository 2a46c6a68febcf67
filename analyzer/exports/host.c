/* host.c - what `timerleak ps` finds, as JSON. */
#include "exports/exports.h"

#include "outside/held.h"
#include "profile/families.h"
#include "profile/tags.h"

#include <jansson.h>

static json_t *limit_or_null(uint64_t limit)
{
    return limit == UINT64_MAX ? json_null() : json_count(limit);
}

static json_t *counts_of(const struct host_counts *counts)
{
    json_t *states = json_object();
    for (enum kernel_state state = 0; state < KERNEL_STATES; state++)
        json_object_set_new(states, kernel_state_name(state), json_count(counts->states[state]));
    return json_pack("{so so so so so}", "timerfd", json_count(counts->timerfds), "states", states,
                     "copies", json_count(counts->copies), "shared", json_count(counts->shared),
                     "posix", json_count(counts->posix));
}

static json_t *share_of(const struct host_share *share)
{
    return json_pack("{so so}", "used", json_count(share->used), "limit",
                     limit_or_null(share->limit));
}

/* ---- the timers of one process ---- */

static json_t *numbers_of(const struct held_numbers *numbers)
{
    json_t *json = json_array();
    for (size_t i = 0; i < numbers->count; i++)
        json_array_append_new(json, json_count(numbers->list[i]));
    return json;
}

static json_t *timer_of(const struct held_timer *held)
{
    const struct kernel_timer *timer = held->timer;
    json_t *json = json_pack("{ss ss}", "family", family_name(timer->family), "clock",
                             clock_name(timer->clock));
    if (timer->family != TLK_TIMERFD) {
        json_object_set_new(json, "id", json_count(timer->id));
        json_object_set_new(json, "signal",
                            timer->signal ? json_integer(timer->signal) : json_null());
        return json;
    }
    json_object_set_new(json, "state", json_string(kernel_state_name(kernel_timer_state(timer))));
    json_object_set_new(json, "left_ns", timer->left ? json_count(timer->left) : json_null());
    json_object_set_new(json, "interval_ns", json_count(timer->interval));
    json_object_set_new(json, "unread", json_count(timer->ticks));
    json_object_set_new(json, "descriptors", numbers_of(&held->descriptors));
    json_object_set_new(json, "epolls", numbers_of(&held->epolls));
    return json;
}

static json_t *timers_of(const struct host_process *process)
{
    struct held held;
    json_t *json = json_array();
    held_make(&held, process);
    for (size_t i = 0; i < held.count; i++)
        json_array_append_new(json, timer_of(&held.list[i]));
    held_free(&held);
    return json;
}

/* ---- all ---- */

static void set_process(json_t *json, const struct host_process *process)
{
    const struct cgroup_name unit = cgroup_name(process->cgroup);
    json_object_set_new(json, "pid", json_integer(process->pid));
    json_object_set_new(json, "name", json_string(process->name.s));
    json_object_set_new(json, "command", json_string(process->command));
    json_object_set_new(json, "unit", json_string(unit.s));
    json_object_set_new(json, "cgroup", json_string(process->cgroup));
}

static void set_group(json_t *json, const struct host_row *row)
{
    const char *path = row->processes[0]->cgroup;
    json_t *pids = json_array();
    for (size_t i = 0; i < row->process_count; i++)
        json_array_append_new(pids, json_integer(row->processes[i]->pid));
    json_object_set_new(json, "unit", json_string(cgroup_name(path).s));
    json_object_set_new(json, "cgroup", json_stringn(path, cgroup_unit(path)));
    json_object_set_new(json, "pids", pids);
}

static json_t *host_row_of(const struct host_row *row, const struct host_view *view)
{
    json_t *json = json_object();
    if (view->rows->by_cgroup)
        set_group(json, row);
    else
        set_process(json, row->processes[0]);
    json_object_update_new(json, counts_of(&row->counts));
    if (view->looks > 0)
        json_object_set_new(json, "growth", json_integer(row->growth));
    json_object_set_new(json, "descriptors", share_of(&row->descriptors));
    json_object_set_new(json, "pending_signals", share_of(&row->signals));
    if (view->timers)
        json_object_set_new(json, "timers", timers_of(row->processes[0]));
    return json;
}

void host_write_json(FILE *to, const struct host_view *view)
{
    const struct host_rows *rows = view->rows;
    const struct host *host = view->host;
    json_t *list = json_array();
    for (size_t i = 0; i < rows->count; i++)
        json_array_append_new(list, host_row_of(&rows->list[i], view));
    json_t *json = json_pack("{ss so}", "schema", "timerleak/1",
                             rows->by_cgroup ? "groups" : "processes", list);
    if (!view->timers) {
        json_object_set_new(json, "totals", counts_of(&rows->total));
        json_object_set_new(json, "looked_at", json_count(host->processes));
        json_object_set_new(json, "denied", json_count(host->denied));
        json_object_set_new(json, "took_ns", json_count(host->took));
    }
    json_dumpf(json, to, JSON_INDENT(2));
    fputc('\n', to);
    json_decref(json);
}
