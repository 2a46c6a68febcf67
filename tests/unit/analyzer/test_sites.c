/* What is one place to a reader: copies of a line, paths through a wrapper, processes of a program.
 */
#include "loaded.h"
#include "profile/filter.h"
#include "profile/stacks.h"
#include "self.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WRAPPER 0x100

static struct site_record *path_site(struct builder *builder, uint64_t path)
{
    uint64_t frames[] = {WRAPPER, 0x1001 + 0x10 * path, 0x77};
    return builder_site(builder, TLK_TIMERFD, "timerfd_create", frames, 3);
}

/* So many paths, each taken once, throughout ten minutes. */
static struct builder *taken_once(uint64_t paths)
{
    struct builder *builder = builder_new(10 * MINUTE);
    for (uint64_t i = 0; i < paths; i++)
        builder_create(builder, path_site(builder, i), SECOND + i * 598 * SECOND / paths);
    return builder;
}

/* Each path makes ten, one a minute, and closes them but for one. */
static struct builder *all_but(uint64_t kept)
{
    struct builder *builder = builder_new(11 * MINUTE);
    for (uint64_t i = 0; i < 40; i++) {
        struct site_record *site = path_site(builder, i);
        for (uint64_t j = 0; j < 10; j++) {
            uint64_t when = j * MINUTE + i * SECOND;
            struct timer_record *timer = builder_create(builder, site, when);
            if (j != kept)
                builder_release(builder, timer, when + 100 * MS);
        }
    }
    return builder;
}

Test(paths, through_which_one_each_leaks_leak_together)
{
    struct profile *profile = loaded(taken_once(60));
    struct site *site = loaded_site(profile);
    cr_expect_eq(site->finding.verdict, VERDICT_LEAK);
    cr_expect_eq(site->path_count, 60);
    cr_expect_eq(site->counts.live, 60);
    cr_expect_eq(profile->totals.live, 60);
    expect_printed(profile, print_report, "through 60 paths: grows 6/min");
    expect_printed(profile, print_report, "       and by 50 more\n");
    expect_printed(profile, print_json, "\"path_count\": 60");
    size_t depth;
    stack_of(profile, site, &depth);
    cr_expect_eq(depth, 2, "only what they share is its stack");
    profile_free(profile);
}

Test(paths, of_few_taken_once_say_nothing)
{
    struct profile *profile = loaded(taken_once(12));
    cr_expect_eq(profile->site_count, 12);
    cr_expect_eq(profile->sites[0]->finding.verdict, VERDICT_HELD);
    profile_free(profile);
}

/* By chance. */
Test(paths, of_few_of_which_one_was_taken_twice_say_no_more)
{
    struct builder *builder = builder_new(10 * MINUTE);
    for (uint64_t i = 0; i < 12; i++) {
        struct site_record *site = path_site(builder, i);
        builder_create(builder, site, SECOND + i * 49 * SECOND);
        if (i == 5)
            builder_create(builder, site, 400 * SECOND);
    }
    struct profile *profile = loaded(builder);
    cr_expect_eq(profile->site_count, 12);
    cr_expect_eq(profile->sites[0]->finding.verdict, VERDICT_HELD);
    profile_free(profile);
}

Test(paths, that_all_were_taken_at_the_start_hold_what_they_made)
{
    struct builder *builder = builder_new(10 * MINUTE);
    for (uint64_t i = 0; i < 60; i++)
        builder_create(builder, path_site(builder, i), i * 10 * MS);
    struct profile *profile = loaded(builder);
    cr_expect_eq(profile->site_count, 60);
    profile_free(profile);
}

Test(paths, that_forget_one_of_ten_leak_together)
{
    struct profile *profile = loaded(all_but(4));
    struct site *site = loaded_site(profile);
    cr_expect_eq(site->finding.verdict, VERDICT_LEAK);
    cr_expect_eq(site->path_count, 40);
    cr_expect_eq(site->counts.created, 400);
    profile_free(profile);
}

Test(paths, that_keep_their_first_are_fine)
{
    struct profile *profile = loaded(all_but(0));
    cr_expect_eq(profile->site_count, 40);
    cr_expect_eq(profile->sites[0]->finding.verdict, VERDICT_HELD);
    profile_free(profile);
}

Test(paths, one_that_leaks_by_itself_elsewhere_is_told_alone)
{
    struct builder *other = builder_new(HOUR);
    struct site_record *site = path_site(other, 7);
    for (uint64_t i = 0; i < 60; i++)
        builder_create(other, site, i * MINUTE);
    struct profile *profile = profile_new();
    profile->base = true;
    loaded_add(profile, taken_once(60));
    profile->base = false;
    loaded_add(profile, other);
    cr_expect_eq(profile->sites[0]->finding.verdict, VERDICT_LEAK);
    cr_expect_eq(profile->sites[0]->path_count, 0);
    cr_expect_eq(profile->sites[1]->path_count, 59);
    profile_free(profile);
}

Test(paths, are_judged_by_what_was_made_there)
{
    struct builder *builder = builder_new(10 * MINUTE);
    for (uint64_t i = 0; i < 60; i++) {
        struct site_record *site = path_site(builder, i);
        for (int j = 0; j < 20; j++)
            builder_create(builder, site, 0)->flags = TLK_INHERITED;
        site->created = 0;
        site->inherited = 20;
        builder_create(builder, site, SECOND + i * 598 * SECOND / 60);
    }
    struct profile *profile = loaded(builder);
    cr_expect_eq(loaded_site(profile)->path_count, 60);
    profile_free(profile);
}

