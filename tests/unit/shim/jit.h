/*
 * jit.h - functions that are made while the tests run, as an interpreter makes its own: no module
 * holds them, and nothing tells an unwinder of them.
 */
#ifndef TIMERLEAK_TEST_SHIM_JIT_H
#define TIMERLEAK_TEST_SHIM_JIT_H

enum jit_shape {
    JIT_TRAMPOLINE,    /* keeps no frame pointer, and leaves its frame right behind the call */
    JIT_LEAVES,        /* keeps one, and leaves right behind the call */
    JIT_FRAME_POINTER, /* keeps one, and does something else before it leaves */
    JIT_LOST,          /* has something else in that register, and does something else behind */
    JIT_MISLEADS,      /* the same; it looks like a frame that returns to a function's start */
    JIT_SHAPES
};

/* A function, and what it calls: the next one. */
struct jit_call {
    void (*function)(struct jit_call *call);
    struct jit_call *next;
};

/* Calls call->next->function(call->next). Each time it is made it has another address. */
typedef void (*jit_function)(struct jit_call *call);
jit_function jit_make(enum jit_shape shape);

#endif
