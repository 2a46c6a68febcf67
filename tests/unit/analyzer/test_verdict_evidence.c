/* Use, piles left alone, limits and lifetimes: what else speaks for a leak, or against it. */
#include "shape.h"

#include <criterion/criterion.h>
#include <time.h>

static struct timer_record *make_armed(struct shape *shape, uint64_t when, uint64_t wait)
{
    struct timer_record *timer = shape_make(shape, when);
    timer->flags = TLK_ARMED;
    timer->armed = 1;
    timer->armed_at = timer->created;
    timer->deadline = (int64_t)(timer->created + wait);
    return timer;
}

/* So often set anew since it was made, the last time at that moment. */
static void use(struct timer_record *timer, uint32_t often, uint64_t last)
{
    timer->armed += often;
    timer->touched = TLK_TOUCHED(last);
    timer->armed_at = START_MONO + last;
    timer->deadline = (int64_t)(START_MONO + last + HOUR);
}

Test(verdict, what_is_set_anew_again_and_again_is_in_use)
{
    struct shape shape = shape_begin(MINUTE);
    for (uint64_t i = 0; i < 250; i++)
        use(make_armed(&shape, i * 200 * MS, HOUR), 2 * (60 - (uint32_t)i / 5), 59900 * MS);
    shape_expect(&shape, VERDICT_HELD, "250 of 250 in use");
}

Test(verdict, a_leak_among_those_in_use_is_found)
{
    struct shape shape = shape_begin(MINUTE);
    for (uint64_t i = 0; i < 250; i++)
        use(make_armed(&shape, i * 200 * MS, HOUR), 2 * (60 - (uint32_t)i / 5), 59900 * MS);
    for (uint64_t i = 0; i < 25; i++)
        shape_make(&shape, i * 2 * SECOND);
    shape_expect(&shape, VERDICT_LEAK, "250 of 275 in use");
}

/* A pool that was filled in rare peaks: half of it has not been needed since. */
Test(verdict, the_spare_ones_of_a_pool_are_no_leak)
{
    for (int in_use = 0; in_use < 2; in_use++) {
        struct shape shape = shape_begin(MINUTE);
        for (uint64_t i = 0; i < 24; i++) {
            struct timer_record *timer = make_armed(&shape, i * 2 * SECOND, SECOND);
            if (in_use && i % 2)
                use(timer, 2 * (60 - 2 * (uint32_t)i), 59900 * MS);
            else
                timer->flags = 0;
            timer->stopped = timer->armed - (timer->flags != 0);
        }
        if (in_use)
            shape_expect(&shape, VERDICT_GROWING, "may be the spare ones of a pool");
        else
            shape_expect(&shape, VERDICT_LEAK, "nothing was ever released");
    }
}

/* The machine was busy at the end: the loop that lets them fire has not come to them yet. */
Test(verdict, those_that_are_due_and_wait_for_their_loop_stay_no_longer_than_it_lets_them)
{
    for (int told = 0; told < 2; told++) {
        struct shape shape = shape_begin(10 * SECOND);
        for (uint64_t i = 0; i < 900; i++)
            shape_release(&shape, i * 10 * MS, 20 * MS);
        for (uint64_t i = 0; i < 5; i++) {
            struct timer_record *timer = make_armed(&shape, 9500 * MS + i * 20 * MS, 20 * MS);
            timer->flags |= told ? TLK_EXACT_FIRES : 0;
        }
        shape_release(&shape, 9700 * MS, 20 * MS);
        shape_expect(&shape, told ? VERDICT_HELD : VERDICT_LEAK, "5 live");
    }
}

Test(verdict, tickers_that_tick_are_not_in_use)
{
    struct shape shape = shape_begin(MINUTE);
    for (uint64_t i = 0; i < 50; i++) {
        struct timer_record *timer = make_armed(&shape, i * SECOND, 100 * MS);
        timer->interval = 100 * MS;
        timer->fired = timer->fired_now = (60 - i) * 10;
    }
    shape_expect(&shape, VERDICT_LEAK, "nothing was ever released");
}

/* The load lasted for a minute of three, each fired after a second. */
Test(verdict, a_leak_stays_one_when_its_load_ends)
{
    struct shape shape = shape_begin(3 * MINUTE);
    for (uint64_t i = 0; i < 60; i++)
        make_armed(&shape, i * SECOND, SECOND);
    shape_expect(&shape, VERDICT_LEAK,
                 "60 fired or were stopped, and were left alone since; "
                 "grew 60/min from 00:00:00 to 00:00:59");
}

