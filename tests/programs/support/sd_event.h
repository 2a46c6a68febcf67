/*
 * sd_event.h - what the programs with sd-event's time sources share: callbacks, and turns of a loop
 * until enough of them were called. Accuracy is a microsecond, so that nothing is put off.
 */
#ifndef SUPPORT_SD_EVENT_H
#define SUPPORT_SD_EVENT_H

#include <errno.h>
#include <systemd/sd-event.h>
#include "timers.h"

#define AN_HOUR_US (AN_HOUR * UINT64_C(1000))

static inline void ok(int result, const char *what)
{
    if (result < 0) {
        errno = -result;
        fail_if(1, what);
    }
}

static inline sd_event *loop_new(void)
{
    sd_event *loop = NULL;
    ok(sd_event_new(&loop), "sd_event_new");
    return loop;
}

static inline int count_call(sd_event_source *source, uint64_t usec, void *count)
{
    (void)source, (void)usec;
    ++*(int *)count;
    return 0;
}

static inline void say_gone(void *what)
{
    printf("gone: %s\n", (const char *)what);
}

static inline void run_until(sd_event *loop, const int *count, int enough)
{
    while (*count < enough)
        ok(sd_event_run(loop, UINT64_MAX), "sd_event_run");
}

static inline int enabled(sd_event_source *source)
{
    int is = -1;
    ok(sd_event_source_get_enabled(source, &is), "sd_event_source_get_enabled");
    return is;
}

#endif
