/*
 * sharing.h - the descriptors that stand for one timer: it goes by the number of one of them, keeps
 * some of the others', and lives until the last is closed.
 */
#ifndef TIMERLEAK_SHARING_H
#define TIMERLEAK_SHARING_H

#include "ledger/ledger.h"

/*
 * One descriptor more, made there, or `fd` less, stands for the timer. With the last one it is
 * released.
 */
void timer_shared(struct timer_ref ref, int copy, const void *caller);
void timer_unshared(struct timer_ref ref, int fd);

/* The number that it goes by is closed: from now on it goes by another one. */
void timer_renumber(struct timer_ref ref);

#endif
