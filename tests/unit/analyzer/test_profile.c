/* From recordings to one profile: counts, balance, merging, filters, order, limits. */
#include "loaded.h"
#include "profile/filter.h"
#include "profile/process.h"
#include "profile/identity.h"
#include "profile/stacks.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Test(profile, live_timers_are_added_to_their_site)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_POSIX, 0x1000);
    struct timer_record *gone = builder_create(builder, site, 0);
    gone->armed = 3;
    gone->fired = 2;
    gone->stopped = 1;
    builder_release(builder, gone, SECOND);
    struct timer_record *live = builder_create(builder, site, MINUTE);
    live->flags = TLK_ARMED;
    live->armed = 2;
    live->stopped = 1;
    live->deadline = (int64_t)(START_MONO + 2 * MINUTE);
    live->fired_unknown = 4;
    struct profile *profile = loaded(builder);
    struct counts *counts = &loaded_site(profile)->counts;
    cr_expect_eq(counts->created, 2);
    cr_expect_eq(counts->released, 1);
    cr_expect_eq(counts->live, 1);
    cr_expect_eq(counts->armed, 5);
    cr_expect_eq(counts->fired, 3);
    cr_expect_eq(counts->stopped, 2);
    cr_expect_eq(counts->fired_unknown, 4);
    cr_expect_eq(counts->states[NEVER_RELEASED], 1);
    cr_expect_eq(counts->age, 59 * MINUTE);
    cr_expect_eq(profile->totals.created, 2);
    profile_free(profile);
}

/* A million timers of six hours come to more nanoseconds than a number holds; so do these. */
Test(profile, ages_of_many_old_timers_do_not_wrap)
{
    struct builder *builder = builder_new(UINT64_MAX / 8);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x1000);
    for (int i = 0; i < 10; i++)
        builder_create(builder, site, 0);
    struct profile *profile = loaded(builder);
    cr_expect_eq(loaded_site(profile)->counts.age, UINT64_MAX);
    cr_assert_eq(profile->samples.count, 1);
    cr_expect_eq(profile->samples.list[0].age, UINT64_MAX);
    profile_free(profile);
}

Test(profile, an_event_in_flight_is_told)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_POSIX, 0x1000);
    builder_create(builder, site, 0);
    site->created++;
    struct profile *profile = loaded(builder);
    cr_expect_eq(loaded_site(profile)->counts.in_flight, 1);
    profile_free(profile);
}

Test(profile, what_is_live_was_created)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_POSIX, 0x1000);
    builder_create(builder, site, 0);
    builder_create(builder, site, 0);
    site->created--;
    struct profile *profile = loaded(builder);
    cr_expect_eq(loaded_site(profile)->counts.created, 2);
    cr_expect_eq(loaded_site(profile)->counts.in_flight, 0);
    profile_free(profile);
}

Test(profile, an_expired_itimer_is_released)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_ITIMER, 0x1000);
    struct timer_record *timer = builder_create(builder, site, 0);
    timer->flags = TLK_ARMED;
    timer->armed = 1;
    timer->deadline = (int64_t)(START_MONO + SECOND);
    struct profile *profile = loaded(builder);
    struct site *found = loaded_site(profile);
    cr_expect_eq(found->counts.live, 0);
    cr_expect_eq(found->counts.released, 1);
    cr_expect_eq(found->counts.fired, 1);
    cr_expect_eq(found->finding.verdict, VERDICT_CLEAN);
    cr_expect_eq(profile->timer_count, 0);
    profile_free(profile);
}

Test(profile, timers_without_room_for_a_site)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_POSIX, 0x1000);
    struct timer_record *timer = builder_create(builder, site, 0);
    builder_site_zero(builder)->created = 1;
    timer->site = 0;
    site->created = 0;
    struct profile *profile = loaded(builder);
    cr_expect_eq(profile->site_count, 2);
    cr_expect_eq(profile->totals.live, 1);
    cr_expect_str_eq(family_name(profile->sites[0]->family), "any");
    cr_expect_eq(profile->sites[0]->counts.live, 1);
    profile_free(profile);
}

