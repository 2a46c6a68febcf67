/* thread.h - the library's threads: all signals are blocked in them. */
#ifndef GOTIME_THREAD_H
#define GOTIME_THREAD_H

#include <pthread.h>

/* 0 or a negative errno. */
int thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *argument);

#endif
