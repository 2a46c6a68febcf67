/* The file of a recording: its name, its size, its pages. */
#include "tables/regions.h"

#include "core/gate.h"
#include "core/real.h"
#include "fixture.h"
#include "ledger/fdinfo.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

TestSuite(mapfile, .init = make_directory, .fini = remove_directory);

#define MIB ((size_t)1 << 20)

static bool make(const struct settings *settings)
{
    return regions_create(settings, "prog") && mapfile_publish(settings, "prog");
}

/* Makes a recording of this name and expects it under that one. */
static void expect_name(const char *pattern, const char *expected)
{
    struct settings settings = settings_of(MIB);

    snprintf(settings.output, sizeof(settings.output), "%s", in_directory(pattern));
    cr_assert(make(&settings));
    cr_expect_eq(access(in_directory(expected), F_OK), 0, "no %s", in_directory(expected));
}

static size_t size_of_file(void)
{
    struct stat file;

    cr_assert_eq(stat(in_directory("recording.tlk"), &file), 0);
    return (size_t)file.st_size;
}

/* ---- the name ---- */

Test(mapfile, the_name_may_hold_pid_program_and_percent)
{
    char expected[64];

    expect_name("plain", "plain");
    expect_name("%e-%%.tlk", "prog-%.tlk");
    snprintf(expected, sizeof(expected), "a.%d.tlk", getpid());
    expect_name("a.%p.tlk", expected);
    expect_name("odd%", "odd%");
}

Test(mapfile, the_name_may_hold_host_and_time)
{
    char host[128] = "", expected[256];
    time_t before = time(NULL), after;
    bool found = false;
    struct settings settings = settings_of(MIB);

    gethostname(host, sizeof(host) - 1);
    snprintf(settings.output, sizeof(settings.output), "%s", in_directory("%h.%t.tlk"));
    cr_assert(make(&settings));
    after = time(NULL);
    for (time_t t = before; t <= after; t++) {
        snprintf(expected, sizeof(expected), "%s.%ld.tlk", host, (long)t);
        found |= access(in_directory(expected), F_OK) == 0;
    }
    cr_expect(found);
}

Test(mapfile, nothing_is_overwritten)
{
    char expected[64];
    struct stat file;

    close(open(in_directory("a.tlk"), O_CREAT | O_WRONLY, 0644));
    snprintf(expected, sizeof(expected), "a.%d.tlk", getpid());
    expect_name("a.tlk", expected);
    snprintf(expected, sizeof(expected), "a.%d.1.tlk", getpid());
    expect_name("a.tlk", expected);
    snprintf(expected, sizeof(expected), "a.%d.2.tlk", getpid());
    expect_name("a.tlk", expected);
    stat(in_directory("a.tlk"), &file);
    cr_expect_eq(file.st_size, 0);
}

Test(mapfile, a_name_with_a_pid_gets_a_number_only)
{
    char expected[64];

    snprintf(expected, sizeof(expected), "b%d.tlk", getpid());
    expect_name("b%p.tlk", expected);
    snprintf(expected, sizeof(expected), "b%d.1.tlk", getpid());
    expect_name("b%p.tlk", expected);
}

Test(mapfile, no_link_is_followed)
{
    char target[512], expected[64];

    snprintf(target, sizeof(target), "%s", in_directory("target"));
    cr_assert_eq(symlink(target, in_directory("link.tlk")), 0);
    snprintf(expected, sizeof(expected), "link.%d.tlk", getpid());
    expect_name("link.tlk", expected);
    cr_expect_neq(access(target, F_OK), 0);
}

Test(mapfile, only_its_owner_may_read_it)
{
    struct settings settings = settings_of(MIB);
    struct stat file;

    umask(0);
    cr_assert(make(&settings));
    stat(in_directory("recording.tlk"), &file);
    cr_expect_eq(file.st_mode & 0777, 0600);
}

Test(mapfile, where_none_can_be_made_there_is_none)
{
    struct settings settings = settings_of(MIB);

    snprintf(settings.output, sizeof(settings.output), "%s", in_directory("missing/a.tlk"));
    cr_expect_not(make(&settings));
    cr_expect_null(recording);
}

static size_t files_made(void)
{
    DIR *open = opendir(in_directory(""));
    const struct dirent *entry;
    size_t count = 0;

    while (open && (entry = readdir(open)))
        count += entry->d_name[0] != '.';
    closedir(open);
    return count;
}