Test(verdict, a_pool_that_was_used_once_at_the_start_is_held)
{
    struct shape shape = shape_begin(3 * MINUTE);
    for (uint64_t i = 0; i < 60; i++)
        make_armed(&shape, i * 10 * MS, SECOND);
    shape_expect(&shape, VERDICT_HELD, "60 live");
}

Test(verdict, a_few_found_one_by_one_and_then_no_more_are_held)
{
    struct shape shape = shape_begin(12 * SECOND);
    for (uint64_t i = 0; i < 6; i++)
        shape_make(&shape, i * 1500 * MS);
    shape_expect(&shape, VERDICT_HELD, "6 live");
}

Test(verdict, sessions_of_which_none_was_due_yet_are_growing)
{
    struct shape shape = shape_begin(10 * SECOND);
    for (uint64_t i = 0; i < 50; i++)
        make_armed(&shape, i * 200 * MS, MINUTE);
    shape_expect(&shape, VERDICT_GROWING,
                 "none was due yet: 10.0s of 1m00s; at this rate there will be "
                 "300 at a time");
}

/* The same, but who made them waits for none, as a loop around select and After() in Go does. */
Test(verdict, those_that_nobody_waits_for_are_no_work)
{
    struct shape shape = shape_begin(10 * SECOND);
    for (uint64_t i = 0; i < 50; i++)
        make_armed(&shape, i * 200 * MS, MINUTE)->flags |= i < 49 ? TLK_LEFT_BEHIND : 0;
    shape_expect(&shape, VERDICT_LEAK,
                 "grows 300/min since 00:00:00; nothing was ever released; "
                 "who made 49 of them went on without waiting, and nobody can stop them");
}

/* So are a few at a time, and those of which most are waited for. */
Test(verdict, few_that_nobody_waits_for_are_growing_until_they_are_due)
{
    for (uint64_t few = 0; few < 2; few++) {
        struct shape shape = shape_begin(10 * SECOND);
        for (uint64_t i = 0; i < 50; i++)
            make_armed(&shape, i * 200 * MS, few ? 15 * SECOND : MINUTE)->flags |=
                few || i < 20 ? TLK_LEFT_BEHIND : 0;
        shape_expect(&shape, VERDICT_GROWING, "none was due yet");
    }
}

/* Collected in a loop, and waited for after it: round after round they come to their end. */
Test(verdict, those_that_fire_after_all_are_held)
{
    struct shape shape = shape_begin(MINUTE);
    for (uint64_t round = 0; round < 9; round++)
        for (uint64_t i = 0; i < 100; i++)
            shape_release(&shape, round * 6 * SECOND + i * MS, 5 * SECOND);
    for (uint64_t i = 0; i < 100; i++)
        make_armed(&shape, 57 * SECOND + i * MS, 5 * SECOND)->flags |= TLK_LEFT_BEHIND;
    shape_expect(&shape, VERDICT_HELD, "100 live");
}

Test(verdict, more_than_a_limit_allows_before_any_is_due_is_a_leak)
{
    struct shape shape = shape_begin(10 * SECOND);
    for (uint64_t i = 0; i < 50; i++)
        make_armed(&shape, i * 200 * MS, HOUR);
    shape_expect(&shape, VERDICT_LEAK, "grows 300/min");
}

Test(verdict, who_has_eaten_the_limit_leaks)
{
    struct shape shape = shape_begin(10 * SECOND);
    builder_header(shape.builder)->nofile_soft = 100;
    for (uint64_t i = 0; i < 90; i++)
        shape_make(&shape, i * MS);
    shape.site->failed[TLK_FAILED_EMFILE] = 4711;
    shape_expect(&shape, VERDICT_LEAK, "90 of the 100 that there may be, and creations fail");
}

Test(verdict, who_has_few_when_a_limit_is_met_does_not)
{
    struct shape shape = shape_begin(10 * SECOND);
    builder_header(shape.builder)->nofile_soft = 100;
    for (uint64_t i = 0; i < 10; i++)
        shape_make(&shape, i * MS);
    shape.site->failed[TLK_FAILED_EMFILE] = 4711;
    shape_expect(&shape, VERDICT_HELD, "10 live");
}

