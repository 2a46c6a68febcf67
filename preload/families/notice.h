/*
 * notice.h - sees SIGEV_THREAD timers fire: the shim's function is called in the place of the
 * program's, and calls that.
 */
#ifndef TIMERLEAK_NOTICE_H
#define TIMERLEAK_NOTICE_H

#include <signal.h>

#include "ledger/ledger.h"

struct notice;

/* What to call when a timer fires. NULL when there is no room: then its fires can't be seen. */
struct notice *notice_take(void (*function)(union sigval), union sigval value);

/* By number, which is never 0, as the ledger keeps it; that of none is 0. */
uint32_t notice_number(const struct notice *notice);
struct notice *notice_of(uint64_t number);

void notice_belongs_to(struct notice *notice, struct timer_ref ref);

/* The timer is being deleted. A thread that was started for it may call notice_deliver() yet. */
void notice_give(struct notice *notice);

/* The notification function; the value points to the notice. */
void notice_deliver(union sigval notice);

#endif