/* So that who is killed before that leaves nothing. */
Test(mapfile, it_has_no_name_until_it_is_published)
{
    struct settings settings = settings_of(MIB);
    char maps[16384];

    snprintf(settings.output, sizeof(settings.output), "%s", in_directory("a.tlk"));
    cr_assert(regions_create(&settings, "prog"));
    cr_expect_eq(files_made(), 0);
    cr_assert(mapfile_publish(&settings, "prog"));
    cr_expect_eq(files_made(), 1);
    cr_expect(fdinfo_read_file("/proc/self/maps", maps, sizeof(maps)));
    cr_expect(strstr(maps, in_directory("a.tlk\n")), "it is mapped by that name");
}

Test(mapfile, no_descriptor_stays_open)
{
    struct settings settings = settings_of(MIB);
    int before = dup(0), after;

    close(before);
    cr_assert(make(&settings));
    after = dup(0);
    close(after);
    cr_expect_eq(after, before);
}

/* ---- the size ---- */

/* Blocks, not bytes: a hole may be a SIGBUS. */
static size_t blocks_of_file(void)
{
    struct stat file;

    cr_assert_eq(stat(in_directory("recording.tlk"), &file), 0);
    return (size_t)file.st_blocks * 512;
}

/* Takes timers, a segment's at once, until there are so many or no more. */
static void fill(uint32_t timers)
{
    struct tlk_region *region = &recording->regions[TLK_TIMERS];
    uint32_t taken;

    while (region->used < timers && (taken = region_take(TLK_TIMERS, 1))) {
        memset(timer_at(taken), 0x55, sizeof(struct tlk_timer));
        memset(timer_at(region->room - 1), 0x55, sizeof(struct tlk_timer));
        region_publish(TLK_TIMERS, region->room);
    }
}

static void make_of(size_t size)
{
    struct settings settings = settings_of(size);

    cr_assert(make(&settings));
}

Test(mapfile, it_begins_small_and_its_blocks_are_there)
{
    make_of(0);
    cr_expect_eq(size_of_file(), TLK_SMALLEST);
    cr_expect_eq(recording->page_count, TLK_SMALLEST / TLK_PAGE);
    cr_expect_geq(blocks_of_file(), TLK_SMALLEST);
}

Test(mapfile, it_is_never_more_than_twice_as_large_as_what_is_used)
{
    make_of(0);
    for (uint32_t timers = 1000; timers < 1000000; timers *= 2) {
        size_t others = TLK_SMALLEST, used;

        fill(timers);
        used = recording->regions[TLK_TIMERS].used * sizeof(struct tlk_timer);
        cr_assert_leq(size_of_file(), used + others);
        cr_assert_lt(recording->regions[TLK_TIMERS].used, 2 * timers + TLK_FIRST_TIMERS);
        cr_assert_geq(blocks_of_file(), size_of_file());
    }
}

Test(mapfile, it_does_not_grow_past_what_it_may_have)
{
    make_of(3 * MIB + 5);
    fill(UINT32_MAX);
    cr_expect_eq(size_of_file(), 3 * MIB, "whole pages");
    cr_expect_eq(mapfile_most(), 3 * MIB);
    cr_expect_eq(recording->page_used, recording->page_count);
    cr_expect_eq(region_take(TLK_TIMERS, 1), 0);
}

Test(mapfile, it_does_not_grow_past_what_the_process_may_write)
{
    struct rlimit limit = {2 * MIB + 100, RLIM_INFINITY};

    make_of(0);
    setrlimit(RLIMIT_FSIZE, &limit);
    fill(UINT32_MAX);
    cr_expect_eq(size_of_file(), 2 * MIB);
    cr_expect_eq(recording->page_used, recording->page_count, "to the last page");
}

Test(mapfile, one_too_small_to_be_of_use_is_not_left_behind)
{
    struct settings settings = settings_of(8 * MIB);
    struct rlimit limit = {TLK_PAGE, RLIM_INFINITY};

    setrlimit(RLIMIT_FSIZE, &limit);
    errno = ENOMEM;
    cr_expect_not(make(&settings));
    cr_expect_eq(errno, EFBIG, "not of something before");
    cr_expect_neq(access(in_directory("recording.tlk"), F_OK), 0);
}

static long (*real_syscall)(long, ...);

static int fallocate_fails; /* with that errno, */
static int fallocate_times; /* so many times */

/* As on a file system that can't allocate, or where a signal comes meanwhile. */
static long failing_fallocate(long number, ...)
{
    long arguments[6];
    va_list list;

    va_start(list, number);
    for (int i = 0; i < 6; i++)
        arguments[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_fallocate && fallocate_times > 0) {
        fallocate_times--;
        errno = fallocate_fails;
        return -1;
    }
    return real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3],
                        arguments[4], arguments[5]);
}

