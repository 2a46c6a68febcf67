/*
 * bare.h - leads libgcc's unwinder through code that brings no unwind information, as what was made
 * at run time.
 *
 * Where such code leaves its frame right behind the call, the instructions tell exactly where the
 * frame ends; elsewhere the frame pointer is followed, and what is found that way is only believed
 * once it has led to a call in code that is known. It is for stack.c, whose walks ask at each step.
 */
#ifndef TIMERLEAK_BARE_H
#define TIMERLEAK_BARE_H

#include <stdbool.h>
#include <unwind.h>

enum bare_trust {
    BARE_SURE,     /* this is a frame, and so were those before */
    BARE_DOUBTFUL, /* so it seems; it takes one that is sure to tell */
    BARE_WRONG,    /* nor were the doubtful ones before */
};

/* Before each walk of this thread, whose bounds are known. */
void bare_begin(void);

/* In each step of the walk: whether it has come to a frame. */
enum bare_trust bare_arrive(struct _Unwind_Context *context);

/* Whether the walk may go on from there; it may read what is no memory, if it does all the same. */
bool bare_may_leave(struct _Unwind_Context *context);

/* As libgcc declares it. */
struct bases {
    void *text, *data, *function;
};

/* The unwind information (FDE) of the code that holds an address; NULL: no module has any. */
const void *__real__Unwind_Find_FDE(void *address, struct bases *bases);

#endif