Test(verdict, where_nothing_could_be_made_nothing_leaks)
{
    struct shape shape = shape_begin(10 * SECOND);
    shape.site->failed[TLK_FAILED_EMFILE] = 1;
    shape_expect(&shape, VERDICT_CLEAN, "nothing could be made here");
}

/* One every ten seconds stays, 30 requests a second do not, after half a second each. */
Test(verdict, a_rate_is_that_of_what_stays)
{
    struct shape shape = shape_begin(2 * MINUTE);
    for (uint64_t i = 0; i < 30 * 120; i++) {
        if (i * SECOND / 30 + 500 * MS < 2 * MINUTE)
            shape_release(&shape, i * SECOND / 30, 500 * MS);
        else
            shape_make(&shape, i * SECOND / 30);
    }
    for (uint64_t i = 0; i < 11; i++)
        shape_make(&shape, i * 10 * SECOND);
    shape_expect(&shape, VERDICT_LEAK, "grows 6/min since 00:00:00");
}

/*
 * Half as many live twice as long, whatever the length: one that lives three times as long as any
 * yet is no wonder, and can't be told from a leak; but one that does so fifty times can.
 */
Test(verdict, a_heavy_tail_explains_a_few)
{
    for (int tail = 0; tail < 3; tail++) {
        struct shape shape = shape_begin(HOUR);
        for (uint64_t life = 100 * MS, many = 512; many > 0; life *= 2, many /= 2) {
            for (uint64_t i = 0; i < (tail ? many : 100); i++)
                shape_release(&shape, i * SECOND, tail ? life : 51 * SECOND);
        }
        shape_make(&shape, HOUR - 150 * SECOND);
        shape_release(&shape, HOUR - 60 * SECOND, 50 * SECOND);
        if (tail > 1)
            shape_make(&shape, 10 * MINUTE);
        shape_expect(&shape, tail == 1 ? VERDICT_GROWING : VERDICT_LEAK,
                     tail > 1 ? "2 live" : "1 live");
    }
}

/*
 * Requests of up to a minute, in a run of as long: of those made first some are live, whether they
 * stay or not. Where the run is many times as long none is, and what is live is in flight.
 */
Test(verdict, lifetimes_as_long_as_the_run_tell_nothing_yet)
{
    for (uint64_t run = MINUTE; run <= 10 * MINUTE; run *= 10) {
        struct shape shape = shape_begin(run);
        for (uint64_t i = 0; i * SECOND / 2 < run; i++) {
            uint64_t when = i * SECOND / 2, life = (i * 37 % 60) * SECOND + SECOND;
            if (when + life < run)
                shape_release(&shape, when, life);
            else
                shape_make(&shape, when);
        }
        if (run == MINUTE)
            shape_expect(&shape, VERDICT_GROWING, "of those made in the first half of 59.5s are");
        else
            shape_expect(&shape, VERDICT_HELD, "released ones lived up to 1m00s");
    }
}

/* The requests go on, the error path was mended: no limit will be reached. */
Test(verdict, a_leak_that_ended_beside_others_that_go_on_grows_no_more)
{
    struct shape shape = shape_begin(MINUTE);
    for (uint64_t i = 0; i <= 20; i++)
        shape_make(&shape, i * SECOND);
    for (uint64_t i = 0; i < 60 * 10; i++)
        shape_release(&shape, i * 100 * MS, 10 * MS);
    shape_expect(&shape, VERDICT_LEAK, "grew 60/min from 00:00:00 to 00:00:20");
}

/* Connections that stay and are used, beside requests; of a forgotten one there is no use. */
Test(verdict, the_youngest_of_those_in_use_were_not_used_yet)
{
    for (int forgotten = 0; forgotten < 2; forgotten++) {
        struct shape shape = shape_begin(MINUTE);
        for (uint64_t i = 0; i < 60 * 10; i++)
            shape_release(&shape, i * 100 * MS, 10 * MS);
        for (uint64_t i = 0; i < 50; i++)
            use(make_armed(&shape, i * SECOND, HOUR), 2 * (60 - (uint32_t)i), 59900 * MS);
        for (uint64_t i = 0; i < 4; i++)
            make_armed(&shape, 59300 * MS + i * 100 * MS, HOUR);
        if (forgotten)
            make_armed(&shape, 30 * SECOND, HOUR);
        shape_expect(&shape, forgotten ? VERDICT_LEAK : VERDICT_HELD, "50 of 5");
    }
}

