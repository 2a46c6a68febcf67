/* Two thousand damaged recordings, the same on every run, through everything that reads them. */
#include "exports/exports.h"
#include "loaded.h"
#include "views/views.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define ROUNDS 2000
#define MOST_FLIPS 24

static uint64_t state = 88172645463325252u;

static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static struct builder *varied(void)
{
    struct builder *builder = builder_new(HOUR);
    uint32_t module = builder_module(builder, "/nowhere/libgone.so", "\1\2\3\4\5\6\7\10", 8);
    builder_loaded(builder, module, 0x7000, 0x7010);
    for (uint64_t i = 0; i < 20; i++) {
        uint64_t frames[3] = {TLK_FRAME(module, 0x1000 + i), TLK_FRAME(module, 0x2000), 0x3000};
        uint32_t family = (uint32_t)(1 + i % 4);
        struct site_record *site = builder_site(builder, family, "timer_create", frames, 3);
        for (uint64_t j = 0; j < 20; j++) {
            struct timer_record *timer = builder_create(builder, site, j * SECOND + i);
            timer->flags = (uint32_t)(j % 32 | (j % 3 ? TLK_ORIGINAL_CLOSED : 0));
            timer->armed = 1;
            timer->deadline = (int64_t)(START_MONO + j * MINUTE * 6);
            timer->interval = j % 3 * SECOND;
            timer->notify = j % 4 == 1 ? TLK_NOTIFY_THREAD : TLK_NOTIFY_NONE;
            timer->setter = j % 3 ? 0x7000 + j : TLK_FRAME(module + j % 2, 0x4000);
            timer->duplicator = j % 5 ? 0x7100 : 0;
            timer->duplicates[j % 2] = (uint16_t)(j * 7);
            timer->thread = (uint32_t)j;
            if (j % 2)
                builder_release(builder, timer, j * SECOND + MS);
        }
    }
    return builder;
}

/* Most of a recording is air: the header and what is used are where damage does harm. */
static size_t place(const struct tlk_header *header, size_t size)
{
    enum tlk_region_id region = (enum tlk_region_id)(next_random() % TLK_REGIONS);
    const struct tlk_region *table = &header->regions[region];
    switch (next_random() % 4) {
    case 0:
        return next_random() % 512;
    case 1:
        return offsetof(struct tlk_header, regions) + region * sizeof(*table) + next_random() % 64;
    case 2:
        return (size_t)table->pages[0] * TLK_PAGE +
               next_random() % ((size_t)table->used * table->stride);
    default:
        return next_random() % size;
    }
}

static void show_all(struct profile *profile, FILE *to)
{
    const struct html_options page = {.nonce = ""};
    struct selection_options ages = {.type = sample_find("age"), .granularity = GRANULARITY_LINES};
    report_print(to, profile, -1);
    print_view(to, profile, view_top, &ages);
    print_view(to, profile, view_tree, NULL);
    print_view(to, profile, view_traces, NULL);
    print_view(to, profile, view_tags, NULL);
    timers_print(to, profile, -1);
    growth_print(to, profile, -1);
    wakeups_print(to, profile, -1);
    cr_expect(json_write(to, profile));
    cr_expect(html_write(to, profile, &page));
}

/* Last, as others find fewer timers then. */
static void show_running(struct profile *profile, FILE *to)
{
    struct trend *trend = trend_new();
    struct watch_view view = {.profile = profile, .trend = trend, .most = -1};
    trend_look(trend, profile);
    trend_look(trend, profile);
    trend_sort(trend, TREND_CREATED);
    watch_print(to, &view);
    trend_free(trend);
    left_print(to, profile, 0);
}

static bool read_one(const char *path, FILE *to)
{
    char error[ERROR_SIZE] = "";
    struct recording *recording = recording_open(path, error);
    if (!recording) {
        cr_expect_str_not_empty(error);
        return false;
    }
    struct profile *profile = profile_new();
    profile->keep_timers = true;
    profile->keep_histories = true;
    profile_add(profile, recording);
    profile_settle(profile);
    recording_close(recording);
    show_all(profile, to);
    show_running(profile, to);
    profile_free(profile);
    return true;
}

static void flip(int file, const unsigned char *bytes, size_t at, unsigned char by)
{
    unsigned char damaged = bytes[at] ^ by;
    cr_assert_eq(pwrite(file, &damaged, 1, (off_t)at), 1);
}

Test(damage, two_thousand_recordings, .timeout = 300)
{
    size_t size, opened = 0, places[MOST_FLIPS];
    struct builder *builder = varied();
    unsigned char *bytes = builder_bytes(builder, &size);
    char *path = builder_write(builder);
    FILE *nowhere = fopen("/dev/null", "w");
    int file = open(path, O_WRONLY);
    for (int round = 0; round < ROUNDS; round++) {
        size_t flips = 1 + next_random() % MOST_FLIPS;
        for (size_t i = 0; i < flips; i++) {
            places[i] = place((struct tlk_header *)(void *)bytes, size);
            flip(file, bytes, places[i], (unsigned char)(1 + next_random() % 255));
        }
        opened += read_one(path, nowhere);
        for (size_t i = 0; i < flips; i++)
            flip(file, bytes, places[i], 0);
    }
    cr_expect_gt(opened, ROUNDS / 10, "hardly any was read: the test has lost its point");
    cr_expect_lt(opened, ROUNDS, "none was refused");
    close(file);
    fclose(nowhere);
    unlink(path);
    free(path);
    free(bytes);
    builder_free(builder);
}
