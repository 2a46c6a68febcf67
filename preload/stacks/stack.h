/*
 * stack.h - takes the stack of the running thread.
 *
 * libunwind's unw_backtrace() does it in a tenth of the time that others need, thanks to its cache
 * per thread. It is found with dlopen(RTLD_LOCAL), never linked: as a needed library it would take
 * over C++ exceptions of the whole program. Where its locks or its system calls could hurt,
 * libgcc's unwinder, which has neither, is used instead; a copy of it is linked into the shim. It
 * is also that which finds its way through code made at run time: see bare.h.
 */
#ifndef TIMERLEAK_STACK_H
#define TIMERLEAK_STACK_H

#include <stdbool.h>
#include <stdint.h>

/* Finds libunwind, and where this thread's stack lies. */
void stack_start(void);

/* Before the first stack is taken: for its first, libgcc's unwinder makes a system call. */
void stack_begin(void);

/* enum tlk_unwinder: the one in use. */
uint32_t stack_unwinder(void);

/* Frames of the shim that may stand before the first of its caller. */
#define STACK_OWN_FRAMES 8

/*
 * Whether the stack of this thread can be taken: enough of it is left for the unwinder, and it is
 * the one the thread started on, not one for signals or a coroutine, whose end is not known.
 */
bool stack_suffices(void);

/*
 * The return addresses of the callers of the shim, leaf first, at most `most`; there is room for
 * STACK_OWN_FRAMES more. Frames of the shim are left out. Call it within a section, with no lock
 * held, and only when the stack suffices. `oddly`: a frame may be none that libunwind knows how to
 * leave; it would guess, and read what is no memory.
 */
uint32_t stack_capture(void **addresses, uint32_t most, bool oddly, bool *truncated);

#endif
