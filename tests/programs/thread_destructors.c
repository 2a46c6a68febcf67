/* Timers of a thread, ended by the destructor of its thread-specific data, which makes one too. */
#include <pthread.h>
#include "support/timers.h"
#include "support/transparency.h"

static pthread_key_t key;

static void at_thread_end(void *value)
{
    close((int)(intptr_t)value);
    // expect: timerfd clean created=20 released=20 peak=1
    int last = timerfd_create(CLOCK_MONOTONIC, 0);
    close(last);
}

static void *work(void *unused)
{
    // expect: timerfd clean created=20 released=20 peak=1
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    pthread_setspecific(key, (void *)(intptr_t)fd);
    return unused;
}

int main(void)
{
    pthread_key_create(&key, at_thread_end);
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        fail_if(pthread_create(&thread, NULL, work, NULL), "pthread_create");
        pthread_join(thread, NULL);
    }
    print_process_facts();
    return 0;
}
