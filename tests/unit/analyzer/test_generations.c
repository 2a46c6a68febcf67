/* One timer in several recordings: over exec, over fork, in a program that a parent started. */
#include "profile/generations.h"

#include "loaded.h"
#include "recording_builder.h"

#include <criterion/criterion.h>
#include <string.h>

#define SESSION 77
#define MADE_AT 0x1000
#define INHERITED_AT 0x2000
#define OWN_AT 0x3000

/* It runs from `from` to `to`, in the session's time. */
static struct builder *program(int pid, int ppid, uint64_t from, uint64_t to)
{
    struct builder *builder = builder_new(to);
    struct tlk_header *header = builder_header(builder);
    header->session = SESSION;
    header->pid = pid;
    header->ppid = ppid;
    header->start_mono += from;
    header->start_real += from;
    header->start_boot += from;
    return builder;
}

static struct builder *program_that_execs(int pid, uint64_t from, uint64_t to)
{
    struct builder *builder = program(pid, 1, from, to);
    builder_header(builder)->end = TLK_EXECED;
    return builder;
}

static void make(struct builder *builder, uint64_t id, uint64_t when)
{
    builder_create(builder, builder_plain_site(builder, TLK_TIMERFD, MADE_AT), when)->id = id;
}

static struct timer_record *inherit(struct builder *builder, struct site_record *site, uint64_t id,
                                    uint64_t when)
{
    struct timer_record *timer = builder_create(builder, site, when);
    site->created--;
    site->inherited++;
    timer->id = id;
    timer->flags = TLK_INHERITED;
    return timer;
}

static struct site_record *inherited_site(struct builder *builder)
{
    return builder_plain_site(builder, TLK_TIMERFD, INHERITED_AT);
}

static struct site *site_at(struct profile *profile, uint64_t address)
{
    for (size_t i = 0; i < profile->site_count; i++) {
        if (profile->locations.list[profile->sites[i]->trace->locations[1]].address == address - 1)
            return profile->sites[i];
    }
    return NULL;
}

static void expect_totals(const struct profile *profile, uint64_t created, uint64_t inherited,
                          uint64_t released, uint64_t live)
{
    const struct counts *totals = &profile->totals;
    cr_expect_eq(totals->created, created, "%zu created", (size_t)totals->created);
    cr_expect_eq(totals->inherited, inherited, "%zu inherited", (size_t)totals->inherited);
    cr_expect_eq(totals->released, released, "%zu released", (size_t)totals->released);
    cr_expect_eq(totals->live, live, "%zu live", (size_t)totals->live);
    cr_expect_eq(totals->in_flight, 0);
}

#define LOADED(...)                                                                                \
    loaded_together((struct builder *const[]){__VA_ARGS__},                                        \
                    sizeof((struct builder *const[]){__VA_ARGS__}) / sizeof(struct builder *))

/* ---- over exec ---- */

Test(generations, over_exec_a_timer_counts_once_where_it_was_made)
{
    struct builder *first = program_that_execs(10, 0, SECOND);
    struct builder *second = program(10, 1, SECOND, 2 * SECOND);
    struct site_record *made = builder_plain_site(first, TLK_TIMERFD, MADE_AT);
    builder_create(first, made, 0)->id = 3;
    builder_create(first, made, 0)->id = 4;
    struct site_record *site = inherited_site(second);
    inherit(second, site, 3, SECOND);
    inherit(second, site, 4, SECOND);
    /* Whichever is named first. */
    struct profile *profile = LOADED(second, first);
    expect_totals(profile, 2, 0, 0, 2);
    cr_expect_eq(profile->totals.peak, 2);
    cr_assert_eq(profile->site_count, 1);
    cr_expect_not_null(site_at(profile, MADE_AT));
    cr_expect_eq(profile->processes[0]->end, TLK_EXECED, "in their order");
    profile_free(profile);
}

