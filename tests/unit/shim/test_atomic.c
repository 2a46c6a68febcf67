/* Steps that no other thread sees half done: of a thread that is alone, and among others. */
#include "core/atomic.h"

#include <criterion/criterion.h>
#include <pthread.h>

#define STEPS 200000

static uint64_t replaced;

static void expect_replacing(void)
{
    uint32_t word = 5, before = 4;
    uint64_t wide = UINT64_C(5) << 32, wide_before = UINT64_C(5) << 32;

    cr_expect_not(atomic_replace_32(&word, &before, 6));
    cr_expect_eq(before, 5, "it tells what is there");
    cr_expect_eq(word, 5);
    cr_expect(atomic_replace_32(&word, &before, 6));
    cr_expect_eq(word, 6);
    cr_expect(atomic_replace_64(&wide, &wide_before, 7));
    cr_expect_eq(wide, 7);
    cr_expect_not(atomic_replace_64(&wide, &wide_before, 8));
    cr_expect_eq(wide_before, 7);
}

static void *take_steps(void *nothing)
{
    for (int i = 0; i < STEPS; i++) {
        uint64_t before = __atomic_load_n(&replaced, __ATOMIC_RELAXED);

        while (!atomic_replace_64(&replaced, &before, before + 1))
            ;
    }
    return nothing;
}

Test(atomic, of_a_thread_that_is_alone)
{
    expect_replacing();
    take_steps(NULL);
    cr_expect_eq(replaced, STEPS);
}

Test(atomic, among_others_no_step_is_lost)
{
    pthread_t others[3];

    for (int i = 0; i < 3; i++)
        pthread_create(&others[i], NULL, take_steps, NULL);
    cr_expect_not(ATOMIC_ALONE);
    take_steps(NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(others[i], NULL);
    cr_expect_eq(replaced, 4 * STEPS);
    expect_replacing();
}