static struct builder *with_module(const char *path, const char *build_id, uint64_t address)
{
    struct builder *builder = builder_new(HOUR);
    uint32_t unused = builder_module(builder, "/lib/unused.so", NULL, 0);
    uint32_t module = builder_module(builder, path, build_id, build_id ? 4 : 0);
    uint64_t frames[] = {TLK_FRAME(module, address), TLK_FRAME(unused, 0x77)};
    struct site_record *site = builder_site(builder, TLK_TIMERFD, "timerfd_create", frames, 2);
    builder_create(builder, site, SECOND);
    return builder;
}

Test(profile, equal_sites_are_merged)
{
    struct profile *profile = loaded(with_module("/opt/a", "\1\2\3\4", 0x100));
    loaded_add(profile, with_module("/opt/a", "\1\2\3\4", 0x100));
    loaded_add(profile, with_module("/elsewhere/a", "\1\2\3\4", 0x100));
    cr_expect_eq(profile->process_count, 3);
    cr_expect_eq(loaded_site(profile)->counts.live, 3);
    cr_expect_eq(loaded_site(profile)->parts, 3);
    profile_free(profile);
}

static struct builder *with_start(int32_t pid, uint64_t start)
{
    struct builder *builder = builder_new(HOUR);
    builder_header(builder)->pid = pid;
    builder_header(builder)->start_real = start;
    return builder;
}

Test(profile, several_recordings_of_one_process_are_told)
{
    struct profile *profile = loaded(with_start(1, SECOND));
    loaded_add(profile, with_start(2, SECOND));
    loaded_add(profile, with_start(1, 2 * SECOND));
    profile->base = true;
    loaded_add(profile, with_start(1, SECOND));
    profile->base = false;
    cr_expect_eq(process_repeats(profile), 0);
    loaded_add(profile, with_start(1, 2 * SECOND));
    loaded_add(profile, with_start(1, SECOND));
    loaded_add(profile, with_start(1, 2 * SECOND));
    cr_expect_eq(process_repeats(profile), 3);
    profile_free(profile);
}

Test(profile, other_builds_and_addresses_are_not)
{
    struct profile *profile = loaded(with_module("/opt/a", "\1\2\3\4", 0x100));
    loaded_add(profile, with_module("/opt/a", "\1\2\3\5", 0x100));
    loaded_add(profile, with_module("/opt/a", "\1\2\3\4", 0x101));
    loaded_add(profile, with_module("/opt/a", NULL, 0x100));
    cr_expect_eq(profile->site_count, 4);
    profile_free(profile);
}

Test(profile, the_worst_of_several_findings_stands)
{
    struct builder *leaky = with_module("/opt/a", "\1\2\3\4", 0x100);
    struct profile *profile = loaded(with_module("/opt/a", "\1\2\3\4", 0x100));
    uint64_t frames[] = {TLK_FRAME(2, 0x100), TLK_FRAME(1, 0x77)};
    struct site_record *site = builder_site(leaky, TLK_TIMERFD, "timerfd_create", frames, 2);
    for (uint64_t i = 0; i < 60; i++)
        builder_create(leaky, site, i * MINUTE);
    loaded_add(profile, leaky);
    cr_expect_eq(loaded_site(profile)->finding.verdict, VERDICT_LEAK);
    cr_expect_eq(loaded_site(profile)->counts.live, 62);
    profile_free(profile);
}

Test(profile, a_module_that_is_gone_is_named)
{
    struct profile *profile = loaded(with_module("/nowhere/libplugin.so", "\1\2\3\4", 0x1234));
    const struct stack_frame *frame = stack_headline(profile, loaded_site(profile));
    cr_expect_null(frame->function);
    cr_expect_str_eq(frame->name, "libplugin.so+0x1233");
    cr_expect_eq(frame->offset, 0x1233);
    cr_expect_str_eq(symbols_problem(frame->module->symbols), "is gone");
    profile_free(profile);
}