Test(generations, over_exec_what_the_next_program_released_is_released)
{
    struct builder *first = program_that_execs(10, 0, SECOND);
    struct builder *second = program(10, 1, SECOND, 2 * SECOND);
    make(first, 3, 0);
    builder_release(second, inherit(second, inherited_site(second), 3, SECOND), SECOND + MS);
    struct profile *profile = LOADED(first, second);
    cr_expect_eq(profile->totals.created, 1);
    cr_expect_eq(profile->totals.live, 0);
    cr_expect_eq(site_at(profile, MADE_AT)->finding.verdict, VERDICT_CLEAN);
    profile_free(profile);
}

Test(generations, what_leaked_before_the_exec_is_a_leak)
{
    struct builder *first = program_that_execs(10, 0, HOUR);
    struct builder *second = program(10, 1, HOUR, HOUR + SECOND);
    struct site_record *made = builder_plain_site(first, TLK_TIMERFD, MADE_AT);
    struct site_record *site = inherited_site(second);
    for (uint64_t i = 0; i < 60; i++)
        builder_create(first, made, i * MINUTE)->id = 3 + i;
    for (uint64_t i = 0; i < 60; i++)
        inherit(second, site, 3 + i, HOUR);
    struct profile *profile = LOADED(first, second);
    expect_totals(profile, 60, 0, 0, 60);
    cr_expect_eq(loaded_site(profile)->finding.verdict, VERDICT_LEAK);
    cr_expect_eq(loaded_site(profile)->process->end, TLK_EXECED, "which made them");
    profile_free(profile);
}

Test(generations, over_several_execs)
{
    struct builder *first = program_that_execs(10, 0, SECOND);
    struct builder *second = program_that_execs(10, SECOND, 2 * SECOND);
    struct builder *third = program(10, 1, 2 * SECOND, 3 * SECOND);
    make(first, 3, MS);
    inherit(second, inherited_site(second), 3, SECOND);
    inherit(third, inherited_site(third), 3, 2 * SECOND);
    struct profile *profile = LOADED(first, second, third);
    expect_totals(profile, 1, 0, 0, 1);
    cr_assert_eq(profile->site_count, 1);
    cr_assert_not_null(site_at(profile, MADE_AT));
    cr_expect_eq(site_at(profile, MADE_AT)->first_created, MS);
    profile_free(profile);
}

/* A recording that is not of the program before says nothing about whose timer it is. */
static void expect_apart(struct builder *first, struct builder *second)
{
    make(first, 3, 0);
    inherit(second, inherited_site(second), 3, 5 * SECOND);
    struct profile *profile = LOADED(first, second);
    expect_totals(profile, 1, 1, 0, 2);
    cr_expect_not_null(site_at(profile, INHERITED_AT));
    profile_free(profile);
}

Test(generations, another_process_is_not_the_one_before)
{
    expect_apart(program_that_execs(11, 0, SECOND), program(10, 1, 5 * SECOND, 6 * SECOND));
}

Test(generations, another_session_is_not_the_one_before)
{
    struct builder *other = program_that_execs(10, 0, SECOND);
    builder_header(other)->session++;
    expect_apart(other, program(10, 1, 5 * SECOND, 6 * SECOND));
}

Test(generations, a_namesake_is_not_the_one_before)
{
    struct builder *other = program_that_execs(10, 0, SECOND);
    builder_header(other)->start_ticks++;
    expect_apart(other, program(10, 1, 5 * SECOND, 6 * SECOND));
}

Test(generations, one_that_exited_is_not_the_one_before)
{
    expect_apart(program(10, 1, 0, SECOND), program(10, 1, 5 * SECOND, 6 * SECOND));
}

Test(generations, one_that_ended_later_is_not_the_one_before)
{
    expect_apart(program_that_execs(10, 0, 6 * SECOND), program(10, 1, 5 * SECOND, 7 * SECOND));
}

Test(generations, close_on_exec_is_not_handed_on)
{
    struct builder *first = program_that_execs(10, 0, SECOND);
    struct builder *second = program(10, 1, SECOND, 2 * SECOND);
    builder_create(first, builder_plain_site(first, TLK_TIMERFD, MADE_AT), 0)->flags = TLK_CLOEXEC;
    inherit(second, inherited_site(second), 1, SECOND);
    struct profile *profile = LOADED(first, second);
    expect_totals(profile, 1, 1, 1, 1);
    cr_expect_not_null(site_at(profile, INHERITED_AT));
    profile_free(profile);
}

