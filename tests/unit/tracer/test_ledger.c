/* What is entered of a process from outside, read again as any recording is. */
#include "trace/ledger.h"

#include "profile/generations.h"
#include "profile/kinship.h"
#include "profile/piles.h"
#include "profile/profile.h"
#include "recording/reader.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MS UINT64_C(1000000)
#define SECOND (1000 * MS)
#define MINUTE (60 * SECOND)
#define START (1000 * SECOND)
#define REAL_AHEAD (UINT64_C(1700000000) * SECOND)
#define BOOT_AHEAD (500 * SECOND)

static const char *const arguments[] = {"./server", "--port", "80", NULL};

static struct ledger_process process_of(pid_t pid)
{
    return (struct ledger_process){
        .pid = pid,
        .parent = 1,
        .start_ticks = (uint64_t)pid,
        .start_mono = START,
        .start_real = START + REAL_AHEAD,
        .start_boot = START + BOOT_AHEAD,
        .exe = "/opt/server",
        .arguments = arguments,
        .nofile_soft = 1024,
        .nofile_hard = 4096,
        .sigpending_soft = 100,
        .sigpending_hard = 100,
        .session = 7,
    };
}

static struct ledger *new_ledger(void)
{
    struct ledger_process process = process_of(4711);
    return ledger_new(&process);
}

static uint32_t new_site(struct ledger *ledger, uint32_t family, uint64_t address)
{
    const uint64_t frames[] = {TLK_FRAME(0, address), TLK_FRAME(0, address + 100)};
    const struct ledger_place place = {
        .family = family,
        .function = family == TLK_POSIX ? "timer_create" : "timerfd_create",
        .frames = frames,
        .depth = 2,
        .flags = TLK_SITE_UNWOUND,
    };
    return ledger_site(ledger, &place);
}

/* Timers of these tests have their keys as ids, less this. */
#define KEYS UINT64_C(0xffff888000000000)

static void create(struct ledger *ledger, uint32_t family, uint32_t site, uint64_t id,
                   uint64_t when)
{
    const struct ledger_birth birth = {
        .family = family,
        .site = site,
        .key = KEYS + id,
        .id = id,
        .clock = CLOCK_MONOTONIC,
        .now = START + when,
    };
    ledger_created(ledger, &birth);
}

static void arm(struct ledger *ledger, uint32_t family, uint64_t id, uint64_t value,
                uint64_t interval, uint64_t when)
{
    const struct ledger_arming arming = {
        .now = START + when, .value = value, .interval = interval, .setter = TLK_FRAME(0, 77)};
    ledger_armed(ledger, family, KEYS + id, &arming);
}

static void release(struct ledger *ledger, uint32_t family, uint64_t id, uint64_t when)
{
    ledger_released(ledger, family, KEYS + id, START + when);
}

static void end(struct ledger *ledger, enum tlk_end how, uint64_t when)
{
    ledger_ended(ledger, how, 0, START + when, START + when + REAL_AHEAD, START + when + BOOT_AHEAD,
                 5);
}

static struct recording *written(struct ledger *ledger, bool copied, uint64_t when)
{
    char path[] = "/tmp/timerleak-test-XXXXXX", error[ERROR_SIZE];
    close(mkstemp(path));
    cr_assert(ledger_write(ledger, path, copied, START + when));
    struct recording *recording = recording_open(path, error);
    cr_assert(recording, "%s", error);
    unlink(path);
    return recording;
}

static struct site_record site_read(struct recording *recording, uint32_t site)
{
    struct site_record record;
    cr_assert(recording_site(recording, site, &record));
    return record;
}

/* Of what a ledger has at the end: the site, and how its only timer is, if there is one. */
static struct site_record site_at_end(struct ledger *ledger, uint32_t site)
{
    struct recording *recording = written(ledger, false, 0);
    struct site_record record = site_read(recording, site);
    cr_expect_eq(recording->damaged, 0);
    recording_close(recording);
    return record;
}

static uint32_t timers_read(struct recording *recording, struct timer_record *first)
{
    struct timer_record timer;
    uint32_t count = 0;
    for (uint32_t i = 0; i < recording_count(recording, TLK_TIMERS); i++) {
        if (recording_timer(recording, i, &timer) && count++ == 0)
            *first = timer;
    }
    return count;
}

static struct timer_record timer_at_end(struct ledger *ledger)
{
    struct recording *recording = written(ledger, false, 0);
    struct timer_record timer;
    cr_assert_eq(timers_read(recording, &timer), 1);
    cr_expect_eq(recording->damaged, 0);
    recording_close(recording);
    return timer;
}

static struct profile *profile_of(struct recording *recordings[], size_t count)
{
    struct profile *profile = profile_new();
    struct generations generations;
    profile->keep_timers = true;
    profile->generations = &generations;
    generations_init(&generations, profile);
    for (size_t i = 0; i < count; i++)
        generations_note(&generations, recordings[i], true);
    kinship_find(&generations);
    for (size_t i = 0; i < count; i++)
        generations_note_timers(&generations, recordings[i]);
    kinship_settle(&generations);
    for (size_t i = 0; i < count; i++) {
        profile_add(profile, recordings[i]);
        cr_expect_eq(recordings[i]->damaged, 0);
        recording_close(recordings[i]);
    }
    piles_judge(&generations);
    profile->generations = NULL;
    generations_free(&generations);
    profile_settle(profile);
    return profile;
}

