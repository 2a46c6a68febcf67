/* Select: the choice, against naive channels, and its fairness. */
#include "gotime/channel.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sys/resource.h>

#include "naive.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

Test(select, without_cases_or_channels_there_is_nothing_to_choose)
{
    const gt_chan nil = {0};
    struct gt_case none[2] = {GT_CASE_RECV(nil, NULL), GT_CASE_SEND(nil, NULL)};

    cr_expect_eq(gt_try_select(NULL, 0), -EAGAIN);
    cr_expect_eq(gt_select_timeout(NULL, 0, 0), -ETIMEDOUT);
    cr_expect_eq(gt_select_timeout(NULL, 0, 1000), -ETIMEDOUT);
    cr_expect_eq(gt_try_select(none, 2), -EAGAIN);
    cr_expect_eq(gt_select_timeout(none, 2, 1000), -ETIMEDOUT);
}

/* ---- against the naive model ---- */

#define CHANNELS 5
#define CASES 7

static void random_case(struct gt_case *one, const struct naive *naive, unsigned char *bytes,
                        uint32_t number, uint32_t *seed)
{
    naive_fill(bytes, naive->size, number);
    *one = (struct gt_case){any_below(seed, 2) ? GT_SEND : GT_RECV, naive->chan, bytes, 1};
}

Test(select, agrees_with_the_naive_channels)
{
    struct naive channels[CHANNELS];
    uint32_t seed = 1;

    for (int i = 0; i < CHANNELS; i++)
        naive_make(&channels[i], &seed);
    for (uint32_t number = 0; number < 100000; number++) {
        unsigned char bytes[CASES][NAIVE_BYTES];
        struct gt_case cases[CASES];
        struct naive *of[CASES], *chosen;
        size_t count = any_below(&seed, CASES + 1);
        bool ready = false;
        int index, expected;

        for (size_t i = 0; i < count; i++) {
            of[i] = &channels[any_below(&seed, CHANNELS)];
            random_case(&cases[i], of[i], bytes[i], number, &seed);
            ready |= naive_expects(of[i], cases[i].direction) != -EAGAIN;
        }
        index = gt_try_select(cases, count);
        if (!ready) {
            cr_assert_eq(index, -EAGAIN);
            continue;
        }
        cr_assert(index >= 0 && index < (int)count);
        chosen = of[index];
        expected = naive_expects(chosen, cases[index].direction);
        cr_assert_eq(cases[index].result, expected);
        if (cases[index].direction == GT_RECV)
            cr_assert(naive_recv(chosen, bytes[index]));
        else if (expected == 0)
            naive_send(chosen, number);
        if (any_below(&seed, 2000) == 0 && gt_chan_close(chosen->chan) == 0)
            chosen->closed = true;
        for (int i = 0; i < CHANNELS; i++)
            naive_check(&channels[i]);
        if (chosen->closed && any_below(&seed, 50) == 0) {
            cr_assert_eq(gt_chan_free(chosen->chan), 0);
            naive_make(chosen, &seed);
        }
    }
    for (int i = 0; i < CHANNELS; i++)
        gt_chan_free(channels[i].chan);
}

/* ---- the choice ---- */

Test(select, a_closed_channel_is_ready_both_ways)
{
    gt_chan chan = gt_chan_make(4, 1);
    int value = 9;
    struct gt_case recv = GT_CASE_RECV(chan, &value), send = GT_CASE_SEND(chan, &value);

    gt_chan_close(chan);
    cr_expect_eq(gt_select(&send, 1), 0);
    cr_expect_eq(send.result, -EPIPE);
    cr_expect_eq(gt_select(&recv, 1), 0);
    cr_expect_eq(recv.result, -EPIPE);
    cr_expect_eq(value, 0);
    gt_chan_free(chan);
}