Test(generations, of_two_clocks_it_is_not_the_same_timer)
{
    struct builder *first = program_that_execs(10, 0, SECOND);
    struct builder *second = program(10, 1, SECOND, 2 * SECOND);
    make(first, 3, 0);
    inherit(second, inherited_site(second), 3, SECOND)->clock = 0;
    struct profile *profile = LOADED(first, second);
    cr_expect_eq(profile->totals.live, 1);
    cr_expect_not_null(site_at(profile, INHERITED_AT));
    profile_free(profile);
}

/* ---- a child that execs at once has no recording before ---- */

Test(generations, a_child_has_its_parents_timers)
{
    struct builder *parent = program(10, 1, 0, 9 * SECOND);
    struct builder *child = program(20, 10, 2 * SECOND, 3 * SECOND);
    make(parent, 3, SECOND);
    inherit(child, inherited_site(child), 3, 2 * SECOND);
    struct profile *profile = LOADED(child, parent);
    expect_totals(profile, 1, 0, 0, 1);
    cr_expect_eq(profile->totals.peak, 1);
    cr_expect_eq(profile->totals.passed_on, 1, "although it counts as the parent's");
    profile_free(profile);
}

Test(generations, what_the_parent_made_later_is_another_timer)
{
    struct builder *parent = program(10, 1, 0, 9 * SECOND);
    struct builder *child = program(20, 10, 2 * SECOND, 3 * SECOND);
    make(parent, 3, 5 * SECOND);
    inherit(child, inherited_site(child), 3, 2 * SECOND);
    struct profile *profile = LOADED(parent, child);
    expect_totals(profile, 1, 1, 0, 2);
    profile_free(profile);
}

/* ---- over fork ---- */

static struct builder *forked(int pid, int ppid, uint64_t from, uint64_t to)
{
    struct builder *builder = program(pid, ppid, from, to);
    builder_header(builder)->forked = 1;
    return builder;
}

/* A ticker that each of two processes has, and one of the child's own. */
static struct profile *ticker_of_two(bool parent_too)
{
    struct builder *parent = program(10, 1, 0, 10 * SECOND);
    struct builder *child = forked(20, 10, 5 * SECOND, 10 * SECOND);
    struct site_record *site = builder_plain_site(parent, TLK_TIMERFD, MADE_AT);
    struct timer_record *timer = builder_create(parent, site, 0);
    timer->flags = TLK_ARMED;
    timer->armed = 1;
    timer->interval = SECOND;
    timer->deadline = (int64_t)(START_MONO + SECOND);
    timer->fired = timer->fired_now = 10;
    timer->seen = TLK_TOUCHED(10 * SECOND);
    builder_create(parent, builder_plain_site(parent, TLK_TIMERFD, 0x4000), 0)->state = TLK_FREE;
    struct site_record *copy = builder_plain_site(child, TLK_TIMERFD, MADE_AT);
    struct timer_record *inherited = inherit(child, copy, timer->id, 0);
    uint32_t index = inherited->site;
    *inherited = *timer;
    inherited->site = index;
    inherited->flags |= TLK_INHERITED;
    inherited->armed = 0;
    inherited->fired = 0;
    inherited->seen = 0;
    builder_plain_site(child, TLK_TIMERFD, 0x4000);
    builder_create(child, builder_plain_site(child, TLK_TIMERFD, OWN_AT), 6 * SECOND);
    if (parent_too)
        return LOADED(child, parent);
    builder_free(parent);
    return LOADED(child);
}

Test(generations, over_fork_a_timer_counts_once)
{
    struct profile *profile = ticker_of_two(true);
    uint64_t wakeups = 0;
    cr_expect_eq(site_at(profile, MADE_AT)->counts.created, 1);
    cr_expect_eq(site_at(profile, MADE_AT)->counts.inherited, 0);
    cr_expect_eq(site_at(profile, MADE_AT)->counts.live, 1);
    cr_expect_eq(site_at(profile, MADE_AT)->counts.peak, 1);
    cr_expect_eq(profile->totals.fired, 10);
    for (size_t i = 0; i < profile->samples.count; i++)
        wakeups += profile->samples.list[i].wakeups;
    cr_expect_eq(wakeups, 1000000, "one a second: %zu", (size_t)wakeups);
    profile_free(profile);
}

