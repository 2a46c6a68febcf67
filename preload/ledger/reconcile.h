/*
 * reconcile.h - asks the kernel, at a clean exit, for what no wrapper saw: descriptors that went
 * another way than through close(), and expirations that nobody has read. Makes system calls.
 */
#ifndef TIMERLEAK_RECONCILE_H
#define TIMERLEAK_RECONCILE_H

void reconcile_descriptors(void);

#endif
