#include "recording_builder.h"

#include "base/memory.h"
#include "recording/writer.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct builder {
    struct writer writer;
    struct site_record **sites;   /* as they are to be read */
    struct timer_record **timers; /* [0] is NULL */
    uint32_t site_count, timer_count;
    uint64_t next_id;
};

static void *take(struct builder *builder, enum tlk_region_id id, uint32_t count, uint32_t *index)
{
    void *record = writer_take(&builder->writer, id, count, index);
    cr_assert(record);
    return record;
}

struct builder *builder_new(uint64_t duration)
{
    struct builder *builder = calloc(1, sizeof(*builder));
    struct tlk_header *header = builder_header(builder);
    uint32_t none;
    writer_begin(&builder->writer);
    take(builder, TLK_SITES, 0, &none);
    builder->sites = calloc(1, sizeof(*builder->sites));
    builder->sites[0] = calloc(1, sizeof(**builder->sites));
    builder->timers = calloc(1, sizeof(*builder->timers));
    builder->site_count = builder->timer_count = 1;
    header->pid = 4711;
    header->ppid = 1;
    header->start_ticks = 1;
    header->start_mono = START_MONO;
    header->start_real = START_REAL;
    header->start_boot = START_BOOT;
    header->clock_resolution = RESOLUTION;
    header->nofile_soft = 4096;
    header->nofile_hard = UINT64_MAX;
    header->sigpending_soft = header->sigpending_hard = 1000;
    header->end = TLK_EXITED;
    header->end_mono = START_MONO + duration;
    header->end_real = START_REAL + duration;
    header->end_boot = START_BOOT + duration;
    header->exe = builder_string(builder, "/opt/server/bin/server");
    header->argc = 2;
    header->argv = builder_string(builder, "./server");
    builder_string(builder, "--verbose");
    return builder;
}

void builder_free(struct builder *builder)
{
    writer_end(&builder->writer);
    for (uint32_t i = 0; i < builder->site_count; i++)
        free(builder->sites[i]);
    for (uint32_t i = 0; i < builder->timer_count; i++)
        free(builder->timers[i]);
    free(builder->sites);
    free(builder->timers);
    free(builder);
}

struct tlk_header *builder_header(struct builder *builder)
{
    return &builder->writer.header;
}

void builder_family(struct builder *builder, uint32_t number, const char *name, uint32_t traits)
{
    struct tlk_family *family = &builder_header(builder)->families[number];
    snprintf(family->name, sizeof(family->name), "%s", name);
    family->traits = traits;
    family->watched = 1;
    if (number >= builder_header(builder)->family_count)
        builder_header(builder)->family_count = number + 1;
}

void builder_watched(struct builder *builder, uint32_t watched)
{
    for (uint32_t i = 0; i < builder_header(builder)->family_count; i++)
        builder_header(builder)->families[i].watched = watched >> i & 1;
}

void builder_started_as(struct builder *builder, const char *first, const char *exe)
{
    builder_header(builder)->argc = 1;
    builder_header(builder)->argv = builder_string(builder, first);
    builder_header(builder)->exe = builder_string(builder, exe);
}

uint32_t builder_string(struct builder *builder, const char *text)
{
    return writer_string(&builder->writer, text);
}

uint32_t builder_module(struct builder *builder, const char *path, const void *build_id,
                        size_t build_id_size)
{
    uint32_t index;
    struct tlk_module *module = take(builder, TLK_MODULES, 1, &index);
    module->path = builder_string(builder, path);
    module->build_id_size = (uint32_t)build_id_size;
    if (build_id)
        memcpy(module->build_id, build_id, build_id_size);
    return index;
}

struct tlk_module *builder_loaded(struct builder *builder, uint32_t module, uint64_t start,
                                  uint64_t end)
{
    struct tlk_module *record = writer_at(&builder->writer, TLK_MODULES, module);
    record->loaded = 1;
    record->bias = record->start = start;
    record->end = end;
    return record;
}

/* Each is there once. */
static uint32_t frame_number(struct builder *builder, uint64_t frame)
{
    uint32_t number;
    for (uint32_t i = 1; i < builder_header(builder)->regions[TLK_FRAMES].used; i++) {
        if (*(uint64_t *)writer_at(&builder->writer, TLK_FRAMES, i) == frame)
            return i;
    }
    *(uint64_t *)take(builder, TLK_FRAMES, 1, &number) = frame;
    return number;
}

struct site_record *builder_site(struct builder *builder, uint32_t family, const char *function,
                                 const uint64_t *frames, size_t depth)
{
    struct site_record *site = calloc(1, sizeof(*site));
    uint32_t index;
    builder->sites = realloc(builder->sites, (builder->site_count + 1) * sizeof(*builder->sites));
    take(builder, TLK_SITES, 1, &index);
    builder->sites[builder->site_count++] = site;
    uint32_t *row = take(builder, TLK_STACKS, (uint32_t)depth, &site->stack);
    for (size_t i = 0; i < depth; i++)
        row[i] = frame_number(builder, frames[i]);
    site->family = (uint16_t)family;
    site->depth = (uint16_t)depth;
    site->flags = TLK_SITE_UNWOUND;
    site->function = builder_string(builder, function);
    site->history_shift = TLK_HISTORY_FIRST_SHIFT;
    return site;
}

