/*
 * events.h - what the programs in the kernel (probes.bpf.c) tell the tracer, and what it tells
 * them: the one contract between both. The kernel's side decides nothing: it says which call
 * returned what, and with which stack; what that means is the ledger's (ledger.h).
 *
 * Events come through one ring, in the order in which they happened, whatever the processor. What
 * found no room in it is counted (struct trace_losses).
 */
#ifndef TIMERLEAK_TRACE_EVENTS_H
#define TIMERLEAK_TRACE_EVENTS_H

#include <linux/types.h>

enum trace_what {
    TRACE_FORKED = 1, /* a process: `pid` is the child, `other` its parent, `value` when it started,
                         CLOCK_BOOTTIME. Its timerfds follow */
    TRACE_EXECED, /* what is still open follows. TRACE_PROGRAM bytes of the path that was executed,
                     of a script its interpreter, "" if it is too long; then its arguments */
    TRACE_EXITED, /* the last thread is ending; what is still open came before. `value`: the wait
                     status */
    TRACE_OPEN,   /* a timerfd that is open: `fd`, `object`, `state`. `value`: at which of these
                     three;   0: before the tracer came. Of TRACE_FORKED, `other` is the parent */

    TRACE_CREATED, /* timerfd_create, timer_create */
    TRACE_FAILED,  /* the same, with `value` the errno */
    TRACE_ARMED,   /* timerfd_settime, timer_settime, setitimer, alarm: it succeeded */
    TRACE_ASKED,   /* timerfd_gettime, timer_gettime, timer_getoverrun, getitimer */
    TRACE_READ,    /* a timerfd: `value` expirations */
    TRACE_DELETED, /* timer_delete: before it is done */

    TRACE_CLOSING, /* close, close_range, or a copy is put over it: `fd` is about to mean nothing */
    TRACE_COPIED,  /* dup and the like, or received: `fd` means `object` now. `value`: enum
                      trace_copy */
    TRACE_GO,      /* a function of Go's runtime was entered: see struct trace_go */
};

/* Of TRACE_COPIED. A descriptor that stands for a timer which the process had not known is
 * received. */
enum trace_copy { TRACE_COPY_MADE = 1, TRACE_COPY_RECEIVED };

/* The calls: which names the function that a report shows as the leaf. */
enum trace_call {
    TRACE_NO_CALL,
    TRACE_TIMERFD_CREATE,
    TRACE_TIMERFD_SETTIME,
    TRACE_TIMERFD_GETTIME,
    TRACE_TIMER_CREATE,
    TRACE_TIMER_SETTIME,
    TRACE_TIMER_GETTIME,
    TRACE_TIMER_GETOVERRUN,
    TRACE_TIMER_DELETE,
    TRACE_SETITIMER,
    TRACE_GETITIMER,
    TRACE_ALARM,
    TRACE_RECVMSG,
    TRACE_RECVMMSG,
    TRACE_PIDFD_GETFD,
    TRACE_OTHER_CALL,
};

enum trace_flags {
    TRACE_CLOEXEC = 1,  /* of a descriptor that was created, copied or is open */
    TRACE_ABSOLUTE = 2, /* TFD_TIMER_ABSTIME, TIMER_ABSTIME */
    TRACE_RAN = 4,      /* of TRACE_ARMED, TRACE_ASKED: the call said that it had time left ... */
    TRACE_RAN_OUT = 8,  /* ... or none. Neither: the program did not ask */
};

/* How the stack comes. */
enum trace_stack {
    TRACE_NO_STACK,     /* this event needs none */
    TRACE_KNOWN,        /* `known` is the number that the tracer gave it */
    TRACE_COPIED_STACK, /* registers, and `size` bytes from the stack pointer on */
    TRACE_CALLERS,      /* `size` bytes of return addresses, leaf first, found by frame pointers */
    TRACE_UNREADABLE,   /* there was no room for the copy, or nothing to be read: registers alone */
};

/* With TRACE_KNOWN and a copy: a sample, by which the tracer finds out whether it was right. */

/* What a timerfd is doing, as the kernel's own record of it says. */
struct trace_state {
    __u64 ticks;    /* expirations that nobody has read */
    __u64 interval; /* ns */
    __s64 left;     /* ns until the next; 0: it is not armed, or has expired */
    __s32 clock;
    __u32 known; /* 0: this kernel's record could not be read */
};

struct trace_registers {
    __u64 ip, sp, bp, bx, r12, r13, r14, r15;
};

#define TRACE_PROGRAM 512
#define TRACE_ARGUMENTS 4096

