/*
 * stacks.bpf.h - who made a call: registers, and a stack that is known (events.h), or its copy.
 */
#ifndef TIMERLEAK_TRACE_STACKS_BPF_H
#define TIMERLEAK_TRACE_STACKS_BPF_H

#include "trace/ring.bpf.h"

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, TRACE_STEPS_ROOM);
    __type(key, __u64);
    __type(value, struct trace_step);
} steps SEC(".maps");

/* Of a process, once it has unmapped code. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 65536);
    __type(key, __u32);
    __type(value, __u32);
} epochs SEC(".maps");

static __always_inline void registers_of(struct trace_registers *to, struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
    to->ip = regs->ip;
    to->sp = regs->sp;
    to->bp = regs->bp;
    to->bx = regs->bx;
    to->r12 = regs->r12;
    to->r13 = regs->r13;
    to->r14 = regs->r14;
    to->r15 = regs->r15;
#else
    /* The link register in the place of rbx: functions keep their other addresses on the stack. */
    *to = (struct trace_registers){
        .ip = regs->pc, .sp = regs->sp, .bp = regs->regs[29], .bx = regs->regs[30]};
#endif
}

/* ---- known stacks ---- */

struct walk {
    __u64 key, sp, bp;
    __u32 known; /* 0: it led nowhere */
};

static long walk_step(__u32 index, struct walk *walk)
{
    const struct trace_step *step = bpf_map_lookup_elem(&steps, &walk->key);
    if (!step)
        return 1;
    if (step->end) {
        walk->known = step->known;
        return 1;
    }
    __u64 word = walk->bp;
    if (step->offset != TRACE_STEP_BP &&
        bpf_probe_read_user(&word, sizeof word, (void *)(walk->sp + step->offset)))
        return 1;
    walk->key = trace_mix(walk->key, step->relative ? word - walk->sp : word);
    return 0;
}

static __always_inline __u32 walk(const struct trace_registers *registers, __u32 pid, __u32 call)
{
    const __u32 *epoch = bpf_map_lookup_elem(&epochs, &pid);
    struct walk walk = {.key = trace_begin(pid, epoch ? *epoch : 0, call, registers->ip),
                        .sp = registers->sp,
                        .bp = registers->bp};
    bpf_loop(TRACE_STEPS_MOST, walk_step, &walk, 0);
    return walk.known;
}

/* ---- copies ---- */

/* Piece by piece, until one can't be read: of that, up to the end of its page. So it ends where the
 * stack does. */
#define PIECE 4096u
static __always_inline __u32 copy(char *to, __u64 sp, __u32 pieces)
{
#pragma unroll
    for (__u32 i = 0; i < pieces; i++) {
        const char *from = (const char *)sp + i * PIECE;
        if (!bpf_probe_read_user(to + i * PIECE, PIECE, from))
            continue;
        __u32 rest = PIECE - (sp & (PIECE - 1));
        if (rest >= PIECE || bpf_probe_read_user(to + i * PIECE, rest, from))
            rest = 0;
        return i * PIECE + rest;
    }
    return pieces * PIECE;
}

/* How much of a stack is worth its room: in a ring that fills, the callers next to the call. The
 * last part is left to events without: a stack that is missing is less of a loss than a timer whose
 * end is not seen. */
static __always_inline __u32 largest_copy(void)
{
    __u64 filled = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
    return filled < RING_SIZE / 4 * 3     ? TRACE_STACK_LARGE
           : filled < RING_SIZE / 16 * 15 ? PIECE
                                          : 0;
}

struct stack {
    struct trace_registers registers;
    __u32 known;
    __u32 copied; /* bytes, room for all of it */
};

static __always_inline void stack_find(struct stack *stack, struct pt_regs *regs, __u32 pid,
                                       __u32 call)
{
    registers_of(&stack->registers, regs);
    stack->known = walk(&stack->registers, pid, call);
    bool sample = stack->known && settings.sample && !(bpf_get_prandom_u32() % settings.sample);
    stack->copied = 0;
    if (stack->known && !sample)
        return;
    __u32 most = largest_copy();
    stack->copied = most < PIECE ? most : PIECE;
    if (most <= PIECE)
        return;
#pragma unroll
    for (__u32 size = PIECE; size < TRACE_STACK_LARGE; size *= 2) {
        __u64 word;
        if (bpf_probe_read_user(&word, sizeof word, (void *)(stack->registers.sp + size)))
            return;
        stack->copied = size * 2;
    }
}

static __always_inline void event_put_stack(struct trace_event *event, const struct stack *stack)
{
    event->registers = stack->registers;
    bpf_probe_read_user(event->top, sizeof event->top, (void *)event->registers.sp);
    event->known = stack->known;
    if (stack->known) {
        event->stack = TRACE_KNOWN;
    } else if (event->size) {
        event->stack = TRACE_COPIED_STACK;
    } else {
        event->stack = TRACE_UNREADABLE;
    }
}

/* One for each size: what is reserved must be known when the program is loaded. */
#define TELL_WITH_COPY(size_)                                                                      \
    ({                                                                                             \
        struct trace_event *event = bpf_ringbuf_reserve(&ring, sizeof *event + (size_), 0);        \
        if (event) {                                                                               \
            event_fill(event, front);                                                              \
            event->size = copy((char *)(event + 1), stack.registers.sp, (size_) / PIECE);          \
            event_put_stack(event, &stack);                                                        \
            event_submit(event);                                                                   \
        } else {                                                                                   \
            lose_event(front->pid);                                                                \
        }                                                                                          \
    })

/* With the whole stack. */
static __noinline int tell_with_stack(const struct trace_event *front, struct pt_regs *regs)
{
    struct stack stack;
    stack_find(&stack, regs, front->pid, front->call);
    switch (stack.copied / PIECE) {
    case 0:
        TELL_WITH_COPY(0);
        break;
    case 1:
        TELL_WITH_COPY(1 * PIECE);
        break;
    case 2:
        TELL_WITH_COPY(2 * PIECE);
        break;
    case 4:
        TELL_WITH_COPY(4 * PIECE);
        break;
    case 8:
        TELL_WITH_COPY(8 * PIECE);
        break;
    default:
        TELL_WITH_COPY(TRACE_STACK_LARGE);
    }
    return 0;
}

/* With what its caller can be found by. */
static __noinline int tell_with_caller(const struct trace_event *front, struct pt_regs *regs)
{
    struct trace_event *event = bpf_ringbuf_reserve(&ring, sizeof *event, 0);
    if (!event) {
        lose_event(front->pid);
        return 0;
    }
    event_fill(event, front);
    registers_of(&event->registers, regs);
    bpf_probe_read_user(event->top, sizeof event->top, (void *)event->registers.sp);
    event_submit(event);
    return 0;
}

#endif
