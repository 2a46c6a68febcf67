/* The table of sites, and what is counted there. */
#include "tables/sites.h"
#include "tables/counts.h"

#include "core/thread.h"
#include "fixture.h"
#include "tables/chains.h"
#include "tables/regions.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

TestSuite(sites, .init = begin, .fini = end);

#define SPAN ((uint64_t)1 << TLK_HISTORY_FIRST_SHIFT)
#define START ((uint64_t)1000)

static uint32_t site_of_addresses(const char *function, uint32_t family,
                                  const void *const *addresses, uint32_t depth)
{
    _Alignas(struct stack) char room[STACK_BYTES(TLK_MAX_DEPTH)];
    struct stack *stack = (struct stack *)room;
    uint32_t site;

    *stack =
        (struct stack){.function = function, .family = family, .depth = depth, .unwound = true};
    memcpy(stack->addresses, addresses, depth * sizeof(*addresses));
    cr_assert(section_enter());
    site = sites_find(stack);
    section_exit();
    return site;
}

/* The site of a stack of so many frames, the last of them told apart by `which`. */
static uint32_t site_of(const char *function, uint32_t family, uint32_t depth, uintptr_t which)
{
    const void *addresses[TLK_MAX_DEPTH];

    for (uint32_t i = 0; i < depth; i++)
        addresses[i] = (const char *)abort + (i + 1 < depth ? i : which);
    return site_of_addresses(function, family, addresses, depth);
}

static uint32_t a_site(void)
{
    return site_of("timerfd_create", TLK_TIMERFD, 3, 7);
}

static void created(uint32_t site, uint64_t now)
{
    cr_assert(sites_count_created(site, now, false));
}

static void released(uint32_t site, uint64_t now, uint64_t lifetime)
{
    struct outcome outcome = {.lifetime = lifetime};

    cr_assert(sites_count_released(site, now, &outcome));
}

/* ---- which site ---- */

Test(sites, the_same_stack_is_the_same_site)
{
    uint32_t site = a_site();

    cr_expect_gt(site, 0);
    cr_expect_eq(a_site(), site);
    cr_expect_eq(recording->regions[TLK_SITES].used, site + 1);
}

Test(sites, another_function_family_depth_or_frame_is_another_site)
{
    uint32_t found[] = {
        a_site(),
        site_of("timerfd_settime", TLK_TIMERFD, 3, 7),
        site_of("timerfd_create", TLK_POSIX, 3, 7),
        site_of("timerfd_create", TLK_TIMERFD, 4, 7),
        site_of("timerfd_create", TLK_TIMERFD, 2, 7),
        site_of("timerfd_create", TLK_TIMERFD, 3, 8),
    };

    for (size_t i = 0; i < sizeof(found) / sizeof(*found); i++)
        for (size_t j = 0; j < i; j++)
            cr_expect_neq(found[i], found[j], "%zu and %zu", i, j);
}

Test(sites, a_thousand_are_each_found_again)
{
    static uint32_t found[1000];

    for (unsigned i = 0; i < 1000; i++)
        found[i] = site_of("timer_create", TLK_POSIX, 20, 1000 + i);
    cr_expect_eq(recording->regions[TLK_SITES].used, 1001);
    for (unsigned i = 0; i < 1000; i++)
        cr_assert_eq(site_of("timer_create", TLK_POSIX, 20, 1000 + i), found[i]);
}

Test(sites, they_say_which_stack_they_are)
{
    const struct tlk_site *site = site_at(a_site());

    cr_expect_eq(site->family, TLK_TIMERFD);
    cr_expect_eq(site->depth, 3);
    cr_expect_eq(site->flags, TLK_SITE_UNWOUND);
    cr_expect_str_eq(string_of(site->function), "timerfd_create");
    cr_expect_eq(TLK_FRAME_ADDRESS(frame_of_site(site, 1)),
                 TLK_FRAME_ADDRESS(frame_of_site(site, 0)) + 1);
    cr_expect_eq(TLK_FRAME_ADDRESS(frame_of_site(site, 2)),
                 TLK_FRAME_ADDRESS(frame_of_site(site, 0)) + 7);
    cr_expect_eq(recording->regions[TLK_STACKS].used, site->stack + 3);
}