static void fail_to_allocate(int error, int times)
{
    real_syscall = real()->syscall;
    real_table.syscall = failing_fallocate;
    fallocate_fails = error;
    fallocate_times = times;
}

Test(mapfile, a_signal_while_it_grows_does_not_bound_it)
{
    make_of(0);
    fail_to_allocate(EINTR, 3);
    fill(10000);
    cr_expect_eq(fallocate_times, 0);
    cr_expect_gt(recording->regions[TLK_TIMERS].used, 10000);
}

Test(mapfile, where_blocks_can_t_be_allocated_they_are_written)
{
    fail_to_allocate(EOPNOTSUPP, INT_MAX);
    make_of(0);
    fill(10000);
    cr_expect_gt(recording->regions[TLK_TIMERS].used, 10000);
    cr_expect_geq(blocks_of_file(), size_of_file());
}

Test(mapfile, before_a_sandbox_it_has_room_for_all_timers_that_the_limits_allow)
{
    struct rlimit files = {64, 1000}, signals = {2000, 2000};

    setrlimit(RLIMIT_NOFILE, &files);
    setrlimit(RLIMIT_SIGPENDING, &signals);
    make_of(0);
    mapfile_fill_up();
    cr_expect_geq(size_of_file(), 3000 * sizeof(struct tlk_timer));
    cr_expect_leq(size_of_file(), 8 * MIB);
    gate->sandboxed = 1;
    fill(3000);
    cr_expect_geq(recording->regions[TLK_TIMERS].used, 3000);
}

Test(mapfile, in_a_sandbox_it_does_not_grow)
{
    make_of(0);
    gate->sandboxed = 1;
    fill(UINT32_MAX);
    cr_expect_eq(size_of_file(), TLK_SMALLEST);
    cr_expect_eq(recording->page_used, recording->page_count);
}

Test(mapfile, cut_to_what_is_used_it_may_grow_again)
{
    size_t used;

    make_of(0);
    fill(1000);
    used = (size_t)recording->page_used * TLK_PAGE;
    mapfile_fill_up();
    cr_expect_gt(size_of_file(), used);
    mapfile_trim();
    cr_expect_eq(size_of_file(), used);
    cr_expect_eq(recording->page_count, recording->page_used);
    fill(10000);
    cr_expect_geq(recording->regions[TLK_TIMERS].used, 10000);
}

Test(mapfile, one_that_could_not_be_cut_keeps_its_room)
{
    uint32_t pages;

    make_of(0);
    mapfile_fill_up();
    pages = recording->page_count;
    unlink(in_directory("recording.tlk"));
    mapfile_trim();
    cr_expect_eq(recording->page_count, pages);
    fill(1000);
    cr_expect_geq(recording->regions[TLK_TIMERS].used, 1000);
}

Test(mapfile, at_the_end_it_is_cut_and_grows_no_more)
{
    size_t used;

    make_of(0);
    used = (size_t)recording->page_used * TLK_PAGE;
    mapfile_end();
    cr_expect_eq(size_of_file(), used);
    cr_expect_eq(recording->page_count, recording->page_used);
    cr_expect_eq(msync((char *)recording + used, 1, MS_ASYNC), -1,
                 "what is mapped behind the file is a SIGBUS to who looks");
    cr_expect_eq(region_take(TLK_SITES, TLK_FIRST_SITES - 1), 1);
    region_publish(TLK_SITES, TLK_FIRST_SITES);
    cr_expect_eq(region_take(TLK_SITES, 1), 0, "what is there may be used, but it grows no more");
}

Test(mapfile, where_its_name_is_another_file_s_it_does_not_grow)
{
    char other[300];

    make_of(0);
    snprintf(other, sizeof(other), "%s", in_directory("other.tlk"));
    rename(in_directory("recording.tlk"), other);
    close(open(in_directory("recording.tlk"), O_WRONLY | O_CREAT, 0600));
    errno = EXDEV;
    fill(UINT32_MAX);
    cr_expect_eq(errno, EXDEV);
    cr_expect_eq(recording->page_count, TLK_SMALLEST / TLK_PAGE);
    cr_expect_eq(size_of_file(), 0);
}

/* ---- shrinking ---- */

Test(mapfile, what_was_given_back_is_used_no_more)
{
    uint32_t used;

    make_of(0);
    used = recording->page_used;
    mapfile_shrink(3 * TLK_PAGE);
    cr_expect_eq(mapfile_most(), (used + 3) * TLK_PAGE);
    fill(UINT32_MAX);
    cr_expect_eq(recording->page_used, used + 3);
}

