/* gotime.h - what the programs that use the library gotime share. */
#ifndef SUPPORT_GOTIME_H
#define SUPPORT_GOTIME_H

#include <gotime/gotime.h>
#include <stdio.h>
#include <stdlib.h>

/* A function that must keep a frame and lines of its own in every stack. */
#define SITE __attribute__((noinline))

#define TURNS 1000000

/* Ends the program unless a call gave what it should. */
static inline void expect(long long got, long long wanted, const char *what)
{
    if (got == wanted)
        return;
    fprintf(stderr, "%s: %lld, not %lld\n", what, got, wanted);
    exit(99);
}

/* Until a channel has a value. */
static inline void wait_for(gt_chan chan)
{
    expect(gt_chan_recv(chan, NULL), 0, "gt_chan_recv");
}

#endif