/* A forked child copies what its parent writes meanwhile, also beyond what was published. */
Test(sites, what_stood_in_the_place_of_a_new_one_is_gone)
{
    struct tlk_site *next;
    uint32_t site;

    a_site();
    next = site_at(recording->regions[TLK_SITES].used);
    memset(next, 0xff, sizeof(*next));
    site = site_of("timerfd_create", TLK_TIMERFD, 3, 8);
    cr_assert_eq(site_at(site), next);
    created(site, START);
    cr_expect_eq(next->created, 1);
    cr_expect_eq(next->live, 1);
    cr_expect_eq(next->peak, 1);
    cr_expect_eq(next->released + next->armed + next->inherited, 0);
}

Test(sites, one_without_a_stack)
{
    const struct tlk_site *site = site_at(site_of("execve", TLK_TIMERFD, 0, 0));

    cr_expect_eq(site->depth, 0);
    cr_expect_neq(site->stack, 0);
}

Test(sites, no_stack_lies_across_two_segments)
{
    for (unsigned i = 0; i < 500; i++) {
        const struct tlk_site *site = site_at(site_of("timer_create", TLK_POSIX, 100, 1000 + i));
        uint32_t first = recording->regions[TLK_STACKS].first;

        cr_assert_eq(tlk_segment_of(site->stack, first), tlk_segment_of(site->stack + 99, first));
        cr_assert_eq(TLK_FRAME_ADDRESS(frame_of_site(site, 99)) -
                         TLK_FRAME_ADDRESS(frame_of_site(site, 0)),
                     1000 + i);
    }
}

Test(sites, they_outlast_what_is_remembered_of_addresses)
{
    uint32_t site = a_site();

    dlclose(dlopen("libBrokenLocale.so.1", RTLD_NOW));
    cr_expect_eq(a_site(), site);
}

/* Its address may belong to other code now. */
Test(sites, a_stack_through_a_module_that_is_gone_is_another_one)
{
    struct link_map *map = dlopen("libBrokenLocale.so.1", RTLD_NOW);
    const void *addresses[1] = {map->l_ld};
    uint32_t site = site_of_addresses("timer_create", TLK_POSIX, addresses, 1);

    cr_expect_eq(site_of_addresses("timer_create", TLK_POSIX, addresses, 1), site);
    dlclose(map);
    cr_expect_neq(site_of_addresses("timer_create", TLK_POSIX, addresses, 1), site);
}

Test(sites, a_full_file_has_one_for_all_that_find_no_room)
{
    uint32_t before = 0, last = 1;

    for (unsigned i = 0; last; i++) {
        before = last;
        last = site_of("timer_create", TLK_POSIX, 64, 1000 + i);
    }
    cr_expect_gt(before, 1000);
    cr_expect_eq(recording->dropped[TLK_DROP_SITE], 1);
    created(0, START);
    cr_expect_eq(site_at(0)->live, 1);
}

/* ---- how many ---- */

TestSuite(many_sites, .init = make_directory, .fini = end);

#define MANY 100000
#define LEVELS 20

/* A stack of its own for each: at every level one of eight places. */
static uint32_t site_of_many(uint64_t which)
{
    const void *addresses[LEVELS];

    for (unsigned i = 0; i < LEVELS; i++)
        addresses[i] =
            (const char *)abort + i * 8 + (which * 0x9e3779b97f4a7c15u >> (i % 16 * 3) & 7);
    addresses[0] = (const char *)abort + 200 + which % 1000;
    addresses[1] = (const char *)abort + 200 + which / 1000;
    return site_of_addresses("timer_create", TLK_POSIX, addresses, LEVELS);
}

/* What a site takes, and what the shim has for it of its own: see struct chains. */
static size_t bytes_of_sites(void)
{
    static const enum tlk_region_id regions[] = {TLK_FRAMES, TLK_STACKS, TLK_DETAILS, TLK_SITES};
    size_t bytes = recording->regions[TLK_SITES].used * (2 * sizeof(uint32_t)) +
                   recording->regions[TLK_SITES].used * sizeof(uint32_t) / CHAINS_LENGTH;

    for (size_t i = 0; i < sizeof(regions) / sizeof(*regions); i++)
        bytes +=
            (size_t)recording->regions[regions[i]].used * recording->regions[regions[i]].stride;
    return bytes;
}

Test(many_sites, a_hundred_thousand_stacks_are_all_kept_in_300_bytes_each)
{
    begin_sized((size_t)64 << 20);
    for (uint32_t i = 0; i < MANY; i++) {
        cr_assert_eq(site_of_many(i), i + 1);
        created(i + 1, START + i * SPAN);
        released(i + 1, START + i * SPAN + 7, 7);
    }
    cr_expect_eq(recording->dropped[TLK_DROP_SITE], 0);
    cr_expect_eq(recording->regions[TLK_DETAILS].used, 1, "none of them is busy");
    cr_expect_leq(bytes_of_sites(), (size_t)MANY * 300);
    for (uint32_t i = 0; i < MANY; i += 7)
        cr_assert_eq(site_of_many(i), i + 1);
}

