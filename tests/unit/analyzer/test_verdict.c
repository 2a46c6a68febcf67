/* The shapes that a site's life may take, and what each must be called. */
#include "shape.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(verdict, all_released_is_clean)
{
    struct shape shape = shape_begin(MINUTE);
    for (uint64_t i = 0; i < 50; i++)
        shape_release(&shape, i * SECOND, 100 * MS);
    shape_expect(&shape, VERDICT_CLEAN, "released: 50 timers");
}

Test(verdict, one_ticker_for_life_is_held)
{
    struct shape shape = shape_begin(3 * HOUR);
    shape_make(&shape, SECOND);
    shape_expect(&shape, VERDICT_HELD, "1 live, made at 00:00:01");
}

/* One every `pace`; after the first few a busy machine holds the program up for so long. */
static void make_held_up(struct shape *shape, uint64_t pace, uint64_t before, uint64_t held_up,
                         uint64_t after)
{
    for (uint64_t i = 0; i < before; i++)
        shape_make(shape, i * pace);
    for (uint64_t i = 0; i < after; i++)
        shape_make(shape, before * pace + held_up + i * pace);
}

Test(verdict, held_up_at_the_beginning_it_is_a_leak)
{
    struct shape shape = shape_begin(520 * MS);
    make_held_up(&shape, MS, 3, 450 * MS, 57);
    shape_expect(&shape, VERDICT_LEAK, "nothing was ever released");
}

Test(verdict, held_up_near_the_end_it_is_a_leak)
{
    struct shape shape = shape_begin(180 * MS);
    make_held_up(&shape, MS, 55, 100 * MS, 5);
    shape_expect(&shape, VERDICT_LEAK, "nothing was ever released");
}

Test(verdict, held_up_again_and_again_it_is_a_leak)
{
    struct shape shape = shape_begin(540 * MS);
    make_held_up(&shape, MS, 20, 150 * MS, 20);
    for (uint64_t i = 0; i < 20; i++)
        shape_make(&shape, i < 15 ? (390 + i) * MS : (520 + i) * MS);
    shape_expect(&shape, VERDICT_LEAK, "nothing was ever released");
}

/* A loop of 300 ms, as an overloaded machine ran it; how long before the end each was made, ms. */
Test(verdict, held_up_for_most_of_the_time_it_is_a_leak)
{
    static const uint16_t ages[] = {
        1130, 1125, 1120, 1114, 1109, 1020, 992, 987, 982, 954, 949, 944, 938, 933, 928,
        920,  914,  904,  899,  893,  888,  883, 878, 869, 864, 859, 854, 847, 842, 836,
        827,  822,  816,  811,  806,  801,  796, 786, 774, 762, 757, 749, 719, 713, 708,
        696,  690,  685,  673,  668,  663,  656, 506, 147, 140, 134, 127, 120, 112, 1};
    struct shape shape = shape_begin(1200 * MS);

    for (size_t i = 0; i < sizeof(ages) / sizeof(*ages); i++)
        shape_make(&shape, (1200 - (uint64_t)ages[i]) * MS);
    shape_expect(&shape, VERDICT_LEAK, "nothing was ever released");
}

/* The same number, ever more seldom. */
Test(verdict, a_large_pool_that_starts_slowly_is_held)
{
    struct shape shape = shape_begin(5 * SECOND);

    for (uint64_t i = 0; i < 60; i++)
        shape_make(&shape, i * i * i * 20 * US);
    shape_expect(&shape, VERDICT_HELD, "60 live");
}

Test(verdict, a_few_in_less_than_a_second_are_held)
{
    struct shape shape = shape_begin(300 * MS);
    make_held_up(&shape, 30 * MS, 8, 0, 0);
    shape_expect(&shape, VERDICT_HELD, "8 live");
}

Test(verdict, a_pool_that_was_held_up_as_it_was_filled_is_held)
{
    struct shape shape = shape_begin(150 * MS);
    make_held_up(&shape, 6 * US, 8, 100 * MS, 8);
    shape_expect(&shape, VERDICT_HELD, "16 live");
}

Test(verdict, one_more_after_a_pause_is_held)
{
    struct shape shape = shape_begin(310 * MS);
    make_held_up(&shape, 50 * US, 20, 300 * MS, 1);
    shape_expect(&shape, VERDICT_HELD, "21 live");
}

