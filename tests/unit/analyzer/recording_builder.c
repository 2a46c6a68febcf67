#include "recording_builder.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct area {
    struct tlk_region table;
    unsigned char *segments[TLK_SEGMENTS];
};

struct builder {
    struct tlk_header header;
    struct area areas[TLK_REGIONS];
    uint64_t next_id;
};

static const uint32_t strides[TLK_REGIONS] = TLK_STRIDES, firsts[TLK_REGIONS] = TLK_FIRSTS;

static size_t segment_records(const struct area *area, uint32_t segment)
{
    return segment ? tlk_segment_start(segment, area->table.first) : area->table.first;
}

static void *record_of(const struct area *area, uint32_t index)
{
    uint32_t segment = tlk_segment_of(index, area->table.first);
    size_t within = index - tlk_segment_start(segment, area->table.first);
    return area->segments[segment] + within * area->table.stride;
}

/* Room for `count` records in one segment; `*index` becomes the first one's. */
static void *take(struct area *area, uint32_t count, uint32_t *index)
{
    struct tlk_region *table = &area->table;
    *index = table->used;
    if (count > 0 && tlk_segment_of(table->used + count - 1, table->first) !=
                         tlk_segment_of(table->used, table->first))
        *index = table->room;
    while (*index + count > table->room) {
        size_t records = segment_records(area, table->segments);
        cr_assert_lt(table->segments, TLK_SEGMENTS);
        area->segments[table->segments++] = calloc(records, table->stride);
        table->room += (uint32_t)records;
    }
    table->used = *index + count;
    return record_of(area, *index);
}

struct builder *builder_new(uint64_t duration)
{
    struct builder *builder = calloc(1, sizeof(*builder));
    uint32_t reserved;
    for (int i = 0; i < TLK_REGIONS; i++) {
        builder->areas[i].table.stride = strides[i];
        builder->areas[i].table.first = firsts[i];
        take(&builder->areas[i], 1, &reserved);
    }
    builder->header = (struct tlk_header){
        .magic = TLK_MAGIC,
        .version = TLK_VERSION,
        .byte_order = TLK_BYTE_ORDER,
        .header_size = sizeof(struct tlk_header),
        .page_size = TLK_PAGE,
        .pid = 4711,
        .ppid = 1,
        .start_ticks = 1,
        .start_mono = START_MONO,
        .start_real = START_REAL,
        .start_boot = START_BOOT,
        .clock_resolution = RESOLUTION,
        .nofile_soft = 4096,
        .nofile_hard = UINT64_MAX,
        .sigpending_soft = 1000,
        .sigpending_hard = 1000,
        .end = TLK_EXITED,
        .end_mono = START_MONO + duration,
        .end_real = START_REAL + duration,
        .end_boot = START_BOOT + duration,
        .exe = builder_string(builder, "/opt/server/bin/server"),
        .argc = 2,
    };
    builder_family(builder, TLK_NO_FAMILY, "", 0);
#define X(number, name, traits) builder_family(builder, number, name, traits);
    TLK_FAMILIES_OF_SHIM(X)
#undef X
    builder->header.argv = builder_string(builder, "./server");
    builder_string(builder, "--verbose");
    return builder;
}

void builder_free(struct builder *builder)
{
    for (int i = 0; i < TLK_REGIONS; i++) {
        for (uint32_t j = 0; j < builder->areas[i].table.segments; j++)
            free(builder->areas[i].segments[j]);
    }
    free(builder);
}

struct tlk_header *builder_header(struct builder *builder)
{
    return &builder->header;
}

void builder_family(struct builder *builder, uint32_t number, const char *name, uint32_t traits)
{
    struct tlk_family *family = &builder->header.families[number];
    snprintf(family->name, sizeof(family->name), "%s", name);
    family->traits = traits;
    family->watched = 1;
    if (number >= builder->header.family_count)
        builder->header.family_count = number + 1;
}

void builder_watched(struct builder *builder, uint32_t watched)
{
    for (uint32_t i = 0; i < builder->header.family_count; i++)
        builder->header.families[i].watched = watched >> i & 1;
}

void builder_started_as(struct builder *builder, const char *first, const char *exe)
{
    builder->header.argc = 1;
    builder->header.argv = builder_string(builder, first);
    builder->header.exe = builder_string(builder, exe);
}

uint32_t builder_string(struct builder *builder, const char *text)
{
    uint32_t index;
    size_t size = strlen(text) + 1;
    memcpy(take(&builder->areas[TLK_STRINGS], (uint32_t)size, &index), text, size);
    return index;
}

uint32_t builder_module(struct builder *builder, const char *path, const void *build_id,
                        size_t build_id_size)
{
    uint32_t index;
    struct tlk_module *module = take(&builder->areas[TLK_MODULES], 1, &index);
    module->path = builder_string(builder, path);
    module->build_id_size = (uint32_t)build_id_size;
    if (build_id)
        memcpy(module->build_id, build_id, build_id_size);
    return index;
}

