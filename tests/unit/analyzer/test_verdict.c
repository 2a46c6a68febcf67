/* The shapes that a site's life may take, and what each must be called. */
#include "loaded.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

struct shape {
    struct builder *builder;
    struct tlk_site *site;
};

static struct shape begin(uint64_t duration)
{
    struct shape shape = {.builder = builder_new(duration)};
    shape.site = builder_plain_site(shape.builder, TLK_TIMERFD, 0x1000);
    return shape;
}

static struct tlk_timer *make(struct shape *shape, uint64_t when)
{
    return builder_create(shape->builder, shape->site, when);
}

static void make_and_release(struct shape *shape, uint64_t when, uint64_t life)
{
    builder_release(shape->builder, make(shape, when), when + life);
}

static void expect(struct shape *shape, enum verdict verdict, const char *why)
{
    struct profile *profile = loaded(shape->builder);
    struct finding *finding = &loaded_site(profile)->finding;
    cr_expect_eq(finding->verdict, verdict, "%s, because %s", verdict_name(finding->verdict),
                 finding->why);
    cr_expect(strstr(finding->why, why), "\"%s\" lacks \"%s\"", finding->why, why);
    profile_free(profile);
}

Test(verdict, all_released_is_clean)
{
    struct shape shape = begin(MINUTE);
    for (uint64_t i = 0; i < 50; i++)
        make_and_release(&shape, i * SECOND, 100 * MS);
    expect(&shape, VERDICT_CLEAN, "released: 50 timers");
}

Test(verdict, one_ticker_for_life_is_held)
{
    struct shape shape = begin(3 * HOUR);
    make(&shape, SECOND);
    expect(&shape, VERDICT_HELD, "1 live, made at 00:00:01");
}

/* One every `pace`; after the first few a busy machine holds the program up for so long. */
static void make_held_up(struct shape *shape, uint64_t pace, uint64_t before, uint64_t held_up,
                         uint64_t after)
{
    for (uint64_t i = 0; i < before; i++)
        make(shape, i * pace);
    for (uint64_t i = 0; i < after; i++)
        make(shape, before * pace + held_up + i * pace);
}

Test(verdict, held_up_at_the_beginning_it_is_a_leak)
{
    struct shape shape = begin(520 * MS);
    make_held_up(&shape, MS, 3, 450 * MS, 57);
    expect(&shape, VERDICT_LEAK, "nothing was ever released");
}

Test(verdict, held_up_near_the_end_it_is_a_leak)
{
    struct shape shape = begin(180 * MS);
    make_held_up(&shape, MS, 55, 100 * MS, 5);
    expect(&shape, VERDICT_LEAK, "nothing was ever released");
}

Test(verdict, held_up_again_and_again_it_is_a_leak)
{
    struct shape shape = begin(540 * MS);
    make_held_up(&shape, MS, 20, 150 * MS, 20);
    for (uint64_t i = 0; i < 20; i++)
        make(&shape, i < 15 ? (390 + i) * MS : (520 + i) * MS);
    expect(&shape, VERDICT_LEAK, "nothing was ever released");
}

/* A loop of 300 ms, as an overloaded machine ran it; how long before the end each was made, ms. */
Test(verdict, held_up_for_most_of_the_time_it_is_a_leak)
{
    static const uint16_t ages[] = {
        1130, 1125, 1120, 1114, 1109, 1020, 992, 987, 982, 954, 949, 944, 938, 933, 928,
        920,  914,  904,  899,  893,  888,  883, 878, 869, 864, 859, 854, 847, 842, 836,
        827,  822,  816,  811,  806,  801,  796, 786, 774, 762, 757, 749, 719, 713, 708,
        696,  690,  685,  673,  668,  663,  656, 506, 147, 140, 134, 127, 120, 112, 1};
    struct shape shape = begin(1200 * MS);

    for (size_t i = 0; i < sizeof(ages) / sizeof(*ages); i++)
        make(&shape, (1200 - (uint64_t)ages[i]) * MS);
    expect(&shape, VERDICT_LEAK, "nothing was ever released");
}

/* The same number, ever more seldom. */
Test(verdict, a_large_pool_that_starts_slowly_is_held)
{
    struct shape shape = begin(5 * SECOND);

    for (uint64_t i = 0; i < 60; i++)
        make(&shape, i * i * i * 20 * US);
    expect(&shape, VERDICT_HELD, "60 live");
}