Test(ledger, tells_of_the_process_and_its_families)
{
    struct ledger *ledger = new_ledger();
    cr_expect_not(ledger_used(ledger));
    create(ledger, TLK_POSIX, new_site(ledger, TLK_POSIX, 10), 1, 0);
    cr_expect(ledger_used(ledger));
    cr_expect(ledger_changed(ledger));
    cr_expect_eq(
        ledger_family(ledger, "timerfd",
                      TLK_BY_DESCRIPTOR | TLK_OVER_FORK | TLK_OVER_EXEC | TLK_BOUND_BY_FILES),
        TLK_TIMERFD);
    cr_expect_neq(ledger_family(ledger, "timerfd", 0), TLK_TIMERFD);
    uint32_t go = ledger_family(ledger, "go", TLK_BY_HANDLE);
    cr_expect_eq(ledger_family(ledger, "go", TLK_BY_HANDLE), go);
    ledger_dropped(ledger, TLK_DROP_STACK, 3);
    end(ledger, TLK_KILLED, MINUTE);
    struct recording *recording = written(ledger, false, 0);
    cr_expect_not(ledger_changed(ledger));
    const struct tlk_header *header = &recording->header;
    cr_expect_eq(header->pid, 4711);
    cr_expect_str_eq(recording_string(recording, header->exe), "/opt/server");
    cr_expect_eq(header->argc, 3);
    cr_expect_str_eq(recording_argument(recording, 2), "80");
    cr_expect_eq(header->end, TLK_KILLED);
    cr_expect_eq(header->end_descriptors, 5);
    cr_expect_eq(header->dropped[TLK_DROP_STACK], 3);
    cr_expect_eq(header->families[TLK_TIMERFD].watched, 1);
    for (uint32_t i = 1; i < header->family_count; i++) /* nobody sees its timers from outside */
        cr_expect_str_neq(header->families[i].name, "gotime");
    cr_expect_str_eq(header->families[go].name, "go");
    cr_expect_eq(header->families[go].watched, 1);
    cr_expect_eq(header->unwinder, TLK_UNWINDER_ELFUTILS);
    cr_expect_eq(header->page_count, header->page_used);
    recording_close(recording);
    ledger_free(ledger);
}

Test(ledger, a_written_recording_is_private_and_has_all_its_pages)
{
    char path[] = "/tmp/timerleak-test-XXXXXX", error[ERROR_SIZE];
    struct ledger *ledger = new_ledger();
    struct stat status;
    close(mkstemp(path));
    unlink(path);
    create(ledger, TLK_POSIX, new_site(ledger, TLK_POSIX, 10), 1, 0);
    cr_assert(ledger_write(ledger, path, false, 0));
    struct recording *recording = recording_open(path, error);
    cr_assert(recording, "%s", error);
    cr_assert_eq(stat(path, &status), 0);
    cr_expect_eq(status.st_mode & 0777, 0600);
    cr_expect_eq(status.st_size, (off_t)recording->header.page_count * TLK_PAGE);
    recording_close(recording);
    unlink(path);
    ledger_free(ledger);
}

Test(ledger, what_can_not_be_written_is_told_and_tried_again)
{
    struct ledger *ledger = new_ledger();
    create(ledger, TLK_POSIX, new_site(ledger, TLK_POSIX, 10), 1, 0);
    cr_expect_not(ledger_write(ledger, "/nowhere/at/all.tlk", false, 0));
    cr_expect(ledger_changed(ledger));
    ledger_free(ledger);
}

/* ---- what armings come to ---- */

static void expect_counts(struct ledger *ledger, uint32_t site, uint64_t armed, uint64_t fired,
                          uint64_t stopped, uint64_t unknown)
{
    struct site_record record = site_at_end(ledger, site);
    cr_expect_eq(record.armed, armed, "armed %lu", (unsigned long)record.armed);
    cr_expect_eq(record.fired, fired, "fired %lu", (unsigned long)record.fired);
    cr_expect_eq(record.stopped, stopped, "stopped %lu", (unsigned long)record.stopped);
    cr_expect_eq(record.fired_unknown, unknown, "unknown %lu", (unsigned long)record.fired_unknown);
    ledger_free(ledger);
}

struct made {
    struct ledger *ledger;
    uint32_t site;
};

static struct made made(uint32_t family)
{
    struct made made = {.ledger = new_ledger()};
    made.site = new_site(made.ledger, family, 10);
    create(made.ledger, family, made.site, 3, 0);
    return made;
}

Test(ledger, a_one_shot_that_is_released_before_it_is_due_was_stopped)
{
    struct made one = made(TLK_TIMERFD);
    arm(one.ledger, TLK_TIMERFD, 3, SECOND, 0, MS);
    release(one.ledger, TLK_TIMERFD, 3, SECOND);
    expect_counts(one.ledger, one.site, 1, 0, 1, 0);
}

Test(ledger, a_one_shot_that_was_due_has_fired_once)
{
    struct made one = made(TLK_TIMERFD);
    arm(one.ledger, TLK_TIMERFD, 3, SECOND, 0, MS);
    release(one.ledger, TLK_TIMERFD, 3, SECOND + MS);
    expect_counts(one.ledger, one.site, 1, 1, 0, 0);
    one = made(TLK_TIMERFD);
    arm(one.ledger, TLK_TIMERFD, 3, SECOND, 0, 0);
    ledger_fired(one.ledger, TLK_TIMERFD, KEYS + 3, 1, START + 2 * SECOND);
    arm(one.ledger, TLK_TIMERFD, 3, 0, 0, 3 * SECOND);
    release(one.ledger, TLK_TIMERFD, 3, 3 * SECOND);
    expect_counts(one.ledger, one.site, 1, 1, 0, 0);
}

Test(ledger, a_one_shot_set_anew_while_it_runs_was_not_stopped)
{
    struct made one = made(TLK_POSIX);
    for (uint64_t i = 0; i < 10; i++)
        arm(one.ledger, TLK_POSIX, 3, 2 * MS, 0, i * MS);
    arm(one.ledger, TLK_POSIX, 3, 0, 0, 10 * MS);
    release(one.ledger, TLK_POSIX, 3, SECOND);
    expect_counts(one.ledger, one.site, 10, 0, 1, 0);
}

