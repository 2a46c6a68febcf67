/* The lock: exclusive, never waiting for ever. */
#include "core/lock.h"

#include "core/gate.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>

#define ROUNDS 50000

static struct lock lock;
static unsigned long counter; /* changed only with the lock held */

static void *count_up(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        cr_assert(lock_take(&lock));
        counter++;
        lock_give(&lock);
    }
    return NULL;
}

Test(lock, is_exclusive)
{
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, count_up, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    cr_expect_eq(counter, 4ul * ROUNDS);
    cr_expect_eq(lock.word, 0);
}

Test(lock, abandoned_it_is_given_up)
{
    cr_assert(lock_take(&lock));
    errno = ERANGE;
    cr_expect_not(lock_take(&lock));
    cr_expect_eq(errno, ERANGE);
    cr_expect_eq(lock.word, 2, "nobody will wait for it again");
    cr_expect_not(lock_take(&lock));
}

Test(lock, its_late_holder_makes_it_good_again)
{
    cr_assert(lock_take(&lock));
    cr_assert_not(lock_take(&lock));
    lock_give(&lock);
    cr_expect(lock_take(&lock));
}

Test(lock, in_a_sandbox_nobody_sleeps)
{
    gate->sandboxed = 1;
    cr_assert(lock_take(&lock));
    cr_expect_not(lock_take(&lock));
    cr_expect_eq(lock.waiting, 0);
    lock_give(&lock);
    cr_expect(lock_take(&lock), "in a sandbox it is never given up");
}

static void *take_and_give(void *unused)
{
    bool taken = lock_take(&lock);

    (void)unused;
    if (taken)
        lock_give(&lock);
    return taken ? &lock : NULL;
}

Test(lock, who_sleeps_gets_it)
{
    pthread_t waiter;
    void *result;

    cr_assert(lock_take(&lock));
    pthread_create(&waiter, NULL, take_and_give, NULL);
    while (!__atomic_load_n(&lock.waiting, __ATOMIC_RELAXED))
        ;
    lock_give(&lock);
    pthread_join(waiter, &result);
    cr_expect_not_null(result);
    cr_expect_eq(lock.waiting, 0);
}