/* ---- counts ---- */

Test(sites, what_comes_and_goes_is_counted)
{
    uint32_t index = a_site();
    const struct tlk_site *site = site_at(index);
    struct outcome outcome = {
        .lifetime = 300, .armed = 5, .fired = 7, .stopped = 2, .fired_unknown = 1};

    created(index, START);
    created(index, START + 100);
    sites_count_created(index, START + 200, true);
    cr_expect_eq(site->live, 3);
    sites_count_released(index, START + 300, &outcome);
    sites_count_released(index, START + 400, &outcome);
    cr_expect_eq(site->created, 2);
    cr_expect_eq(site->inherited, 1);
    cr_expect_eq(site->released, 2);
    cr_expect_eq(site->live, 1);
    cr_expect_eq(site->peak, 3);
    cr_expect_eq(site->first_created, START);
    cr_expect_eq(site->last_created, START + 200);
    cr_expect_eq(site->last_released, START + 400);
    cr_expect_eq(site->armed, 10);
    cr_expect_eq(site->fired, 14);
    cr_expect_eq(site->stopped, 4);
    cr_expect_eq(site->fired_unknown, 2);
}

Test(sites, lifetimes_are_counted_by_powers_of_two)
{
    static const struct {
        uint64_t lifetime;
        unsigned bucket;
    } cases[] = {{0, 0},     {1, 0},     {2, 1},           {3, 1},           {1023, 9},
                 {1024, 10}, {1025, 10}, {1ull << 39, 39}, {1ull << 40, 39}, {UINT64_MAX, 39}};
    uint32_t index = a_site();
    const struct tlk_site *site = site_at(index);

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        uint64_t before = site_told(index).lifetimes[cases[i].bucket];

        created(index, START);
        released(index, START, cases[i].lifetime);
        cr_expect_eq(site_told(index).lifetimes[cases[i].bucket], before + 1, "case %zu", i);
    }
    cr_expect_eq(site->longest_life, UINT64_MAX);
}

Test(sites, a_child_counts_anew)
{
    uint32_t index = a_site(), stack;
    const struct tlk_site *site = site_at(index);

    created(index, START);
    released(index, START, 5);
    created(0, START);
    stack = site->stack;
    sites_reset();
    cr_expect_eq(site->created + site->released + site->live + site->peak, 0);
    cr_expect_eq(site_told(index).lifetimes[2], 0);
    cr_expect_eq(site_told(index).history_used, 0);
    cr_expect_eq(site_told(index).history_shift, TLK_HISTORY_FIRST_SHIFT);
    cr_expect_eq(site_at(0)->live, 0);
    cr_expect_eq(site->stack, stack);
    cr_expect_eq(a_site(), index);
}

/* ---- history ---- */

Test(sites, history_has_the_lowest_and_the_highest_count_of_each_span)
{
    uint32_t index = a_site();

    created(index, START);
    created(index, START + 1);
    released(index, START + 2, 1);
    created(index, START + 3 * SPAN);
    cr_expect_eq(site_told(index).history_start, START);
    cr_expect_eq(site_told(index).history_used, 4);
    cr_expect_eq(site_told(index).history[0].low, 0);
    cr_expect_eq(site_told(index).history[0].high, 2);
    for (int i = 1; i < 3; i++) {
        cr_expect_eq(site_told(index).history[i].low, 1);
        cr_expect_eq(site_told(index).history[i].high, 1);
    }
    cr_expect_eq(site_told(index).history[3].low, 1);
    cr_expect_eq(site_told(index).history[3].high, 2);
}

Test(sites, history_halves_when_it_is_full)
{
    uint32_t index = a_site();

    for (uint64_t i = 0; i < TLK_HISTORY_BUCKETS; i++)
        created(index, START + i * SPAN);
    cr_expect_eq(site_told(index).history_shift, TLK_HISTORY_FIRST_SHIFT);
    cr_expect_eq(site_told(index).history_used, TLK_HISTORY_BUCKETS);
    created(index, START + TLK_HISTORY_BUCKETS * SPAN);
    cr_expect_eq(site_told(index).history_shift, TLK_HISTORY_FIRST_SHIFT + 1);
    cr_expect_eq(site_told(index).history_used, TLK_HISTORY_BUCKETS / 2 + 1);
    for (uint32_t i = 0; i < TLK_HISTORY_BUCKETS / 2; i++) {
        cr_expect_eq(site_told(index).history[i].low, 2 * i);
        cr_expect_eq(site_told(index).history[i].high, 2 * i + 2);
    }
}