Test(ledger, what_the_program_was_told_counts_more_than_the_deadline)
{
    struct made one = made(TLK_POSIX);
    struct ledger_arming stop = {.now = START + SECOND, .asked = true, .ran = false};
    arm(one.ledger, TLK_POSIX, 3, MINUTE, 0, 0);
    ledger_armed(one.ledger, TLK_POSIX, KEYS + 3, &stop);
    arm(one.ledger, TLK_POSIX, 3, SECOND, 0, MINUTE);
    stop = (struct ledger_arming){.now = START + 2 * MINUTE, .asked = true, .ran = true};
    ledger_armed(one.ledger, TLK_POSIX, KEYS + 3, &stop);
    arm(one.ledger, TLK_POSIX, 3, MINUTE, 0, 2 * MINUTE);
    stop = (struct ledger_arming){.now = START + 2 * MINUTE, .asked = true, .ran = false};
    ledger_armed(one.ledger, TLK_POSIX, KEYS + 3, &stop);
    arm(one.ledger, TLK_POSIX, 3, MINUTE, 0, 3 * MINUTE);
    ledger_asked(one.ledger, TLK_POSIX, KEYS + 3, true, false, START + 3 * MINUTE);
    release(one.ledger, TLK_POSIX, 3, 3 * MINUTE);
    expect_counts(one.ledger, one.site, 4, 3, 1, 0);
}

Test(ledger, periods_that_passed_are_derived_but_unread_a_descriptor_expires_once)
{
    struct made one = made(TLK_POSIX);
    arm(one.ledger, TLK_POSIX, 3, 10 * MS, 10 * MS, 0);
    ledger_fired(one.ledger, TLK_POSIX, KEYS + 3, 5, START + 50 * MS);
    release(one.ledger, TLK_POSIX, 3, 105 * MS);
    expect_counts(one.ledger, one.site, 1, 10, 1, 0);
    one = made(TLK_TIMERFD);
    arm(one.ledger, TLK_TIMERFD, 3, 10 * MS, 10 * MS, 0);
    ledger_fired(one.ledger, TLK_TIMERFD, KEYS + 3, 5, START + 50 * MS);
    arm(one.ledger, TLK_TIMERFD, 3, 10 * MS, 10 * MS, 105 * MS);
    release(one.ledger, TLK_TIMERFD, 3, 109 * MS);
    expect_counts(one.ledger, one.site, 2, 6, 1, 0);
}

Test(ledger, of_a_clock_that_only_the_program_knows_nothing_is_guessed)
{
    struct ledger *ledger = new_ledger();
    uint32_t site = new_site(ledger, TLK_POSIX, 10);
    struct ledger_birth birth = {.family = TLK_POSIX,
                                 .site = site,
                                 .key = KEYS + 3,
                                 .id = 3,
                                 .clock = CLOCK_PROCESS_CPUTIME_ID,
                                 .now = START};
    ledger_created(ledger, &birth);
    arm(ledger, TLK_POSIX, 3, MS, 0, 0);
    cr_expect_eq(timer_at_end(ledger).deadline_clock, -1);
    release(ledger, TLK_POSIX, 3, MINUTE);
    expect_counts(ledger, site, 1, 0, 0, 1);
}

Test(ledger, a_time_of_another_clock_is_judged_by_what_that_is_ahead)
{
    struct ledger *ledger = new_ledger();
    uint32_t site = new_site(ledger, TLK_POSIX, 10);
    struct ledger_birth birth = {.family = TLK_POSIX,
                                 .site = site,
                                 .key = KEYS + 3,
                                 .id = 3,
                                 .clock = CLOCK_REALTIME,
                                 .now = START};
    struct ledger_arming until = {.now = START,
                                  .value = START + REAL_AHEAD + SECOND,
                                  .absolute = true,
                                  .clock_offset = (int64_t)REAL_AHEAD};
    ledger_created(ledger, &birth);
    ledger_armed(ledger, TLK_POSIX, KEYS + 3, &until);
    struct timer_record timer = timer_at_end(ledger);
    cr_expect_eq(timer.deadline_clock, CLOCK_REALTIME);
    cr_expect_eq(timer.deadline, (int64_t)(START + REAL_AHEAD + SECOND));
    until.now += SECOND - 1;
    until.value += SECOND; /* it was not due: that is no end */
    ledger_armed(ledger, TLK_POSIX, KEYS + 3, &until);
    release(ledger, TLK_POSIX, 3, 2 * SECOND);
    birth.clock = CLOCK_BOOTTIME;
    ledger_created(ledger, &birth);
    arm(ledger, TLK_POSIX, 3, SECOND, 0, 0);
    timer = timer_at_end(ledger);
    cr_expect_eq(timer.deadline_clock, CLOCK_BOOTTIME);
    cr_expect_eq(timer.deadline, (int64_t)(START + BOOT_AHEAD + SECOND));
    release(ledger, TLK_POSIX, 3, SECOND - 1);
    expect_counts(ledger, site, 3, 1, 1, 0);
}

Test(ledger, fires_beyond_four_thousand_million_are_counted)
{
    struct made one = made(TLK_TIMERFD);
    arm(one.ledger, TLK_TIMERFD, 3, 1, 1, 0);
    ledger_fired(one.ledger, TLK_TIMERFD, KEYS + 3, UINT64_C(5) << 32, START + MS);
    ledger_fired(one.ledger, TLK_TIMERFD, KEYS + 3, UINT32_MAX, START + MS);
    ledger_fired(one.ledger, TLK_TIMERFD, KEYS + 3, 7, START + MS);
    struct timer_record timer = timer_at_end(one.ledger);
    cr_expect_eq(timer.fired, (UINT64_C(6) << 32) + 6);
    cr_expect_eq(timer.fired_now, (UINT64_C(6) << 32) + 6);
    ledger_free(one.ledger);
}

