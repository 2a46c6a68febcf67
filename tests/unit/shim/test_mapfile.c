/* The file of a recording: its name, its size, its chunks. */
#include "tables/mapfile.h"

#include "core/gate.h"
#include "fixture.h"
#include "ledger/fdinfo.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CHUNKS_FIRST (1 + (size_t)TLK_REGIONS) /* the header and a chunk of each region */

TestSuite(mapfile, .init = make_directory, .fini = remove_directory);

#define MIB ((size_t)1 << 20)

static bool make(const struct settings *settings)
{
    return mapfile_create(settings, "prog") && mapfile_publish(settings, "prog");
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
    cr_assert(mapfile_create(&settings, "prog"));
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

Test(mapfile, it_is_as_large_as_asked_for_and_its_blocks_are_there)
{
    struct settings settings = settings_of(3 * MIB + 5);
    struct stat file;

    cr_assert(make(&settings));
    stat(in_directory("recording.tlk"), &file);
    cr_expect_eq(file.st_size, 3 * MIB, "whole chunks");
    cr_expect_geq((size_t)file.st_blocks * 512, 3 * MIB);
    cr_expect_eq(recording->chunk_count, 48);
}

Test(mapfile, by_itself_it_has_room_for_all_timers_that_the_limits_allow)
{
    struct settings settings = settings_of(0);
    struct rlimit files = {64, 1000}, signals = {2000, 2000};

    setrlimit(RLIMIT_NOFILE, &files);
    setrlimit(RLIMIT_SIGPENDING, &signals);
    cr_assert(make(&settings));
    cr_expect_geq(size_of_file(), 3000 * sizeof(struct tlk_timer));
    cr_expect_leq(size_of_file(), 8 * MIB);
}

Test(mapfile, it_is_no_larger_than_the_process_may_write)
{
    struct settings settings = settings_of(8 * MIB);
    struct rlimit limit = {2 * MIB + 100, RLIM_INFINITY};

    setrlimit(RLIMIT_FSIZE, &limit);
    cr_assert(make(&settings));
    cr_expect_eq(size_of_file(), 2 * MIB);
}

Test(mapfile, one_too_small_to_be_of_use_is_not_left_behind)
{
    struct settings settings = settings_of(8 * MIB);
    struct rlimit limit = {TLK_CHUNK, RLIM_INFINITY};

    setrlimit(RLIMIT_FSIZE, &limit);
    cr_expect_not(make(&settings));
    cr_expect_neq(access(in_directory("recording.tlk"), F_OK), 0);
}

Test(mapfile, at_the_end_it_is_cut_to_what_is_used)
{
    struct settings settings = settings_of(4 * MIB);

    cr_assert(make(&settings));
    mapfile_trim();
    cr_expect_eq(size_of_file(), CHUNKS_FIRST * TLK_CHUNK);
    cr_expect_eq(recording->chunk_count, CHUNKS_FIRST);
    cr_expect_eq(msync((char *)recording + CHUNKS_FIRST * TLK_CHUNK, 1, MS_ASYNC), -1,
                 "what is mapped behind the file is a SIGBUS to who looks");
    cr_expect_eq(region_take(TLK_SITES, TLK_CHUNK / sizeof(struct tlk_site) - 1), 1);
    region_publish(TLK_SITES, TLK_CHUNK / sizeof(struct tlk_site));
    cr_expect_eq(region_take(TLK_SITES, 1), 0, "what is there may be used, but it grows no more");
}

/* ---- growth ---- */

/* One whose size nobody set, small by its limits. */
static void make_small(void)
{
    struct settings settings = settings_of(0);
    struct rlimit files = {64, 64}, signals = {64, 64};

    setrlimit(RLIMIT_NOFILE, &files);
    setrlimit(RLIMIT_SIGPENDING, &signals);
    cr_assert(make(&settings));
    mapfile_may_grow = true;
}

/* Takes timers, chunk by chunk, until there are so many chunks or no more. */
static void fill(uint32_t chunks)
{
    uint32_t per_chunk = TLK_CHUNK / sizeof(struct tlk_timer), taken;

    while (recording->regions[TLK_TIMERS].chunks < chunks && (taken = region_take(TLK_TIMERS, 1))) {
        memset(region_at(TLK_TIMERS, taken), 0x55, sizeof(struct tlk_timer));
        region_publish(TLK_TIMERS, (taken / per_chunk + 1) * per_chunk);
    }
}

Test(mapfile, it_grows_for_a_million_timers_of_a_library)
{
    size_t before;
    struct stat file;

    make_small();
    before = size_of_file();
    fill(1000000 / (TLK_CHUNK / sizeof(struct tlk_timer)) + 1);
    stat(in_directory("recording.tlk"), &file);
    cr_expect_leq(before, 5 * MIB);
    cr_expect_eq(recording->regions[TLK_TIMERS].chunks,
                 1000000 / (TLK_CHUNK / sizeof(struct tlk_timer)) + 1);
    cr_expect_eq((size_t)file.st_size, (size_t)recording->chunk_count * TLK_CHUNK);
    cr_expect_geq((size_t)file.st_blocks * 512, (size_t)file.st_size, "a hole may be a SIGBUS");
    mapfile_trim();
    before = size_of_file();
    fill(UINT32_MAX);
    cr_expect_eq(size_of_file(), before, "it grows no more");
}

Test(mapfile, it_does_not_grow_for_timers_of_the_kernel)
{
    size_t before;

    make_small();
    before = size_of_file();
    mapfile_may_grow = false;
    fill(UINT32_MAX);
    cr_expect_eq(size_of_file(), before);
}

Test(mapfile, it_does_not_grow_past_the_directory_of_its_chunks)
{
    make_small();
    fill(UINT32_MAX);
    cr_expect_leq(recording->chunk_count, TLK_REGION_CHUNKS);
    cr_expect_leq(recording->chunk_count, mapfile_chunks_most());
    cr_expect_eq(recording->chunk_used, recording->chunk_count);
}

Test(mapfile, one_of_a_set_size_does_not_grow)
{
    struct settings settings = settings_of(2 * MIB);

    cr_assert(make(&settings));
    mapfile_may_grow = true;
    fill(UINT32_MAX);
    cr_expect_eq(size_of_file(), 2 * MIB);
    cr_expect_eq(mapfile_chunks_most(), 32);
}

Test(mapfile, it_does_not_grow_past_what_the_process_may_write)
{
    struct rlimit limit = {6 * MIB + 5, RLIM_INFINITY};

    make_small();
    setrlimit(RLIMIT_FSIZE, &limit);
    fill(UINT32_MAX);
    cr_expect_eq(size_of_file(), 6 * MIB);
}

Test(mapfile, where_its_name_is_another_file_s_it_does_not_grow)
{
    char other[300];
    uint32_t chunks;

    make_small();
    chunks = recording->chunk_count;
    snprintf(other, sizeof(other), "%s", in_directory("other.tlk"));
    rename(in_directory("recording.tlk"), other);
    close(open(in_directory("recording.tlk"), O_WRONLY | O_CREAT, 0600));
    errno = EXDEV;
    fill(UINT32_MAX);
    cr_expect_eq(errno, EXDEV);
    cr_expect_eq(recording->chunk_used, chunks);
    cr_expect_eq(size_of_file(), 0);
}

Test(mapfile, in_a_sandbox_it_does_not_grow)
{
    uint32_t chunks;

    make_small();
    chunks = recording->chunk_count;
    gate->sandboxed = 1;
    fill(UINT32_MAX);
    cr_expect_eq(recording->chunk_used, chunks);
}

/* ---- shrinking ---- */

Test(mapfile, what_was_given_back_is_used_no_more)
{
    uint32_t used;

    make_small();
    used = recording->chunk_used;
    mapfile_shrink(3 * TLK_CHUNK);
    cr_expect_eq(recording->chunk_count, used + 3);
    cr_expect_eq(mapfile_chunks_most(), used + 3);
    fill(UINT32_MAX);
    cr_expect_eq(recording->chunk_used, used + 3);
}

Test(mapfile, with_more_room_than_there_is_it_stays_as_it_is)
{
    uint32_t chunks;

    make_small();
    chunks = recording->chunk_count;
    mapfile_shrink((size_t)chunks * TLK_CHUNK);
    cr_expect_eq(recording->chunk_count, chunks);
}

Test(mapfile, a_child_s_is_as_small)
{
    struct settings settings = settings_of(MIB);
    uint32_t chunks;

    make_small();
    mapfile_shrink(MIB);
    chunks = recording->chunk_count;
    cr_assert(mapfile_create_for_child(&settings, "prog"));
    cr_expect_eq(recording->chunk_count, chunks);
    cr_expect_eq(mapfile_chunks_most(), chunks);
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
    cr_expect_eq(recording->chunk_size, TLK_CHUNK);
    cr_expect_eq(recording->chunk_used, CHUNKS_FIRST);
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
        cr_expect_eq(recording->regions[id].chunks, 1);
        cr_expect_eq(region_take((enum tlk_region_id)id, 1), 1);
        cr_expect_eq(region_take((enum tlk_region_id)id, 1), 1, "until it is published");
    }
}

