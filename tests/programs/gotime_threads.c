// link: -lgotime
/* Threads make and end timers at once, and each leaves some behind. */
#include <pthread.h>
#include "support/gotime.h"
#include "support/timers.h"

#define THREADS 8
#define ROUNDS 40
#define EACH 50

static pthread_barrier_t round_begins;

static void *work(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS * EACH; i++) {
        if (i % EACH == 0)
            pthread_barrier_wait(&round_begins);
        // expect: gotime/timer clean created=16000 armed=16000 fired=0 stopped=16000 released=16000
        gt_timer_free(gt_timer_new(GT_HOUR));
        if (i % 10 == 0)
            // expect: gotime/after leak created=1600 armed=1600 fired=0 released=0 never-fired=1600
            gt_after(GT_HOUR);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    int pacer = pacer_open(PACE);
    pthread_barrier_init(&round_begins, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        pacer_wait(pacer);
        pthread_barrier_wait(&round_begins);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    close(pacer);
    puts("done");
    return 0;
}