Test(ledger, a_live_one_tells_how_it_was_last_armed_seen_and_touched)
{
    struct made one = made(TLK_TIMERFD);
    arm(one.ledger, TLK_TIMERFD, 3, SECOND, 2 * SECOND, MINUTE);
    ledger_fired(one.ledger, TLK_TIMERFD, KEYS + 3, 2, START + MINUTE + 4 * SECOND);
    ledger_unread(one.ledger, TLK_TIMERFD, KEYS + 3, 1);
    struct timer_record timer = timer_at_end(one.ledger);
    cr_expect_eq(timer.id, 3);
    cr_expect_eq(timer.armed, 1);
    cr_expect_eq(timer.armed_at, START + MINUTE);
    cr_expect_eq(timer.deadline, (int64_t)(START + MINUTE + SECOND));
    cr_expect_eq(timer.interval, 2 * SECOND);
    cr_expect_eq(timer.setter, TLK_FRAME(0, 77));
    cr_expect_eq(timer.fired, 3);
    cr_expect_eq(timer.flags, TLK_ARMED | TLK_UNREAD);
    cr_expect_eq(timer.touched, TLK_TOUCHED(MINUTE));
    cr_expect_eq(timer.seen, TLK_TOUCHED(MINUTE + 4 * SECOND));
    ledger_free(one.ledger);
}

Test(ledger, of_a_family_that_tells_its_fires_an_untold_one_is_unknown)
{
    struct ledger *ledger = new_ledger();
    uint32_t go = ledger_family(ledger, "go", TLK_BY_HANDLE | TLK_FIRES_TOLD | TLK_FREE_AT_REST);
    const uint64_t frame = TLK_FRAME(0, 9);
    const struct ledger_place place = {
        .family = go, .function = "time.After", .kind = "after", .frames = &frame, .depth = 1};
    uint32_t site = ledger_site(ledger, &place);
    for (uint64_t i = 1; i <= 3; i++) {
        create(ledger, go, site, i, 0);
        arm(ledger, go, i, SECOND, 0, 0);
    }
    ledger_fired(ledger, go, KEYS + 1, 1, START + SECOND);
    release(ledger, go, 1, SECOND);
    release(ledger, go, 2, MINUTE);
    arm(ledger, go, 3, 0, 0, MS);
    release(ledger, go, 3, MINUTE);
    expect_counts(ledger, site, 3, 1, 1, 1);
}

Test(ledger, what_a_timer_keeps_is_kept_as_far_as_there_is_room)
{
    struct ledger *ledger = new_ledger();
    struct ledger_birth birth = {.family = TLK_POSIX,
                                 .site = new_site(ledger, TLK_POSIX, 10),
                                 .key = 1,
                                 .id = 1,
                                 .thread = 4242,
                                 .retained = 208,
                                 .now = START};
    ledger_created(ledger, &birth);
    struct timer_record timer = timer_at_end(ledger);
    cr_expect_eq(timer.retained, 208);
    cr_expect_eq(timer.thread, 4242);
    birth.retained = UINT64_MAX;
    birth.now += SECOND;
    ledger_created(ledger, &birth); /* the same name: the former has ended unseen */
    cr_expect_eq(timer_at_end(ledger).retained, UINT32_MAX);
    cr_expect_eq(site_at_end(ledger, 1).released, 1);
    ledger_free(ledger);
}

Test(ledger, creations_that_fail_for_want_of_something_are_counted_at_their_site)
{
    struct ledger *ledger = new_ledger();
    uint32_t site = new_site(ledger, TLK_TIMERFD, 10);
    ledger_failed(ledger, site, EINVAL, START);
    cr_expect_not(ledger_used(ledger));
    ledger_failed(ledger, site, EMFILE, START + SECOND);
    ledger_failed(ledger, site, EMFILE, START + MINUTE);
    cr_expect(ledger_used(ledger));
    struct site_record record = site_at_end(ledger, site);
    cr_expect_eq(record.failed[TLK_FAILED_EMFILE], 2);
    cr_expect_eq(record.first_failed, START + SECOND);
    cr_expect_eq(record.last_failed, START + MINUTE);
    cr_expect_eq(record.created, 0);
    ledger_free(ledger);
}

/* ---- timers of which a process has one ---- */

static void set_alarm(struct ledger *ledger, uint32_t site, uint64_t value, uint64_t interval,
                      uint64_t when)
{
    const struct ledger_birth birth = {.family = TLK_ITIMER,
                                       .site = site,
                                       .clock = CLOCK_MONOTONIC,
                                       .signal = 14,
                                       .now = START + when};
    const struct ledger_arming arming = {.now = START + when, .value = value, .interval = interval};
    ledger_process_armed(ledger, &birth, &arming);
}

Test(ledger, an_interval_timer_lives_from_being_armed_to_being_at_rest)
{
    struct ledger *ledger = new_ledger();
    uint32_t site = new_site(ledger, TLK_ITIMER, 10);
    set_alarm(ledger, site, 0, 0, 0); /* nothing to disarm */
    cr_expect_not(ledger_used(ledger));
    set_alarm(ledger, site, SECOND, 0, 0);
    set_alarm(ledger, site, SECOND, 0, MS);     /* runs: it is the same */
    set_alarm(ledger, site, SECOND, 0, MINUTE); /* had expired: another */
    set_alarm(ledger, site, 0, 0, MINUTE + MS);
    set_alarm(ledger, site, SECOND, SECOND, 2 * MINUTE);
    struct site_record record = site_at_end(ledger, site);
    cr_expect_eq(record.created, 3);
    cr_expect_eq(record.released, 2);
    cr_expect_eq(timer_at_end(ledger).signal, 14);
    set_alarm(ledger, site, 0, 0, 2 * MINUTE + 1500 * MS);
    expect_counts(ledger, site, 4, 2, 2, 0);
}

/* ---- descriptors ---- */

