/* context.h - what the rest of the library does with contexts. */
#ifndef GOTIME_CONTEXT_H
#define GOTIME_CONTEXT_H

/*
 * As of struct part (parts.h). In the child all handles of contexts are stale, as the timers are
 * gone that would have ended them. Channels are renewed before, and ended afterwards.
 */
void contexts_renew(void);
void contexts_end(void);

#endif