Test(paths, that_are_judged_together_count_damage_once)
{
    struct builder *builder = taken_once(60);
    builder_create(builder, path_site(builder, 0), SECOND)->state = TLK_LEAVING + 1;
    struct profile *profile = loaded(builder);
    cr_expect_eq(profile->sites[0]->path_count, 60);
    cr_expect_eq(profile->processes[0]->damaged, 1);
    profile_free(profile);
}

Test(paths, are_left_out_one_by_one)
{
    char error[ERROR_SIZE];
    struct profile *profile = loaded(taken_once(60));
    cr_assert(profile_filter(profile, &(struct filter){.ignore = "0x1010$|0x1020$"}, error));
    struct site *site = loaded_site(profile);
    cr_expect_eq(site->path_count, 58);
    cr_expect_eq(site->counts.live, 58);
    cr_expect_eq(profile->totals.live, 58);
    profile_free(profile);
}

/* ---- copies of one line ---- */

__attribute__((noinline)) static uintptr_t return_address(void)
{
    __asm__ volatile("" ::: "memory");
    return (uintptr_t)__builtin_return_address(0);
}

__attribute__((noinline)) static void unrolled(volatile uintptr_t calls[2])
{
    /* clang-format off */
    calls[0] = return_address(); calls[1] = return_address();
    /* clang-format on */
}

Test(sites, copies_of_a_line_are_one)
{
    volatile uintptr_t calls[2];
    unrolled(calls);
    cr_assert_neq(calls[0], calls[1]);
    struct self self = self_make();
    struct builder *builder = builder_new(31 * SECOND);
    uint32_t module = builder_module(builder, self.path, self.build_id, self.build_id_size);
    for (size_t i = 0; i < 2; i++) {
        uint64_t frames[] = {TLK_FRAME(module, calls[i] - self.bias), 0x77};
        struct site_record *site = builder_site(builder, TLK_POSIX, "timer_create", frames, 2);
        for (uint64_t j = 0; j < 30; j++)
            builder_create(builder, site, (1 + j) * SECOND + i * 100 * MS);
    }
    struct profile *profile = loaded(builder);
    struct site *site = loaded_site(profile);
    cr_expect_eq(profile->trace_count, 2);
    cr_expect_eq(site->counts.live, 60);
    cr_expect_eq(site->counts.peak, 60);
    cr_expect_eq(site->finding.verdict, VERDICT_LEAK);
    expect_printed(profile, print_report, "grows 122/min since 00:00:01");
    profile_free(profile);
}

static void expect_plain(const char *name, const char *plain)
{
    struct strings *strings = strings_new();
    const char *got = name_plain(strings, strings_add(strings, name));
    cr_expect_str_eq(got, plain, "\"%s\" became \"%s\"", name, got);
    strings_free(strings);
}

Test(sites, names_are_plain_of_clones_and_instances)
{
    expect_plain("accept_client", "accept_client");
    expect_plain("accept_client.constprop.0.isra.0", "accept_client");
    expect_plain("net::Pool<std::map<int, char> >::add", "net::Pool::add");
    expect_plain("make<1>", "make");
    expect_plain("operator<< <std::char_traits<char> >", "operator<< ");
    expect_plain("Timer::operator->", "Timer::operator->");
    expect_plain("Set<int>::operator<", "Set::operator<");
    expect_plain("<broken", "<broken");
}

static bool in_class(const char *function, const char *wrapped)
{
    return stack_in_class(&(struct stack_frame){.function = function}, wrapped);
}

Test(sites, inline_functions_of_the_wrapped_ones_class_are_told_from_callers)
{
    cr_expect(in_class("QTimer::singleShot<int, main()::{lambda()#1}>", "QTimer::singleShot"));
    cr_expect(in_class("QTimer::singleShotImpl", "QTimer::singleShot"));
    cr_expect(in_class("a::Clock::set(int)", "a::Clock::arm"));
    cr_expect_not(in_class("b::Clock::set", "a::Clock::arm"));
    cr_expect_not(in_class("QTimerPool::add", "QTimer::start"));
    cr_expect_not(in_class("QTimer::Private::add", "QTimer::start"));
    cr_expect_not(in_class("timerfd_create", "timerfd_create"));
    cr_expect_not(in_class(NULL, "QTimer::start"));
}

/* ---- processes ---- */

static void add_worker(struct profile *profile, int pid, uint64_t live)
{
    struct builder *builder = builder_new(MINUTE);
    builder_started_as(builder, "worker", "/srv/worker");
    builder_header(builder)->pid = pid;
    builder_header(builder)->start_real -= (uint64_t)pid; /* as where pids start again */
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x1000);
    for (uint64_t i = 0; i < live; i++)
        builder_create(builder, site, (1 + i) * SECOND);
    loaded_add(profile, builder);
}

Test(sites, of_several_processes_tell_how_they_are_spread)
{
    struct profile *profile = profile_new();
    for (int pid = 100; pid < 105; pid++)
        add_worker(profile, pid, pid == 103 ? 50 : 30);
    expect_printed(profile, print_report,
                   "worker (5 processes, pid 100 to 104), 1m00s to 1m00s, "
                   "5 exited with status 0\n");
    expect_printed(profile, print_report, "30 to 50 in each of 5 processes, worst pid 103: grows ");
    expect_printed(profile, print_json, "\"processes\": 5");
    profile_free(profile);
}

Test(sites, of_one_process_among_several_tell_which)
{
    struct profile *profile = profile_new();
    add_worker(profile, 100, 0);
    add_worker(profile, 101, 50);
    expect_printed(profile, print_report, "       pid 101: grows ");
    profile_free(profile);
}