Test(ledger, a_shared_one_lives_until_its_last_descriptor)
{
    struct made one = made(TLK_TIMERFD);
    ledger_shared(one.ledger, KEYS + 3, 7, TLK_FRAME(0, 55), START);
    ledger_shared(one.ledger, KEYS + 3, 8, 0, START);
    ledger_shared(one.ledger, KEYS + 3, 8, 0, START); /* is known */
    struct timer_record timer = timer_at_end(one.ledger);
    cr_expect_eq(timer.references, 3);
    cr_expect_eq(timer.duplicates[0], 8);
    cr_expect_eq(timer.duplicates[1], 9);
    cr_expect_eq(timer.duplicator, TLK_FRAME(0, 55));
    ledger_unshared(one.ledger, KEYS + 3, 3, START);
    ledger_unshared(one.ledger, KEYS + 3, 3, START); /* stands for nothing any more */
    timer = timer_at_end(one.ledger);
    cr_expect_eq(timer.id, 7);
    cr_expect(timer.flags & TLK_ORIGINAL_CLOSED);
    cr_expect_eq(timer.references, 2);
    cr_expect_eq(timer.duplicates[0], 0);
    ledger_unshared(one.ledger, KEYS + 3, 8, START);
    cr_expect_eq(timer_at_end(one.ledger).duplicates[1], 0);
    ledger_unshared(one.ledger, KEYS + 3, 7, START + SECOND);
    cr_expect_not(ledger_knows(one.ledger, TLK_TIMERFD, KEYS + 3));
    struct site_record record = site_at_end(one.ledger, one.site);
    cr_expect_eq(record.released, 1);
    cr_expect_eq(record.longest_life, SECOND);
    ledger_free(one.ledger);
}

Test(ledger, a_number_given_anew_stood_for_what_was_closed_unseen)
{
    struct made one = made(TLK_TIMERFD);
    struct ledger_birth birth = {
        .family = TLK_TIMERFD, .site = one.site, .key = 99, .id = 3, .now = START + SECOND};
    ledger_created(one.ledger, &birth);
    cr_expect_not(ledger_knows(one.ledger, TLK_TIMERFD, KEYS + 3));
    cr_expect_eq(site_at_end(one.ledger, one.site).released, 1);
    birth.key = 100;
    birth.id = 4;
    ledger_created(one.ledger, &birth);
    ledger_shared(one.ledger, 100, 3, 0, START + SECOND); /* dup2 over it */
    cr_expect_not(ledger_knows(one.ledger, TLK_TIMERFD, 99));
    cr_expect_eq(timer_at_end(one.ledger).references, 2);
    ledger_free(one.ledger);
}

Test(ledger, a_number_beyond_what_is_told_apart_is_counted)
{
    struct made one = made(TLK_TIMERFD);
    ledger_shared(one.ledger, KEYS + 3, 1 << 30, 0, START);
    ledger_unshared(one.ledger, KEYS + 3, 3, START);
    cr_expect(ledger_knows(one.ledger, TLK_TIMERFD, KEYS + 3));
    ledger_unshared(one.ledger, KEYS + 3, 1 << 30, START);
    cr_expect_not(ledger_knows(one.ledger, TLK_TIMERFD, KEYS + 3));
    struct recording *recording = written(one.ledger, false, 0);
    cr_expect_eq(recording->header.dropped[TLK_DROP_FD_RANGE], 1);
    cr_expect_eq(recording->header.descriptors_seen, 4);
    recording_close(recording);
    ledger_free(one.ledger);
}

Test(ledger, with_too_many_descriptors_it_is_never_thought_gone)
{
    struct made one = made(TLK_TIMERFD);
    for (int fd = 4; fd < 400; fd++)
        ledger_shared(one.ledger, KEYS + 3, fd, 0, START);
    for (int fd = 3; fd < 400; fd++)
        ledger_unshared(one.ledger, KEYS + 3, fd, START);
    cr_expect_eq(timer_at_end(one.ledger).references, 255);
    release(one.ledger, TLK_TIMERFD, 3, SECOND);
    cr_expect_eq(site_at_end(one.ledger, one.site).released, 1);
    ledger_free(one.ledger);
}

/* ---- fork and exec ---- */

static struct ledger *forked(uint64_t when)
{
    struct ledger_process child = process_of(4712);
    child.parent = 4711;
    child.forked = true;
    child.start_mono += when;
    return ledger_new(&child);
}

Test(ledger, a_child_counts_anew_what_its_parent_made)
{
    struct made one = made(TLK_TIMERFD);
    create(one.ledger, TLK_TIMERFD, one.site, 4, 0);
    release(one.ledger, TLK_TIMERFD, 3, 0);
    arm(one.ledger, TLK_TIMERFD, 4, SECOND, SECOND, 0);
    ledger_fired(one.ledger, TLK_TIMERFD, KEYS + 4, 3, START + 3 * SECOND);
    ledger_shared(one.ledger, KEYS + 4, 9, TLK_FRAME(0, 5), START);
    struct ledger *child = forked(MINUTE);
    cr_expect_not(ledger_used(child));
    ledger_inherited(child, one.ledger, KEYS + 4, 9, 0, START + MINUTE);
    ledger_inherited(child, one.ledger, KEYS + 4, 4, 0, START + MINUTE);
    cr_expect(ledger_used(child));
    cr_expect_eq(new_site(child, TLK_TIMERFD, 10), one.site);
    cr_expect_gt(new_site(child, TLK_TIMERFD, 20), one.site);
    struct timer_record timer = timer_at_end(child);
    cr_expect_eq(timer.id, 4);
    cr_expect_eq(timer.references, 2);
    cr_expect_eq(timer.duplicates[0], 10);
    cr_expect_eq(timer.duplicator, TLK_FRAME(0, 5));
    cr_expect_eq(timer.flags, TLK_ARMED | TLK_INHERITED);
    cr_expect_eq(timer.armed + timer.stopped + timer.fired + timer.touched + timer.seen, 0);
    cr_expect_eq(timer.fired_now, 3);
    cr_expect_eq(timer.created, START);
    struct site_record record = site_at_end(child, one.site);
    cr_expect_eq(record.created, 0);
    cr_expect_eq(record.inherited, 1);
    cr_expect_eq(record.peak, 1);
    cr_expect_eq(record.depth, 2);
    /* Its parent's arming, which ends, does not count; its own does. */
    arm(child, TLK_TIMERFD, 4, SECOND, 0, 2 * MINUTE);
    for (uint64_t i = 0; i < 4; i++) /* slots that lie before, between and behind */
        create(child, TLK_TIMERFD, one.site, 100 + i, 2 * MINUTE);
    ledger_unshared(child, KEYS + 4, 4, START + 3 * MINUTE);
    ledger_unshared(child, KEYS + 4, 9, START + 3 * MINUTE);
    create(child, TLK_TIMERFD, one.site, 200, 3 * MINUTE);
    for (uint64_t i = 0; i < 4; i++)
        release(child, TLK_TIMERFD, 100 + i, 3 * MINUTE);
    record = site_at_end(child, one.site);
    cr_expect_eq(record.created, 5);
    cr_expect_eq(record.released, 5);
    cr_expect_eq(record.armed, 1);
    cr_expect_eq(record.fired, 1);
    cr_expect_eq(record.stopped, 0);
    ledger_free(child);
    ledger_free(one.ledger);
}

