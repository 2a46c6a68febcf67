/* Eight threads and all families through the hooks at once: nothing is lost, nothing counts twice.
 */
#include "fixture.h"
#include "tables/regions.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

TestSuite(stress, .init = begin, .fini = end);

#define THREADS 8
#define ROUNDS 3000
#define ITIMER_ROUNDS 50000
#define KEPT 10 /* by each thread and family, to the end */

static const struct itimerspec in_an_hour = {.it_value = {.tv_sec = 3600}};
static const struct itimerspec soon = {.it_value = {.tv_nsec = 1000},
                                       .it_interval = {.tv_nsec = 1000000}};

static PROGRAM int use_timerfd(unsigned round)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), copy = dup(fd);
    struct itimerspec value;
    uint64_t ticks;

    timerfd_settime(fd, 0, round % 2 ? &soon : &in_an_hour, NULL);
    timerfd_settime(fd, 0, &in_an_hour, &value);
    timerfd_gettime(fd, &value);
    cr_assert_lt(read(copy, &ticks, sizeof(ticks)), 9);
    close(fd);
    return copy;
}

static PROGRAM timer_t use_posix(unsigned round)
{
    struct sigevent event = {.sigev_notify = SIGEV_NONE};
    struct itimerspec value;
    timer_t timer;

    cr_assert_eq(timer_create(round % 2 ? CLOCK_MONOTONIC : CLOCK_REALTIME, &event, &timer), 0);
    timer_settime(timer, 0, round % 3 ? &soon : &in_an_hour, NULL);
    timer_settime(timer, 0, &in_an_hour, &value);
    timer_gettime(timer, &value);
    timer_getoverrun(timer);
    return timer;
}

static volatile unsigned called;

static void on_expiry(union sigval value)
{
    (void)value;
    called = 1;
}

/* Each expiry is a thread of its own, so there are few. */
static PROGRAM timer_t use_posix_thread(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = on_expiry};
    timer_t timer;

    cr_assert_eq(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    timer_settime(timer, 0, &soon, NULL);
    timer_settime(timer, 0, &in_an_hour, NULL);
    return timer;
}

/* There is but one for all threads. */
static PROGRAM void use_itimer(unsigned round)
{
    struct itimerval value = {.it_value = {.tv_sec = round % 2 ? 3600 : 0}};

    setitimer(ITIMER_REAL, &value, NULL);
}

static PROGRAM void *use_all(void *with_itimer)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        int fd = use_timerfd(round);
        timer_t timer = use_posix(round);

        if (with_itimer)
            use_itimer(round);
        if (round >= KEPT) {
            close(fd);
            timer_delete(timer);
        }
        if (round % 100 == 0)
            timer_delete(use_posix_thread());
    }
    return NULL;
}

static PROGRAM void *use_itimer_often(void *unused)
{
    (void)unused;
    for (unsigned round = 0; round < ITIMER_ROUNDS; round++)
        use_itimer(round / 2 % 2);
    return NULL;
}

static void run_threads(void *(*run)(void *argument), void *argument_of_first)
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, run, i ? NULL : argument_of_first), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static struct tlk_site sum_of(uint32_t family)
{
    struct tlk_site sum = {0};

    for (uint32_t i = 0; i < recording->regions[TLK_SITES].used; i++) {
        const struct tlk_site *site = site_at(i);

        if (site->family != family)
            continue;
        cr_expect_eq(site->created + site->inherited, site->released + site->live, "site %u", i);
        sum.created += site->created;
        sum.released += site->released;
        sum.live += site->live;
        sum.armed += site->armed;
    }
    return sum;
}

static uint64_t live_of(uint32_t family)
{
    uint64_t live = 0;

    for (uint32_t i = 1; i < recording->regions[TLK_TIMERS].used; i++)
        live += timer_at(i)->state == TLK_LIVE && timer_at(i)->family == family;
    return live;
}

static void expect_nothing_dropped(void)
{
    for (int i = 0; i < TLK_DROPS; i++)
        cr_expect_eq(recording->dropped[i], 0, "dropped for reason %d", i);
}

Test(stress, eight_threads_use_all_families, .timeout = 300)
{
    struct tlk_site timerfd, posix, itimer;

    run_threads(use_all, recording);
    timerfd = sum_of(TLK_TIMERFD);
    posix = sum_of(TLK_POSIX);
    itimer = sum_of(TLK_ITIMER);
    cr_expect_eq(timerfd.created, THREADS * ROUNDS);
    cr_expect_eq(timerfd.live, THREADS * KEPT);
    cr_expect_eq(timerfd.armed, THREADS * (ROUNDS - KEPT) * 2);
    cr_expect_eq(live_of(TLK_TIMERFD), THREADS * KEPT);
    cr_expect_eq(posix.created, THREADS * (ROUNDS + ROUNDS / 100));
    cr_expect_eq(posix.live, THREADS * KEPT);
    cr_expect_eq(live_of(TLK_POSIX), THREADS * KEPT);
    cr_expect_eq(itimer.created, ROUNDS / 2);
    cr_expect_eq(itimer.live, 1);
    expect_nothing_dropped();
}

Test(stress, eight_threads_set_one_itimer, .timeout = 300)
{
    struct tlk_site itimer;

    run_threads(use_itimer_often, NULL);
    itimer = sum_of(TLK_ITIMER);
    cr_expect_leq(itimer.live, 1);
    cr_expect_eq(live_of(TLK_ITIMER), itimer.live);
    expect_nothing_dropped();
}
