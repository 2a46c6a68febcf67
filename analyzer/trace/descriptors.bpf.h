/*
 * descriptors.bpf.h - which of a process's descriptors are timerfds, and what these are doing.
 */
#ifndef TIMERLEAK_TRACE_DESCRIPTORS_BPF_H
#define TIMERLEAK_TRACE_DESCRIPTORS_BPF_H

#include "trace/ring.bpf.h"

#include <linux/time.h>

/* Loads through what the kernel's own types lead to are cheap, and end in 0 where there is nothing;
 * from the array on it takes a helper. */
static __always_inline __u64 file_in(__u64 array, __u32 fd)
{
    __u64 file = 0;
    bpf_probe_read_kernel(&file, sizeof file, (void *)(array + fd * sizeof file));
    return file;
}

static __always_inline __u64 functions_of(__u64 file)
{
    return (__u64)BPF_CORE_READ((struct file *)file, f_op);
}

static __always_inline struct fdtable *table_of(struct task_struct *task)
{
    struct files_struct *files = task->files;
    return files ? files->fdt : NULL;
}

static __always_inline __u64 file_at(__u32 fd)
{
    struct fdtable *table = table_of(bpf_get_current_task_btf());
    return table && fd < table->max_fds ? file_in((__u64)table->fd, fd) : 0;
}

/* The open file, by its address; 0: it is none, or no timerfd. */
static __always_inline __u64 timerfd_at(__u32 fd)
{
    __u64 file = file_at(fd);
    return file && functions_of(file) == settings.timerfd ? file : 0;
}

static __always_inline __u32 flags_in(__u64 on_exec, __u32 fd)
{
    __u64 word = 0;
    bpf_probe_read_kernel(&word, sizeof word, (void *)(on_exec + fd / 64 * sizeof word));
    return word >> fd % 64 & 1 ? TRACE_CLOEXEC : 0;
}

static __always_inline __u32 flags_at(__u32 fd)
{
    struct fdtable *table = table_of(bpf_get_current_task_btf());
    return table ? flags_in((__u64)table->close_on_exec, fd) : 0;
}

static __always_inline void state_of(struct trace_state *state, __u64 file)
{
    const struct timerfd_ctx *timer = BPF_CORE_READ((struct file *)file, private_data);
    if (!timer || !bpf_core_field_exists(timer->t.tmr.state) ||
        !bpf_core_field_exists(timer->ticks))
        return;
    state->ticks = BPF_CORE_READ(timer, ticks);
    state->interval = BPF_CORE_READ(timer, tintv);
    state->clock = BPF_CORE_READ(timer, clockid);
    state->known = 1;

    bool queued;
    __s64 expires;
    const struct hrtimer_clock_base *base;
    if (state->clock == CLOCK_REALTIME_ALARM || state->clock == CLOCK_BOOTTIME_ALARM) {
        queued = BPF_CORE_READ(timer, t.alarm.state) & TIMER_IS_QUEUED;
        expires = BPF_CORE_READ(timer, t.alarm.node.expires);
        base = BPF_CORE_READ(timer, t.alarm.timer.base);
    } else {
        queued = BPF_CORE_READ(timer, t.tmr.state) & TIMER_IS_QUEUED;
        expires = BPF_CORE_READ(timer, t.tmr.node.expires);
        base = BPF_CORE_READ(timer, t.tmr.base);
    }
    if (!queued)
        return;
    __s64 left = expires - BPF_CORE_READ(base, offset) - (__s64)bpf_ktime_get_ns();
    state->left = left > 0 ? left : 1; /* it is armed, and due */
}

/* ---- all of a process ---- */

struct scan {
    __u64 array, open, on_exec; /* of the table */
    __u64 thread;
    __u32 other; /* its parent, after fork */
    __u32 what;  /* told of each timerfd */
    __u32 call;
    __s64 value;
    __u32 end;  /* there are none from here on */
    __u32 next; /* the word of bits after this one */
    __u64 bits; /* of open ones, still to be seen */
};

static __always_inline void scan_load(struct scan *scan)
{
    bpf_probe_read_kernel(&scan->bits, sizeof scan->bits, (void *)(scan->open + scan->next / 8));
    scan->next += 64;
}

/* Without a branch, each of which the kernel would follow when it checks the program. */
static __always_inline __u32 lowest_bit(__u64 bits)
{
    return __builtin_popcountll((bits & -bits) - 1);
}

static long scan_step(__u32 index, struct scan *scan)
{
    if (!scan->bits) {
        if (scan->next >= scan->end)
            return 1;
        scan_load(scan);
        return 0;
    }
    __u32 fd = scan->next - 64 + lowest_bit(scan->bits);
    scan->bits &= scan->bits - 1;
    if (fd >= scan->end)
        return 1;
    __u64 file = file_in(scan->array, fd);
    if (!file || functions_of(file) != settings.timerfd)
        return 0;
    EVENT_OF(event, scan->what, scan->thread);
    event->call = scan->call;
    event->other = scan->other;
    event->value = scan->value;
    event->fd = fd;
    event->object = file;
    event->flags = flags_in(scan->on_exec, fd);
    state_of(&event->state, file);
    tell(event);
    return 0;
}

/* Tells of each timerfd that lies there, from the first on to the last. Nothing in `scan` may be so
 * constant that it decides where the steps lead: the kernel would then check each step by itself.
 */
static __always_inline void scan_run(struct task_struct *task, struct scan *scan, __u32 first,
                                     __u32 last)
{
    struct fdtable *table = table_of(task);
    if (!table || first >= table->max_fds)
        return;
    /* As numbers: what the kernel takes for pointers, newer ones follow step by step, too. */
    scan->array = (__u64)BPF_CORE_READ(table, fd);
    scan->open = (__u64)BPF_CORE_READ(table, open_fds);
    scan->on_exec = (__u64)BPF_CORE_READ(table, close_on_exec);
    scan->thread = (__u64)task->tgid << 32 | (__u32)task->pid;
    scan->end = last < table->max_fds ? last + 1 : table->max_fds;
    scan->next = first & ~63u;
    scan_load(scan);
    scan->bits &= ~0ull << first % 64;
    bpf_loop(1 << 23, scan_step, scan, 0);
}

/* What it has when it begins, or has executed, or ends. */
static __always_inline void tell_open(struct task_struct *task, __u32 parent, enum trace_what when)
{
    struct scan scan = {.what = TRACE_OPEN, .other = parent, .value = when};
    scan_run(task, &scan, 0, -1);
}

#endif
