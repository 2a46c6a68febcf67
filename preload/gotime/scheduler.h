/* scheduler.h - what the rest of the library does with the scheduler's tasks. */
#ifndef GOTIME_SCHEDULER_H
#define GOTIME_SCHEDULER_H

/* What is wrong with it, or NULL: for tests, after any step. */
const char *scheduler_check(void);

/* As of struct part (parts.h). In the child all handles of tasks are stale. */
void scheduler_lock(void);
void scheduler_unlock(void);
void scheduler_renew(void);
void scheduler_end(void);

#endif