Test(verdict, a_pool_filled_slowly_and_a_straggler_are_held)
{
    struct shape shape = shape_begin(810 * MS);
    make_held_up(&shape, 6 * MS, 40, 500 * MS, 3);
    shape_expect(&shape, VERDICT_HELD, "43 live");
}

Test(verdict, connections_that_ramp_up_and_a_reconnect_are_held)
{
    struct shape shape = shape_begin(10 * SECOND);
    make_held_up(&shape, 60 * MS, 40, 6 * SECOND, 2);
    shape_expect(&shape, VERDICT_HELD, "42 live");
}

/* No machine is as busy as that. */
Test(verdict, two_bursts_with_seconds_between_are_held)
{
    struct shape shape = shape_begin(5100 * MS);
    make_held_up(&shape, MS, 30, 5 * SECOND, 30);
    shape_expect(&shape, VERDICT_HELD, "60 live");
}

Test(verdict, a_hundred_from_the_start_are_held)
{
    struct shape shape = shape_begin(5 * SECOND);
    for (uint64_t i = 0; i < 100; i++)
        shape_make(&shape, i * 4 * US);
    shape_expect(&shape, VERDICT_HELD,
                 "100 live, all made within 0.4ms at 00:00:00, steady for 5.0s");
}

Test(verdict, steady_growth_is_a_leak)
{
    struct shape shape = shape_begin(3 * HOUR);
    for (uint64_t i = 0; i < 1800; i++)
        shape_make(&shape, 4 * MINUTE + i * 5 * SECOND);
    shape_expect(&shape, VERDICT_LEAK, "grows 12/min since 00:04:00; nothing was ever released");
}

Test(verdict, growth_in_a_tight_loop_is_a_leak)
{
    struct shape shape = shape_begin(MS);
    for (uint64_t i = 0; i < 20; i++)
        shape_make(&shape, 300 * US + i * 2 * US);
    shape_expect(&shape, VERDICT_LEAK, "grew by 20");
}

Test(verdict, a_few_made_by_a_program_that_ends_at_once_are_held)
{
    struct shape shape = shape_begin(MS);
    for (uint64_t i = 0; i < 8; i++)
        shape_make(&shape, 300 * US + i * 2 * US);
    shape_expect(&shape, VERDICT_HELD, "8 live");
}

Test(verdict, a_slow_first_call_hides_no_leak)
{
    struct shape shape = shape_begin(2 * MS);
    shape_make(&shape, 0);
    for (uint64_t i = 0; i < 19; i++)
        shape_make(&shape, MS + i * 2 * US);
    shape_expect(&shape, VERDICT_LEAK, "grew by 20");
}

Test(verdict, bursts_are_a_leak)
{
    struct shape shape = shape_begin(10 * MINUTE);
    for (uint64_t burst = 0; burst < 5; burst++) {
        for (uint64_t i = 0; i < 20; i++)
            shape_make(&shape, burst * 2 * MINUTE + i * MS);
    }
    shape_expect(&shape, VERDICT_LEAK, "grows");
}

Test(verdict, one_in_a_thousand_is_a_leak)
{
    struct shape shape = shape_begin(MINUTE);
    for (uint64_t i = 0; i < 2000; i++) {
        if (i % 1000 == 499)
            shape_make(&shape, i * 20 * MS);
        else
            shape_release(&shape, i * 20 * MS, 2 * MS);
    }
    shape_expect(&shape, VERDICT_LEAK,
                 "2 live for up to 50.0s; of 1,998 released none lived longer");
}

Test(verdict, the_reason_counts_as_the_headline_does)
{
    struct shape shape = shape_begin(MINUTE);
    for (uint64_t i = 0; i < 2000; i++) {
        if (i % 1000 == 499 || i == 1999)
            shape_make(&shape, i * 20 * MS);
        else
            shape_release(&shape, i * 20 * MS, 2 * MS);
    }
    shape_expect(
        &shape, VERDICT_LEAK,
        "3 live for up to 50.0s; of 1,997 released none lived longer than 6.0ms, as 2 of the live "
        "ones do");
}

Test(verdict, a_single_one_among_hundreds_is_a_leak)
{
    struct shape shape = shape_begin(MINUTE);
    for (uint64_t i = 0; i < 300; i++) {
        if (i == 40)
            shape_make(&shape, i * 20 * MS);
        else
            shape_release(&shape, i * 20 * MS, 2 * MS);
    }
    shape_expect(&shape, VERDICT_LEAK, "1 live for up to");
}

