/* Waiters: queues, the one choice among several places, sleeping and waking; ports. */
#include "gotime/waiter.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "crew.h"

static struct queue queue;

static struct waiter place_of(struct sleeper *sleeper, void *element)
{
    return (struct waiter){.sleeper = sleeper, .element = element};
}

Test(waiters, the_longest_waits_first)
{
    struct sleeper sleepers[3] = {0};
    struct waiter waiters[3];

    for (int i = 0; i < 3; i++) {
        waiters[i] = place_of(&sleepers[i], NULL);
        queue_add(&queue, &waiters[i]);
    }
    for (int i = 0; i < 3; i++)
        cr_expect_eq(queue_choose(&queue), &waiters[i]);
    cr_expect_null(queue_choose(&queue));
    cr_expect_null(queue.first);
}

Test(waiters, any_may_leave)
{
    for (int gone = 0; gone < 3; gone++) {
        struct sleeper sleepers[3] = {0};
        struct waiter waiters[3];

        for (int i = 0; i < 3; i++) {
            waiters[i] = place_of(&sleepers[i], NULL);
            queue_add(&queue, &waiters[i]);
        }
        queue_leave(&waiters[gone]);
        queue_leave(&waiters[gone]);
        for (int i = 0; i < 3; i++)
            if (i != gone)
                cr_expect_eq(queue_choose(&queue), &waiters[i], "%d left", gone);
        cr_expect_null(queue.first);
    }
}

Test(waiters, chosen_in_one_queue_is_lost_to_the_others)
{
    struct queue other = {NULL};
    struct sleeper one = {0}, two = {0};
    struct waiter here = place_of(&one, NULL), there = place_of(&one, NULL),
                  behind = place_of(&two, NULL);

    queue_add(&queue, &here);
    queue_add(&other, &there);
    queue_add(&other, &behind);
    cr_expect_eq(queue_choose(&queue), &here);
    cr_expect_eq(queue_choose(&other), &behind);
    cr_expect_null(there.queue, "dropped on the way");
    cr_expect_null(other.first);
}

Test(waiters, past_its_deadline_nobody_can_choose_it)
{
    struct sleeper sleeper = {0};
    struct waiter waiter = place_of(&sleeper, NULL);

    queue_add(&queue, &waiter);
    cr_expect_null(sleeper_sleep(&sleeper, 1));
    cr_expect_null(queue_choose(&queue));
}

Test(waiters, a_deadline_is_never_early)
{
    for (int i = 0; i < 20; i++) {
        struct sleeper sleeper = {0};
        struct timespec now;
        int64_t deadline;

        clock_gettime(CLOCK_MONOTONIC, &now);
        deadline = now.tv_sec * INT64_C(1000000000) + now.tv_nsec + 100000 * i;
        cr_expect_null(sleeper_sleep(&sleeper, deadline));
        clock_gettime(CLOCK_MONOTONIC, &now);
        cr_expect_geq(now.tv_sec * INT64_C(1000000000) + now.tv_nsec, deadline);
    }
}

Test(waiters, woken_before_it_sleeps_it_does_not_sleep)
{
    struct sleeper sleeper = {0};
    struct waiter waiter = place_of(&sleeper, NULL);
    struct wake_list to_wake = {NULL};

    queue_add(&queue, &waiter);
    wake_later(&to_wake, queue_choose(&queue), -EPIPE);
    wake_all(&to_wake);
    cr_expect_null(to_wake.first);
    cr_expect_eq(sleeper_sleep(&sleeper, INT64_MAX), &waiter);
    cr_expect_eq(sleeper_sleep(&sleeper, 1), &waiter, "the deadline comes too late");
    cr_expect_eq(waiter.result, -EPIPE);
}

Test(waiters, expired_it_goes_on_without_a_place)
{
    struct sleeper sleeper = {0};
    struct waiter waiter = place_of(&sleeper, NULL);

    queue_add(&queue, &waiter);
    sleeper_expire(&sleeper);
    cr_expect_null(sleeper_sleep(&sleeper, INT64_MAX));
    cr_expect_null(queue_choose(&queue));
}

Test(waiters, expiring_comes_too_late_for_who_was_chosen)
{
    struct sleeper sleeper = {0};
    struct waiter waiter = place_of(&sleeper, NULL);
    struct wake_list to_wake = {NULL};

    queue_add(&queue, &waiter);
    wake_later(&to_wake, queue_choose(&queue), 0);
    sleeper_expire(&sleeper);
    cr_expect_eq(sleeper.state, SLEEPER_CHOSEN);
    wake_all(&to_wake);
    cr_expect_eq(sleeper_sleep(&sleeper, INT64_MAX), &waiter);
}

static struct mutex lock;

struct parked {
    int64_t value;
    int result;
};