/* Words at the stack pointer that come with every event that may need its caller. */
#define TRACE_TOP_WORDS 16

struct trace_event {
    __u16 what;     /* enum trace_what */
    __u8 call;      /* enum trace_call */
    __u8 stack;     /* enum trace_stack */
    __u32 flags;    /* enum trace_flags */
    __u32 pid, tid; /* in the first pid namespace */
    __u32 other;    /* of TRACE_FORKED, and TRACE_OPEN that follows it, the parent */
    __s32 fd;
    __u64 now;    /* CLOCK_MONOTONIC, ns */
    __u64 object; /* the open file, by the kernel's address; a POSIX timer's id; ITIMER_* */
    __s64 value;
    __s32 clock;              /* of TRACE_CREATED */
    __s32 notify;             /* of timer_create: sigev_notify; -1: no sigevent was given */
    __s32 signal;             /* sigev_signo */
    __u32 known;              /* of TRACE_KNOWN */
    __u64 first, interval;    /* of TRACE_ARMED: it_value and it_interval, ns */
    struct trace_state state; /* of TRACE_OPEN, and TRACE_COPIED if it is received; of TRACE_ARMED
                                 and TRACE_CLOSING on a timerfd how it was before */
    struct trace_registers registers;
    __u64 top[TRACE_TOP_WORDS];
    __u32 size, reserved; /* bytes that follow */
};

#define TRACE_STACK_LARGE (64u << 10) /* no more is copied */

/*
 * Go: the tracer gives each probe a number when it attaches it: which function of which binary.
 * With TRACE_GO_GUARD in it, it stands on the jump that leads to a larger stack (jbe): where that
 * is taken the function begins anew after, and nothing is told the first time. Arguments
 * are where Go 1.17 and later passes them (ABIInternal on x86-64): rax, rbx, rcx, rdi, rsi, r8.
 * Memory is what lies where the first argument points to. Callers follow (TRACE_CALLERS), the first
 * of them is who called the function.
 */
#define TRACE_GO_ARGUMENTS 6
/* No further than the timer itself: what lies behind may not be in memory. */
#define TRACE_GO_MEMORY 3
#define TRACE_GO_CALLERS 64
#define TRACE_GO_GUARD (1ull << 63)
/* With this, callers are of no interest: it ends what was made elsewhere. */
#define TRACE_GO_ALONE (1ull << 62)

struct trace_go {
    struct trace_event event; /* .value: the probe */
    __u64 arguments[TRACE_GO_ARGUMENTS];
    __u64 memory[TRACE_GO_MEMORY];
};

/* What could not be told of a process. */
struct trace_losses {
    __u64 events;  /* no room in the ring */
    __u64 foreign; /* timers that it made as a 32-bit program: its calls are not looked at */
};

/* ---- what is known of stacks: see known.h ---- */

/*
 * Stacks that were unwound once are known again by a walk from step to step. A step says which word
 * to look at next; that word leads to the next step, until one is the end. The words are those that
 * the unwinder itself looked at: return addresses as they are, saved stack addresses relative to
 * the stack pointer. So two stacks that lead the same way are the same.
 */
struct trace_step {
    __u32 offset;   /* of the word from the stack pointer, bytes; or the register, see below */
    __u16 relative; /* 1: the stack pointer is taken off it */
    __u16 end;      /* 1: `known` says which stack it is */
    __u32 known;
    __u32 reserved;
};

#define TRACE_STEP_BP 0xffffffffu /* as an offset: not a word of memory, but rbp */
#define TRACE_STEPS_MOST 256
#define TRACE_STEPS_ROOM 262144 /* in the kernel's table */

static inline __u64 trace_mix(__u64 key, __u64 word)
{
    key ^= word;
    key *= 0x9e3779b97f4a7c15ull;
    return key ^ key >> 29;
}

/* Where the walk begins. `epoch` counts up when the process unmaps code. */
static inline __u64 trace_begin(__u32 pid, __u32 epoch, __u32 call, __u64 ip)
{
    return trace_mix(trace_mix((__u64)pid << 32 | epoch, call), ip);
}

/* ---- what is to be traced ---- */

struct trace_settings {
    __u32 all;      /* 1: every process; else those in the table of the watched */
    __u32 self;     /* the tracer: never */
    __u32 children; /* 1: what those in the table fork is watched too */
    __u32 sample;   /* of so many known stacks one is copied */
    __u64 timerfd;  /* the kernel's address of the functions of a timerfd; learned at the start */
};

#endif