Test(sites, a_time_before_the_start_counts_as_the_start)
{
    uint32_t index = a_site();

    created(index, START);
    created(index, START - 500);
    cr_expect_eq(site_told(index).history_used, 1);
    cr_expect_eq(site_told(index).history[0].high, 2);
}

Test(sites, a_time_within_an_earlier_span_goes_to_the_last)
{
    uint32_t index = a_site();

    created(index, START + 5 * SPAN);
    created(index, START + 9 * SPAN);
    created(index, START + 6 * SPAN);
    cr_expect_eq(site_told(index).history_used, 5);
    cr_expect_eq(site_told(index).history[4].high, 3);
}

#define EVENTS 3000

struct event {
    uint64_t at;
    uint32_t live; /* afterwards */
};

/* What was live in [from, to), and at the moment before. */
static struct tlk_span span_of(const struct event *events, unsigned count, uint64_t from,
                               uint64_t to)
{
    struct tlk_span span = {UINT32_MAX, 0};
    uint32_t live = 0;

    for (unsigned i = 0; i <= count; i++) {
        bool begun = i == count || events[i].at >= from;

        if (begun) {
            span.low = live < span.low ? live : span.low;
            span.high = live > span.high ? live : span.high;
        }
        if (i == count || events[i].at >= to)
            break;
        live = events[i].live;
    }
    return span;
}

/* Against an account of every single event, over times from microseconds to days. */
Test(sites, history_is_complete_and_exact_however_often_it_halved)
{
    static struct event events[EVENTS];
    uint32_t index = a_site(), live = 0;
    uint64_t now = START;

    srand(4711);
    for (unsigned i = 0; i < EVENTS; i++) {
        if (!live || rand() % 3) {
            created(index, now);
            live++;
        } else {
            released(index, now, 1);
            live--;
        }
        events[i] = (struct event){now, live};
        now += (uint64_t)rand() % (SPAN << (i / 100));
    }
    cr_expect_gt(site_told(index).history_shift, TLK_HISTORY_FIRST_SHIFT + 20);
    cr_expect_eq(site_told(index).history_used,
                 ((events[EVENTS - 1].at - START) >> site_told(index).history_shift) + 1);
    for (uint32_t i = 0; i < site_told(index).history_used; i++) {
        uint64_t from = START + ((uint64_t)i << site_told(index).history_shift);
        struct tlk_span span =
            span_of(events, EVENTS, from, from + ((uint64_t)1 << site_told(index).history_shift));

        cr_expect_eq(site_told(index).history[i].low, span.low, "span %u", i);
        cr_expect_eq(site_told(index).history[i].high, span.high, "span %u", i);
    }
}

/* ---- sites that become busy ---- */

#define FEW_EVENTS 200

/* What a site was told so far, and what it must tell. */
struct diary {
    uint32_t site, live;
    unsigned count;
    struct event events[FEW_EVENTS];
    uint64_t lifetimes[TLK_LIFETIME_BUCKETS];
};

static void expect_told(const struct diary *diary)
{
    struct site_record told = site_told(diary->site);

    cr_assert_arr_eq(told.lifetimes, diary->lifetimes, sizeof(told.lifetimes));
    for (uint32_t i = 0; i < told.history_used; i++) {
        uint64_t from = told.history_start + ((uint64_t)i << told.history_shift);
        struct tlk_span span =
            span_of(diary->events, diary->count, from, from + ((uint64_t)1 << told.history_shift));

        cr_assert_eq(told.history[i].low, span.low, "span %u after %u", i, diary->count);
        cr_assert_eq(told.history[i].high, span.high, "span %u after %u", i, diary->count);
    }
}

static void diary_event(struct diary *diary, uint64_t now, bool makes, unsigned bucket)
{
    if (makes) {
        created(diary->site, now);
        diary->live++;
    } else {
        released(diary->site, now, (uint64_t)1 << bucket);
        diary->lifetimes[bucket]++;
        diary->live--;
    }
    diary->events[diary->count++] = (struct event){now, diary->live};
    expect_told(diary);
}