Test(verdict, a_few_in_less_than_a_second_are_held)
{
    struct shape shape = begin(300 * MS);
    make_held_up(&shape, 30 * MS, 8, 0, 0);
    expect(&shape, VERDICT_HELD, "8 live");
}

Test(verdict, a_pool_that_was_held_up_as_it_was_filled_is_held)
{
    struct shape shape = begin(150 * MS);
    make_held_up(&shape, 6 * US, 8, 100 * MS, 8);
    expect(&shape, VERDICT_HELD, "16 live");
}

Test(verdict, one_more_after_a_pause_is_held)
{
    struct shape shape = begin(310 * MS);
    make_held_up(&shape, 50 * US, 20, 300 * MS, 1);
    expect(&shape, VERDICT_HELD, "21 live");
}

Test(verdict, a_pool_filled_slowly_and_a_straggler_are_held)
{
    struct shape shape = begin(810 * MS);
    make_held_up(&shape, 6 * MS, 40, 500 * MS, 3);
    expect(&shape, VERDICT_HELD, "43 live");
}

Test(verdict, connections_that_ramp_up_and_a_reconnect_are_held)
{
    struct shape shape = begin(10 * SECOND);
    make_held_up(&shape, 60 * MS, 40, 6 * SECOND, 2);
    expect(&shape, VERDICT_HELD, "42 live");
}

/* No machine is as busy as that. */
Test(verdict, two_bursts_with_seconds_between_are_held)
{
    struct shape shape = begin(5100 * MS);
    make_held_up(&shape, MS, 30, 5 * SECOND, 30);
    expect(&shape, VERDICT_HELD, "60 live");
}

Test(verdict, a_hundred_from_the_start_are_held)
{
    struct shape shape = begin(5 * SECOND);
    for (uint64_t i = 0; i < 100; i++)
        make(&shape, i * 4 * US);
    expect(&shape, VERDICT_HELD, "100 live, all made within 0.4ms at 00:00:00, steady for 5.0s");
}

Test(verdict, steady_growth_is_a_leak)
{
    struct shape shape = begin(3 * HOUR);
    for (uint64_t i = 0; i < 1800; i++)
        make(&shape, 4 * MINUTE + i * 5 * SECOND);
    expect(&shape, VERDICT_LEAK, "grows 12/min since 00:04:00; nothing was ever released");
}

Test(verdict, growth_in_a_tight_loop_is_a_leak)
{
    struct shape shape = begin(MS);
    for (uint64_t i = 0; i < 20; i++)
        make(&shape, 300 * US + i * 2 * US);
    expect(&shape, VERDICT_LEAK, "grew by 20");
}

Test(verdict, a_few_made_by_a_program_that_ends_at_once_are_held)
{
    struct shape shape = begin(MS);
    for (uint64_t i = 0; i < 8; i++)
        make(&shape, 300 * US + i * 2 * US);
    expect(&shape, VERDICT_HELD, "8 live");
}

Test(verdict, a_slow_first_call_hides_no_leak)
{
    struct shape shape = begin(2 * MS);
    make(&shape, 0);
    for (uint64_t i = 0; i < 19; i++)
        make(&shape, MS + i * 2 * US);
    expect(&shape, VERDICT_LEAK, "grew by 20");
}

Test(verdict, bursts_are_a_leak)
{
    struct shape shape = begin(10 * MINUTE);
    for (uint64_t burst = 0; burst < 5; burst++) {
        for (uint64_t i = 0; i < 20; i++)
            make(&shape, burst * 2 * MINUTE + i * MS);
    }
    expect(&shape, VERDICT_LEAK, "grows");
}

Test(verdict, one_in_a_thousand_is_a_leak)
{
    struct shape shape = begin(MINUTE);
    for (uint64_t i = 0; i < 2000; i++) {
        if (i % 1000 == 499)
            make(&shape, i * 20 * MS);
        else
            make_and_release(&shape, i * 20 * MS, 2 * MS);
    }
    expect(&shape, VERDICT_LEAK, "2 live for up to 50.0s; of 1,998 released none lived longer");
}

Test(verdict, the_reason_counts_as_the_headline_does)
{
    struct shape shape = begin(MINUTE);
    for (uint64_t i = 0; i < 2000; i++) {
        if (i % 1000 == 499 || i == 1999)
            make(&shape, i * 20 * MS);
        else
            make_and_release(&shape, i * 20 * MS, 2 * MS);
    }
    expect(
        &shape, VERDICT_LEAK,
        "3 live for up to 50.0s; of 1,997 released none lived longer than 6.0ms, as 2 of the live "
        "ones do");
}