Test(mapfile, a_child_s_is_as_small)
{
    struct settings settings = settings_of(MIB);
    size_t most;

    make_of(0);
    mapfile_shrink(MIB);
    most = mapfile_most();
    regions_remember();
    cr_assert(regions_create_for_child(&settings, "prog"));
    fill(100);
    cr_expect_geq(recording->regions[TLK_TIMERS].used, 100, "it grows before it has a name");
    cr_assert(mapfile_publish(&settings, "prog"));
    cr_expect_eq(recording->page_count, recording->page_used);
    cr_expect_eq(mapfile_most(), most);
    fill(1000);
    cr_expect_geq(recording->regions[TLK_TIMERS].used, 1000, "and afterwards");
}

/* ---- the contents ---- */

Test(mapfile, its_header_says_what_it_is)
{
    struct settings settings = settings_of(MIB);

    cr_assert(make(&settings));
    cr_expect_arr_eq(recording->magic, TLK_MAGIC, 8);
    cr_expect_eq(recording->version, TLK_VERSION);
    cr_expect_eq(recording->byte_order, TLK_BYTE_ORDER);
    cr_expect_eq(recording->header_size, sizeof(struct tlk_header));
    cr_expect_eq(recording->page_size, TLK_PAGE);
    cr_expect_lt(recording->page_used, recording->page_count);
    cr_expect_eq(recording->end, TLK_RUNNING);
}

Test(mapfile, what_is_stored_stands_in_the_file)
{
    struct settings settings = settings_of(MIB);
    uint32_t magic = 0;
    int file;

    cr_assert(make(&settings));
    recording->pid = 4711;
    file = open(in_directory("recording.tlk"), O_RDONLY);
    pread(file, &magic, sizeof(magic), offsetof(struct tlk_header, pid));
    cr_expect_eq(magic, 4711);
}

Test(mapfile, regions_begin_with_record_1)
{
    struct settings settings = settings_of(MIB);

    cr_assert(make(&settings));
    for (int id = 0; id < TLK_REGIONS; id++) {
        cr_expect_eq(recording->regions[id].used, 1);
        cr_expect_eq(recording->regions[id].segments, 1);
        cr_expect_eq(region_take((enum tlk_region_id)id, 1), 1);
        cr_expect_eq(region_take((enum tlk_region_id)id, 1), 1, "until it is published");
    }
}

Test(mapfile, records_taken_together_lie_in_one_segment)
{
    uint32_t half, first;

    make_of(0);
    first = recording->regions[TLK_FRAMES].first;
    half = first / 2;
    cr_expect_eq(region_take(TLK_FRAMES, half), 1);
    region_publish(TLK_FRAMES, 1 + half);
    cr_expect_eq(region_take(TLK_FRAMES, first - half - 1), 1 + half, "they just fit");
    cr_expect_eq(region_take(TLK_FRAMES, first - half), first, "they don't");
    cr_expect_eq(region_take(TLK_FRAMES, first), first, "they fill the next");
    cr_expect_eq(region_take(TLK_FRAMES, first + 1), 0, "they are more than the first could hold");
    cr_expect_eq((char *)region_at(TLK_FRAMES, first) - (char *)recording,
                 (ptrdiff_t)recording->regions[TLK_FRAMES].pages[1] * TLK_PAGE);
}

Test(mapfile, no_two_regions_share_a_page_and_all_of_them_can_be_used)
{
    uint8_t used[512] = {1};
    uint32_t total = 1;

    make_of(2 * MIB);
    for (int round = 0; round < 100; round++) {
        enum tlk_region_id id = (enum tlk_region_id)(round % TLK_REGIONS);

        if (region_take(id, 1))
            region_publish(id, recording->regions[id].room);
    }
    for (int id = 0; id < TLK_REGIONS; id++) {
        const struct tlk_region *region = &recording->regions[id];

        for (uint32_t i = 0; i < region->segments; i++) {
            size_t bytes = (size_t)tlk_segment_used(region, i) * region->stride;

            for (uint32_t page = 0; page < (bytes + TLK_PAGE - 1) / TLK_PAGE; page++, total++) {
                cr_assert_lt(region->pages[i] + page, 512);
                cr_expect_eq(used[region->pages[i] + page]++, 0);
            }
        }
    }
    cr_expect_eq(total, 512);
    cr_expect_eq(recording->page_used, 512);
}