Test(verdict, forgetting_in_a_tight_loop_is_a_leak)
{
    struct shape shape = shape_begin(6 * MS);
    for (uint64_t i = 0; i < 1000; i++) {
        if (i % 200 == 99)
            shape_make(&shape, i * 5 * US);
        else
            shape_release(&shape, i * 5 * US, 2 * US);
    }
    shape_expect(&shape, VERDICT_LEAK, "grew by 5");
}

Test(verdict, slow_leak_among_heavy_traffic_is_a_leak)
{
    struct shape shape = shape_begin(HOUR);
    struct timer_record *window[50] = {0};
    for (uint64_t i = 0; i < 3600; i++) {
        struct timer_record **slot = &window[i % 50];
        if (*slot && i % 400 != 7)
            builder_release(shape.builder, *slot, i * SECOND);
        *slot = shape_make(&shape, i * SECOND);
    }
    shape_expect(&shape, VERDICT_LEAK, "of 3,54");
}

Test(verdict, a_sliding_window_is_held)
{
    struct shape shape = shape_begin(MINUTE);
    struct timer_record *window[64] = {0};
    for (uint64_t i = 0; i < 6000; i++) {
        struct timer_record **slot = &window[i % 64];
        if (*slot)
            builder_release(shape.builder, *slot, i * 10 * MS);
        *slot = shape_make(&shape, i * 10 * MS);
    }
    shape_expect(&shape, VERDICT_HELD, "64 live");
}

Test(verdict, a_sliding_window_in_a_tight_loop_is_held)
{
    struct shape shape = shape_begin(3 * MS);
    struct timer_record *window[8] = {0};
    for (uint64_t i = 0; i < 1000; i++) {
        struct timer_record **slot = &window[i % 8];
        if (*slot)
            builder_release(shape.builder, *slot, i * 2 * US);
        *slot = shape_make(&shape, i * 2 * US);
    }
    shape_expect(&shape, VERDICT_HELD, "8 live");
}

Test(verdict, the_latest_of_a_tight_loop_are_in_flight)
{
    struct shape shape = shape_begin(10 * MS);
    struct timer_record *window[90] = {0};
    for (uint64_t i = 0; i < 1000; i++) {
        struct timer_record **slot = &window[i % 90];
        if (*slot)
            builder_release(shape.builder, *slot, i * 10 * US);
        *slot = shape_make(&shape, i * 10 * US);
    }
    shape_expect(&shape, VERDICT_HELD, "90 live");
}

/*
 * Waits of a minute each, in a run of less than two: half of the run is still in flight. Of those
 * made before, so many last longer.
 */
static struct shape window_of_half_the_run(uint64_t stragglers)
{
    struct shape shape = shape_begin(100 * SECOND);
    for (uint64_t i = 0; i < 200; i++) {
        uint64_t when = i * SECOND / 2;
        struct timer_record *timer = shape_make(&shape, when);
        bool lasts = i >= 60 && i < 60 + stragglers;
        if (when + MINUTE < 100 * SECOND && !lasts)
            builder_release(shape.builder, timer, when + MINUTE);
    }
    return shape;
}

Test(verdict, a_window_of_half_the_run_is_held)
{
    struct shape shape = window_of_half_the_run(0);
    shape_expect(&shape, VERDICT_HELD, "120 live");
}

Test(verdict, a_window_in_flight_with_a_few_stragglers_is_held)
{
    struct shape shape = window_of_half_the_run(4);
    shape_expect(&shape, VERDICT_HELD, "124 live");
    shape = window_of_half_the_run(16);
    shape_expect(&shape, VERDICT_HELD, "136 live");
}

Test(verdict, stragglers_as_many_as_an_eighth_are_a_leak)
{
    struct shape shape = window_of_half_the_run(17);
    shape_expect(&shape, VERDICT_LEAK, "grows");
}

Test(verdict, load_that_ends_at_its_peak_is_held)
{
    struct shape shape = shape_begin(30 * SECOND);
    struct timer_record *wave[40];
    for (uint64_t number = 0; number < 3; number++) {
        for (uint64_t i = 0; i < 40; i++)
            wave[i] = shape_make(&shape, number * 10 * SECOND + i * 100 * MS);
        for (uint64_t i = 0; number < 2 && i < 40; i++)
            builder_release(shape.builder, wave[i],
                            number * 10 * SECOND + 5 * SECOND + i * 100 * MS);
    }
    shape_expect(&shape, VERDICT_HELD, "40 live");
}

