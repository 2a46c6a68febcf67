// library: pc:libsystemd
// family: sd-event
/* Sources that stay on, or are switched on and off, in their own callbacks and elsewhere. */
#include "support/sd_event.h"

static int called, due;

/* The idiom of the manual: on for good, and each call sets the next time. */
static int set_next(sd_event_source *source, uint64_t usec, void *count)
{
    return sd_event_source_set_time(source, usec + (++*(int *)count < 3 ? 1000 : AN_HOUR_US));
}

/* Who leaves the time in the past is called again at once. */
static int off_at_third(sd_event_source *source, uint64_t usec, void *count)
{
    (void)usec;
    if (++*(int *)count == 3)
        return sd_event_source_set_enabled(source, SD_EVENT_OFF);
    return 0;
}

static int once_more(sd_event_source *source, uint64_t usec, void *count)
{
    printf("in the callback: %d\n", enabled(source));
    if (++*(int *)count == 3)
        return 0;
    ok(sd_event_source_set_time(source, usec), "set_time");
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* What is due already, and disabled before its turn, never fires. */
static int disables_other(sd_event_source *source, uint64_t usec, void *other)
{
    (void)source, (void)usec;
    due++;
    printf("pending: %d\n", sd_event_source_get_pending(other));
    return sd_event_source_set_enabled(other, SD_EVENT_OFF);
}

int main(void)
{
    sd_event *loop = loop_new();
    sd_event_source *source, *first;
    uint64_t now;
    ok(sd_event_now(loop, CLOCK_MONOTONIC, &now), "now");
    // expect: sd-event held created=1 armed=4 fired=3 stopped=0 never-stopped=1
    ok(sd_event_add_time(loop, &source, CLOCK_MONOTONIC, now, 1, set_next, &called), "add");
    ok(sd_event_source_set_enabled(source, SD_EVENT_ON), "on");
    run_until(loop, &called, 3);
    // expect: sd-event held created=1 fired=3 stopped=0 never-released=1
    ok(sd_event_add_time(loop, &first, CLOCK_MONOTONIC, 0, 1, off_at_third, &called), "add");
    ok(sd_event_source_set_enabled(first, SD_EVENT_ON), "on");
    called = 0;
    run_until(loop, &called, 3);
    printf("off: %d\n", enabled(first));
    // expect: sd-event held created=1 armed=3 fired=3 stopped=0 never-released=1
    ok(sd_event_add_time(loop, &first, CLOCK_MONOTONIC, 0, 1, once_more, &called), "add");
    called = 0;
    run_until(loop, &called, 3);
    // expect: sd-event held created=1 armed=1 fired=0 stopped=1 never-released=1
    ok(sd_event_add_time(loop, &source, CLOCK_MONOTONIC, 0, 1, count_call, &called), "add");
    // expect: sd-event held created=1 armed=1 fired=1 stopped=0 never-released=1
    ok(sd_event_add_time(loop, &first, CLOCK_MONOTONIC, 0, 1, disables_other, source), "add");
    ok(sd_event_source_set_priority(first, SD_EVENT_PRIORITY_IMPORTANT), "priority");
    run_until(loop, &due, 1);
    return 0;
}
