/* Recordings that are missing, empty, cut short or damaged: an error in words, or less to show. */
#include "recording/reader.h"
#include "recording_builder.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char error[ERROR_SIZE];

static char *write_bytes(const void *bytes, size_t size)
{
    char *path = strdup("/tmp/timerleak-test-XXXXXX.tlk");
    int file = mkstemps(path, 4);
    cr_assert_eq(write(file, bytes, size), (ssize_t)size);
    close(file);
    return path;
}

static struct recording *open_bytes(const void *bytes, size_t size)
{
    char *path = write_bytes(bytes, size);
    struct recording *recording = recording_open(path, error);
    unlink(path);
    free(path);
    return recording;
}

static void expect_error(const void *bytes, size_t size, const char *what)
{
    struct recording *recording = open_bytes(bytes, size);
    cr_expect_null(recording);
    cr_expect(strstr(error, what), "\"%s\" lacks \"%s\"", error, what);
    if (recording)
        recording_close(recording);
}

static unsigned char *sample(size_t *size)
{
    struct builder *builder = builder_new(MINUTE);
    struct site_record *site = builder_plain_site(builder, TLK_POSIX, 0x1000);
    for (uint64_t i = 0; i < 10; i++)
        builder_create(builder, site, i * SECOND);
    unsigned char *bytes = builder_bytes(builder, size);
    builder_free(builder);
    return bytes;
}

/* Applies a change to a good recording's header and expects that it is refused. */
static void expect_refused(void (*change)(struct tlk_header *header), const char *what)
{
    size_t size;
    unsigned char *bytes = sample(&size);
    change((struct tlk_header *)(void *)bytes);
    expect_error(bytes, size, what);
    free(bytes);
}

Test(reader, opens_a_good_one)
{
    size_t size;
    unsigned char *bytes = sample(&size);
    struct recording *recording = open_bytes(bytes, size);
    uint64_t frames[TLK_MAX_DEPTH];
    struct site_record site;
    struct timer_record timer;
    cr_assert(recording, "%s", error);
    cr_expect_str_eq(recording_argument(recording, 0), "./server");
    cr_expect_str_eq(recording_argument(recording, 1), "--verbose");
    cr_expect_null(recording_argument(recording, 2));
    cr_expect(recording_site(recording, 1, &site));
    cr_expect_eq(site.created, 10);
    recording_frames(recording, &site, frames);
    cr_expect_eq(frames[0], 0x1000);
    cr_expect_str_eq(recording_string(recording, site.function), "timer_create");
    cr_expect(recording_timer(recording, 10, &timer));
    cr_expect_not(recording_timer(recording, 11, &timer));
    cr_expect_eq(recording->damaged, 0);
    recording_close(recording);
    free(bytes);
}

Test(reader, missing_file)
{
    cr_expect_null(recording_open("/nowhere/at/all.tlk", error));
    cr_expect(strstr(error, "No such file"));
}

Test(reader, a_directory_is_none)
{
    cr_expect_null(recording_open("/", error));
    cr_expect(strstr(error, "not a regular file"));
}

Test(reader, a_fifo_does_not_block, .timeout = 10)
{
    char *path = write_bytes("", 0);
    unlink(path);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_expect_null(recording_open(path, error));
    cr_expect(strstr(error, "not a regular file"));
    unlink(path);
    free(path);
}

Test(reader, empty_file)
{
    expect_error("", 0, "is empty");
}

/* Killed after the file was made and before its header was published. */
Test(reader, zeros)
{
    static const char zeros[TLK_PAGE];
    expect_error(zeros, sizeof(zeros), "is empty");
}

Test(reader, something_else)
{
    expect_error("#!/bin/sh\necho no recording\n", 28, "is no recording");
}

/* Where the last record in use ends. */
static size_t end_of_use(const struct tlk_header *header)
{
    size_t end = 0;
    for (size_t id = 0; id < TLK_REGIONS; id++) {
        const struct tlk_region *region = &header->regions[id];
        for (uint32_t i = 0; i < region->segments; i++) {
            size_t used = (size_t)tlk_segment_used(region, i) * region->stride;
            if (region->pages[i] * (size_t)TLK_PAGE + used > end)
                end = region->pages[i] * (size_t)TLK_PAGE + used;
        }
    }
    return end;
}

Test(reader, cut_short_anywhere)
{
    size_t size;
    unsigned char *bytes = sample(&size);
    size = end_of_use((const struct tlk_header *)(const void *)bytes);
    for (size_t left = 1; left < size; left = left * 5 / 4 + 1) {
        struct recording *recording = open_bytes(bytes, left);
        cr_expect_null(recording, "opened %zu bytes of %zu", left, size);
        cr_expect(strstr(error, "cut short") || strstr(error, "no recording"), "%s", error);
        if (recording)
            recording_close(recording);
    }
    free(bytes);
}

