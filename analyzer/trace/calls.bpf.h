/*
 * calls.bpf.h - what is told of each call: of timerfds and what stands for them, of POSIX timers,
 * of interval timers. Each in a function of its own frame: all frames that are on top of each other
 * have to fit in 512 bytes.
 */
#ifndef TIMERLEAK_TRACE_CALLS_BPF_H
#define TIMERLEAK_TRACE_CALLS_BPF_H

#include "trace/descriptors.bpf.h"
#include "trace/stacks.bpf.h"

#include <linux/close_range.h>
#include <linux/fcntl.h>

#define NS_PER_SECOND 1000000000ull

/* ---- times, as programs hand them over ---- */

struct user_timespec {
    __s64 seconds, parts; /* nanoseconds or microseconds */
};

struct user_times {
    struct user_timespec interval, first;
};

/* No time that a program may ask for wraps around. */
static __always_inline __u64 nanoseconds(const struct user_timespec *time, __u32 part)
{
    return time->seconds > 0x200000000ll ? 1ull << 63
                                         : time->seconds * NS_PER_SECOND + time->parts * part;
}

/*
 * What a call that sets a timer had found when it began: the kernel forgets what has expired, and
 * its answer may take the place of what it was asked for.
 */
struct begun {
    struct trace_state state; /* of a timerfd */
    struct user_times times;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8192);
    __type(key, __u64); /* the thread */
    __type(value, struct begun);
} begun SEC(".maps");

static __always_inline void note_begun(const struct begun *what)
{
    __u64 thread = bpf_get_current_pid_tgid();
    bpf_map_update_elem(&begun, &thread, what, BPF_ANY);
}

static __always_inline struct begun *find_begun(void)
{
    __u64 thread = bpf_get_current_pid_tgid();
    return bpf_map_lookup_elem(&begun, &thread);
}

static __always_inline void forget_begun(void)
{
    __u64 thread = bpf_get_current_pid_tgid();
    bpf_map_delete_elem(&begun, &thread);
}

/* Of one that is no timerfd: only where the answer will be written over it. */
static __always_inline void note_times(__u64 asked, __u64 answer)
{
    struct begun what = {};
    if (asked && asked == answer &&
        !bpf_probe_read_user(&what.times, sizeof what.times, (void *)asked))
        note_begun(&what);
}

static __always_inline void times_asked(struct user_times *times, __u64 asked, __u64 answer)
{
    const struct begun *before = asked && asked == answer ? find_begun() : NULL;
    if (before) {
        *times = before->times;
        forget_begun();
    } else if (asked) {
        bpf_probe_read_user(times, sizeof *times, (void *)asked);
    }
}

static __always_inline void set_arming(struct trace_event *event, const struct user_times *times,
                                       __u32 part)
{
    event->first = nanoseconds(&times->first, part);
    event->interval = nanoseconds(&times->interval, part);
}

/* The kernel's answer, if the program wanted to have it. */
static __always_inline __u32 what_was_told(__u64 answer)
{
    struct user_times times;
    if (!answer || bpf_probe_read_user(&times, sizeof times, (void *)answer))
        return 0;
    return times.first.seconds || times.first.parts ? TRACE_RAN : TRACE_RAN_OUT;
}

/* ---- descriptors ---- */

static __noinline void tell_closing(__u32 fd, enum trace_call call)
{
    __u64 file = timerfd_at(fd);
    if (!file)
        return;
    EVENT(event, TRACE_CLOSING);
    event->call = call;
    event->fd = fd;
    event->object = file;
    state_of(&event->state, file);
    tell(event);
}

static __always_inline void tell_closing_by_copy(__u32 from, __u32 to, __u32 flags)
{
    if (from != to && !(flags & ~O_CLOEXEC) && file_at(from))
        tell_closing(to, TRACE_OTHER_CALL);
}

static __always_inline void tell_closing_range(__u32 first, __u32 last, __u32 flags)
{
    struct scan scan = {.what = TRACE_CLOSING, .call = TRACE_OTHER_CALL};
    if (first <= last && !(flags & ~CLOSE_RANGE_UNSHARE))
        scan_run(bpf_get_current_task_btf(), &scan, first, last);
}

static __noinline void tell_copied(struct pt_regs *regs, __u32 fd)
{
    __u64 file = timerfd_at(fd);
    if (!file)
        return;
    EVENT(event, TRACE_COPIED);
    event->call = TRACE_OTHER_CALL;
    event->fd = fd;
    event->object = file;
    event->value = TRACE_COPY_MADE;
    event->flags = flags_at(fd);
    tell_with_stack(event, regs); /* the way into the kernel is long */
}

/* ---- timerfds ---- */

static __always_inline void note_timerfd(__u32 fd, __u64 asked)
{
    __u64 file = timerfd_at(fd);
    struct begun what = {};
    if (!file || bpf_probe_read_user(&what.times, sizeof what.times, (void *)asked))
        return;
    state_of(&what.state, file);
    note_begun(&what);
}