/* The last wave outlives the others only because the machine held the program up. */
Test(verdict, a_wave_that_is_held_up_is_held)
{
    struct shape shape = shape_begin(950 * MS);
    for (uint64_t i = 0; i < 80; i++)
        shape_release(&shape, i * 5 * MS, 100 * MS);
    for (uint64_t i = 0; i < 40; i++)
        shape_make(&shape, (i < 20 ? 500 : 800) * MS + i * 2 * MS);
    shape_expect(&shape, VERDICT_HELD, "40 live");
}

Test(verdict, idling_after_the_peak_is_no_leak)
{
    struct shape shape = shape_begin(HOUR);
    for (uint64_t i = 0; i < 200; i++)
        shape_release(&shape, i * 10 * MS, 5 * MS);
    for (uint64_t i = 0; i < 40; i++)
        shape_make(&shape, 3 * SECOND + i * MS);
    shape_expect(&shape, VERDICT_HELD, "40 live");
}

/* Threads start as load demands them, ever more seldom. */
Test(verdict, a_thread_pool_that_starts_slowly_is_held)
{
    struct shape shape = shape_begin(20 * SECOND);
    for (uint64_t i = 0; i < 8; i++)
        shape_make(&shape, (UINT64_C(1) << i) * 100 * MS);
    shape_expect(&shape, VERDICT_HELD, "8 live");
}

Test(verdict, a_pool_that_shrinks_to_its_first_is_held)
{
    struct shape shape = shape_begin(HOUR);
    for (uint64_t i = 0; i < 8; i++)
        shape_make(&shape, i * MS);
    for (uint64_t i = 0; i < 200; i++)
        shape_release(&shape, MINUTE + i * SECOND, 500 * MS);
    shape_expect(&shape, VERDICT_HELD, "8 live since the start");
}

Test(verdict, the_first_of_many_is_kept)
{
    struct shape shape = shape_begin(HOUR);
    shape_make(&shape, 0);
    for (uint64_t i = 1; i < 500; i++)
        shape_release(&shape, i * SECOND, 500 * MS);
    shape_expect(&shape, VERDICT_HELD, "1 live");
}

Test(verdict, steady_replacement_is_held)
{
    struct shape shape = shape_begin(HOUR);
    struct timer_record *slots[10];
    unsigned random = 1;
    for (uint64_t i = 0; i < 10; i++)
        slots[i] = shape_make(&shape, i * MS);
    for (uint64_t i = 0; i < 300; i++) {
        random = random * 1103515245 + 12345;
        struct timer_record **slot = &slots[random >> 16 & 7];
        builder_release(shape.builder, *slot, MINUTE + i * 10 * SECOND);
        *slot = shape_make(&shape, MINUTE + i * 10 * SECOND + MS);
    }
    shape_expect(&shape, VERDICT_HELD, "10 live");
}

Test(verdict, two_left_behind_are_two_too_few_to_tell)
{
    struct shape shape = shape_begin(MINUTE);
    shape_make(&shape, 0);
    shape_make(&shape, 30 * SECOND);
    shape_make(&shape, 59 * SECOND);
    shape_expect(&shape, VERDICT_HELD, "3 live");
}

Test(verdict, inherited_timers_among_leaked_ones_are_told)
{
    struct shape shape = shape_begin(HOUR);
    shape_make(&shape, 0)->flags |= TLK_INHERITED;
    shape.site->inherited++;
    shape.site->created--;
    for (uint64_t i = 0; i < 100; i++)
        shape_make(&shape, i * 30 * SECOND);
    shape_expect(&shape, VERDICT_LEAK,
                 "nothing was ever released; 1 inherited from the process before");
}

Test(verdict, inherited_timers_are_held)
{
    struct shape shape = shape_begin(HOUR);
    for (uint64_t i = 0; i < 500; i++) {
        shape_make(&shape, i * SECOND)->flags |= TLK_INHERITED;
        shape.site->created--;
        shape.site->inherited++;
    }
    shape_expect(&shape, VERDICT_HELD, "500 inherited");
}

Test(verdict, an_itimer_never_leaks)
{
    struct shape shape = {.builder = builder_new(HOUR)};
    shape.site = builder_plain_site(shape.builder, TLK_ITIMER, 0x1000);
    for (uint64_t i = 0; i < 300; i++)
        shape_release(&shape, i * SECOND, 100 * MS);
    shape_make(&shape, 100 * SECOND);
    shape_make(&shape, 200 * SECOND);
    shape_expect(&shape, VERDICT_HELD, "a process has one such timer");
}
