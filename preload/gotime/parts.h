/*
 * parts.h - fork and the end, which concern every part of the library. Its table, in life.c, has
 * the parts in the order of their locks, outermost first.
 */
#ifndef GOTIME_PARTS_H
#define GOTIME_PARTS_H

struct part {
    void (*lock)(void);   /* before fork(): takes all its locks; NULL: has none */
    void (*unlock)(void); /* afterwards, in the parent */
    void (*renew)(void);  /* in the child, instead: its locks are free, its timers gone */
    void (*end)(void);    /* gives all back; no thread but the caller's is in the library */
};

/* ---- those parts that have no other header ---- */

/* The child keeps its mock clock; in the end the real one is back. */
void mock_renew(void);
void mock_end(void);

/*
 * In the child all handles of contexts are stale, as the timers are gone that would have ended
 * them. Channels are renewed before, and ended afterwards.
 */
void contexts_renew(void);
void contexts_end(void);

/* In the child all handles of tasks are stale. */
void scheduler_lock(void);
void scheduler_unlock(void);
void scheduler_renew(void);
void scheduler_end(void);

/* What is wrong with the scheduler, or NULL: for tests, after any step. */
const char *scheduler_check(void);

#endif
