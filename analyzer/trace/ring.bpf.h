/*
 * ring.bpf.h - what the probes share with the tracer: the settings, and the ring of events.
 */
#ifndef TIMERLEAK_TRACE_RING_BPF_H
#define TIMERLEAK_TRACE_RING_BPF_H

#include "trace/events.h"
#include "trace/kernel.bpf.h"

/* Of a section of its own: so it is a map that the loader finds by name. */
struct trace_settings settings SEC(".data.settings");

/* A loop that makes timers as fast as it can copies a stack each 20 us, until the tracer has
 * unwound the first: room for 3,000 of them, 8 KiB each as they mostly are, is for 60 ms in which
 * the tracer doesn't get to it. */
#define RING_SIZE (32u << 20)
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, RING_SIZE);
} ring SEC(".maps");

/* Of a process: that it is traced, unless all are. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 65536);
    __type(key, __u32);
    __type(value, __u8);
} watched SEC(".maps");

static __always_inline bool is_watched(__u32 pid)
{
    return pid != settings.self && (settings.all || bpf_map_lookup_elem(&watched, &pid));
}

/* Of a process that lost anything. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 65536);
    __type(key, __u32);
    __type(value, struct trace_losses);
} losses SEC(".maps");

static __noinline struct trace_losses *losses_of(__u32 pid)
{
    const struct trace_losses none = {};
    struct trace_losses *found = bpf_map_lookup_elem(&losses, &pid);
    if (found)
        return found;
    bpf_map_update_elem(&losses, &pid, &none, BPF_NOEXIST);
    return bpf_map_lookup_elem(&losses, &pid);
}

static __always_inline void lose_event(__u32 pid)
{
    struct trace_losses *of = losses_of(pid);
    if (of)
        __sync_fetch_and_add(&of->events, 1);
}

static __always_inline void lose_foreign(__u32 pid)
{
    struct trace_losses *of = losses_of(pid);
    if (of)
        __sync_fetch_and_add(&of->foreign, 1);
}

static __always_inline void event_begin(struct trace_event *event, enum trace_what what,
                                        __u64 thread)
{
    event->what = what;
    event->pid = thread >> 32;
    event->tid = thread;
    event->now = bpf_ktime_get_ns();
}

/*
 * An event as it is put together, on the stack, where there is no room for more than its front: up
 * to its registers. It goes into the ring in one place for each kind (tell() and its like), which
 * alone asks whether there was room: older kernels take a second question amiss.
 */
#define EVENT_FRONT offsetof(struct trace_event, registers)
#define EVENT_OF(name, what, thread)                                                               \
    char name##_front[EVENT_FRONT] __attribute__((aligned(8))) = {};                               \
    struct trace_event *name = (struct trace_event *)name##_front;                                 \
    event_begin(name, what, thread)
#define EVENT(name, what) EVENT_OF(name, what, bpf_get_current_pid_tgid())

static __always_inline void event_fill(struct trace_event *event, const struct trace_event *front)
{
    __builtin_memcpy(event, front, EVENT_FRONT);
    __builtin_memset((char *)event + EVENT_FRONT, 0, sizeof *event - EVENT_FRONT);
}

/* What can't wait: stacks that the tracer does not know yet, and programs that begin and end, of
 * which /proc soon says no more. For the rest it looks by itself, some times a second. */
static __always_inline bool is_urgent(const struct trace_event *event)
{
    return event->what == TRACE_EXECED || event->what == TRACE_EXITED ||
           (event->size && event->what != TRACE_GO);
}

/* Up to where the ring was filled when the tracer was woken last. */
__u64 woken;

/* To wake the tracer costs the program some ten times what the event does. So it is done once:
 * as long as it has not come to what it was woken for, it comes to this, too. */
static __always_inline void event_submit(struct trace_event *event)
{
    __u64 taken = bpf_ringbuf_query(&ring, BPF_RB_CONS_POS), flags = BPF_RB_NO_WAKEUP;
    if (taken >= woken) {
        __u64 filled = bpf_ringbuf_query(&ring, BPF_RB_PROD_POS);
        if (is_urgent(event) || filled - taken > RING_SIZE / 8) {
            woken = filled;
            flags = BPF_RB_FORCE_WAKEUP;
        }
    }
    bpf_ringbuf_submit(event, flags);
}

static __noinline int tell(const struct trace_event *front)
{
    struct trace_event *event = bpf_ringbuf_reserve(&ring, sizeof *event, 0);
    if (!event) {
        lose_event(front->pid);
        return 0;
    }
    event_fill(event, front);
    event_submit(event);
    return 0;
}

#endif