Test(ledger, a_child_has_no_more_places_than_its_timers_need_by_numbers_of_its_own)
{
    struct made one = made(TLK_TIMERFD);
    uint64_t frames[TLK_MAX_DEPTH];
    const struct tlk_module module = {.start = 4096, .end = 8192, .bias = 4096};
    for (uint64_t i = 0; i < 100; i++)
        new_site(one.ledger, TLK_TIMERFD, 1000 + 10 * i);
    ledger_module(one.ledger, &module, "/lib/other.so");
    const uint64_t frame = TLK_FRAME(ledger_module(one.ledger, &module, "/lib/one.so"), 77);
    const struct ledger_place place = {
        .family = TLK_TIMERFD, .function = "timerfd_create", .frames = &frame, .depth = 1};
    create(one.ledger, TLK_TIMERFD, ledger_site(one.ledger, &place), 5, 0);
    ledger_armed(one.ledger, TLK_TIMERFD, KEYS + 5,
                 &(struct ledger_arming){.now = START, .value = SECOND, .setter = frame});
    struct ledger *child = forked(MINUTE);
    ledger_inherited(child, one.ledger, KEYS + 5, 5, 0, START + MINUTE);
    ledger_free(one.ledger);
    struct recording *recording = written(child, false, 0);
    struct timer_record timer;
    cr_expect_eq(recording_count(recording, TLK_SITES), 2);
    cr_expect_eq(recording_count(recording, TLK_MODULES), 2);
    cr_assert_eq(timers_read(recording, &timer), 1);
    cr_expect_eq(timer.setter, TLK_FRAME(1, 77));
    struct site_record record = site_read(recording, timer.site);
    cr_expect_eq(record.depth, 1);
    recording_frames(recording, &record, frames);
    cr_expect_eq(frames[0], TLK_FRAME(1, 77));
    recording_close(recording);
    ledger_free(child);
}

Test(ledger, a_child_that_is_told_of_a_timer_again_has_it_once)
{
    struct made one = made(TLK_TIMERFD);
    struct ledger *child = forked(MINUTE);
    for (int i = 0; i < 2; i++) {
        ledger_inherited(child, one.ledger, KEYS + 3, 3, 0, START + MINUTE);
        ledger_unshared(child, KEYS + 3, 3, START + MINUTE);
    }
    ledger_inherited(child, one.ledger, KEYS + 3, 3, 0, START + MINUTE);
    create(child, TLK_TIMERFD, one.site, 4, MINUTE);
    cr_expect(ledger_knows(child, TLK_TIMERFD, KEYS + 3));
    cr_expect(ledger_knows(child, TLK_TIMERFD, KEYS + 4));
    cr_expect_eq(site_at_end(child, one.site).live, 2);
    ledger_free(child);
    ledger_free(one.ledger);
}

Test(ledger, what_its_parent_armed_a_child_does_not_count)
{
    struct made one = made(TLK_TIMERFD);
    arm(one.ledger, TLK_TIMERFD, 3, SECOND, 0, 0);
    struct ledger *child = forked(MS);
    ledger_inherited(child, one.ledger, KEYS + 3, 3, 0, START + MS);
    ledger_unshared(child, KEYS + 3, 3, START + MINUTE);
    ledger_free(one.ledger);
    expect_counts(child, one.site, 0, 0, 0, 0);
}

Test(ledger, what_parent_and_child_share_is_one_timer)
{
    struct made one = made(TLK_TIMERFD);
    for (uint64_t i = 4; i < 10; i++)
        create(one.ledger, TLK_TIMERFD, one.site, i, i * SECOND);
    struct ledger *child = forked(MINUTE);
    for (uint64_t i = 9; i >= 3; i -= 2)
        ledger_inherited(child, one.ledger, KEYS + i, (int)i, 0, START + MINUTE);
    end(child, TLK_EXITED, 2 * MINUTE);
    end(one.ledger, TLK_EXITED, 3 * MINUTE);
    struct recording *both[] = {written(one.ledger, false, 0), written(child, false, 0)};
    struct profile *profile = profile_of(both, 2);
    cr_expect_eq(profile->totals.live, 7, "live %lu", (unsigned long)profile->totals.live);
    profile_free(profile);
    ledger_free(child);
    ledger_free(one.ledger);
}

