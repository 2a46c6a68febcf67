/* Profiles for pprof, field by field. What pprof itself makes of them: see tests/e2e/pprof.c. */
#include "exported.h"

#include "exports/exports.h"
#include "profile.pb-c.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* The file is read from its start; it stays open. */
static Pprof__Profile *unpacked(FILE *file)
{
    size_t size = 0, room = 1 << 20;
    uint8_t *bytes = malloc(room);
    int got;
    lseek(fileno(file), 0, SEEK_SET);
    gzFile from = gzdopen(dup(fileno(file)), "rb");
    while ((got = gzread(from, bytes + size, (unsigned)(room - size))) > 0)
        size += (size_t)got;
    cr_assert_eq(got, 0, "not compressed as it should be");
    gzclose(from);
    Pprof__Profile *message = pprof__profile__unpack(NULL, size, bytes);
    cr_assert(message, "no profile.proto");
    free(bytes);
    return message;
}

static Pprof__Profile *exported(struct profile *profile, enum granularity granularity)
{
    FILE *file = tmpfile();
    struct selection selection = exported_selection(profile, NULL, granularity);
    cr_assert(pprof_write(file, &selection));
    Pprof__Profile *message = unpacked(file);
    fclose(file);
    selection_free(&selection);
    profile_free(profile);
    return message;
}

static const char *string_of(const Pprof__Profile *message, int64_t index)
{
    cr_assert_lt((size_t)index, message->n_string_table);
    return message->string_table[index];
}

static void expect_type(const Pprof__Profile *message, const Pprof__ValueType *type,
                        const char *name, const char *unit)
{
    cr_assert(type);
    cr_expect_str_eq(string_of(message, type->type), name);
    cr_expect_str_eq(string_of(message, type->unit), unit);
}

Test(pprof, says_what_it_is_of)
{
    Pprof__Profile *message = exported(exported_profile(), GRANULARITY_ADDRESSES);
    cr_assert_eq(message->n_sample_type, SAMPLE_TYPES);
    expect_type(message, message->sample_type[SAMPLE_LIVE], "live", "count");
    expect_type(message, message->sample_type[SAMPLE_AGE], "age", "nanoseconds");
    expect_type(message, message->period_type, "timers", "count");
    cr_expect_eq(message->period, 1);
    cr_expect_str_eq(string_of(message, message->default_sample_type), "live");
    cr_expect_str_eq(string_of(message, 0), "");
    cr_expect_eq(message->time_nanos, (int64_t)START_REAL);
    cr_expect_eq(message->duration_nanos, (int64_t)HOUR);
    cr_assert_eq(message->n_comment, 1);
    cr_expect_str_eq(string_of(message, message->comment[0]),
                     "./server --verbose: exited with status 0");
    pprof__profile__free_unpacked(message, NULL);
}

/* Whichever of them was named first. */
Test(pprof, merged_it_begins_with_the_earliest_and_lasts_as_long_as_all)
{
    static const int order[] = {20, 0, 50}; /* minutes after the first of them */
    struct profile *profile = profile_new();
    for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
        struct builder *builder = builder_new((i + 1) * MINUTE);
        builder_header(builder)->start_real += (uint64_t)order[i] * MINUTE;
        loaded_add(profile, builder);
    }
    Pprof__Profile *message = exported(profile, GRANULARITY_ADDRESSES);
    cr_expect_eq(message->time_nanos, (int64_t)START_REAL);
    cr_expect_eq(message->duration_nanos, (int64_t)(6 * MINUTE));
    pprof__profile__free_unpacked(message, NULL);
}

static const char *text_label(const Pprof__Profile *message, const Pprof__Sample *sample,
                              const char *key)
{
    for (size_t i = 0; i < sample->n_label; i++) {
        if (strcmp(string_of(message, sample->label[i]->key), key) == 0)
            return string_of(message, sample->label[i]->str);
    }
    return NULL;
}

static int64_t number_label(const Pprof__Profile *message, const Pprof__Sample *sample,
                            const char *key)
{
    for (size_t i = 0; i < sample->n_label; i++) {
        const Pprof__Label *label = sample->label[i];
        if (strcmp(string_of(message, label->key), key) != 0)
            continue;
        cr_expect_str_eq(string_of(message, label->num_unit), "nanoseconds");
        return label->num;
    }
    return 0;
}

/* The only one with that state and family. */
static const Pprof__Sample *sample_in(const Pprof__Profile *message, const char *family,
                                      const char *state)
{
    const Pprof__Sample *found = NULL;
    for (size_t i = 0; i < message->n_sample; i++) {
        const Pprof__Sample *sample = message->sample[i];
        if (strcmp(text_label(message, sample, "family"), family) != 0 ||
            strcmp(text_label(message, sample, "state"), state) != 0)
            continue;
        cr_expect_null(found, "two are %s", state);
        found = sample;
    }
    cr_assert(found, "none is %s", state);
    return found;
}

static void expect_values(const Pprof__Sample *sample, int64_t live, int64_t created, int64_t armed,
                          int64_t fired, int64_t released)
{
    cr_assert_eq(sample->n_value, SAMPLE_TYPES);
    cr_expect_eq(sample->value[SAMPLE_LIVE], live);
    cr_expect_eq(sample->value[SAMPLE_CREATED], created);
    cr_expect_eq(sample->value[SAMPLE_ARMED], armed);
    cr_expect_eq(sample->value[SAMPLE_FIRED], fired);
    cr_expect_eq(sample->value[SAMPLE_RELEASED], released);
}