Test(verdict, the_latest_of_a_few_are_in_flight)
{
    struct shape shape = shape_begin(MINUTE);
    for (uint64_t i = 0; i < 2; i++)
        shape_release(&shape, i * 10 * SECOND, 25 * SECOND);
    for (uint64_t i = 0; i < 4; i++)
        shape_make(&shape, (42 + i * 5) * SECOND);
    shape_expect(&shape, VERDICT_HELD, "4 live for up to 18.0s; released ones lived up to 25.0s");
}

/* At each reload the old ones are closed, all or all but one. */
Test(verdict, one_that_stays_at_each_reload_is_a_leak)
{
    for (int leaks = 0; leaks < 2; leaks++) {
        struct shape shape = shape_begin(12 * SECOND);
        struct timer_record *old[2] = {NULL, NULL};
        for (uint64_t round = 0; round < 5; round++) {
            struct timer_record *new[2] = {shape_make(&shape, round * SECOND),
                                           shape_make(&shape, round * SECOND)};
            for (int i = leaks; round > 0 && i < 2; i++)
                builder_release(shape.builder, old[i], round * SECOND + MS);
            old[0] = new[0];
            old[1] = new[1];
        }
        if (leaks)
            shape_expect(
                &shape, VERDICT_LEAK,
                "one more at each of 4 rounds; grew 60/min from 00:00:00 to 00:00:03; "
                "6 live for up to 12.0s; of 4 released none lived longer than 1.0s, as 4 of "
                "the live ones do");
        else
            shape_expect(&shape, VERDICT_HELD, "2 live");
    }
}

/* Eight are kept from the start; two that were made just now are not. */
Test(verdict, held_since_the_start_are_those_that_were_made_there)
{
    struct shape shape = shape_begin(HOUR);
    for (uint64_t i = 0; i < 8; i++)
        shape_make(&shape, SECOND + i * MS);
    for (uint64_t i = 0; i < 200; i++)
        shape_release(&shape, MINUTE + i * SECOND, 500 * MS);
    shape_make(&shape, HOUR - 200 * MS);
    shape_make(&shape, HOUR - 100 * MS);
    shape_expect(&shape, VERDICT_HELD, "8 of 10 live since the start at 00:00:01, others come");
}

Test(verdict, a_held_one_in_use_was_made_when_it_was_made)
{
    struct shape shape = shape_begin(HOUR);
    use(make_armed(&shape, 20 * MINUTE, HOUR), 1000, HOUR - SECOND);
    shape_expect(&shape, VERDICT_HELD, "1 live, made at 00:20:00, steady for 40m00s since");
}

/* The many in flight wait for their time; the few that were forgotten have fired. */
Test(verdict, the_state_is_that_of_what_leaks)
{
    struct shape shape = shape_begin(MINUTE);
    for (uint64_t i = 0; i < 590; i++)
        shape_release(&shape, i * 100 * MS, SECOND);
    for (uint64_t i = 0; i < 10; i++)
        make_armed(&shape, MINUTE - i * 100 * MS, 2 * SECOND);
    for (uint64_t i = 0; i < 5; i++)
        make_armed(&shape, i * 10 * SECOND, 2 * SECOND);
    struct profile *profile = loaded(shape.builder);
    cr_expect_eq(loaded_site(profile)->finding.verdict, VERDICT_LEAK);
    cr_expect_eq(site_state(loaded_site(profile)), NEVER_RELEASED);
    profile_free(profile);
}

Test(verdict, failures_are_told_whatever_their_number)
{
    struct counts counts = {.failed = {[TLK_FAILED_EMFILE] = 1234567, [TLK_FAILED_ENOMEM] = 1}};
    cr_expect_str_eq(counts_failures(&counts).s, "1,234,568 creations failed: EMFILE, ENOMEM");
    counts.failed[TLK_FAILED_ENOMEM] = 0;
    counts.failed[TLK_FAILED_EMFILE] = 1;
    cr_expect_str_eq(counts_failures(&counts).s, "1 creation failed: EMFILE");
}