Test(generations, a_child_alone_has_what_it_inherited)
{
    struct profile *profile = ticker_of_two(false);
    expect_totals(profile, 1, 1, 0, 2);
    cr_expect_eq(profile->site_count, 2, "nothing was made at the third");
    expect_printed(profile, print_timers, " inherited ");
    profile_free(profile);
}

Test(generations, two_children_have_one_timer_if_the_parent_is_not_there)
{
    struct builder *children[2];
    for (int i = 0; i < 2; i++) {
        children[i] = forked(20 + i, 10, SECOND, 5 * SECOND);
        struct site_record *site = builder_plain_site(children[i], TLK_TIMERFD, MADE_AT);
        inherit(children[i], site, 3, 0);
    }
    struct profile *profile = LOADED(children[0], children[1]);
    expect_totals(profile, 0, 1, 0, 1);
    expect_printed(profile, print_timers, " inherited shared ");
    profile_free(profile);
}

/* ---- passed on, and piled up ---- */

static bool is_passed_on(const struct timer_record *change, bool is_forked)
{
    struct builder *builder = program(10, 1, 0, SECOND);
    struct timer_record *timer = inherit(builder, inherited_site(builder), 3, 0);
    builder_header(builder)->forked = is_forked;
    timer->touched = change->touched;
    timer->seen = change->seen;
    struct profile *profile = loaded(builder);
    bool passed_on = profile->totals.passed_on == 1;
    cr_expect_eq(profile->timers[0].judgement.passed_on, passed_on);
    profile_free(profile);
    return passed_on;
}

Test(generations, passed_on_is_what_nobody_touched)
{
    cr_expect(is_passed_on(&(struct timer_record){0}, false));
    cr_expect_not(is_passed_on(&(struct timer_record){.touched = 1}, false),
                  "set, stopped or asked");
    cr_expect_not(is_passed_on(&(struct timer_record){.seen = 1}, false), "read");
    cr_expect_not(is_passed_on(&(struct timer_record){0}, true),
                  "a forked one is its parent's image");
}

/* Image after image, each with so many timers of those before. */
static enum verdict verdict_over_execs(const unsigned *passed, size_t images, const char *why)
{
    struct builder *builders[8];
    for (size_t i = 0; i < images; i++) {
        builders[i] = i + 1 < images ? program_that_execs(10, i * SECOND, (i + 1) * SECOND)
                                     : program(10, 1, i * SECOND, (i + 1) * SECOND);
        struct site_record *site = inherited_site(builders[i]);
        for (unsigned j = 0; j < passed[i]; j++)
            inherit(builders[i], site, 3 + j, i * SECOND);
    }
    struct profile *profile = loaded_together(builders, images);
    struct site *site = profile->sites[0];
    enum verdict verdict = site->finding.verdict;
    cr_expect(!why || strstr(site->finding.why, why), "%s", site->finding.why);
    profile_free(profile);
    return verdict;
}

Test(generations, a_pile_has_more_at_each_exec)
{
    cr_expect_eq(verdict_over_execs((unsigned[]){0, 2, 4, 6}, 4, "2 more at each exec"),
                 VERDICT_LEAK);
    cr_expect_eq(verdict_over_execs((unsigned[]){1, 2, 5, 6}, 4, "1 to 3 more at each exec"),
                 VERDICT_LEAK);
    cr_expect_eq(verdict_over_execs((unsigned[]){0, 2, 4}, 3, NULL), VERDICT_HELD);
    cr_expect_eq(verdict_over_execs((unsigned[]){2, 2, 2, 2, 2}, 5, NULL), VERDICT_HELD);
    cr_expect_eq(verdict_over_execs((unsigned[]){1, 2, 3, 4, 4}, 5, NULL), VERDICT_HELD);
}