struct site_record *builder_plain_site(struct builder *builder, uint32_t family, uint64_t address)
{
    static const char *const functions[] = {"", "timer_create", "timerfd_create", "setitimer",
                                            "gt_after"};
    return builder_site(builder, family, family <= TLK_GOTIME ? functions[family] : "lamp_light",
                        &address, 1);
}

struct site_record *builder_site_zero(struct builder *builder)
{
    return builder->sites[0];
}

static uint32_t index_of(const struct builder *builder, const struct site_record *site)
{
    uint32_t index = 1;
    while (index < builder->site_count && builder->sites[index] != site)
        index++;
    cr_assert_lt(index, builder->site_count, "not a site of this builder");
    return index;
}

static void halve(struct site_record *site)
{
    for (unsigned i = 0; i < TLK_HISTORY_BUCKETS / 2; i++) {
        struct tlk_span a = site->history[2 * i], b = site->history[2 * i + 1];
        site->history[i].low = a.low < b.low ? a.low : b.low;
        site->history[i].high = a.high > b.high ? a.high : b.high;
    }
    site->history_used = TLK_HISTORY_BUCKETS / 2;
    site->history_shift++;
}

static void extend(struct site_record *site, uint64_t to)
{
    while (site->history_used < to)
        site->history[site->history_used++] = (struct tlk_span){site->live, site->live};
}

static void note(struct site_record *site, uint64_t now, uint32_t live)
{
    if (site->history_start == 0)
        site->history_start = now;
    uint64_t since = now - site->history_start;
    while (since >> site->history_shift >= TLK_HISTORY_BUCKETS) {
        extend(site, TLK_HISTORY_BUCKETS);
        halve(site);
    }
    extend(site, (since >> site->history_shift) + 1);
    struct tlk_span *span = &site->history[site->history_used - 1];
    span->low = live < span->low ? live : span->low;
    span->high = live > span->high ? live : span->high;
    site->live = live;
    site->peak = live > site->peak ? live : site->peak;
}

struct timer_record *builder_create(struct builder *builder, struct site_record *site,
                                    uint64_t when)
{
    struct timer_record *timer = calloc(1, sizeof(*timer));
    uint64_t now = START_MONO + when;
    note(site, now, site->live + 1);
    site->created++;
    site->last_created = now;
    if (site->first_created == 0)
        site->first_created = now;
    builder->timers =
        realloc(builder->timers, (builder->timer_count + 1) * sizeof(*builder->timers));
    builder->timers[builder->timer_count++] = timer;
    *timer = (struct timer_record){
        .site = index_of(builder, site),
        .id = ++builder->next_id,
        .created = now,
        .family = (uint8_t)site->family,
        .references = 1,
        .clock = 1,
        .deadline_clock = 1,
    };
    timer->state = TLK_LIVE;
    timer->generation = 1;
    return timer;
}

void builder_release(struct builder *builder, struct timer_record *timer, uint64_t when)
{
    struct site_record *site = builder->sites[timer->site];
    uint64_t now = START_MONO + when, life = now - timer->created;
    note(site, now, site->live - 1);
    site->released++;
    site->armed += timer->armed;
    site->fired += timer->fired;
    site->stopped += timer->stopped;
    site->last_released = now;
    site->lifetimes[life > 0 && life < (uint64_t)1 << TLK_LIFETIME_BUCKETS
                        ? 63u - (unsigned)__builtin_clzll(life)
                    : life ? TLK_LIFETIME_BUCKETS - 1
                           : 0]++;
    site->longest_life = life > site->longest_life ? life : site->longest_life;
    timer->state = TLK_FREE;
    timer->generation++;
}

/* ---- as the shim lays it out ---- */

static bool has_details(const struct site_record *site)
{
    for (size_t i = 0; i < TLK_LIFETIME_BUCKETS; i++) {
        if (site->lifetimes[i] > 0)
            return true;
    }
    for (size_t i = 0; i < TLK_FAILURES; i++) {
        if (site->failed[i] > 0)
            return true;
    }
    return site->history_used > 0 || site->history_shift > TLK_HISTORY_FIRST_SHIFT;
}

static uint32_t pack_details(struct builder *builder, const struct site_record *site)
{
    uint32_t index;
    if (!has_details(site))
        return 0;
    struct tlk_details *details = take(builder, TLK_DETAILS, 1, &index);
    *details = (struct tlk_details){
        .first_failed = site->first_failed,
        .last_failed = site->last_failed,
        .history_shift = site->history_shift,
        .history_used = site->history_used,
    };
    memcpy(details->lifetimes, site->lifetimes, sizeof(details->lifetimes));
    memcpy(details->failed, site->failed, sizeof(details->failed));
    memcpy(details->history, site->history, sizeof(details->history));
    return index;
}

