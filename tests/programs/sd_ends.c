// library: pc:libsystemd
// family: sd-event
/* How time sources end: with their last reference, with their loop, within their own callback. */
#include "support/sd_event.h"

static int called;

static int unrefs_itself(sd_event_source *source, uint64_t usec, void *what)
{
    (void)usec;
    called++;
    printf("called: %s\n", (const char *)what);
    sd_event_source_unref(source);
    printf("unreferenced\n");
    return 0;
}

/* Who reports an error is switched off, though it has set itself anew. */
static int fails(sd_event_source *source, uint64_t usec, void *what)
{
    (void)usec, (void)what;
    called++;
    ok(sd_event_source_set_time(source, UINT64_MAX - 1), "set_time");
    ok(sd_event_source_set_enabled(source, SD_EVENT_ON), "on");
    return -ENOANO;
}

static int starts_others(sd_event_source *source, uint64_t usec, void *what)
{
    sd_event *loop = sd_event_source_get_event(source);
    (void)usec, (void)what;
    for (volatile int i = 0; i < 3; i++)
        // expect: sd-event clean created=3 armed=3 stopped=3 released=3
        ok(sd_event_add_time_relative(loop, NULL, CLOCK_MONOTONIC, AN_HOUR_US, 1, count_call, NULL),
           "add");
    called++;
    return 0;
}

static void floating(void)
{
    sd_event *loop = loop_new();
    sd_event_source *source;
    // expect: sd-event clean created=1 armed=1 stopped=1 released=1
    ok(sd_event_add_time_relative(loop, &source, CLOCK_MONOTONIC, AN_HOUR_US, 1, count_call, NULL),
       "add");
    ok(sd_event_source_set_destroy_callback(source, say_gone), "set");
    sd_event_source_set_userdata(source, (void *)"floats");
    printf("floating: %d\n", sd_event_source_set_floating(source, 1));
    sd_event_source_unref(source);
    // expect: sd-event clean created=1 armed=1 stopped=1 released=1
    ok(sd_event_add_time_relative(loop, &source, CLOCK_MONOTONIC, AN_HOUR_US, 1, count_call, NULL),
       "add");
    sd_event_source_set_floating(source, 1);
    sd_event_source_set_floating(source, 0);
    sd_event_source_unref(source);
    // expect: sd-event clean created=1 armed=1 fired=1 stopped=0 released=1
    ok(sd_event_add_time(loop, NULL, CLOCK_MONOTONIC, 0, 1, starts_others, NULL), "add");
    called = 0;
    run_until(loop, &called, 1);
    printf("the loop ends\n");
    sd_event_unref(loop);
}

static void destroy_callbacks(sd_event *loop)
{
    sd_event_source *source;
    sd_event_destroy_t seen = say_gone;
    // expect: sd-event clean created=1 armed=1 stopped=1 released=1
    ok(sd_event_add_time_relative(loop, &source, CLOCK_MONOTONIC, AN_HOUR_US, 1, count_call,
                                  (void *)"the first"),
       "add");
    printf("none: %d", sd_event_source_get_destroy_callback(source, &seen));
    printf(" %d\n", seen == NULL);
    ok(sd_event_source_set_destroy_callback(source, say_gone), "set");
    printf("one: %d", sd_event_source_get_destroy_callback(source, &seen));
    printf(" %d\n", seen == say_gone);
    printf("was: %s\n", (char *)sd_event_source_set_userdata(source, (void *)"the other"));
    ok(sd_event_source_set_destroy_callback(source, NULL), "set");
    printf("none: %d\n", sd_event_source_get_destroy_callback(source, NULL));
    ok(sd_event_source_set_destroy_callback(source, say_gone), "set");
    sd_event_source_unref(source);
}

int main(void)
{
    sd_event *loop = loop_new();
    sd_event_source *source;
    // expect: sd-event held created=1 armed=2 fired=1 stopped=1 never-released=1
    ok(sd_event_add_time(loop, &source, CLOCK_MONOTONIC, 0, 1, fails, NULL), "add");
    run_until(loop, &called, 1);
    printf("failed: %d\n", enabled(source));
    destroy_callbacks(loop);
    floating();
    called = 0; /* the last: no other takes its place */
    // expect: sd-event clean created=1 armed=1 fired=1 stopped=0 released=1
    ok(sd_event_add_time(loop, &source, CLOCK_MONOTONIC, 0, 1, unrefs_itself, (void *)"it"), "add");
    ok(sd_event_source_set_destroy_callback(source, say_gone), "set");
    run_until(loop, &called, 1);
    return 0;
}
