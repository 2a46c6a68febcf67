/* A copy of the recording, made while the program runs. */
#include "core/gate.h"
#include "fixture.h"
#include "tables/regions.h"
#include "verify/timerleak_verify.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern const struct timerleak_interface timerleak_interface;

TestSuite(snapshot, .init = begin, .fini = end);

/* All of the file; what follows the header is the caller's to interpret. */
static const struct tlk_header *read_snapshot(size_t *size)
{
    static char content[8 << 20];
    int file = open(in_directory("snapshot"), O_RDONLY);
    ssize_t got = read(file, content, sizeof(content));

    close(file);
    cr_assert_geq(got, (ssize_t)sizeof(struct tlk_header));
    *size = (size_t)got;
    return (const struct tlk_header *)content;
}

static const void *record_of(const struct tlk_header *copy, enum tlk_region_id id, uint32_t index)
{
    const struct tlk_region *region = &copy->regions[id];
    uint32_t segment = tlk_segment_of(index, region->first);

    return (const char *)copy + (size_t)region->pages[segment] * TLK_PAGE +
           (index - tlk_segment_start(segment, region->first)) * region->stride;
}

static int snapshot(void)
{
    return timerleak_interface.snapshot(in_directory("snapshot"));
}

Test(snapshot, a_snapshot_is_the_recording_of_that_moment)
{
    const struct tlk_header *copy;
    const struct tlk_timer *timer;
    struct stat file;
    size_t size;

    recording->session = 5;
    make_timer(TLK_POSIX, 1);
    make_timer(TLK_POSIX, 2);
    timer_released(timer_take(TLK_POSIX, 1));
    cr_assert_eq(snapshot(), 0);
    timer_released(timer_take(TLK_POSIX, 2));
    copy = read_snapshot(&size);
    stat(in_directory("snapshot"), &file);
    cr_expect_eq(file.st_mode & 0777, 0600);
    cr_expect_eq(size, (size_t)copy->page_count * TLK_PAGE);
    cr_expect_eq(copy->end, TLK_RUNNING);
    cr_expect_eq(copy->copied, 1);
    cr_expect_neq(copy->end_mono, 0, "it says when it was made");
    cr_expect_eq(copy->session, 0);
    cr_expect_eq(copy->regions[TLK_TIMERS].used, 3);
    timer = record_of(copy, TLK_TIMERS, 1);
    cr_expect_eq(timer->state, TLK_FREE);
    timer = record_of(copy, TLK_TIMERS, 2);
    cr_expect_eq(timer->state, TLK_LIVE);
    cr_expect_eq(timer->id, 2);
    cr_expect_eq(((const struct tlk_site *)record_of(copy, TLK_SITES, timer->site))->live, 1);
}

Test(snapshot, it_has_what_few_timers_have)
{
    const struct tlk_header *copy;
    const struct tlk_timer *timer;
    const struct tlk_extra *extra;
    size_t size;

    timer_named(make_timer(TLK_POSIX, 1), "retry");
    cr_assert_eq(snapshot(), 0);
    copy = read_snapshot(&size);
    timer = record_of(copy, TLK_TIMERS, 1);
    cr_assert(timer->thread & TLK_EXTRA);
    extra = record_of(copy, TLK_EXTRAS, timer->thread & (TLK_EXTRA - 1));
    cr_expect_str_eq(record_of(copy, TLK_STRINGS, extra->name), "retry");
    cr_expect_eq(extra->thread, (uint32_t)gettid());
}

Test(snapshot, nothing_else_is_left_where_it_was_made)
{
    char unfinished[512];

    cr_assert_eq(snapshot(), 0);
    snprintf(unfinished, sizeof(unfinished), "%s.%d.part", in_directory("snapshot"), getpid());
    cr_expect_neq(access(unfinished, F_OK), 0);
    cr_expect_eq(snapshot(), -EEXIST, "and nothing is replaced");
    cr_expect_neq(access(unfinished, F_OK), 0);
}

Test(snapshot, a_snapshot_that_can_t_be_made_says_why)
{
    struct rlimit limit = {TLK_PAGE, RLIM_INFINITY};

    cr_expect_eq(timerleak_interface.snapshot(in_directory("missing/snapshot")), -ENOENT);
    gate->sandboxed = 1;
    cr_expect_eq(snapshot(), -EPERM);
    gate->sandboxed = 0;
    setrlimit(RLIMIT_FSIZE, &limit);
    cr_expect_eq(snapshot(), -EFBIG);
    gate->state = GATE_SHUT;
    cr_expect_eq(snapshot(), -ENODATA);
    cr_expect_neq(access(in_directory("snapshot"), F_OK), 0);
}

/* Slots are given away and taken again while they are copied: what is copied is what was. */
static bool over;

static void *churn(void *unused)
{
    (void)unused;
    while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
        make_timer(TLK_POSIX, 1);
        timer_released(timer_take(TLK_POSIX, 1));
    }
    return NULL;
}

Test(snapshot, a_snapshot_holds_no_timer_by_halves)
{
    const struct tlk_header *copy;
    const struct tlk_timer *timer;
    pthread_t other;
    size_t size;

    cr_assert_eq(pthread_create(&other, NULL, churn, NULL), 0);
    for (int i = 0; i < 50; i++) {
        unlink(in_directory("snapshot"));
        cr_assert_eq(snapshot(), 0);
        copy = read_snapshot(&size);
        for (uint32_t slot = 1; slot < copy->regions[TLK_TIMERS].used; slot++) {
            timer = record_of(copy, TLK_TIMERS, slot);
            if (timer->state == TLK_LIVE)
                cr_expect_eq(timer->id, 1);
        }
    }
    __atomic_store_n(&over, true, __ATOMIC_RELAXED);
    pthread_join(other, NULL);
}