struct tlk_module *builder_loaded(struct builder *builder, uint32_t module, uint64_t start,
                                  uint64_t end)
{
    struct tlk_module *record = record_of(&builder->areas[TLK_MODULES], module);
    record->loaded = 1;
    record->bias = record->start = start;
    record->end = end;
    return record;
}

struct tlk_site *builder_site(struct builder *builder, uint32_t family, const char *function,
                              const uint64_t *frames, size_t depth)
{
    uint32_t index;
    struct tlk_site *site = take(&builder->areas[TLK_SITES], 1, &index);
    uint64_t *stack = take(&builder->areas[TLK_FRAMES], (uint32_t)depth, &site->frames);
    memcpy(stack, frames, depth * sizeof(*frames));
    site->family = (uint16_t)family;
    site->depth = (uint16_t)depth;
    site->flags = TLK_SITE_UNWOUND;
    site->function = builder_string(builder, function);
    site->history_shift = TLK_HISTORY_FIRST_SHIFT;
    return site;
}

struct tlk_site *builder_plain_site(struct builder *builder, uint32_t family, uint64_t address)
{
    static const char *const functions[] = {"", "timer_create", "timerfd_create", "setitimer",
                                            "gt_after"};
    return builder_site(builder, family, family <= TLK_GOTIME ? functions[family] : "lamp_light",
                        &address, 1);
}

static uint32_t index_of(const struct builder *builder, const struct tlk_site *site)
{
    const struct area *area = &builder->areas[TLK_SITES];
    for (uint32_t i = 1; i < area->table.used; i++) {
        if (record_of(area, i) == site)
            return i;
    }
    cr_assert_fail("not a site of this builder");
    return 0;
}

static void halve(struct tlk_site *site)
{
    for (unsigned i = 0; i < TLK_HISTORY_BUCKETS / 2; i++) {
        struct tlk_span a = site->history[2 * i], b = site->history[2 * i + 1];
        site->history[i].low = a.low < b.low ? a.low : b.low;
        site->history[i].high = a.high > b.high ? a.high : b.high;
    }
    site->history_used = TLK_HISTORY_BUCKETS / 2;
    site->history_shift++;
}

static void extend(struct tlk_site *site, uint64_t to)
{
    while (site->history_used < to)
        site->history[site->history_used++] = (struct tlk_span){site->live, site->live};
}

static void note(struct tlk_site *site, uint64_t now, uint32_t live)
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

struct tlk_timer *builder_create(struct builder *builder, struct tlk_site *site, uint64_t when)
{
    uint32_t index;
    struct tlk_timer *timer = take(&builder->areas[TLK_TIMERS], 1, &index);
    uint64_t now = START_MONO + when;
    note(site, now, site->live + 1);
    site->created++;
    site->last_created = now;
    if (site->first_created == 0)
        site->first_created = now;
    *timer = (struct tlk_timer){
        .site = index_of(builder, site),
        .id = ++builder->next_id,
        .created = now,
        .family = site->family,
        .references = 1,
        .clock = 1,
        .deadline_clock = 1,
    };
    timer->state = TLK_LIVE;
    timer->generation = 1;
    return timer;
}

void builder_release(struct builder *builder, struct tlk_timer *timer, uint64_t when)
{
    struct tlk_site *site = record_of(&builder->areas[TLK_SITES], timer->site);
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

static size_t segment_bytes(const struct area *area, uint32_t segment)
{
    return segment_records(area, segment) * area->table.stride;
}

/* Gives every area its pages in the file, taking turns, so that tables matter. */
static uint32_t lay_out(struct builder *builder)
{
    uint32_t next = 1;
    for (uint32_t turn = 0; turn < TLK_SEGMENTS; turn++) {
        for (int i = 0; i < TLK_REGIONS; i++) {
            struct area *area = &builder->areas[i];
            if (turn >= area->table.segments)
                continue;
            area->table.pages[turn] = next;
            next += (uint32_t)(segment_bytes(area, turn) / TLK_PAGE);
        }
    }
    for (int i = 0; i < TLK_REGIONS; i++)
        builder->header.regions[i] = builder->areas[i].table;
    return next;
}

unsigned char *builder_bytes(struct builder *builder, size_t *size)
{
    uint32_t pages = lay_out(builder);
    unsigned char *bytes = calloc(pages, TLK_PAGE);
    builder->header.page_count = pages;
    builder->header.page_used = pages;
    memcpy(bytes, &builder->header, sizeof(builder->header));
    for (int i = 0; i < TLK_REGIONS; i++) {
        const struct area *area = &builder->areas[i];
        for (uint32_t j = 0; j < area->table.segments; j++)
            memcpy(bytes + (size_t)area->table.pages[j] * TLK_PAGE, area->segments[j],
                   segment_bytes(area, j));
    }
    *size = (size_t)pages * TLK_PAGE;
    return bytes;
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
