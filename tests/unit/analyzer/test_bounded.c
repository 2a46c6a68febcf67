/* What is kept of many recordings, and of many sites, grows with neither. */
#include "exports/exports.h"
#include "profile/kinship.h"
#include "recording/ahead.h"
#include "recording/archive.h"

#include "loaded.h"
#include "recording_builder.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMERS 50
#define SITES 1000
#define RECORDINGS 40

/* ---- timers ---- */

static struct builder *process_with_timers(int pid)
{
    struct builder *builder = builder_new(MINUTE);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x1000);
    builder_header(builder)->session = 7;
    builder_header(builder)->pid = pid;
    for (unsigned i = 0; i < TIMERS; i++)
        builder_create(builder, site, i)->id = 3 + i;
    return builder;
}

/* The child of 4711, with a copy of its first timer, where that was, and some of its own. */
static struct builder *child_with_copy(void)
{
    struct builder *builder = process_with_timers(4712);
    struct tlk_header *header = builder_header(builder);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x2000);
    struct timer_record *copy = builder_create(builder, site, 0);
    header->ppid = 4711;
    header->forked = 1;
    site->created = 0;
    site->inherited = 1;
    copy->flags = TLK_INHERITED;
    return builder;
}

/* How many timers are held of two recordings when both are noted. */
static size_t timers_held(struct builder *one, struct builder *other, bool *share)
{
    struct generations generations;
    struct profile *profile = profile_new();
    struct builder *builders[] = {one, other};
    struct recording *recordings[2];
    char error[ERROR_SIZE];
    generations_init(&generations, profile);
    for (size_t i = 0; i < 2; i++) {
        char *path = builder_write(builders[i]);
        recordings[i] = recording_open(path, error);
        cr_assert(recordings[i], "%s", error);
        unlink(path);
        free(path);
        builder_free(builders[i]);
        generations_note(&generations, recordings[i], true);
    }
    kinship_find(&generations);
    for (size_t i = 0; i < 2; i++) {
        generations_note_timers(&generations, recordings[i]);
        recording_close(recordings[i]);
    }
    size_t held = generations.holding_count;
    *share = generations_share(&generations);
    generations_free(&generations);
    profile_free(profile);
    return held;
}

Test(bounded, timers_that_stayed_where_they_were_made_are_not_held)
{
    bool share;
    cr_assert_eq(timers_held(process_with_timers(4711), process_with_timers(4712), &share), 0);
    cr_assert_not(share);
}

Test(bounded, of_a_parent_only_what_its_child_has_a_copy_of_may_be_held)
{
    bool share;
    size_t held = timers_held(process_with_timers(4711), child_with_copy(), &share);
    cr_assert(share);
    cr_assert_leq(held, 2);
    cr_assert_geq(held, 1);
}

/* ---- sites ---- */

/* What jansson has at a time, and had at most. */
static size_t in_use, most_used;

static void *counted_malloc(size_t size)
{
    size_t *memory = malloc(size + sizeof(max_align_t));
    *memory = size;
    in_use += size;
    most_used = in_use > most_used ? in_use : most_used;
    return (char *)memory + sizeof(max_align_t);
}

static void counted_free(void *memory)
{
    size_t *start = memory ? (size_t *)(void *)((char *)memory - sizeof(max_align_t)) : NULL;
    in_use -= start ? *start : 0;
    free(start);
}

static size_t used_for_json(unsigned sites)
{
    struct builder *builder = builder_new(HOUR);
    for (uint64_t i = 0; i < sites; i++)
        builder_create(builder, builder_plain_site(builder, TLK_TIMERFD, 0x1000 + 16 * i), SECOND);
    struct profile *profile = loaded(builder);
    FILE *nowhere = fopen("/dev/null", "w");
    cr_assert_eq(profile->site_count, sites);
    most_used = 0;
    json_set_alloc_funcs(counted_malloc, counted_free);
    cr_assert(json_write(nowhere, profile));
    cr_assert_eq(in_use, 0);
    fclose(nowhere);
    profile_free(profile);
    return most_used;
}

Test(bounded, json_of_many_sites_takes_what_that_of_one_takes)
{
    size_t of_one = used_for_json(1);
    cr_assert_gt(of_one, 0);
    cr_assert_lt(used_for_json(SITES), 2 * of_one);
}

/* ---- recordings ---- */

Test(bounded, packed_ahead_recordings_are_as_in_their_turn)
{
    struct ahead ahead;
    char *paths[RECORDINGS], *bytes, error[ERROR_SIZE];
    size_t size, at = 0, given = 0;
    FILE *to = memory_stream(&bytes, &size);
    for (int i = 0; i < RECORDINGS; i++) {
        struct builder *builder = process_with_timers(4711 + i);
        paths[i] = builder_write(builder);
        builder_free(builder);
        cr_assert(archive_add(to, paths[i], error), "%s", error);
        cr_assert(ahead_takes(paths[i]));
    }
    fclose(to);
    ahead_begin(&ahead);
    for (size_t taken = 0; taken < RECORDINGS; taken++) {
        while (given < RECORDINGS && !ahead_is_full(&ahead))
            ahead_give(&ahead, paths[given++]);
        struct ahead_piece *piece = ahead_take(&ahead);
        cr_assert(piece->fine, "%s", piece->error);
        cr_assert(at + piece->size <= size && memcmp(bytes + at, piece->bytes, piece->size) == 0);
        cr_assert_str_eq(piece->path, paths[taken]);
        at += piece->size;
        ahead_free(piece);
        unlink(paths[taken]);
        free(paths[taken]);
    }
    cr_assert_eq(at, size);
    free(bytes);
}
