/*
 * received.bpf.h - descriptors of timerfds that come from another process.
 */
#ifndef TIMERLEAK_TRACE_RECEIVED_BPF_H
#define TIMERLEAK_TRACE_RECEIVED_BPF_H

#include "trace/descriptors.bpf.h"
#include "trace/stacks.bpf.h"

#define SOL_SOCKET 1
#define SCM_RIGHTS 1

/* It may be this process's first sight of the timer, and so what a report will call its making. */
static __noinline int tell_received(struct pt_regs *regs, __u32 fd, enum trace_call call)
{
    __u64 file = timerfd_at(fd);
    if (!file)
        return 0;
    EVENT(event, TRACE_COPIED);
    event->call = call;
    event->fd = fd;
    event->object = file;
    event->value = TRACE_COPY_RECEIVED;
    event->flags = flags_at(fd);
    state_of(&event->state, file);
    tell_with_stack(event, regs);
    return 0;
}

/* struct user_msghdr and struct cmsghdr, as in the calls. */
struct user_message {
    __u64 name, name_size, parts, parts_count, control, control_size, flags;
};

struct user_messages {
    struct user_message message;
    __u64 size;
};

struct control {
    __u64 size;
    __u32 level, type;
};

/* How many descriptors and headers are looked at of one message. A message has 253 descriptors at
 * most. */
#define CONTROL_MOST 512

struct received {
    struct pt_regs *regs;
    __u64 at, end;    /* the next header */
    __u64 fd, fd_end; /* descriptors of the one before it */
    __u64 messages;   /* of recvmmsg */
    __u32 call;
};

static long received_step(__u32 index, struct received *received)
{
    if (received->fd + sizeof(__u32) <= received->fd_end) {
        __u32 fd;
        if (bpf_probe_read_user(&fd, sizeof fd, (void *)received->fd))
            return 1;
        received->fd += sizeof fd;
        tell_received(received->regs, fd, received->call);
        return 0;
    }
    struct control control;
    if (received->at + sizeof control > received->end ||
        bpf_probe_read_user(&control, sizeof control, (void *)received->at) ||
        control.size < sizeof control || control.size > received->end - received->at)
        return 1;
    if (control.level == SOL_SOCKET && control.type == SCM_RIGHTS) {
        received->fd = received->at + sizeof control;
        received->fd_end = received->at + control.size;
    }
    received->at += (control.size + 7) & ~7ull;
    return 0;
}

static long message_step(__u32 index, struct received *received)
{
    struct user_message message;
    void *at = (void *)(received->messages + index * sizeof(struct user_messages));
    if (bpf_probe_read_user(&message, sizeof message, at))
        return 1;
    if (message.control_size < sizeof(struct control) + sizeof(__u32))
        return 0;
    received->at = message.control;
    received->end = message.control + message.control_size;
    received->fd = received->fd_end = message.control; /* none; not 0, see scan_run() */
    bpf_loop(CONTROL_MOST, received_step, received, 0);
    return 0;
}

static __always_inline void tell_messages(struct pt_regs *regs, enum trace_call call, __u32 count)
{
    struct received received = {.regs = regs, .messages = ARGUMENT_2(regs), .call = call};
    bpf_loop(count, message_step, &received, 0);
}

#endif
