/*
 * machine.h - what differs between processors and the ABIs of the C library on them, but for
 * vfork.S. x86-64 and aarch64 are known; elsewhere the shim does without.
 */
#ifndef TIMERLEAK_MACHINE_H
#define TIMERLEAK_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

/* In a loop that waits for another processor. */
static inline void cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/*
 * Loads a word that says whether others are filled in, before any of those. x86-64 does so by
 * itself, and a plain load can be part of the instruction that looks at it.
 */
static inline uint32_t machine_load_first(const uint32_t *word)
{
#ifdef __x86_64__
    return *word;
#else
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
#endif
}

/*
 * A call leaves its return address on the stack, just below the caller's frame: rules.h goes by it.
 * On aarch64 a return address stands wherever the function chose to save it, and may be signed.
 */
#ifdef __x86_64__
#define MACHINE_CALLS_PUSH true
#else
#define MACHINE_CALLS_PUSH false
#endif

/*
 * Where, relative to the thread pointer, glibc keeps the descriptor of a thread: from it to the end
 * of its page, or, on machines whose thread-local variables lie above the pointer, below it. Of
 * that, no more than what is mapped for sure.
 */
#define MACHINE_BELOW_POINTER 2048

static inline uintptr_t machine_descriptor_start(uintptr_t pointer)
{
#ifdef __aarch64__
    return pointer - MACHINE_BELOW_POINTER;
#else
    return pointer;
#endif
}

static inline uintptr_t machine_descriptor_end(uintptr_t pointer)
{
#ifdef __aarch64__
    return pointer;
#else
    return (pointer | 4095) + 1;
#endif
}

/*
 * What an unwinder gave, as the return address that it stands for. libunwind gives one byte less on
 * aarch64, in some releases; instructions are four bytes there.
 */
static inline void *machine_return_address(void *address)
{
#ifdef __aarch64__
    return (void *)(((uintptr_t)address + 3) & ~(uintptr_t)3);
#else
    return address;
#endif
}

/* A function that signs its return address where processors can: not all unwinders understand. */
#ifdef __aarch64__
#define MACHINE_SIGNS __attribute__((target("branch-protection=pac-ret")))
#else
#define MACHINE_SIGNS
#endif

/*
 * The versions, older than GLIBC_2.34, under which glibc exports the functions of POSIX timers:
 * with a timer_t, and before that with an int. All of them stand in exports.map.
 */
#if defined(__x86_64__)
#define MACHINE_TIMERS_THEN "GLIBC_2.3.3"
#define MACHINE_TIMERS_FIRST "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define MACHINE_TIMERS_THEN "GLIBC_2.17"
#endif

/* Of ld.so: where the main stack began. There the kernel put argc, argv, NULL, environ, NULL. */
extern void *__libc_stack_end;

#endif