static __noinline void tell_timerfd_created(struct pt_regs *regs, long fd)
{
    EVENT(event, fd < 0 ? TRACE_FAILED : TRACE_CREATED);
    event->call = TRACE_TIMERFD_CREATE;
    event->clock = ARGUMENT_1(regs);
    event->flags = ARGUMENT_2(regs) & O_CLOEXEC ? TRACE_CLOEXEC : 0;
    event->fd = fd < 0 ? -1 : fd;
    event->object = fd < 0 ? 0 : file_at(fd);
    event->value = fd < 0 ? -fd : 0;
    tell_with_stack(event, regs);
}

static __noinline void tell_timerfd_armed(struct pt_regs *regs, long result)
{
    const struct begun *before = find_begun();
    if (!before)
        return;
    if (!result) {
        EVENT(event, TRACE_ARMED);
        event->call = TRACE_TIMERFD_SETTIME;
        event->fd = ARGUMENT_1(regs);
        event->object = file_at(event->fd);
        event->flags = ARGUMENT_2(regs) & 1 ? TRACE_ABSOLUTE : 0;
        event->flags |= what_was_told(ARGUMENT_4(regs));
        event->state = before->state;
        set_arming(event, &before->times, 1);
        tell_with_caller(event, regs);
    }
    forget_begun();
}

static __noinline void tell_timerfd_asked(struct pt_regs *regs)
{
    __u64 file = timerfd_at(ARGUMENT_1(regs));
    if (!file)
        return;
    EVENT(event, TRACE_ASKED);
    event->call = TRACE_TIMERFD_GETTIME;
    event->fd = ARGUMENT_1(regs);
    event->object = file;
    event->flags = what_was_told(ARGUMENT_2(regs));
    tell(event);
}

static __noinline void tell_read(__u32 fd, __u64 buffer)
{
    __u64 file = timerfd_at(fd);
    __u64 ticks;
    if (!file || bpf_probe_read_user(&ticks, sizeof ticks, (void *)buffer))
        return;
    EVENT(event, TRACE_READ);
    event->fd = fd;
    event->object = file;
    event->value = ticks;
    tell(event);
}

/* ---- timers that are no descriptors ---- */

struct user_sigevent {
    __u64 value;
    __s32 signal, notify;
};

static __noinline void tell_posix_created(struct pt_regs *regs, long result)
{
    EVENT(event, result ? TRACE_FAILED : TRACE_CREATED);
    event->call = TRACE_TIMER_CREATE;
    __s32 id = 0;
    if (!result)
        bpf_probe_read_user(&id, sizeof id, (void *)ARGUMENT_3(regs));
    struct user_sigevent sigevent = {.notify = -1};
    if (ARGUMENT_2(regs))
        bpf_probe_read_user(&sigevent, sizeof sigevent, (void *)ARGUMENT_2(regs));
    event->clock = ARGUMENT_1(regs);
    event->object = id;
    event->value = -result;
    event->notify = sigevent.notify;
    event->signal = sigevent.signal;
    tell_with_stack(event, regs);
}

static __noinline void tell_posix_armed(struct pt_regs *regs)
{
    struct user_times times = {};
    times_asked(&times, ARGUMENT_3(regs), ARGUMENT_4(regs));
    EVENT(event, TRACE_ARMED);
    event->call = TRACE_TIMER_SETTIME;
    event->object = (__u32)ARGUMENT_1(regs);
    event->flags = ARGUMENT_2(regs) & 1 ? TRACE_ABSOLUTE : 0;
    event->flags |= what_was_told(ARGUMENT_4(regs));
    set_arming(event, &times, 1);
    tell_with_caller(event, regs);
}

static __noinline void tell_of(enum trace_what what, enum trace_call call, __u32 object,
                               __u32 flags)
{
    EVENT(event, what);
    event->call = call;
    event->object = object;
    event->flags = flags;
    tell(event);
}

/* Arming it is making it. A time of 0 disarms it. */
static __always_inline void tell_armed(const struct trace_event *event, struct pt_regs *regs)
{
    if (event->first)
        tell_with_stack(event, regs);
    else
        tell_with_caller(event, regs);
}

static __noinline void tell_interval_armed(struct pt_regs *regs)
{
    struct user_times times = {};
    times_asked(&times, ARGUMENT_2(regs), ARGUMENT_3(regs));
    EVENT(event, TRACE_ARMED);
    event->call = TRACE_SETITIMER;
    event->object = (__u32)ARGUMENT_1(regs);
    event->flags = what_was_told(ARGUMENT_3(regs));
    set_arming(event, &times, 1000);
    tell_armed(event, regs);
}

#ifdef __NR_alarm
static __noinline void tell_alarm(struct pt_regs *regs, long left)
{
    EVENT(event, TRACE_ARMED);
    event->call = TRACE_ALARM;
    event->flags = left ? TRACE_RAN : TRACE_RAN_OUT;
    event->first = (__u32)ARGUMENT_1(regs) * NS_PER_SECOND;
    tell_armed(event, regs);
}
#endif

#endif