Test(ledger, a_program_has_by_exec_what_it_was_armed_before)
{
    struct ledger *before = new_ledger();
    uint32_t site = new_site(before, TLK_TIMERFD, 10);
    for (uint64_t i = 3; i < 6; i++) {
        create(before, TLK_TIMERFD, site, i, 0);
        arm(before, TLK_TIMERFD, i, SECOND, i == 3 ? SECOND : 0, 0);
    }
    ledger_fired(before, TLK_TIMERFD, KEYS + 3, 5, START + 5 * SECOND);
    ledger_fired(before, TLK_TIMERFD, KEYS + 4, 1, START + 5 * SECOND);
    set_alarm(before, new_site(before, TLK_ITIMER, 20), MINUTE, 0, 0);
    struct ledger_process process = process_of(4711);
    process.start_mono += 10 * SECOND;
    struct ledger *after = ledger_new(&process);
    for (int fd = 3; fd < 6; fd++)
        ledger_inherited(after, before, KEYS + (uint64_t)fd, fd, 0, START + 10 * SECOND);
    ledger_process_inherited(after, before, START + 10 * SECOND);
    struct recording *recording = written(after, false, 0);
    struct timer_record timer;
    for (uint32_t i = 1; i <= 4; i++) {
        cr_assert(recording_timer(recording, i, &timer));
        struct site_record record = site_read(recording, timer.site);
        cr_expect_str_eq(recording_string(recording, record.function), "execve");
        cr_expect_eq(record.depth, 0);
        cr_expect_eq(record.inherited, timer.family == TLK_TIMERFD ? 3 : 1);
        cr_expect_eq(timer.created, START + 10 * SECOND);
        cr_expect_eq(timer.armed + timer.fired + timer.touched + timer.setter, 0);
        cr_expect(timer.flags & TLK_INHERITED);
        cr_expect_eq(!(timer.flags & TLK_ARMED), timer.id == 4, "%lu", (unsigned long)timer.id);
        if (timer.id == 3)
            cr_expect_eq(timer.deadline, (int64_t)(START + 6 * SECOND));
    }
    cr_expect_eq(recording->damaged, 0);
    recording_close(recording);
    ledger_free(after);
    ledger_free(before);
}

/* ---- places ---- */

Test(ledger, the_same_place_is_the_same_site_and_another_is_not)
{
    struct ledger *ledger = new_ledger();
    const uint64_t frames[] = {TLK_FRAME(1, 5), TLK_FRAME(1, 6), TLK_FRAME(1, 6)};
    struct ledger_place place = {
        .family = TLK_POSIX, .function = "timer_create", .frames = frames, .depth = 2};
    uint32_t site = ledger_site(ledger, &place);
    cr_expect_eq(ledger_site(ledger, &place), site);
    place.depth = 3;
    cr_expect_neq(ledger_site(ledger, &place), site);
    place.depth = 2;
    place.kind = "ticker";
    cr_expect_neq(ledger_site(ledger, &place), site);
    place.kind = NULL;
    place.function = "alarm";
    cr_expect_neq(ledger_site(ledger, &place), site);
    struct recording *recording = written(ledger, false, 0);
    struct site_record record = site_read(recording, site);
    uint64_t read[TLK_MAX_DEPTH];
    cr_assert_eq(record.depth, 2);
    recording_frames(recording, &record, read);
    cr_expect_eq(memcmp(read, frames, 2 * sizeof(*frames)), 0);
    cr_expect_eq(recording_count(recording, TLK_FRAMES), 3);
    recording_close(recording);
    ledger_free(ledger);
}

Test(ledger, a_module_is_told_by_its_path_and_build_id)
{
    struct ledger *ledger = new_ledger();
    struct tlk_module module = {.start = 0x1000, .build_id_size = 2, .build_id = {1, 2}};
    uint32_t libc = ledger_module(ledger, &module, "/lib/libc.so.6");
    cr_expect_eq(ledger_module(ledger, &module, "/lib/libc.so.6"), libc);
    module.start = module.bias = 0x2000;
    cr_expect_eq(ledger_module(ledger, &module, "/lib/libc.so.6"), libc);
    cr_expect_neq(ledger_module(ledger, &module, "/lib/libm.so.6"), libc);
    module.build_id[0] = 9;
    cr_expect_neq(ledger_module(ledger, &module, "/lib/libc.so.6"), libc);
    struct recording *recording = written(ledger, false, 0);
    struct tlk_module read;
    cr_assert(recording_module(recording, libc, &read));
    cr_expect_eq(read.loads, 2);
    cr_expect_eq(read.start, 0x2000);
    cr_expect_str_eq(recording_string(recording, read.path), "/lib/libc.so.6");
    recording_close(recording);
    ledger_free(ledger);
}

Test(ledger, what_finds_no_room_for_its_site_is_gathered)
{
    struct ledger *ledger = new_ledger();
    create(ledger, TLK_POSIX, 0, 1, 0);
    cr_expect_eq(site_at_end(ledger, 0).created, 1);
    cr_expect_eq(timer_at_end(ledger).site, 0);
    ledger_free(ledger);
}

/* ---- over time ---- */

/* By all events at once: the spans as recording.h defines them. */
struct event {
    uint64_t since;
    uint32_t live; /* from then on */
};

static void expect_history(const struct site_record *record, const struct event *events,
                           size_t count)
{
    uint32_t live = 0;
    size_t next = 0;
    cr_expect_eq(record->history_used, (events[count - 1].since >> record->history_shift) + 1);
    for (uint32_t i = 0; i < record->history_used; i++) {
        struct tlk_span span = {live, live};
        for (; next < count && events[next].since >> record->history_shift == i; next++) {
            live = events[next].live;
            span.low = live < span.low ? live : span.low;
            span.high = live > span.high ? live : span.high;
        }
        cr_expect_eq(record->history[i].low, span.low, "span %u", i);
        cr_expect_eq(record->history[i].high, span.high, "span %u", i);
    }
    cr_expect_eq(next, count);
}