static bool has_details(const struct diary *diary)
{
    return site_at(diary->site)->details != 0;
}

Test(sites, one_that_changes_often_tells_all_that_it_told_before)
{
    static struct diary diary;
    uint64_t now = START;

    diary.site = a_site();
    srand(4711);
    for (unsigned i = 0; i < FEW_EVENTS; i++) {
        diary_event(&diary, now, !diary.live || rand() % 3, (unsigned)rand() % 40);
        if (i == TLK_CHANGES - 1)
            cr_expect_not(has_details(&diary), "as many changes as it has room for");
        now += (uint64_t)rand() % (SPAN << i / 8);
    }
    cr_expect(has_details(&diary));
}

/* Spans that grow make room again. */
Test(sites, one_that_changes_seldom_needs_no_more_room_however_long_it_lives)
{
    static struct diary diary;

    diary.site = a_site();
    diary_event(&diary, START, true, 0);
    diary_event(&diary, START, false, 0);
    for (unsigned i = 0; i < 40; i++)
        diary_event(&diary, START + ((SPAN / 4) << i / 2 * 2) / 4 * (4 + i % 2), i % 2 == 0,
                    i % 40);
    cr_expect_not(has_details(&diary));
    cr_expect_gt(site_at(diary.site)->history_shift, TLK_HISTORY_FIRST_SHIFT + 20);
}

Test(sites, one_whose_timers_live_alike_counts_them_all)
{
    static struct diary diary;

    diary.site = a_site();
    for (unsigned i = 0; i < 2 * TLK_FEW_LIVES; i++) {
        diary_event(&diary, START, i % 2 == 0, 30);
        cr_assert_not(has_details(&diary));
    }
    diary_event(&diary, START, true, 0);
    diary_event(&diary, START, false, 30);
    cr_expect(has_details(&diary));
    cr_expect_eq(site_told(diary.site).lifetimes[30], TLK_FEW_LIVES + 1);
}

Test(sites, one_with_many_live_ones_tells_how_many)
{
    uint32_t index = a_site();
    struct site_record told;

    for (uint32_t i = 0; i < TLK_CHANGES_LIVE_MOST; i++)
        created(index, START);
    cr_expect_eq(site_at(index)->details, 0);
    created(index, START);
    told = site_told(index);
    cr_expect_neq(site_at(index)->details, 0);
    cr_expect_eq(told.history[0].low, 0);
    cr_expect_eq(told.history[0].high, TLK_CHANGES_LIVE_MOST + 1);
}

static void fill_details(void)
{
    uint32_t taken;

    while ((taken = region_take(TLK_DETAILS, 1)))
        region_publish(TLK_DETAILS, taken + 1);
}

/* That is said, and whatever is counted stays exact. */
Test(sites, one_that_finds_no_room_for_details_goes_on_coarsely)
{
    uint32_t index = a_site();
    const struct tlk_site *site = site_at(index);
    struct site_record told;

    fill_details();
    for (uint64_t i = 0; i < 1000; i++)
        created(index, START + i * SPAN);
    for (uint64_t i = 0; i < 300; i++)
        released(index, START + (1000 + i) * SPAN, 5);
    cr_expect_not(sites_count_failed(index, START, TLK_FAILED_EMFILE));
    told = site_told(index);
    cr_expect_eq(site->details, 0);
    cr_expect(site->flags & TLK_SITE_COARSE);
    cr_expect_gt(recording->dropped[TLK_DROP_DETAIL], 0);
    cr_expect_eq(told.created, 1000);
    cr_expect_eq(told.released, 300);
    cr_expect_eq(told.peak, 1000);
    cr_expect_eq(told.longest_life, 5);
    cr_expect_eq(told.lifetimes[2], TLK_FEW_LIVES);
    cr_expect_leq(told.history_used, TLK_HISTORY_BUCKETS);
    cr_expect_eq(told.history[told.history_used - 1].high, TLK_CHANGES_LIVE_MOST);
    cr_expect_eq(told.history[0].low, 0);
}

Test(sites, a_child_needs_no_details_of_what_its_parent_did)
{
    uint32_t index = a_site();

    cr_assert(sites_count_failed(index, START, TLK_FAILED_EMFILE));
    sites_reset();
    cr_expect_eq(site_told(index).failed[TLK_FAILED_EMFILE], 0);
    cr_expect_eq(site_at(index)->details, 0);
    cr_expect_eq(recording->regions[TLK_DETAILS].used, 1);
}