Test(pprof, samples_have_labels_and_all_values)
{
    Pprof__Profile *message = exported(exported_profile(), GRANULARITY_ADDRESSES);
    cr_assert_eq(message->n_sample, 4);
    const Pprof__Sample *idle = sample_in(message, "timerfd", "never-armed");
    const Pprof__Sample *waiting = sample_in(message, "timerfd", "never-fired");
    const Pprof__Sample *periodic = sample_in(message, "posix", "never-stopped");
    expect_values(idle, 1, 1, 0, 0, 0);
    expect_values(waiting, 1, 1, 1, 0, 0);
    expect_values(sample_in(message, "timerfd", "released"), 0, 1, 0, 0, 1);
    expect_values(periodic, 1, 1, 1, 1800, 0);
    cr_expect_eq(idle->value[SAMPLE_AGE], (int64_t)HOUR);
    cr_expect_eq(number_label(message, idle, "age"), (int64_t)(2000 * SECOND));
    cr_expect_eq(number_label(message, waiting, "timeout"), (int64_t)MINUTE);
    cr_expect_eq(number_label(message, waiting, "interval"), 0);
    cr_expect_eq(number_label(message, periodic, "interval"), (int64_t)SECOND);
    cr_expect_str_eq(text_label(message, periodic, "clock"), "monotonic");
    cr_expect(text_label(message, periodic, "verdict"));
    pprof__profile__free_unpacked(message, NULL);
}

static const Pprof__Location *location_of_id(const Pprof__Profile *message, uint64_t id)
{
    const Pprof__Location *found = NULL;
    for (size_t i = 0; i < message->n_location; i++) {
        if (message->location[i]->id != id)
            continue;
        cr_expect_null(found, "two locations have id %lu", (unsigned long)id);
        found = message->location[i];
    }
    cr_assert(found && id != 0, "there is no location %lu", (unsigned long)id);
    return found;
}

static const char *function_of(const Pprof__Profile *message, const Pprof__Line *line)
{
    for (size_t i = 0; i < message->n_function; i++) {
        if (message->function[i]->id == line->function_id)
            return string_of(message, message->function[i]->name);
    }
    cr_assert_fail("there is no function %lu", (unsigned long)line->function_id);
    return NULL;
}

/* As if the linker had put the server at an address. */
static struct profile *moved_profile(void)
{
    struct profile *profile = exported_profile();
    profile->modules[1]->bias = 0x550000000000;
    profile->modules[1]->start = 0x550000000000;
    profile->modules[1]->end = 0x550000004000;
    return profile;
}

Test(pprof, addresses_lie_in_their_mapping)
{
    Pprof__Profile *message = exported(moved_profile(), GRANULARITY_ADDRESSES);
    const Pprof__Sample *sample = sample_in(message, "timerfd", "never-armed");
    cr_assert_eq(message->n_mapping, 1);
    const Pprof__Mapping *mapping = message->mapping[0];
    cr_expect_str_eq(string_of(message, mapping->filename), "/nowhere/bin/server");
    cr_expect_str_eq(string_of(message, mapping->build_id), "abcd");
    cr_expect_eq(mapping->memory_start, 0x550000000000);
    cr_expect_eq(mapping->memory_limit, 0x550000004000);
    cr_expect_not(mapping->has_functions, "nothing could be looked up: pprof may find more");
    cr_assert_eq(sample->n_location_id, 3);
    const Pprof__Location *leaf = location_of_id(message, sample->location_id[0]);
    cr_expect_eq(leaf->mapping_id, 0);
    cr_assert_eq(leaf->n_line, 1);
    cr_expect_str_eq(function_of(message, leaf->line[0]), "timerfd_create");
    const Pprof__Location *caller = location_of_id(message, sample->location_id[1]);
    cr_expect_eq(caller->mapping_id, mapping->id);
    cr_expect_eq(caller->address, 0x550000001010, "the return address less one");
    cr_assert_eq(caller->n_line, 1);
    cr_expect_str_eq(function_of(message, caller->line[0]), "server+0x1010");
    pprof__profile__free_unpacked(message, NULL);
}

Test(pprof, modules_at_the_same_addresses_are_moved_apart)
{
    struct profile *profile = moved_profile();
    struct builder *builder = builder_new(HOUR);
    uint32_t module = builder_module(builder, "/nowhere/other", "\x12", 1);
    uint64_t frame = TLK_FRAME(module, 0x3001);
    builder_create(builder, builder_site(builder, TLK_TIMERFD, "timerfd_create", &frame, 1), 0);
    loaded_add(profile, builder);
    profile->modules[2]->bias = profile->modules[2]->start = 0x550000001000;
    profile->modules[2]->end = 0x550000005000;
    Pprof__Profile *message = exported(profile, GRANULARITY_ADDRESSES);
    cr_assert_eq(message->n_mapping, 2);
    const Pprof__Mapping *first = message->mapping[0], *second = message->mapping[1];
    cr_expect_geq(second->memory_start, first->memory_limit);
    cr_expect_eq(second->memory_limit - second->memory_start, 0x4000);
    for (size_t i = 0; i < message->n_location; i++) {
        const Pprof__Location *location = message->location[i];
        if (location->mapping_id == second->id)
            cr_expect_eq(location->address, second->memory_start + 0x3000);
    }
    pprof__profile__free_unpacked(message, NULL);
}

Test(pprof, a_full_disk_is_an_error)
{
    struct profile *profile = exported_profile();
    struct selection selection = exported_selection(profile, NULL, GRANULARITY_ADDRESSES);
    FILE *full = fopen("/dev/full", "w");
    cr_assert(full);
    cr_expect_not(pprof_write(full, &selection));
    cr_expect_eq(errno, ENOSPC);
    fclose(full);
    selection_free(&selection);
    profile_free(profile);
}