Test(ledger, histories_and_lifetimes_are_those_of_all_events)
{
    static struct event events[5000];
    struct ledger *ledger = new_ledger();
    uint32_t site = new_site(ledger, TLK_POSIX, 10);
    uint64_t now = 5 * SECOND, first = now, created[5000] = {0}, lifetimes[64] = {0};
    uint64_t next = 0, oldest = 0;
    unsigned random = 1;
    for (size_t i = 0; i < 5000; i++) {
        random = random * 1103515245 + 12345;
        bool makes = oldest == next || random >> 16 & 3;
        now += i == 0 ? 0 : random >> 8 & 0xfffff;
        now += i % 1000 == 999 ? 3 * (now - first) : 0; /* a long rest */
        if (makes) {
            created[next] = now;
            create(ledger, TLK_POSIX, site, next++, now);
        } else {
            lifetimes[63 - __builtin_clzll(now - created[oldest])]++;
            release(ledger, TLK_POSIX, oldest++, now);
        }
        events[i] = (struct event){now - first, (uint32_t)(next - oldest)};
    }
    struct site_record record = site_at_end(ledger, site);
    expect_history(&record, events, 5000);
    for (size_t i = 0; i < TLK_LIFETIME_BUCKETS; i++)
        cr_expect_eq(record.lifetimes[i], lifetimes[i], "bucket %zu", i);
    cr_expect_eq(record.created, next);
    cr_expect_eq(record.released, oldest);
    cr_expect_eq(record.live, next - oldest);
    cr_expect_eq(record.first_created, START + first);
    ledger_free(ledger);
}

Test(ledger, what_grows_is_a_leak_also_in_a_copy_of_while_it_runs)
{
    struct ledger *ledger = new_ledger();
    uint32_t leaky = new_site(ledger, TLK_TIMERFD, 10), fine = new_site(ledger, TLK_POSIX, 20);
    for (uint64_t i = 0; i < 600; i++) {
        create(ledger, TLK_TIMERFD, leaky, 3 + i, i * 100 * MS);
        create(ledger, TLK_POSIX, fine, i, i * 100 * MS);
        arm(ledger, TLK_POSIX, i, MS, 0, i * 100 * MS);
        release(ledger, TLK_POSIX, i, i * 100 * MS + 50 * MS);
    }
    struct recording *recording = written(ledger, true, MINUTE);
    cr_expect_eq(recording->header.end_real, START + MINUTE + REAL_AHEAD);
    struct profile *profile = profile_of(&recording, 1);
    cr_assert_eq(profile->site_count, 2);
    cr_expect(profile->processes[0]->copied);
    cr_expect_eq(profile->processes[0]->as_of.mono, START + MINUTE);
    cr_expect_eq(profile->sites[0]->finding.verdict, VERDICT_LEAK);
    cr_expect_eq(profile->sites[0]->counts.live, 600);
    cr_expect_eq(profile->sites[0]->counts.states[NEVER_ARMED], 600);
    cr_expect_eq(profile->sites[1]->finding.verdict, VERDICT_CLEAN);
    cr_expect_eq(profile->sites[1]->counts.fired, 600);
    profile_free(profile);
    end(ledger, TLK_EXITED, 2 * MINUTE);
    recording = written(ledger, false, 0);
    cr_expect_eq(recording->header.copied, 0);
    cr_expect_eq(recording->header.end_mono, START + 2 * MINUTE);
    recording_close(recording);
    ledger_free(ledger);
}

Test(ledger, a_slot_is_used_again_by_another_generation)
{
    struct ledger *ledger = new_ledger();
    uint32_t site = new_site(ledger, TLK_POSIX, 10);
    for (uint64_t i = 0; i < 1000; i++) {
        create(ledger, TLK_POSIX, site, i, i);
        release(ledger, TLK_POSIX, i, i);
    }
    create(ledger, TLK_POSIX, site, 5, SECOND);
    struct recording *recording = written(ledger, false, 0);
    struct timer_record timer;
    cr_expect_eq(recording_count(recording, TLK_TIMERS), 2);
    cr_assert(recording_timer(recording, 1, &timer));
    cr_expect_eq(timer.generation, 1001);
    recording_close(recording);
    ledger_free(ledger);
}

/* Far more than any table begins with, each made, found, and released in any order. */
#define MANY 100000u

Test(ledger, a_hundred_thousand_timers_at_as_many_sites, .timeout = 300)
{
    struct ledger *ledger = new_ledger();
    static uint32_t sites[MANY];
    for (uint32_t i = 0; i < MANY; i++) {
        sites[i] = new_site(ledger, TLK_POSIX, 16 + 2 * i);
        create(ledger, TLK_POSIX, sites[i], i, i);
        arm(ledger, TLK_POSIX, i, MINUTE, 0, i);
    }
    for (uint64_t i = 0; i < 10 * MANY; i++) {
        uint64_t one = i * 7919 % MANY;
        release(ledger, TLK_POSIX, one, SECOND + i);
        cr_assert_not(ledger_knows(ledger, TLK_POSIX, KEYS + one));
        create(ledger, TLK_POSIX, sites[one], one, SECOND + i);
        cr_assert(ledger_knows(ledger, TLK_POSIX, KEYS + one));
    }
    for (uint32_t i = 0; i < MANY; i += 2)
        release(ledger, TLK_POSIX, i, MINUTE);
    struct recording *recording = written(ledger, true, MINUTE);
    struct timer_record timer;
    struct site_record record = site_read(recording, sites[MANY - 1]);
    cr_expect_eq(recording_count(recording, TLK_SITES), MANY + 1);
    cr_expect_eq(recording_count(recording, TLK_TIMERS), MANY + 1);
    cr_expect_eq(record.created, 11);
    cr_expect_eq(record.live, 1);
    cr_expect_eq(timers_read(recording, &timer), MANY / 2);
    for (uint32_t i = 1; i <= MANY; i++)
        cr_assert(recording_site(recording, i, &record));
    cr_expect_eq(recording->damaged, 0);
    recording_close(recording);
    ledger_free(ledger);
}
