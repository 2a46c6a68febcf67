/* The lock: with an owner, with guests, and with neither. */
#include "gotime/mutex.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>

TestSuite(mutex);

static struct mutex lock;
static long count;
static bool over;

/* Long enough to be caught in the midst. */
static void use(bool court)
{
    long before;

    mutex_take(&lock);
    if (court)
        mutex_court(&lock);
    before = count;
    for (volatile int i = 0; i < 30; i++)
        continue;
    __atomic_store_n(&count, before + 1, __ATOMIC_RELAXED);
    mutex_give(&lock);
}

static void *use_often(void *uses)
{
    for (long i = 0; i < (long)(intptr_t)uses; i++)
        use(false);
    return NULL;
}

/* Now and then. Its number of uses. */
static void *use_until_over(void *unused)
{
    intptr_t uses = 0;
    long last = 0;

    (void)unused;
    while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
        if (__atomic_load_n(&count, __ATOMIC_RELAXED) < last + 1000) {
            sched_yield();
            continue;
        }
        use(false);
        uses++;
        last = __atomic_load_n(&count, __ATOMIC_RELAXED);
    }
    return (void *)uses;
}

static pthread_t start(void *(*run)(void *), long argument)
{
    pthread_t thread;

    cr_assert_eq(pthread_create(&thread, NULL, run, (void *)argument), 0);
    return thread;
}

static void visit(void)
{
    pthread_join(start(use_often, 1), NULL);
}

/* False under a sanitizer, or where the kernel has no barriers for all threads: nobody owns. */
static bool own(void)
{
    for (int i = 0; i < LOCK_COURTSHIP; i++)
        use(true);
    return lock.owner != 0;
}

Test(mutex, is_free_when_given_back)
{
    use(false);
    cr_expect(mutex_try(&lock));
    cr_expect_not(mutex_try(&lock));
    mutex_give(&lock);
    use(false);
    cr_expect_eq(count, 2);
}

Test(mutex, excludes_all_others)
{
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        threads[i] = start(use_often, 50000);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    cr_expect_eq(count, 200000);
}

Test(mutex, belongs_to_who_uses_it_alone)
{
    if (!own())
        cr_skip_test("no owners here");
    use(false);
    cr_expect_eq(lock.owner, mutex_self);
    cr_expect_eq(lock.held, 0);
    cr_expect_eq(lock.inside, 0);
    mutex_take(&lock);
    cr_expect_eq(lock.held, 0);
    cr_expect_eq(lock.inside, 1);
    mutex_give(&lock);
}

Test(mutex, a_rare_guest_changes_nothing)
{
    if (!own())
        cr_skip_test("no owners here");
    for (int i = 0; i < 10; i++) {
        for (int k = 0; k < 300; k++)
            use(false);
        visit();
        cr_expect_eq(lock.owner, mutex_self);
    }
}

Test(mutex, a_frequent_guest_ends_it_and_it_can_begin_again)
{
    if (!own())
        cr_skip_test("no owners here");
    visit();
    use(false);
    visit();
    cr_expect_eq(lock.owner, 0);
    cr_expect(own());
}

static void *own_and_end(void *unused)
{
    own();
    return unused;
}

Test(mutex, an_owner_that_ended_is_forgotten)
{
    pthread_join(start(own_and_end, 0), NULL);
    use(false);
    use(false);
    cr_expect_eq(lock.owner, 0);
    cr_expect_eq(count, LOCK_COURTSHIP + 2);
}

/* The owner's plain stores beside guests that come again and again. */
Test(mutex, owner_and_guests_exclude_each_other)
{
    pthread_t guests[2];
    long uses = 300000;

    for (int i = 0; i < 2; i++)
        guests[i] = start(use_until_over, 0);
    for (long i = 0; i < uses; i++)
        use(true);
    __atomic_store_n(&over, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++) {
        void *guest_uses;

        pthread_join(guests[i], &guest_uses);
        uses += (intptr_t)guest_uses;
    }
    cr_expect_eq(count, uses);
}
