/*
 * probes.bpf.c - the programs in the kernel: at each system call's begin and end, where a process
 * begins, executes and ends, and at functions of Go's runtime. What they tell: events.h.
 *
 * The hooks of system calls run for every call of every process on this host. So a look into a
 * small table comes first, by which all but those few calls are let go; then whether this process
 * is traced; then whether the descriptor is a timerfd.
 */
#include "trace/calls.bpf.h"
#include "trace/received.bpf.h"

#include <asm-generic/errno-base.h>

char LICENSE[] SEC("license") = "GPL";

/* ---- which calls ---- */

enum { AT_ENTER = 1, AT_EXIT = 2, OF_32_BIT = 4 };

#define CALLS 512
static const __u8 of_interest[CALLS] = {
    [TIMER_CREATE_32] = OF_32_BIT,
    [TIMERFD_CREATE_32] = OF_32_BIT,
    [__NR_close] = AT_ENTER,
    [__NR_close_range] = AT_ENTER,
    [__NR_dup] = AT_EXIT,
#ifdef __NR_dup2
    [__NR_dup2] = AT_ENTER | AT_EXIT,
    [__NR_alarm] = AT_EXIT,
#endif
    [__NR_dup3] = AT_ENTER | AT_EXIT,
    [__NR_fcntl] = AT_EXIT,
    [__NR_pidfd_getfd] = AT_EXIT,
    [__NR_recvmsg] = AT_EXIT,
    [__NR_recvmmsg] = AT_EXIT,
    [__NR_read] = AT_EXIT,
    [__NR_readv] = AT_EXIT,
    [__NR_timerfd_create] = AT_EXIT,
    [__NR_timerfd_settime] = AT_ENTER | AT_EXIT,
    [__NR_timerfd_gettime] = AT_EXIT,
    [__NR_timer_create] = AT_EXIT,
    [__NR_timer_settime] = AT_ENTER | AT_EXIT,
    [__NR_timer_gettime] = AT_EXIT,
    [__NR_timer_getoverrun] = AT_EXIT,
    [__NR_timer_delete] = AT_ENTER,
    [__NR_setitimer] = AT_ENTER | AT_EXIT,
    [__NR_getitimer] = AT_EXIT,
};

static __always_inline bool is_of_interest(long number, __u32 when)
{
    return number >= 0 && number < CALLS && of_interest[number] & when;
}

/* What 32-bit programs do is not understood; that they made a timer is counted. */
static __always_inline bool is_32_bit(long number, __s64 result)
{
    if (!IS_32_BIT(bpf_get_current_task_btf()))
        return false;
    if (result >= 0 && (number == TIMER_CREATE_32 || number == TIMERFD_CREATE_32))
        lose_foreign(bpf_get_current_pid_tgid() >> 32);
    return true;
}

/* ---- the hooks of system calls ---- */

SEC("tp_btf/sys_enter")
int BPF_PROG(call_begins, struct pt_regs *regs, long number)
{
    if (!is_of_interest(number, AT_ENTER) || !is_watched(bpf_get_current_pid_tgid() >> 32) ||
        is_32_bit(number, -1))
        return 0;
    switch (number) {
    case __NR_close:
        tell_closing(ARGUMENT_1(regs), TRACE_OTHER_CALL);
        break;
    case __NR_close_range:
        tell_closing_range(ARGUMENT_1(regs), ARGUMENT_2(regs), ARGUMENT_3(regs));
        break;
#ifdef __NR_dup2
    case __NR_dup2:
        tell_closing_by_copy(ARGUMENT_1(regs), ARGUMENT_2(regs), 0);
        break;
#endif
    case __NR_dup3:
        tell_closing_by_copy(ARGUMENT_1(regs), ARGUMENT_2(regs), ARGUMENT_3(regs));
        break;
    case __NR_timerfd_settime:
        note_timerfd(ARGUMENT_1(regs), ARGUMENT_3(regs));
        break;
    case __NR_timer_settime:
        note_times(ARGUMENT_3(regs), ARGUMENT_4(regs));
        break;
    case __NR_setitimer:
        note_times(ARGUMENT_2(regs), ARGUMENT_3(regs));
        break;
    case __NR_timer_delete:
        tell_of(TRACE_DELETED, TRACE_TIMER_DELETE, ARGUMENT_1(regs), 0);
        break;
    }
    return 0;
}

