/*
 * kernel.bpf.h - what the probes look at in the kernel: of each record the members that are used.
 * Where they lie in the kernel that runs, libbpf finds out when it loads them (CO-RE).
 */
#ifndef TIMERLEAK_TRACE_KERNEL_BPF_H
#define TIMERLEAK_TRACE_KERNEL_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/bpf.h>
#include <asm/unistd.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

/* Hooks and what bpf_loop() calls have parameters by rule, needed or not. */
#pragma clang diagnostic ignored "-Wunused-parameter"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
    unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip,
        flags;
    unsigned long sp;
};
struct thread_info {
    __u32 status;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
    __u64 regs[31], sp, pc, orig_x0;
    __s32 syscallno;
};
struct thread_info {
    unsigned long flags;
};
#else
#error "the probes know the registers of x86-64 and of arm64"
#endif

struct timerqueue_node {
    __s64 expires;
};

struct hrtimer_clock_base {
    __s64 offset; /* that its clock is ahead of CLOCK_MONOTONIC */
};

struct hrtimer {
    struct timerqueue_node node;
    struct hrtimer_clock_base *base;
    __u8 state;
};

struct alarm {
    struct timerqueue_node node;
    struct hrtimer timer;
    int state;
};

struct timerfd_ctx {
    union {
        struct hrtimer tmr;
        struct alarm alarm;
    } t;
    __s64 tintv;
    __u64 ticks;
    int clockid;
};

struct file {
    const void *f_op;
    void *private_data;
};

struct fdtable {
    unsigned int max_fds;
    struct file **fd;
    unsigned long *close_on_exec;
    unsigned long *open_fds;
};

struct files_struct {
    struct fdtable *fdt;
};

typedef struct {
    int counter;
} atomic_t;

struct signal_struct {
    atomic_t live;
    int nr_threads;
    int group_exit_code;
    unsigned int flags;
};

struct mm_struct {
    unsigned long arg_start, arg_end;
};

struct task_struct {
    struct thread_info thread_info;
    unsigned int flags;
    int exit_code;
    int pid, tgid;
    struct task_struct *group_leader;
    struct files_struct *files;
    struct mm_struct *mm;
    struct signal_struct *signal;
    __u64 start_time, start_boottime;
};

struct linux_binprm {
    const char *interp; /* what runs; of a script its interpreter */
};

struct bpf_iter_meta {
    struct seq_file *seq;
};

struct bpf_iter__task_file {
    struct bpf_iter_meta *meta;
    struct task_struct *task;
    __u32 fd;
    struct file *file;
};

#pragma clang attribute pop

#define PF_KTHREAD 0x00200000
#define SIGNAL_GROUP_EXIT 0x00000004
#define TIMER_IS_QUEUED 1 /* HRTIMER_STATE_ENQUEUED, and ALARMTIMER_STATE_ENQUEUED */

/* How a call is made: its number, its arguments; who makes it in a 32-bit program's way has other
 * numbers for them, and other structures. */
#if defined(__TARGET_ARCH_x86)
#define TS_COMPAT 2
#define NUMBER_OF_CALL(regs) ((long)(regs)->orig_ax)
#define ARGUMENT_1(regs) ((regs)->di)
#define ARGUMENT_2(regs) ((regs)->si)
#define ARGUMENT_3(regs) ((regs)->dx)
#define ARGUMENT_4(regs) ((regs)->r10)
#define IS_32_BIT(task) ((task)->thread_info.status & TS_COMPAT)
#define TIMER_CREATE_32 259
#define TIMERFD_CREATE_32 322
#else
#define TIF_32BIT 22
#define NUMBER_OF_CALL(regs) ((long)(regs)->syscallno)
#define ARGUMENT_1(regs) ((regs)->orig_x0)
#define ARGUMENT_2(regs) ((regs)->regs[1])
#define ARGUMENT_3(regs) ((regs)->regs[2])
#define ARGUMENT_4(regs) ((regs)->regs[3])
#define IS_32_BIT(task) ((task)->thread_info.flags >> TIF_32BIT & 1)
#define TIMER_CREATE_32 257
#define TIMERFD_CREATE_32 350
#endif

#endif