Test(profile, names_from_a_recording_are_cleaned)
{
    struct builder *builder = builder_new(HOUR);
    builder_started_as(builder, "/bin/\033[31mred", "/bin/\033[31mred");
    struct profile *profile = loaded(builder);
    cr_expect_str_eq(profile->processes[0]->name, "?[31mred");
    profile_free(profile);
}

static struct profile *of_three_families(void)
{
    struct builder *builder = builder_new(HOUR);
    for (unsigned family = TLK_POSIX; family <= TLK_ITIMER; family++) {
        struct site_record *site = builder_plain_site(builder, (uint32_t)family, 0x1000 + family);
        for (unsigned i = 0; i < family; i++)
            builder_create(builder, site, SECOND);
    }
    return loaded(builder);
}

static void expect_filtered(struct filter filter, size_t sites, size_t timers)
{
    char error[ERROR_SIZE];
    struct profile *profile = of_three_families();
    cr_assert(profile_filter(profile, &filter, error), "%s", error);
    cr_expect_eq(profile->site_count, sites, "%zu sites", profile->site_count);
    cr_expect_eq(profile->timer_count, timers, "%zu timers", profile->timer_count);
    for (size_t i = 0; i < profile->site_count; i++)
        cr_expect_eq(profile->sites[i]->index, i);
    profile_free(profile);
}

Test(profile, filters)
{
    expect_filtered((struct filter){0}, 3, 6);
    expect_filtered((struct filter){.families = "posix"}, 1, 1);
    expect_filtered((struct filter){.families = "itimer,timerfd"}, 2, 5);
    expect_filtered((struct filter){.focus = "^timer"}, 2, 3);
    expect_filtered((struct filter){.focus = "0x1001$"}, 1, 2);
    expect_filtered((struct filter){.ignore = "setitimer|timer_create"}, 1, 2);
    expect_filtered((struct filter){.focus = "timer", .ignore = "fd"}, 2, 4);
}

static void expect_no_filter(struct filter filter, const char *what)
{
    char error[ERROR_SIZE];
    struct profile *profile = of_three_families();
    cr_expect_not(profile_filter(profile, &filter, error));
    cr_expect(strstr(error, what), "\"%s\" lacks \"%s\"", error, what);
    cr_expect_eq(profile->site_count, 3);
    profile_free(profile);
}

Test(profile, filters_that_are_none)
{
    expect_no_filter((struct filter){.families = "posix,libuv2"}, "no family \"libuv2\"");
    expect_no_filter((struct filter){.focus = "("}, "--focus: \"(\" is no regular expression");
    expect_no_filter((struct filter){.focus = "a", .ignore = "["}, "--ignore");
}

Test(profile, leaks_come_first)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *held = builder_plain_site(builder, TLK_TIMERFD, 0x1000);
    struct site_record *leak = builder_plain_site(builder, TLK_TIMERFD, 0x2000);
    for (uint64_t i = 0; i < 100; i++)
        builder_create(builder, held, 0);
    for (uint64_t i = 0; i < 60; i++)
        builder_create(builder, leak, i * MINUTE);
    struct profile *profile = loaded(builder);
    cr_expect_eq(profile->sites[0]->finding.verdict, VERDICT_LEAK);
    cr_expect_eq(profile->sites[1]->counts.live, 100);
    profile_free(profile);
}

Test(profile, limits_are_projected)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x1000);
    struct limit limits[LIMITS];
    for (uint64_t i = 0; i < 60; i++)
        builder_create(builder, site, i * MINUTE);
    builder_header(builder)->descriptors_seen = 96;
    builder_header(builder)->end_descriptors = 90;
    struct profile *profile = loaded(builder);
    limits_of_process(profile->processes[0], limits);
    cr_expect_eq(limits[0].used, 96);
    cr_expect_eq(limits[0].limit, 4096);
    cr_expect_float_eq((double)limits[0].reached, 4000.0 * MINUTE, 1e9);
    cr_expect_eq(limits[1].reached, 0);
    profile_free(profile);
}