/* The tracer makes a timerfd of its own: by that it is known what functions one has. */
static __always_inline void learn(long number, long fd)
{
    if (number == __NR_timerfd_create && fd >= 0 && !settings.timerfd)
        settings.timerfd = functions_of(file_at(fd));
}

/* Of those that make something: that there is no more room for it. Others are errors of its own. */
static __always_inline bool no_room(long result)
{
    return result == -EMFILE || result == -ENFILE || result == -EAGAIN || result == -ENOMEM;
}

static __always_inline void call_succeeded(struct pt_regs *regs, long number, long result)
{
    switch (number) {
    case __NR_read:
        if (result == sizeof(__u64)) /* a timerfd never gives more */
            tell_read(ARGUMENT_1(regs), ARGUMENT_2(regs));
        break;
    case __NR_readv: {
        __u64 buffer; /* of the first part */
        if (result == sizeof(__u64) &&
            !bpf_probe_read_user(&buffer, sizeof buffer, (void *)ARGUMENT_2(regs)))
            tell_read(ARGUMENT_1(regs), buffer);
        break;
    }
    case __NR_dup:
        tell_copied(regs, result);
        break;
#ifdef __NR_dup2
    case __NR_dup2:
        if (ARGUMENT_1(regs) != ARGUMENT_2(regs))
            tell_copied(regs, result);
        break;
#endif
    case __NR_dup3:
        tell_copied(regs, result);
        break;
    case __NR_fcntl:
        if (ARGUMENT_2(regs) == F_DUPFD || ARGUMENT_2(regs) == F_DUPFD_CLOEXEC)
            tell_copied(regs, result);
        break;
    case __NR_pidfd_getfd:
        tell_received(regs, result, TRACE_PIDFD_GETFD);
        break;
    case __NR_recvmsg:
        tell_messages(regs, TRACE_RECVMSG, 1);
        break;
    case __NR_recvmmsg:
        tell_messages(regs, TRACE_RECVMMSG, result);
        break;
    case __NR_timerfd_gettime:
        tell_timerfd_asked(regs);
        break;
    case __NR_timer_settime:
        tell_posix_armed(regs);
        break;
    case __NR_timer_gettime:
        tell_of(TRACE_ASKED, TRACE_TIMER_GETTIME, ARGUMENT_1(regs),
                what_was_told(ARGUMENT_2(regs)));
        break;
    case __NR_timer_getoverrun:
        tell_of(TRACE_ASKED, TRACE_TIMER_GETOVERRUN, ARGUMENT_1(regs), 0);
        break;
    case __NR_setitimer:
        tell_interval_armed(regs);
        break;
    case __NR_getitimer:
        tell_of(TRACE_ASKED, TRACE_GETITIMER, ARGUMENT_1(regs), what_was_told(ARGUMENT_2(regs)));
        break;
#ifdef __NR_alarm
    case __NR_alarm:
        tell_alarm(regs, result);
        break;
#endif
    }
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_ends, struct pt_regs *regs, long result)
{
    long number = NUMBER_OF_CALL(regs);
    if (!is_of_interest(number, AT_EXIT | OF_32_BIT))
        return 0;
    __u32 pid = bpf_get_current_pid_tgid() >> 32;
    if (!is_watched(pid)) {
        if (pid == settings.self)
            learn(number, result);
        return 0;
    }
    if (is_32_bit(number, result))
        return 0;
    if (number == __NR_timerfd_create) {
        if (result >= 0 || no_room(result))
            tell_timerfd_created(regs, result);
    } else if (number == __NR_timer_create) {
        if (!result || no_room(result))
            tell_posix_created(regs, result);
    } else if (number == __NR_timerfd_settime) {
        tell_timerfd_armed(regs, result);
    } else if (result >= 0) {
        call_succeeded(regs, number, result);
    }
    return 0;
}