static void pack_site(struct builder *builder, uint32_t index)
{
    const struct site_record *site = builder->sites[index];
    *(struct tlk_site *)writer_at(&builder->writer, TLK_SITES, index) = (struct tlk_site){
        .family = (uint8_t)site->family,
        .depth = (uint8_t)site->depth,
        .flags = (uint8_t)site->flags,
        .stack = site->stack,
        .function = site->function,
        .kind = site->kind,
        .details = pack_details(builder, site),
        .inherited = (uint32_t)site->inherited,
        .first_created = site->first_created ? site->first_created : site->history_start,
        .longest_life = site->longest_life,
        .fired = site->fired,
        .fired_unknown = site->fired_unknown,
        .history_shift = TLK_HISTORY_FIRST_SHIFT,
        .created = site->created,
        .released = site->released,
        .armed = site->armed,
        .stopped = site->stopped,
        .last_created = site->last_created,
        .last_released = site->last_released,
        .live = site->live,
        .peak = site->peak,
    };
}

static uint32_t pack_extra(struct builder *builder, const struct timer_record *timer)
{
    struct tlk_extra extra = {
        .thread = timer->thread,
        .name = timer->name,
        .fired_unknown = timer->fired_unknown,
        .fired_high = (uint32_t)(timer->fired >> 32),
        .fired_now_high = (uint32_t)(timer->fired_now >> 32),
    };
    uint32_t index;
    if (timer->notify == TLK_NOTIFY_THREAD) {
        extra.notified = timer->notified;
        extra.notice = timer->retained;
    } else if (timer->retained) {
        extra.retained = timer->retained;
    } else {
        memcpy(extra.duplicates, timer->duplicates, sizeof(extra.duplicates));
        extra.duplicator = timer->duplicator;
    }
    if (!(extra.name | extra.fired_unknown | extra.fired_high | extra.fired_now_high |
          extra.retained | extra.notified))
        return timer->thread;
    *(struct tlk_extra *)take(builder, TLK_EXTRAS, 1, &index) = extra;
    return TLK_EXTRA | index;
}

static void pack_timer(struct builder *builder, const struct timer_record *timer)
{
    uint32_t index;
    *(struct tlk_timer *)take(builder, TLK_TIMERS, 1, &index) = (struct tlk_timer){
        .state = timer->state & TLK_STATE,
        .generation = timer->generation & TLK_GENERATION_MOST,
        .flags = timer->flags & 2047,
        .family = timer->family & 31,
        .deadline_clock = (int8_t)timer->deadline_clock,
        .clock = (int8_t)timer->clock,
        .notify = timer->notify & 3,
        .armed_at = timer->armed_at,
        .deadline = timer->deadline,
        .interval = timer->interval,
        .setter = timer->setter,
        .armed = timer->armed,
        .touched = timer->touched,
        .fired_now = (uint32_t)timer->fired_now,
        .fired = (uint32_t)timer->fired,
        .seen = timer->seen,
        .stopped = timer->stopped,
        .id = timer->id,
        .created = timer->created,
        .site = timer->site & (TLK_SITES_MOST - 1),
        .references = timer->references,
        .thread = pack_extra(builder, timer) & (2 * TLK_EXTRA - 1),
        .signal = timer->signal,
    };
}

/* What was packed before may have changed since. */
static void pack(struct builder *builder)
{
    static const enum tlk_region_id packed[] = {TLK_DETAILS, TLK_EXTRAS, TLK_TIMERS};
    for (size_t i = 0; i < sizeof(packed) / sizeof(*packed); i++) {
        struct tlk_region *region = &builder_header(builder)->regions[packed[i]];
        region->used = region->segments > 0;
    }
    for (uint32_t i = 0; i < builder->site_count; i++)
        pack_site(builder, i);
    for (uint32_t i = 1; i < builder->timer_count; i++)
        pack_timer(builder, builder->timers[i]);
}

unsigned char *builder_bytes(struct builder *builder, size_t *size)
{
    char *bytes;
    FILE *to = memory_stream(&bytes, size);
    pack(builder);
    cr_assert(writer_write(&builder->writer, to));
    fclose(to);
    return (unsigned char *)bytes;
}

char *builder_write(struct builder *builder)
{
    size_t size;
    unsigned char *bytes = builder_bytes(builder, &size);
    char *path = strdup("/tmp/timerleak-test-XXXXXX.tlk");
    int file = mkstemps(path, 4);
    cr_assert_geq(file, 0);
    cr_assert_eq(write(file, bytes, size), (ssize_t)size);
    close(file);
    free(bytes);
    return path;
}
