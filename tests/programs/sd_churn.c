// library: pc:libsystemd
// family: sd-event
/* More sources at once than any fixed table would hold, in two threads with a loop each. */
#include <pthread.h>
#include "support/sd_event.h"

#define MANY 20000

static void *churn(void *data)
{
    sd_event *loop = loop_new();
    sd_event_source **sources = calloc(MANY, sizeof(*sources));
    int called = 0;
    (void)data;
    for (int i = 0; i < MANY; i++)
        // expect: sd-event clean created=40000 armed=40000 fired>=2 released=40000
        ok(sd_event_add_time_relative(loop, &sources[i], CLOCK_MONOTONIC, i % 2 ? AN_HOUR_US : 0, 1,
                                      count_call, &called),
           "add");
    run_until(loop, &called, 1);
    for (int i = 0; i < MANY; i++)
        sd_event_source_unref(sources[i]);
    free(sources);
    sd_event_unref(loop);
    return NULL;
}

int main(void)
{
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        fail_if(pthread_create(&threads[i], NULL, churn, NULL), "pthread_create");
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("churned\n");
    return 0;
}