/* ---- processes ---- */

SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_forks, struct task_struct *parent, struct task_struct *child)
{
    __u32 pid = child->tgid, from = parent->tgid;
    if ((__u32)child->pid != pid || child->flags & PF_KTHREAD)
        return 0;
    /* The tracer's own, too, if it is in the table: that is its command. */
    if (!settings.all) {
        __u8 yes = 1;
        if (!settings.children || !bpf_map_lookup_elem(&watched, &from))
            return 0;
        bpf_map_update_elem(&watched, &pid, &yes, BPF_ANY);
    }
    EVENT_OF(event, TRACE_FORKED, (__u64)pid << 32 | pid);
    event->other = from;
    event->value = child->start_boottime;
    tell(event);
    tell_open(child, from, TRACE_FORKED);
    return 0;
}

struct exec_event {
    struct trace_event event;
    char text[TRACE_PROGRAM + TRACE_ARGUMENTS];
};

/* As /proc/PID/cmdline, which is gone with a process that ends soon. */
static __always_inline long read_arguments(char *to, struct task_struct *task)
{
    struct mm_struct *memory = task->mm;
    if (!memory)
        return 0;
    __u64 start = memory->arg_start, size = memory->arg_end - start;
    if (size > TRACE_ARGUMENTS)
        size = TRACE_ARGUMENTS;
    return bpf_probe_read_user(to, size, (void *)start) ? 0 : (long)size;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_executes, struct task_struct *task, int former, struct linux_binprm *image)
{
    if (!is_watched(task->tgid))
        return 0;
    struct exec_event *executed = bpf_ringbuf_reserve(&ring, sizeof *executed, 0);
    if (executed) {
        __builtin_memset(&executed->event, 0, sizeof executed->event);
        event_begin(&executed->event, TRACE_EXECED, bpf_get_current_pid_tgid());
        __builtin_memset(executed->text, 0, TRACE_PROGRAM);
        long size = bpf_probe_read_kernel_str(executed->text, TRACE_PROGRAM, image->interp);
        if (size == TRACE_PROGRAM) /* it may be cut */
            executed->text[0] = 0;
        executed->event.size = TRACE_PROGRAM + read_arguments(executed->text + TRACE_PROGRAM, task);
        event_submit(&executed->event);
    } else {
        lose_event(bpf_get_current_pid_tgid() >> 32);
    }
    tell_open(task, 0, TRACE_EXECED);
    return 0;
}

/* Two threads that end at once may both see that none lives: of a process that had more than one,
 * who has ended. By pid and start, which makes a number that is used again another one. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 1024);
    __type(key, __u64);
    __type(value, __u8);
} ended SEC(".maps");

static __always_inline bool is_first_to_end(struct task_struct *task)
{
    __u64 key = trace_mix(task->group_leader->start_time, task->tgid);
    __u8 yes = 1;
    return task->signal->nr_threads <= 1 || !bpf_map_update_elem(&ended, &key, &yes, BPF_NOEXIST);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_ends, struct task_struct *task)
{
    __u32 pid = task->tgid;
    struct signal_struct *signal = task->signal;
    if (signal->live.counter > 0 || task->flags & PF_KTHREAD || !is_watched(pid) ||
        !is_first_to_end(task))
        return 0;
    tell_open(task, 0, TRACE_EXITED);
    EVENT(event, TRACE_EXITED);
    event->value =
        signal->flags & SIGNAL_GROUP_EXIT ? signal->group_exit_code : task->group_leader->exit_code;
    tell(event);
    bpf_map_delete_elem(&watched, &pid);
    bpf_map_delete_elem(&epochs, &pid);
    return 0;
}

/* Read by the loader: what is open already in those that are traced. */
SEC("iter/task_file")
int open_already(struct bpf_iter__task_file *each)
{
    struct task_struct *task = each->task;
    struct file *file = each->file;
    if (!task || !file || (__u64)file->f_op != settings.timerfd || !is_watched(task->tgid))
        return 0;
    struct fdtable *table = table_of(task);
    if (!table)
        return 0;
    struct trace_event event = {};
    event_begin(&event, TRACE_OPEN, (__u64)task->tgid << 32 | (__u32)task->pid);
    event.fd = each->fd;
    event.object = (__u64)file;
    event.flags = flags_in((__u64)table->close_on_exec, event.fd);
    state_of(&event.state, event.object);
    bpf_seq_write(each->meta->seq, &event, sizeof event);
    return 0;
}