Test(mapfile, records_taken_together_lie_in_one_chunk)
{
    struct settings settings = settings_of(MIB);
    uint32_t per_chunk = TLK_CHUNK / sizeof(uint64_t), first;

    cr_assert(make(&settings));
    first = region_take(TLK_FRAMES, 5000);
    cr_expect_eq(first, 1);
    region_publish(TLK_FRAMES, first + 5000);
    cr_expect_eq(region_take(TLK_FRAMES, per_chunk - 5001), 5001, "they just fit");
    cr_expect_eq(region_take(TLK_FRAMES, per_chunk - 5000), per_chunk, "they don't");
    cr_expect_eq(region_take(TLK_FRAMES, per_chunk + 1), 0, "they never will");
    cr_expect_eq((char *)region_at(TLK_FRAMES, per_chunk) - (char *)recording,
                 (ptrdiff_t)recording->regions[TLK_FRAMES].directory[1] * TLK_CHUNK);
}

Test(mapfile, no_two_regions_share_a_chunk_and_all_of_them_can_be_used)
{
    struct settings settings = settings_of(2 * MIB);
    uint8_t used[32] = {1};
    uint32_t taken, total = 1;

    cr_assert(make(&settings));
    for (int round = 0; round < 100; round++) {
        enum tlk_region_id id = (enum tlk_region_id)(round % TLK_REGIONS);

        taken = region_take(id, TLK_CHUNK / recording->regions[id].stride - 1);
        if (taken)
            region_publish(id, taken + TLK_CHUNK / recording->regions[id].stride - 1);
    }
    for (int id = 0; id < TLK_REGIONS; id++) {
        for (uint32_t c = 0; c < recording->regions[id].chunks; c++) {
            uint32_t chunk = recording->regions[id].directory[c];

            cr_assert_lt(chunk, 32);
            cr_expect_eq(used[chunk]++, 0);
            total++;
        }
    }
    cr_expect_eq(total, 32);
    cr_expect_eq(recording->chunk_used, 32);
}