Test(select, a_case_that_may_not_be_is_told_before_any_is_carried_out)
{
    gt_chan ready = gt_chan_make(4, 1), stale = gt_chan_make(4, 1), owned = channel_make_owned();
    struct gt_case cases[2] = {GT_CASE_SEND(ready, NULL), GT_CASE_RECV(stale, NULL)};

    gt_chan_free(stale);
    for (int i = 0; i < 50; i++)
        cr_assert_eq(gt_try_select(cases, 2), -ESTALE);
    cases[1] = (struct gt_case)GT_CASE_SEND(owned, NULL);
    for (int i = 0; i < 50; i++)
        cr_assert_eq(gt_try_select(cases, 2), -EPERM);
    cr_expect_eq(gt_chan_len(ready), 0);
    channel_close_owned(owned);
    cases[1] = (struct gt_case)GT_CASE_RECV(owned, NULL);
    cases[0].chan.handle = 0;
    cr_expect_eq(gt_select(cases, 2), 1);
    cr_expect_eq(cases[1].result, -EPIPE);
    channel_free_owned(owned);
    gt_chan_free(ready);
}

#define TURNS 40000

/* How often each of the cases was chosen, among `ready` that always are; 20 deviations wide. */
static void expect_fair(struct gt_case *cases, size_t count, uint64_t ready)
{
    size_t chosen[64] = {0}, share = TURNS / (size_t)__builtin_popcountll(ready);

    for (int i = 0; i < TURNS; i++) {
        int index = gt_select(cases, count);

        cr_assert(index >= 0 && index < (int)count);
        chosen[index]++;
    }
    for (size_t i = 0; i < count; i++)
        if (ready >> i & 1)
            cr_expect(chosen[i] > share * 2 / 3 && chosen[i] < share * 4 / 3, "%zu of %zu: %zu", i,
                      count, chosen[i]);
        else
            cr_expect_eq(chosen[i], 0);
}

Test(select, chooses_fairly)
{
    struct gt_case cases[40];
    gt_chan ready = gt_chan_make(0, 0), never = gt_chan_make(0, 0);
    uint64_t few = UINT64_C(0x8000001003);

    gt_chan_close(ready);
    for (int i = 0; i < 40; i++)
        cases[i] =
            (struct gt_case){i % 2 ? GT_SEND : GT_RECV, few >> i & 1 ? ready : never, NULL, 0};
    expect_fair(cases, 2, 3);
    expect_fair(cases, 13, 0x1003);
    expect_fair(cases, 16, 0x1003);
    expect_fair(cases, 40, few);
}

Test(select, never_pairs_with_itself)
{
    gt_chan chan = gt_chan_make(4, 0);
    struct gt_case cases[] = {GT_CASE_SEND(chan, NULL), GT_CASE_RECV(chan, NULL),
                              GT_CASE_SEND(chan, NULL), GT_CASE_RECV(chan, NULL)};

    cr_expect_eq(gt_try_select(cases, 4), -EAGAIN);
    cr_expect_eq(gt_select_timeout(cases, 4, 1000), -ETIMEDOUT);
    cr_expect_null(channel_at(chan.handle)->senders.first, "it has left all queues");
    cr_expect_null(channel_at(chan.handle)->receivers.first);
    gt_chan_free(chan);
}

Test(select, of_too_many_cases_is_an_error)
{
    cr_expect_eq(gt_try_select(NULL, (size_t)INT32_MAX + 1), -EINVAL);
    cr_expect_eq(gt_try_select(NULL, SIZE_MAX), -EINVAL);
}

/* A sanitizer wants more address space than there is then, and ends the process. */
#ifndef SANITIZED
Test(select, without_memory_for_many_cases_says_so)
{
    struct rlimit all = {(rlim_t)1 << 30, (rlim_t)1 << 30};

    cr_assert_eq(setrlimit(RLIMIT_AS, &all), 0);
    cr_expect_eq(gt_try_select(NULL, INT32_MAX), -ENOMEM);
}

/* Nobody could tell it the time of the mock clock: it must not wait for ever. */
Test(select, without_memory_for_a_timer_its_time_has_come, .timeout = 60)
{
    const struct rlimit none = {0, 0};

    cr_assert_eq(gt_clock_mock(0), 0);
    cr_assert_eq(setrlimit(RLIMIT_AS, &none), 0);
    cr_expect_eq(gt_select_timeout(NULL, 0, GT_HOUR), -ETIMEDOUT);
}
#endif
