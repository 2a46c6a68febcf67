// library: pc:libsystemd
// family: sd-event
/* Time sources in each of the states that they can be left in. */
#include "support/sd_event.h"
#include "support/transparency.h"

static int fired;

static void left(sd_event *loop)
{
    sd_event_source *source;
    // expect: sd-event held created=1 armed=1 fired=0 never-fired=1
    ok(sd_event_add_time_relative(loop, &source, CLOCK_MONOTONIC, AN_HOUR_US, 1, count_call,
                                  &fired),
       "add");
    printf("waits: %d\n", enabled(source));
    // expect: sd-event held created=1 armed=1 fired=1 never-released=1
    ok(sd_event_add_time(loop, &source, CLOCK_MONOTONIC, 0, 1, count_call, &fired), "add");
    run_until(loop, &fired, 1);
    printf("fired: %d\n", enabled(source));
    // expect: sd-event held created=1 armed=1 fired=0 stopped=1 never-released=1
    ok(sd_event_add_time_relative(loop, &source, CLOCK_MONOTONIC, AN_HOUR_US, 1, count_call,
                                  &fired),
       "add");
    ok(sd_event_source_set_enabled(source, SD_EVENT_OFF), "off");
    ok(sd_event_source_set_enabled(source, SD_EVENT_OFF), "off");
    printf("off: %d\n", enabled(source));
    // expect: sd-event held created=1 armed=0 never-armed=1
    ok(sd_event_add_time(loop, &source, CLOCK_MONOTONIC, UINT64_MAX, 1, count_call, &fired), "add");
    printf("never: %d\n", enabled(source));
}

static void set_anew(sd_event *loop)
{
    sd_event_source *source;
    uint64_t time;
    // expect: sd-event held created=1 armed=3 fired=1 stopped=0 never-stopped=1
    ok(sd_event_add_time_relative(loop, &source, CLOCK_MONOTONIC, AN_HOUR_US, 1, count_call,
                                  &fired),
       "add");
    ok(sd_event_source_set_time(source, 17), "set_time");
    fired = 0;
    run_until(loop, &fired, 1);
    ok(sd_event_source_get_time(source, &time), "get_time");
    printf("time: %d\n", (int)time);
    ok(sd_event_source_set_time_relative(source, AN_HOUR_US), "off still"); /* sets no more */
    ok(sd_event_source_set_enabled(source, SD_EVENT_ONESHOT), "on again");
    // expect: sd-event held created=1 armed=1 fired=0 stopped=1 never-released=1
    ok(sd_event_add_time_relative(loop, &source, CLOCK_MONOTONIC, AN_HOUR_US, 1, count_call,
                                  &fired),
       "add");
    ok(sd_event_source_set_time(source, UINT64_MAX), "set_time");
}

static void ended(sd_event *loop)
{
    sd_event_source *source;
    // expect: sd-event clean created=1 armed=1 fired=0 stopped=1 released=1
    ok(sd_event_add_time_relative(loop, &source, CLOCK_MONOTONIC, AN_HOUR_US, 1, count_call,
                                  &fired),
       "add");
    printf("unref: %d\n", sd_event_source_unref(source) == NULL);
    // expect: sd-event clean created=1 armed=1 fired=0 stopped=1 released=1
    ok(sd_event_add_time_relative(loop, &source, CLOCK_MONOTONIC, AN_HOUR_US, 1, count_call,
                                  &fired),
       "add");
    sd_event_source *twice = sd_event_source_ref(source);
    sd_event_source_unref(source);
    printf("still: %d\n", enabled(twice));
    printf("disabled: %d\n", sd_event_source_disable_unref(twice) == NULL);
    // expect: sd-event clean created=1 armed=1 fired=1 stopped=0 released=1
    ok(sd_event_add_time(loop, &source, CLOCK_MONOTONIC, 0, 1, count_call, &fired), "add");
    fired = 0;
    run_until(loop, &fired, 1);
    sd_event_source_disable_unref(source);
}

static void refused(sd_event *loop)
{
    sd_event_source *source;
    printf("of no clock: %d\n", sd_event_add_time(loop, &source, CLOCK_PROCESS_CPUTIME_ID, 0, 1,
                                                  count_call, &fired) == -EOPNOTSUPP);
    printf("too far: %d\n",
           sd_event_add_time_relative(loop, &source, CLOCK_MONOTONIC, UINT64_MAX - 1, 1, count_call,
                                      &fired) == -EOVERFLOW);
    printf("nothing: %d %d\n", sd_event_source_set_enabled(NULL, SD_EVENT_OFF),
           sd_event_source_unref(NULL) == NULL && sd_event_source_disable_unref(NULL) == NULL);
}

int main(void)
{
    sd_event *loop = loop_new();
    left(loop);
    set_anew(loop);
    ended(loop);
    refused(loop);
    print_process_facts();
    return 0;
}