static void other_version(struct tlk_header *header)
{
    header->version = 99;
}

static void other_byte_order(struct tlk_header *header)
{
    header->byte_order = __builtin_bswap32(TLK_BYTE_ORDER);
}

static void wrong_page_size(struct tlk_header *header)
{
    header->page_size = 65536;
}

static void too_many_segments(struct tlk_header *header)
{
    header->regions[TLK_SITES].segments = UINT32_MAX;
}

static void one_segment_too_many(struct tlk_header *header)
{
    header->regions[TLK_SITES].segments = TLK_SEGMENTS + 1;
}

static void too_few_segments(struct tlk_header *header)
{
    header->regions[TLK_STRINGS].segments = 0;
}

static void other_first_segment(struct tlk_header *header)
{
    header->regions[TLK_SITES].first = 0;
}

static void too_many_records(struct tlk_header *header)
{
    header->regions[TLK_TIMERS].used = UINT32_MAX;
}

static void no_stride(struct tlk_header *header)
{
    header->regions[TLK_FRAMES].stride = 0;
}

static void page_beyond(struct tlk_header *header)
{
    header->regions[TLK_STRINGS].pages[0] = UINT32_MAX;
}

static void page_zero(struct tlk_header *header)
{
    header->regions[TLK_STRINGS].pages[0] = 0;
}

Test(reader, damaged_headers)
{
    expect_refused(other_version, "format version 99");
    expect_refused(other_byte_order, "other byte order");
    expect_refused(wrong_page_size, "wrong size");
    expect_refused(too_many_segments, "more sites than it has room for");
    expect_refused(one_segment_too_many, "more sites than it has room for");
    expect_refused(too_few_segments, "more strings than it has room for");
    expect_refused(other_first_segment, "wrong size");
    expect_refused(too_many_records, "more timers than it has room for");
    expect_refused(no_stride, "wrong size");
    expect_refused(page_beyond, "cut short");
    expect_refused(page_zero, "overlap the header");
}

static void *record(unsigned char *bytes, enum tlk_region_id region, uint32_t index)
{
    const struct tlk_region *table = &((struct tlk_header *)(void *)bytes)->regions[region];
    return bytes + (size_t)table->pages[0] * TLK_PAGE + (size_t)index * table->stride;
}

static void expect_damaged_site(void (*change)(unsigned char *bytes, struct tlk_site *site))
{
    size_t size;
    unsigned char *bytes = sample(&size);
    struct site_record site;
    change(bytes, record(bytes, TLK_SITES, 1));
    struct recording *recording = open_bytes(bytes, size);
    cr_assert(recording, "%s", error);
    cr_expect_not(recording_site(recording, 1, &site));
    cr_expect_eq(recording->damaged, 1);
    recording_close(recording);
    free(bytes);
}

static void stack_beyond(unsigned char *bytes, struct tlk_site *site)
{
    (void)bytes;
    site->stack = UINT32_MAX - 1;
    site->depth = 4;
}

static void stack_over_the_end(unsigned char *bytes, struct tlk_site *site)
{
    (void)bytes;
    site->depth = 2;
}

static void frame_beyond(unsigned char *bytes, struct tlk_site *site)
{
    *(uint32_t *)record(bytes, TLK_STACKS, site->stack) = 2;
}

static void frame_of_none(unsigned char *bytes, struct tlk_site *site)
{
    *(uint32_t *)record(bytes, TLK_STACKS, site->stack) = 0;
}

static void details_beyond(unsigned char *bytes, struct tlk_site *site)
{
    (void)bytes;
    site->details = 2;
}

static void too_many_changes(unsigned char *bytes, struct tlk_site *site)
{
    (void)bytes;
    site->history_used = TLK_CHANGES + 1;
}

static void changes_too_wide(unsigned char *bytes, struct tlk_site *site)
{
    (void)bytes;
    site->details = 0;
    site->history_shift = 64;
}

static struct tlk_details *details(unsigned char *bytes, const struct tlk_site *site)
{
    return record(bytes, TLK_DETAILS, site->details);
}

static void history_too_long(unsigned char *bytes, struct tlk_site *site)
{
    details(bytes, site)->history_used = TLK_HISTORY_BUCKETS + 1;
}

static void history_too_wide(unsigned char *bytes, struct tlk_site *site)
{
    details(bytes, site)->history_shift = 64;
}

static void unknown_family(unsigned char *bytes, struct tlk_site *site)
{
    (void)bytes;
    site->family = 100;
}