static void *park(void *argument)
{
    struct parked *parked = argument;
    struct sleeper sleeper = {0};
    struct waiter waiter = place_of(&sleeper, &parked->value);

    mutex_take(&lock);
    queue_add(&queue, &waiter);
    mutex_give(&lock);
    cr_expect_eq(sleeper_sleep(&sleeper, INT64_MAX), &waiter);
    parked->result = waiter.result;
    return NULL;
}

Test(waiters, thousands_are_each_woken_once)
{
    static struct crew crew;
    static struct parked parked[CREW_MOST];
    struct wake_list to_wake = {NULL};

    crew_start(&crew, CREW_MOST, park, parked, sizeof(parked[0]));
    queue_await(&queue, &lock, CREW_MOST);
    mutex_take(&lock);
    for (int i = 0; i < CREW_MOST; i++) {
        struct waiter *waiter = queue_choose(&queue);

        *(int64_t *)waiter->element = 7;
        wake_later(&to_wake, waiter, -ESTALE);
    }
    cr_expect_null(queue_choose(&queue));
    mutex_give(&lock);
    wake_all(&to_wake);
    crew_join(&crew);
    for (int i = 0; i < CREW_MOST; i++)
        cr_expect(parked[i].value == 7 && parked[i].result == -ESTALE, "%d", i);
}

#define CHOOSERS 4
#define RACES 3000

struct chooser {
    struct queue queue;
    struct waiter waiter;
    long won;
};

static struct sleeper prize;
static pthread_barrier_t round_begins, round_ends;

static void *choose(void *argument)
{
    struct chooser *chooser = argument;

    for (int i = 0; i < RACES; i++) {
        pthread_barrier_wait(&round_begins);
        if (queue_choose(&chooser->queue))
            chooser->won++;
        pthread_barrier_wait(&round_ends);
    }
    return NULL;
}

Test(waiters, of_many_choosers_one_wins)
{
    static struct crew crew;
    struct chooser choosers[CHOOSERS] = {0};

    pthread_barrier_init(&round_begins, NULL, CHOOSERS + 1);
    pthread_barrier_init(&round_ends, NULL, CHOOSERS + 1);
    crew_start(&crew, CHOOSERS, choose, choosers, sizeof(choosers[0]));
    for (int i = 0; i < RACES; i++) {
        long won = 0;

        prize = (struct sleeper){0};
        for (int j = 0; j < CHOOSERS; j++) {
            choosers[j].waiter = place_of(&prize, NULL);
            queue_add(&choosers[j].queue, &choosers[j].waiter);
        }
        pthread_barrier_wait(&round_begins);
        pthread_barrier_wait(&round_ends);
        for (int j = 0; j < CHOOSERS; j++)
            won += choosers[j].won;
        cr_assert_eq(won, i + 1);
    }
    crew_join(&crew);
}

Test(waiters, a_port_delivers_to_the_first)
{
    struct port port = {0};
    struct sleeper sleepers[2] = {0};
    int64_t values[2] = {0};
    struct waiter waiters[2] = {place_of(&sleepers[0], &values[0]),
                                place_of(&sleepers[1], &values[1])};
    struct wake_list to_wake = {NULL};

    queue_add(&port.receivers, &waiters[0]);
    queue_add(&port.receivers, &waiters[1]);
    cr_expect(port_deliver(&port, 11, &to_wake));
    cr_expect(port_deliver(&port, 12, &to_wake));
    cr_expect_not(port_deliver(&port, 13, &to_wake));
    wake_all(&to_wake);
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(sleeper_sleep(&sleepers[i], INT64_MAX), &waiters[i]);
        cr_expect_eq(waiters[i].result, 0);
        cr_expect_eq(values[i], 11 + i);
    }
}

Test(waiters, a_port_lets_all_go)
{
    struct port port = {0};
    struct sleeper sleepers[3] = {0};
    int64_t value = 1;
    struct waiter stale = place_of(&sleepers[0], &value), fired = place_of(&sleepers[1], &value),
                  careless = place_of(&sleepers[2], NULL);
    struct wake_list to_wake = {NULL};

    queue_add(&port.receivers, &stale);
    port_release(&port, -ESTALE, 2, &to_wake);
    cr_expect_eq(value, 1, "an error brings no value");
    queue_add(&port.receivers, &fired);
    queue_add(&port.receivers, &careless);
    port_release(&port, 0, 3, &to_wake);
    cr_expect_eq(value, 3);
    wake_all(&to_wake);
    cr_expect_eq(stale.result, -ESTALE);
    cr_expect_eq(fired.result, 0);
    for (int i = 0; i < 3; i++)
        cr_expect_not_null(sleeper_sleep(&sleepers[i], INT64_MAX));
}

Test(waiters, a_port_keeps_one_value)
{
    struct port port = {.full = true, .value = 5};
    int64_t value = 0;

    cr_expect_eq(port_try_recv(&port, &value), 0);
    cr_expect_eq(value, 5);
    cr_expect_eq(port_try_recv(&port, &value), -EAGAIN);
}