/* ---- functions of Go's runtime ---- */

#if defined(__TARGET_ARCH_x86)
#define GO_ARGUMENTS(regs)                                                                         \
    {                                                                                              \
        regs->ax, regs->bx, regs->cx, regs->di, regs->si, regs->r8                                 \
    }
#define FRAME_POINTER(regs) ((regs)->bp)
#define JUMPS(regs) (((regs)->flags & 0x41) != 0) /* jbe: carry, or zero */
#else
#define GO_ARGUMENTS(regs)                                                                         \
    {                                                                                              \
        regs->regs[0], regs->regs[1], regs->regs[2], regs->regs[3], regs->regs[4], regs->regs[5]   \
    }
#define FRAME_POINTER(regs) ((regs)->regs[29])
#define JUMPS(regs) false
#endif

struct go_event {
    struct trace_go go;
    __u64 callers[TRACE_GO_CALLERS];
};

static __always_inline void go_fill(struct trace_go *go, struct pt_regs *regs, __u64 probe)
{
    __builtin_memset(&go->event, 0, sizeof go->event);
    event_begin(&go->event, TRACE_GO, bpf_get_current_pid_tgid());
    go->event.value = probe & ~(TRACE_GO_GUARD | TRACE_GO_ALONE);
    go->event.stack = TRACE_CALLERS;
    registers_of(&go->event.registers, regs);
    __u64 arguments[TRACE_GO_ARGUMENTS] = GO_ARGUMENTS(regs);
    __builtin_memcpy(go->arguments, arguments, sizeof arguments);
    __builtin_memset(go->memory, 0, sizeof go->memory);
    bpf_probe_read_user(go->memory, sizeof go->memory, (void *)arguments[0]);
}

static __always_inline void tell_go_alone(struct pt_regs *regs, __u64 probe)
{
    struct trace_go *go = bpf_ringbuf_reserve(&ring, sizeof *go, 0);
    if (!go) {
        lose_event(bpf_get_current_pid_tgid() >> 32);
        return;
    }
    go_fill(go, regs, probe);
    event_submit(&go->event);
}

/* Attached by the loader, to addresses that the tracer finds. There is no other unwinding at a
 * function's first instruction than this: its frame is not there yet, so the chain is its caller's.
 */
SEC("uprobe")
int go_enters(struct pt_regs *regs)
{
    __u64 probe = bpf_get_attach_cookie(regs);
    __u32 pid = bpf_get_current_pid_tgid() >> 32;
    if (!is_watched(pid) || (probe & TRACE_GO_GUARD && JUMPS(regs)))
        return 0;
    if (probe & TRACE_GO_ALONE) {
        tell_go_alone(regs, probe);
        return 0;
    }
    struct go_event *event = bpf_ringbuf_reserve(&ring, sizeof *event, 0);
    if (!event) {
        lose_event(pid);
        return 0;
    }
    go_fill(&event->go, regs, probe);

    __u32 depth = 0;
    struct {
        __u64 below, caller;
    } frame = {.below = FRAME_POINTER(regs)};
#if defined(__TARGET_ARCH_x86)
    bpf_probe_read_user(&frame.caller, sizeof frame.caller, (void *)regs->sp);
#else
    frame.caller = regs->regs[30];
#endif
    for (; depth < TRACE_GO_CALLERS && frame.caller; depth++) {
        event->callers[depth] = frame.caller;
        __u64 at = frame.below;
        if (!at || bpf_probe_read_user(&frame, sizeof frame, (void *)at) ||
            (frame.below && frame.below <= at)) {
            depth++;
            break;
        }
    }
    event->go.event.size = depth * sizeof event->callers[0];
    event_submit(&event->go.event);
    return 0;
}