Test(reader, damaged_sites_are_counted)
{
    expect_damaged_site(stack_beyond);
    expect_damaged_site(stack_over_the_end);
    expect_damaged_site(frame_beyond);
    expect_damaged_site(frame_of_none);
    expect_damaged_site(details_beyond);
    expect_damaged_site(too_many_changes);
    expect_damaged_site(changes_too_wide);
    expect_damaged_site(history_too_long);
    expect_damaged_site(history_too_wide);
    expect_damaged_site(unknown_family);
}

Test(reader, a_stack_over_two_segments_is_damage)
{
    uint64_t frames[100] = {0};
    struct builder *builder = builder_new(MINUTE);
    struct site_record *first = builder_site(builder, TLK_POSIX, "timer_create", frames, 100), site;
    for (int i = 0; i < 100; i++)
        builder_site(builder, TLK_POSIX, "timer_create", frames, 100);
    for (int i = 0; i < 100; i++)
        builder_site(builder, TLK_POSIX, "timer_create", frames, 100);
    first->stack = TLK_PAGE / sizeof(uint32_t) - 50;
    char *path = builder_write(builder);
    struct recording *recording = recording_open(path, error);
    cr_assert(recording, "%s", error);
    cr_expect_not(recording_site(recording, 1, &site));
    cr_expect(recording_site(recording, 2, &site));
    recording_close(recording);
    unlink(path);
    free(path);
    builder_free(builder);
}

Test(reader, damaged_timers_are_counted)
{
    size_t size;
    unsigned char *bytes = sample(&size);
    struct timer_record timer;
    ((struct tlk_timer *)record(bytes, TLK_TIMERS, 1))->site = 77;
    ((struct tlk_timer *)record(bytes, TLK_TIMERS, 2))->family = 0;
    ((struct tlk_timer *)record(bytes, TLK_TIMERS, 3))->state = 3;
    ((struct tlk_timer *)record(bytes, TLK_TIMERS, 4))->state = TLK_LEAVING;
    ((struct tlk_timer *)record(bytes, TLK_TIMERS, 6))->thread = TLK_EXTRA | 1;
    struct recording *recording = open_bytes(bytes, size);
    for (uint32_t i = 1; i <= 4; i++)
        cr_expect_not(recording_timer(recording, i, &timer));
    cr_expect_eq(recording->damaged, 3);
    cr_expect(recording_timer(recording, 5, &timer));
    cr_expect_not(recording_timer(recording, 6, &timer), "its extra is beyond the last");
    cr_expect_eq(recording->damaged, 4);
    recording_close(recording);
    free(bytes);
}

Test(reader, a_string_without_end_is_none)
{
    size_t size;
    unsigned char *bytes = sample(&size);
    uint32_t used = ((struct tlk_header *)(void *)bytes)->regions[TLK_STRINGS].used;
    memset((char *)record(bytes, TLK_STRINGS, 0) + used - 4, 'x', 4);
    struct recording *recording = open_bytes(bytes, size);
    cr_expect_str_eq(recording_string(recording, used - 4), "");
    cr_expect_str_eq(recording_string(recording, used), "");
    cr_expect_str_eq(recording_string(recording, UINT32_MAX), "");
    recording_close(recording);
    free(bytes);
}

/* The file shrinks after it was opened, as when a disk fills up: reads fail, nothing crashes. */
Test(reader, cut_short_while_open)
{
    size_t size;
    unsigned char *bytes = sample(&size);
    char *path = write_bytes(bytes, size);
    struct recording *recording = recording_open(path, error);
    struct timer_record timer;
    struct site_record site;
    cr_assert_eq(truncate(path, TLK_PAGE), 0);
    cr_expect_not(recording_timer(recording, 1, &timer));
    cr_expect_not(recording_site(recording, 1, &site));
    recording_close(recording);
    unlink(path);
    free(path);
    free(bytes);
}

/* Of a running process: a slot that is given away while it is read is not shown. */
Test(reader, a_running_process_reuses_a_slot)
{
    size_t size;
    unsigned char *bytes = sample(&size);
    ((struct tlk_header *)(void *)bytes)->end = TLK_RUNNING;
    char *path = write_bytes(bytes, size);
    struct recording *recording = recording_open(path, error);
    struct tlk_timer *second = record(bytes, TLK_TIMERS, 2);
    struct timer_record timer;
    cr_expect(recording_timer(recording, 1, &timer));
    second->generation++;
    FILE *file = fopen(path, "r+");
    fseek(file, (long)((unsigned char *)second - bytes), SEEK_SET);
    fwrite(second, sizeof(*second), 1, file);
    fclose(file);
    cr_expect_not(recording_timer(recording, 2, &timer));
    cr_expect(recording_timer(recording, 3, &timer));
    cr_expect_eq(recording->damaged, 0);
    recording_close(recording);
    unlink(path);
    free(path);
    free(bytes);
}