/* It had raised the limit before it was killed; a clean exit would have told how far. */
Test(profile, who_had_more_than_was_allowed_at_the_start_was_allowed_more)
{
    for (uint32_t open_at_exit = 0; open_at_exit <= 5000; open_at_exit += 5000) {
        struct builder *builder = builder_new(HOUR);
        struct limit limits[LIMITS];
        builder_header(builder)->nofile_hard = 20000;
        builder_header(builder)->descriptors_seen = 5000;
        builder_header(builder)->end_descriptors = open_at_exit;
        struct profile *profile = loaded(builder);
        limits_of_process(profile->processes[0], limits);
        cr_expect_eq(limits[0].used, 5000);
        cr_expect_eq(limits[0].limit, open_at_exit ? 4096 : 20000);
        profile_free(profile);
    }
}

Test(profile, ids_of_sites_are_stable_and_unique)
{
    struct builder *builder = builder_new(HOUR);
    uint64_t frames[2][1] = {{TLK_FRAME(0, 0x10)}, {TLK_FRAME(0, 0x10)}};
    builder_create(builder, builder_site(builder, TLK_POSIX, "timer_create", frames[0], 1), 0);
    builder_create(builder, builder_site(builder, TLK_TIMERFD, "timerfd_create", frames[1], 1), 0);
    struct profile *profile = loaded(builder);
    fingerprints_set(profile);
    cr_expect_eq(strlen(profile->sites[0]->id), 16);
    cr_expect_str_neq(profile->sites[0]->id, profile->sites[1]->id);
    /* Kept by users in baselines: it must not change from one version to the next. */
    cr_expect_str_eq(profile->sites[0]->id, "f69a62e749766fe6");
    profile_free(profile);
}

/* Not even the slot that is none. */
Test(profile, a_recording_without_slots_has_no_peak)
{
    char error[ERROR_SIZE];
    const struct tlk_region none = {.stride = sizeof(struct timer_record)};
    struct builder *builder = builder_new(HOUR);
    char *path = builder_write(builder);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    cr_assert_eq(
        pwrite(file, &none, sizeof(none), offsetof(struct tlk_header, regions[TLK_TIMERS])),
        (ssize_t)sizeof(none));
    close(file);
    struct recording *recording = recording_open(path, error);
    cr_assert(recording, "%s", error);
    struct profile *profile = profile_new();
    profile_add(profile, recording);
    cr_expect_eq(profile->processes[0]->peak, 0);
    profile_free(profile);
    recording_close(recording);
    unlink(path);
    free(path);
    builder_free(builder);
}

Test(profile, a_process_that_nobody_saw_end)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x1000);
    builder_create(builder, site, MINUTE)->seen = TLK_TOUCHED(2 * MINUTE);
    builder_header(builder)->end = TLK_RUNNING;
    builder_header(builder)->end_mono = 0;
    builder_header(builder)->pid = 0x3fffffff; /* beyond what the kernel hands out */
    struct profile *profile = loaded(builder);
    const struct process *process = profile->processes[0];
    cr_expect_not(process->alive);
    cr_expect_eq(process_duration(process), 2 * MINUTE >> TLK_TOUCHED_SHIFT << TLK_TOUCHED_SHIFT);
    cr_expect_str_eq(process_end(process).s, "gone, nobody saw how");
    profile_free(profile);
}

/* The unit in which it was seen is a coarse one; but a fire is not seen before it is due. */
Test(profile, a_process_that_nobody_saw_end_lived_until_the_last_fire_was_due)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x1000);
    struct timer_record *timer = builder_create(builder, site, 0);
    timer->flags = TLK_ARMED;
    timer->interval = 10 * MS;
    timer->deadline = (int64_t)(START_MONO + 10 * MS);
    timer->fired = timer->fired_now = 3;
    timer->seen = TLK_TOUCHED(30 * MS);
    builder_header(builder)->end = TLK_RUNNING;
    builder_header(builder)->end_mono = 0;
    builder_header(builder)->pid = 0x3fffffff; /* beyond what the kernel hands out */
    struct profile *profile = loaded(builder);
    cr_expect_eq(process_duration(profile->processes[0]), 30 * MS);
    profile_free(profile);
}

