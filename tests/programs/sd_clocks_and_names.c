// library: pc:libsystemd
// family: sd-event
/* Sources by each clock, and what they are called. */
#include "support/sd_event.h"

static int called;

SITE static sd_event_source *add(sd_event *loop, clockid_t clock, uint64_t usec)
{
    sd_event_source *source = NULL;
    // expect: sd-event held created=6 armed=6 fired=3 never-fired=3 never-released=3
    ok(sd_event_add_time_relative(loop, &source, clock, usec, 1, count_call, &called), "add");
    return source;
}

int main(void)
{
    const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME};
    sd_event *loop = loop_new();
    const char *name = NULL;
    for (volatile int i = 0; i < 3; i++) {
        sd_event_source *waits = add(loop, clocks[i], AN_HOUR_US), *soon = add(loop, clocks[i], 1);
        clockid_t clock = -1;
        ok(sd_event_source_get_time_clock(soon, &clock), "get_time_clock");
        printf("its clock: %d\n", clock == clocks[i]);
        ok(sd_event_source_set_description(waits, "waits for an hour"), "set_description");
        ok(sd_event_source_set_description(soon, NULL), "set_description");
        ok(sd_event_source_get_description(waits, &name), "get_description");
        printf("%s, %d\n", name, sd_event_source_get_description(soon, &name) == -ENXIO);
    }
    run_until(loop, &called, 3);
    // expect: sd-event held created=1 armed=1 never-fired=1 far-future=1
    ok(sd_event_add_time(loop, NULL, CLOCK_MONOTONIC, UINT64_MAX / 1000 - 1, 1, count_call, NULL),
       "add");
    return 0;
}