Test(verdict, a_single_one_among_hundreds_is_a_leak)
{
    struct shape shape = begin(MINUTE);
    for (uint64_t i = 0; i < 300; i++) {
        if (i == 40)
            make(&shape, i * 20 * MS);
        else
            make_and_release(&shape, i * 20 * MS, 2 * MS);
    }
    expect(&shape, VERDICT_LEAK, "1 live for up to");
}

Test(verdict, forgetting_in_a_tight_loop_is_a_leak)
{
    struct shape shape = begin(6 * MS);
    for (uint64_t i = 0; i < 1000; i++) {
        if (i % 200 == 99)
            make(&shape, i * 5 * US);
        else
            make_and_release(&shape, i * 5 * US, 2 * US);
    }
    expect(&shape, VERDICT_LEAK, "grew by 5");
}

Test(verdict, slow_leak_among_heavy_traffic_is_a_leak)
{
    struct shape shape = begin(HOUR);
    struct tlk_timer *window[50] = {0};
    for (uint64_t i = 0; i < 3600; i++) {
        struct tlk_timer **slot = &window[i % 50];
        if (*slot && i % 400 != 7)
            builder_release(shape.builder, *slot, i * SECOND);
        *slot = make(&shape, i * SECOND);
    }
    expect(&shape, VERDICT_LEAK, "of 3,54");
}

Test(verdict, a_sliding_window_is_held)
{
    struct shape shape = begin(MINUTE);
    struct tlk_timer *window[64] = {0};
    for (uint64_t i = 0; i < 6000; i++) {
        struct tlk_timer **slot = &window[i % 64];
        if (*slot)
            builder_release(shape.builder, *slot, i * 10 * MS);
        *slot = make(&shape, i * 10 * MS);
    }
    expect(&shape, VERDICT_HELD, "64 live");
}

Test(verdict, a_sliding_window_in_a_tight_loop_is_held)
{
    struct shape shape = begin(3 * MS);
    struct tlk_timer *window[8] = {0};
    for (uint64_t i = 0; i < 1000; i++) {
        struct tlk_timer **slot = &window[i % 8];
        if (*slot)
            builder_release(shape.builder, *slot, i * 2 * US);
        *slot = make(&shape, i * 2 * US);
    }
    expect(&shape, VERDICT_HELD, "8 live");
}

Test(verdict, the_latest_of_a_tight_loop_are_in_flight)
{
    struct shape shape = begin(10 * MS);
    struct tlk_timer *window[90] = {0};
    for (uint64_t i = 0; i < 1000; i++) {
        struct tlk_timer **slot = &window[i % 90];
        if (*slot)
            builder_release(shape.builder, *slot, i * 10 * US);
        *slot = make(&shape, i * 10 * US);
    }
    expect(&shape, VERDICT_HELD, "90 live");
}

/*
 * Waits of a minute each, in a run of less than two: half of the run is still in flight. Of those
 * made before, so many last longer.
 */
static struct shape window_of_half_the_run(uint64_t stragglers)
{
    struct shape shape = begin(100 * SECOND);
    for (uint64_t i = 0; i < 200; i++) {
        uint64_t when = i * SECOND / 2;
        struct tlk_timer *timer = make(&shape, when);
        bool lasts = i >= 60 && i < 60 + stragglers;
        if (when + MINUTE < 100 * SECOND && !lasts)
            builder_release(shape.builder, timer, when + MINUTE);
    }
    return shape;
}

Test(verdict, a_window_of_half_the_run_is_held)
{
    struct shape shape = window_of_half_the_run(0);
    expect(&shape, VERDICT_HELD, "120 live");
}

Test(verdict, a_window_in_flight_with_a_few_stragglers_is_held)
{
    struct shape shape = window_of_half_the_run(4);
    expect(&shape, VERDICT_HELD, "124 live");
    shape = window_of_half_the_run(16);
    expect(&shape, VERDICT_HELD, "136 live");
}

Test(verdict, stragglers_as_many_as_an_eighth_are_a_leak)
{
    struct shape shape = window_of_half_the_run(17);
    expect(&shape, VERDICT_LEAK, "grows");
}