Test(generations, a_pile_in_the_base_is_not_of_what_is_compared_with_it)
{
    struct builder *builders[4];
    for (size_t i = 0; i < 4; i++) {
        builders[i] = i < 3 ? program_that_execs(10, i * SECOND, (i + 1) * SECOND)
                            : program(10, 1, i * SECOND, (i + 1) * SECOND);
        struct site_record *site = inherited_site(builders[i]);
        for (unsigned j = 0; j < 2 * i; j++)
            inherit(builders[i], site, 3 + j, i * SECOND);
    }
    struct profile *profile = profile_new();
    profile->base = true;
    loaded_add_together(profile, builders, 4);
    cr_expect_eq(loaded_site(profile)->base_verdict, VERDICT_LEAK);
    cr_expect_eq(loaded_site(profile)->finding.verdict, VERDICT_CLEAN);
    cr_expect_null(loaded_site(profile)->process);
    profile_free(profile);
}

/* Children of one parent, each with timers of the numbers [first, last]. */
static enum verdict verdict_in_children(const unsigned (*numbers)[2], size_t children)
{
    struct builder *builders[8];
    for (size_t i = 0; i < children; i++) {
        builders[i] = program(20 + (int)i, 10, i * SECOND, (i + 1) * SECOND);
        struct site_record *site = inherited_site(builders[i]);
        for (unsigned j = numbers[i][0]; j <= numbers[i][1]; j++)
            inherit(builders[i], site, j, i * SECOND);
    }
    struct profile *profile = loaded_together(builders, children);
    enum verdict verdict = profile->sites[0]->finding.verdict;
    profile_free(profile);
    return verdict;
}

Test(generations, a_pile_has_more_in_one_child_after_the_other)
{
    cr_expect_eq(verdict_in_children((unsigned[][2]){{3, 3}, {3, 4}, {3, 5}, {3, 6}}, 4),
                 VERDICT_LEAK);
    cr_expect_eq(verdict_in_children((unsigned[][2]){{3, 4}, {3, 4}, {3, 4}, {3, 4}}, 4),
                 VERDICT_HELD);
    /* More, but not the same: what was there when the one before was started has ended. */
    cr_expect_eq(verdict_in_children((unsigned[][2]){{3, 3}, {4, 5}, {6, 8}, {9, 12}}, 4),
                 VERDICT_HELD);
}

/* ---- peaks ---- */

static struct builder *with_timers(int pid, uint64_t from, uint64_t to, unsigned count)
{
    struct builder *builder = program(pid, 1, from, to);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, MADE_AT);
    struct timer_record *timers[8];
    for (unsigned i = 0; i < count; i++)
        timers[i] = builder_create(builder, site, from + MS);
    for (unsigned i = 0; i < count; i++)
        builder_release(builder, timers[i], from + 2 * MS);
    return builder;
}

Test(generations, what_is_live_in_one_process_after_the_other_was_not_at_a_time)
{
    struct builder *first = program(10, 1, 0, SECOND);
    struct builder *second = program(11, 1, 2 * SECOND, 3 * SECOND);
    make(first, 1, MS);
    make(second, 2, 2 * SECOND + MS);
    struct profile *profile = LOADED(first, second);
    expect_printed(profile, print_report, "2 live (peak 1 at a time)\n");
    profile_free(profile);
}

Test(generations, a_peak_is_of_those_that_ran_together)
{
    struct profile *profile = LOADED(with_timers(10, 0, SECOND, 5), /* alone */
                                     with_timers(11, 2 * SECOND, 5 * SECOND, 2),
                                     with_timers(12, 3 * SECOND, 4 * SECOND, 2),
                                     with_timers(13, 4 * SECOND, 6 * SECOND, 2));
    cr_expect_eq(loaded_site(profile)->counts.peak, 5);
    expect_printed(profile, print_report, "(peak 5)");
    profile_free(profile);
    profile = LOADED(with_timers(10, 0, 3 * SECOND, 3), with_timers(11, SECOND, 4 * SECOND, 2));
    cr_expect_eq(loaded_site(profile)->counts.peak, 5);
    expect_printed(profile, print_report, "(peak at most 5)");
    profile_free(profile);
}