static uint64_t own_start_ticks(void)
{
    char line[1024];
    FILE *file = fopen("/proc/self/stat", "r");
    cr_assert(fgets(line, sizeof(line), file));
    fclose(file);
    char *field = strrchr(line, ')') + 1;
    for (int i = 3; i < 22; i++)
        field = strchr(field + 1, ' ');
    return strtoull(field, NULL, 10);
}

Test(profile, a_process_that_runs)
{
    struct builder *builder = builder_new(HOUR);
    struct tlk_header *header = builder_header(builder);
    header->end = TLK_RUNNING;
    header->pid = getpid();
    header->start_ticks = own_start_ticks();
    header->start_mono = 1;
    struct profile *profile = loaded(builder);
    cr_expect(profile->processes[0]->alive);
    cr_expect_str_eq(process_end(profile->processes[0]).s, "running");
    cr_expect_gt(profile->processes[0]->descriptors, 0);
    cr_expect_gt(process_duration(profile->processes[0]), 0);
    profile_free(profile);
}

Test(profile, a_namesake_of_an_ended_process)
{
    struct builder *builder = builder_new(HOUR);
    builder_header(builder)->end = TLK_RUNNING;
    builder_header(builder)->pid = getpid();
    builder_header(builder)->start_ticks = own_start_ticks() + 1;
    struct profile *profile = loaded(builder);
    cr_expect_not(profile->processes[0]->alive);
    profile_free(profile);
}

Test(profile, ends)
{
    struct process process = {.end = TLK_KILLED, .end_status = 9};
    cr_expect_str_eq(process_end(&process).s, "killed by SIGKILL");
    process.end_status = 250;
    cr_expect_str_eq(process_end(&process).s, "killed by signal 250");
    process = (struct process){.end = TLK_EXITED, .end_status = 3};
    cr_expect_str_eq(process_end(&process).s, "exited with status 3");
}

/* A ticker of a second, by a descriptor, that expired `fired` times in an hour. */
static struct builder *with_ticker(uint64_t fired, uint32_t flags)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x1001);
    struct timer_record *timer = builder_create(builder, site, 0);
    timer->flags = TLK_ARMED | flags;
    timer->interval = SECOND;
    timer->deadline = (int64_t)(START_MONO + SECOND);
    timer->fired = timer->fired_now = fired;
    builder_header(builder)->forked = flags & TLK_INHERITED;
    if (flags & TLK_INHERITED) {
        site->inherited = 1;
        site->created = 0;
    }
    return builder;
}

static uint64_t wakeups_in_all(const struct profile *profile)
{
    uint64_t wakeups = 0;
    for (size_t i = 0; i < profile->samples.count; i++)
        wakeups += profile->samples.list[i].wakeups;
    return wakeups;
}

/* The maker's process lived for an hour, as did its children. */
Test(profile, what_a_child_shares_wakes_the_machine_once)
{
    struct profile *profile = loaded(with_ticker(3600, 0));
    cr_expect_eq(wakeups_in_all(profile), 1000000, "one a second");
    loaded_add(profile, with_ticker(0, TLK_INHERITED));
    loaded_add(profile, with_ticker(1, TLK_INHERITED | TLK_UNREAD));
    cr_expect_eq(wakeups_in_all(profile), 1000000, "what none of them read is the maker's");
    loaded_add(profile, with_ticker(900, TLK_INHERITED));
    cr_expect_eq(wakeups_in_all(profile), 1250000, "what a child read, nobody else did");
    profile_free(profile);
}

/* A child that lived for a second read in it what came in that second. */
Test(profile, what_a_short_lived_child_read_counts_by_the_timers_life)
{
    struct builder *child = with_ticker(1, TLK_INHERITED);
    builder_header(child)->start_mono = START_MONO + HOUR - SECOND;
    struct profile *profile = loaded(child);
    cr_expect_eq(wakeups_in_all(profile), 1000000 / 3600);
    profile_free(profile);
}