Test(verdict, load_that_ends_at_its_peak_is_held)
{
    struct shape shape = begin(30 * SECOND);
    struct tlk_timer *wave[40];
    for (uint64_t number = 0; number < 3; number++) {
        for (uint64_t i = 0; i < 40; i++)
            wave[i] = make(&shape, number * 10 * SECOND + i * 100 * MS);
        for (uint64_t i = 0; number < 2 && i < 40; i++)
            builder_release(shape.builder, wave[i],
                            number * 10 * SECOND + 5 * SECOND + i * 100 * MS);
    }
    expect(&shape, VERDICT_HELD, "40 live");
}

/* The last wave outlives the others only because the machine held the program up. */
Test(verdict, a_wave_that_is_held_up_is_held)
{
    struct shape shape = begin(950 * MS);
    for (uint64_t i = 0; i < 80; i++)
        make_and_release(&shape, i * 5 * MS, 100 * MS);
    for (uint64_t i = 0; i < 40; i++)
        make(&shape, (i < 20 ? 500 : 800) * MS + i * 2 * MS);
    expect(&shape, VERDICT_HELD, "40 live");
}

Test(verdict, idling_after_the_peak_is_no_leak)
{
    struct shape shape = begin(HOUR);
    for (uint64_t i = 0; i < 200; i++)
        make_and_release(&shape, i * 10 * MS, 5 * MS);
    for (uint64_t i = 0; i < 40; i++)
        make(&shape, 3 * SECOND + i * MS);
    expect(&shape, VERDICT_HELD, "40 live");
}

/* Threads start as load demands them, ever more seldom. */
Test(verdict, a_thread_pool_that_starts_slowly_is_held)
{
    struct shape shape = begin(20 * SECOND);
    for (uint64_t i = 0; i < 8; i++)
        make(&shape, (UINT64_C(1) << i) * 100 * MS);
    expect(&shape, VERDICT_HELD, "8 live");
}

Test(verdict, a_pool_that_shrinks_to_its_first_is_held)
{
    struct shape shape = begin(HOUR);
    for (uint64_t i = 0; i < 8; i++)
        make(&shape, i * MS);
    for (uint64_t i = 0; i < 200; i++)
        make_and_release(&shape, MINUTE + i * SECOND, 500 * MS);
    expect(&shape, VERDICT_HELD, "8 live since the start");
}

Test(verdict, the_first_of_many_is_kept)
{
    struct shape shape = begin(HOUR);
    make(&shape, 0);
    for (uint64_t i = 1; i < 500; i++)
        make_and_release(&shape, i * SECOND, 500 * MS);
    expect(&shape, VERDICT_HELD, "1 live");
}

Test(verdict, steady_replacement_is_held)
{
    struct shape shape = begin(HOUR);
    struct tlk_timer *slots[10];
    unsigned random = 1;
    for (uint64_t i = 0; i < 10; i++)
        slots[i] = make(&shape, i * MS);
    for (uint64_t i = 0; i < 300; i++) {
        random = random * 1103515245 + 12345;
        struct tlk_timer **slot = &slots[random >> 16 & 7];
        builder_release(shape.builder, *slot, MINUTE + i * 10 * SECOND);
        *slot = make(&shape, MINUTE + i * 10 * SECOND + MS);
    }
    expect(&shape, VERDICT_HELD, "10 live");
}

Test(verdict, two_left_behind_are_two_too_few_to_tell)
{
    struct shape shape = begin(MINUTE);
    make(&shape, 0);
    make(&shape, 30 * SECOND);
    make(&shape, 59 * SECOND);
    expect(&shape, VERDICT_HELD, "3 live");
}

Test(verdict, inherited_timers_among_leaked_ones_are_told)
{
    struct shape shape = begin(HOUR);
    make(&shape, 0)->flags |= TLK_INHERITED;
    shape.site->inherited++;
    shape.site->created--;
    for (uint64_t i = 0; i < 100; i++)
        make(&shape, i * 30 * SECOND);
    expect(&shape, VERDICT_LEAK, "nothing was ever released; 1 inherited from the process before");
}

Test(verdict, inherited_timers_are_held)
{
    struct shape shape = begin(HOUR);
    for (uint64_t i = 0; i < 500; i++) {
        make(&shape, i * SECOND)->flags |= TLK_INHERITED;
        shape.site->created--;
        shape.site->inherited++;
    }
    expect(&shape, VERDICT_HELD, "500 inherited");
}

