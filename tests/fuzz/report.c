/*
 * report.c - feeds recordings to everything that reads them: see tests/fuzz/run.
 *
 * A recording is some hundred kilobytes, most of it air. The mutator knows where it isn't.
 */
#include "exports/exports.h"
#include "profile/kinship.h"
#include "profile/piles.h"
#include "views/views.h"
#include "views/values.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WINDOW 64

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

static int file;
static char path[64];
static FILE *nowhere;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    file = memfd_create("recording", MFD_CLOEXEC);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    nowhere = fopen("/dev/null", "w");
    return 0;
}

static void export_selection(const struct view *view)
{
    struct view picture = *view;
    picture.graph.visual = true;
    picture.graph.nodecount = 80;
    dot_write(nowhere, &picture);
    pprof_write(nowhere, view->selection);
    collapsed_write(nowhere, view->selection);
    legacy_write(nowhere, view->selection);
    speedscope_write(nowhere, view->selection);
    csv_write(nowhere, view->selection);
}

static void show_selection(struct profile *profile, const struct sample_type *type)
{
    struct selection_options options = {.type = type, .granularity = GRANULARITY_LINES};
    char error[ERROR_SIZE];
    struct selection selection;
    if (selection_make(&selection, profile, &options, NULL, error)) {
        struct view view = {.selection = &selection, .unit = VALUE_MINIMUM};
        view_top(nowhere, &view);
        view_tree(nowhere, &view);
        view_traces(nowhere, &view);
        view_tags(nowhere, &view);
        export_selection(&view);
    }
    selection_free(&selection);
}

static void show_all(struct profile *profile)
{
    const struct html_options page = {.nonce = ""};
    report_print(nowhere, profile, -1);
    for (size_t i = 0; sample_at(i); i++)
        show_selection(profile, sample_at(i));
    timers_print(nowhere, profile, -1);
    growth_print(nowhere, profile, -1);
    wakeups_print(nowhere, profile, -1);
    json_write(nowhere, profile);
    html_write(nowhere, profile, &page);
}

/* As if it were of two processes, which is no excuse either. */
static void load(struct profile *profile, struct recording *recording)
{
    struct generations generations;
    generations_init(&generations, profile);
    generations_note(&generations, recording, true);
    generations_note(&generations, recording, true);
    kinship_find(&generations);
    generations_note_timers(&generations, recording);
    generations_note_timers(&generations, recording);
    kinship_settle(&generations);
    profile->generations = &generations;
    profile_add(profile, recording);
    piles_judge(&generations);
    profile->generations = NULL;
    generations_free(&generations);
    profile_settle(profile);
}

/* Two looks, as at a process at work. */
static void watch(struct profile *profile, struct recording *recording)
{
    struct trend *trend = trend_new();
    for (int looks = 0; looks < 2; looks++) {
        enum trend_order order = looks ? TREND_CREATED : TREND_GROWTH;
        struct watch_view view = {profile, trend, order, -1, false, false, nowhere};
        profile_renew(profile);
        load(profile, recording);
        trend_look(trend, profile);
        trend_sort(trend, order);
        watch_print(nowhere, &view);
    }
    trend_free(trend);
}

/*
 * Symbolizing takes a hundred times as long as all the rest: in most runs no file is found, as the
 * paths of the corpus lead nowhere and without build-ids no debug file is looked for.
 */
static void forget_build_ids(const uint8_t *data, size_t size)
{
    const uint32_t none = 0;
    struct tlk_header header;
    const struct tlk_region *modules = &header.regions[TLK_MODULES];
    size_t at;

    if (size < sizeof(header) || data[size - 1] % 16 == 1)
        return;
    memcpy(&header, data, sizeof(header));
    for (uint32_t i = 0; i < modules->used && i < TLK_CHUNK / sizeof(struct tlk_module); i++) {
        at = (size_t)modules->directory[0] * TLK_CHUNK + i * sizeof(struct tlk_module) +
             offsetof(struct tlk_module, build_id_size);
        if (at + sizeof(none) <= size && pwrite(file, &none, sizeof(none), (off_t)at) < 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error[ERROR_SIZE];
    struct recording *recording;
    struct profile *profile;

    if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != (ssize_t)size)
        abort();
    forget_build_ids(data, size);
    recording = recording_open(path, error);
    if (!recording)
        return 0;
    profile = profile_new();
    profile->keep_timers = true;
    profile->keep_histories = true;
    load(profile, recording);
    show_all(profile);
    watch(profile, recording);
    left_print(nowhere, profile, 0);
    recording_close(recording);
    profile_free(profile);
    return 0;
}

/* Where something stands that is read: in the header, in a region's table, or in a record. */
static size_t place(const uint8_t *data, size_t size)
{
    struct tlk_header header;
    const struct tlk_region *region;
    unsigned id = (unsigned)rand() % TLK_REGIONS;
    size_t chunk, records;

    if (size < sizeof(header))
        return (size_t)rand() % size;
    memcpy(&header, data, sizeof(header));
    region = &header.regions[id];
    records = (size_t)region->used * region->stride % TLK_CHUNK;
    chunk = region->directory[region->chunks ? (unsigned)rand() % region->chunks % 4 : 0];
    switch (rand() % 4) {
    case 0:
        return (size_t)rand() % offsetof(struct tlk_header, regions);
    case 1:
        return offsetof(struct tlk_header, regions) + id * sizeof(*region) + (size_t)rand() % 32;
    default:
        return (chunk * TLK_CHUNK + (size_t)rand() % (records ? records : TLK_CHUNK)) % size;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    srand(seed);
    if (size == 0 || rand() % 100 == 0)
        return LLVMFuzzerMutate(data, size, most);
    if (rand() % 50 == 0)
        return 1 + (size_t)rand() % size;
    data[size - 1] = (uint8_t)rand();
    for (int changes = 1 + rand() % 8; changes > 0; changes--) {
        size_t at = place(data, size) & ~(size_t)3;
        size_t room = size - at < WINDOW ? size - at : 1 + (size_t)rand() % WINDOW;

        LLVMFuzzerMutate(data + at, room, room);
    }
    return size;
}
