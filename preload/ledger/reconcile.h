/*
 * reconcile.h - asks the kernel, at a clean exit, for what no wrapper saw: descriptors that went
 * another way than through close(), expirations that nobody has read, and what timers by a clock
 * that no hook reads have come to. Makes system calls.
 */
#ifndef TIMERLEAK_RECONCILE_H
#define TIMERLEAK_RECONCILE_H

void reconcile_descriptors(void);
void reconcile_untimed(void);

#endif