Test(verdict, an_itimer_never_leaks)
{
    struct shape shape = {.builder = builder_new(HOUR)};
    shape.site = builder_plain_site(shape.builder, TLK_ITIMER, 0x1000);
    for (uint64_t i = 0; i < 300; i++)
        make_and_release(&shape, i * SECOND, 100 * MS);
    make(&shape, 100 * SECOND);
    make(&shape, 200 * SECOND);
    expect(&shape, VERDICT_HELD, "a process has one such timer");
}

/* ---- use, piles and limits ---- */

static struct tlk_timer *make_armed(struct shape *shape, uint64_t when, uint64_t wait)
{
    struct tlk_timer *timer = make(shape, when);
    timer->flags = TLK_ARMED;
    timer->armed = 1;
    timer->armed_at = timer->created;
    timer->deadline = (int64_t)(timer->created + wait);
    return timer;
}

/* So often set anew since it was made, the last time at that moment. */
static void use(struct tlk_timer *timer, uint32_t often, uint64_t last)
{
    timer->armed += often;
    timer->touched = TLK_TOUCHED(last);
    timer->armed_at = START_MONO + last;
    timer->deadline = (int64_t)(START_MONO + last + HOUR);
}

Test(verdict, what_is_set_anew_again_and_again_is_in_use)
{
    struct shape shape = begin(MINUTE);
    for (uint64_t i = 0; i < 250; i++)
        use(make_armed(&shape, i * 200 * MS, HOUR), 2 * (60 - (uint32_t)i / 5), 59900 * MS);
    expect(&shape, VERDICT_HELD, "250 of 250 in use");
}

Test(verdict, a_leak_among_those_in_use_is_found)
{
    struct shape shape = begin(MINUTE);
    for (uint64_t i = 0; i < 250; i++)
        use(make_armed(&shape, i * 200 * MS, HOUR), 2 * (60 - (uint32_t)i / 5), 59900 * MS);
    for (uint64_t i = 0; i < 25; i++)
        make(&shape, i * 2 * SECOND);
    expect(&shape, VERDICT_LEAK, "250 of 275 in use");
}

Test(verdict, tickers_that_tick_are_not_in_use)
{
    struct shape shape = begin(MINUTE);
    for (uint64_t i = 0; i < 50; i++) {
        struct tlk_timer *timer = make_armed(&shape, i * SECOND, 100 * MS);
        timer->interval = 100 * MS;
        timer->fired = timer->fired_now = (60 - i) * 10;
    }
    expect(&shape, VERDICT_LEAK, "nothing was ever released");
}

/* The load lasted for a minute of three, each fired after a second. */
Test(verdict, a_leak_stays_one_when_its_load_ends)
{
    struct shape shape = begin(3 * MINUTE);
    for (uint64_t i = 0; i < 60; i++)
        make_armed(&shape, i * SECOND, SECOND);
    expect(&shape, VERDICT_LEAK,
           "60 fired or were stopped, and were left alone since; "
           "grew 60/min from 00:00:00 to 00:00:59");
}

Test(verdict, a_pool_that_was_used_once_at_the_start_is_held)
{
    struct shape shape = begin(3 * MINUTE);
    for (uint64_t i = 0; i < 60; i++)
        make_armed(&shape, i * 10 * MS, SECOND);
    expect(&shape, VERDICT_HELD, "60 live");
}

Test(verdict, a_few_found_one_by_one_and_then_no_more_are_held)
{
    struct shape shape = begin(12 * SECOND);
    for (uint64_t i = 0; i < 6; i++)
        make(&shape, i * 1500 * MS);
    expect(&shape, VERDICT_HELD, "6 live");
}

Test(verdict, sessions_of_which_none_was_due_yet_are_growing)
{
    struct shape shape = begin(10 * SECOND);
    for (uint64_t i = 0; i < 50; i++)
        make_armed(&shape, i * 200 * MS, MINUTE);
    expect(&shape, VERDICT_GROWING,
           "none was due yet: 10.0s of 1m00s; at this rate there will be "
           "300 at a time");
}

Test(verdict, more_than_a_limit_allows_before_any_is_due_is_a_leak)
{
    struct shape shape = begin(10 * SECOND);
    for (uint64_t i = 0; i < 50; i++)
        make_armed(&shape, i * 200 * MS, HOUR);
    expect(&shape, VERDICT_LEAK, "grows 300/min");
}

Test(verdict, who_has_eaten_the_limit_leaks)
{
    struct shape shape = begin(10 * SECOND);
    builder_header(shape.builder)->nofile_soft = 100;
    for (uint64_t i = 0; i < 90; i++)
        make(&shape, i * MS);
    shape.site->failed[TLK_FAILED_EMFILE] = 4711;
    expect(&shape, VERDICT_LEAK, "90 of the 100 that there may be, and creations fail");
}

Test(verdict, who_has_few_when_a_limit_is_met_does_not)
{
    struct shape shape = begin(10 * SECOND);
    builder_header(shape.builder)->nofile_soft = 100;
    for (uint64_t i = 0; i < 10; i++)
        make(&shape, i * MS);
    shape.site->failed[TLK_FAILED_EMFILE] = 4711;
    expect(&shape, VERDICT_HELD, "10 live");
}

Test(verdict, where_nothing_could_be_made_nothing_leaks)
{
    struct shape shape = begin(10 * SECOND);
    shape.site->failed[TLK_FAILED_EMFILE] = 1;
    expect(&shape, VERDICT_CLEAN, "nothing could be made here");
}

/* One every ten seconds stays, 30 requests a second do not, after half a second each. */
Test(verdict, a_rate_is_that_of_what_stays)
{
    struct shape shape = begin(2 * MINUTE);
    for (uint64_t i = 0; i < 30 * 120; i++) {
        if (i * SECOND / 30 + 500 * MS < 2 * MINUTE)
            make_and_release(&shape, i * SECOND / 30, 500 * MS);
        else
            make(&shape, i * SECOND / 30);
    }
    for (uint64_t i = 0; i < 11; i++)
        make(&shape, i * 10 * SECOND);
    expect(&shape, VERDICT_LEAK, "grows 6/min since 00:00:00");
}

/*
 * Half as many live twice as long, whatever the length: one that lives three times as long as any
 * yet is no wonder; but one that does so fifty times is.
 */
Test(verdict, a_heavy_tail_explains_a_few)
{
    for (int tail = 0; tail < 3; tail++) {
        struct shape shape = begin(HOUR);
        for (uint64_t life = 100 * MS, many = 512; many > 0; life *= 2, many /= 2) {
            for (uint64_t i = 0; i < (tail ? many : 100); i++)
                make_and_release(&shape, i * SECOND, tail ? life : 51 * SECOND);
        }
        make(&shape, HOUR - 150 * SECOND);
        make_and_release(&shape, HOUR - 60 * SECOND, 50 * SECOND);
        if (tail > 1)
            make(&shape, 10 * MINUTE);
        expect(&shape, tail == 1 ? VERDICT_HELD : VERDICT_LEAK, tail > 1 ? "2 live" : "1 live");
    }
}

/* At each reload the old ones are closed, all or all but one. */
Test(verdict, one_that_stays_at_each_reload_is_a_leak)
{
    for (int leaks = 0; leaks < 2; leaks++) {
        struct shape shape = begin(12 * SECOND);
        struct tlk_timer *old[2] = {NULL, NULL};
        for (uint64_t round = 0; round < 5; round++) {
            struct tlk_timer *new[2] = {make(&shape, round * SECOND), make(&shape, round * SECOND)};
            for (int i = leaks; round > 0 && i < 2; i++)
                builder_release(shape.builder, old[i], round * SECOND + MS);
            old[0] = new[0];
            old[1] = new[1];
        }
        if (leaks)
            expect(&shape, VERDICT_LEAK, "6 live for up to 12.0s; of 4 released none lived longer");
        else
            expect(&shape, VERDICT_HELD, "2 live");
    }
}

/* The many in flight wait for their time; the few that were forgotten have fired. */
Test(verdict, the_state_is_that_of_what_leaks)
{
    struct shape shape = begin(MINUTE);
    for (uint64_t i = 0; i < 590; i++)
        make_and_release(&shape, i * 100 * MS, SECOND);
    for (uint64_t i = 0; i < 10; i++)
        make_armed(&shape, MINUTE - i * 100 * MS, 2 * SECOND);
    for (uint64_t i = 0; i < 5; i++)
        make_armed(&shape, i * 10 * SECOND, 2 * SECOND);
    struct profile *profile = loaded(shape.builder);
    cr_expect_eq(loaded_site(profile)->finding.verdict, VERDICT_LEAK);
    cr_expect_eq(site_state(loaded_site(profile)), NEVER_RELEASED);
    profile_free(profile);
}
