/* The formats of other tools: collapsed stacks, google-pprof's, speedscope's, CSV. */
#include "exported.h"

#include "exports/exports.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

Test(exports, collapsed_stacks)
{
    char *live = exported_text(collapsed_write, NULL, GRANULARITY_FUNCTIONS);
    char *fired = exported_text(collapsed_write, "fired", GRANULARITY_FUNCTIONS);
    cr_expect_str_eq(
        live, "server+0x2000;server+0x1010;timerfd_create 2\nserver+0x2020;timer_create 1\n");
    cr_expect_str_eq(fired, "server+0x2020;timer_create 1800\n");
    free(live);
    free(fired);
}

Test(exports, legacy_heap_profile)
{
    char *text = exported_text(legacy_write, NULL, GRANULARITY_FUNCTIONS);
    cr_expect_str_eq(text, "--- symbol\n"
                           "binary=/opt/server/bin/server\n"
                           "0x1 server+0x2000\n"
                           "0x2 server+0x2020\n"
                           "0x3 timerfd_create\n"
                           "0x4 server+0x1010\n"
                           "0x5 timer_create\n"
                           "---\n"
                           "heap profile: 3: 3 [4: 4] @ heapprofile\n"
                           " 2: 2 [3: 3] @ 0x3 0x4 0x1\n"
                           " 1: 1 [1: 1] @ 0x5 0x2\n");
    free(text);
}

/* ---- speedscope's schema, as far as sampled profiles go ---- */

static bool is_one_of(const json_t *value, const char *const *words)
{
    for (; json_is_string(value) && *words; words++) {
        if (strcmp(json_string_value(value), *words) == 0)
            return true;
    }
    return false;
}

static void expect_frames(const json_t *frames)
{
    size_t i;
    const json_t *frame;
    cr_assert(json_is_array(frames));
    json_array_foreach(frames, i, frame)
    {
        const json_t *file = json_object_get(frame, "file"), *line = json_object_get(frame, "line");
        cr_expect(json_is_string(json_object_get(frame, "name")));
        cr_expect(!file || json_is_string(file));
        cr_expect(!line || json_is_integer(line));
    }
}

static void expect_stacks(const json_t *stacks, size_t frames)
{
    size_t i, j;
    const json_t *stack, *frame;
    json_array_foreach(stacks, i, stack)
    {
        json_array_foreach(stack, j, frame)
        {
            cr_expect(json_is_integer(frame));
            cr_expect_lt((size_t)json_integer_value(frame), frames);
        }
        cr_expect_gt(j, 0);
    }
}

static json_int_t sum_of(const json_t *weights)
{
    size_t i;
    const json_t *weight;
    json_int_t sum = 0;
    json_array_foreach(weights, i, weight)
    {
        cr_expect(json_is_integer(weight));
        sum += json_integer_value(weight);
    }
    return sum;
}

static void expect_profile(const json_t *profile, size_t frames)
{
    static const char *const units[] = {
        "bytes", "microseconds", "milliseconds", "nanoseconds", "none", "seconds", NULL};
    const json_t *stacks = json_object_get(profile, "samples");
    const json_t *weights = json_object_get(profile, "weights");
    cr_expect(is_one_of(json_object_get(profile, "type"), (const char *const[]){"sampled", NULL}));
    cr_expect(json_is_string(json_object_get(profile, "name")));
    cr_expect(is_one_of(json_object_get(profile, "unit"), units));
    cr_assert(json_is_array(stacks) && json_is_array(weights));
    cr_expect_eq(json_array_size(stacks), json_array_size(weights));
    expect_stacks(stacks, frames);
    cr_expect(json_is_integer(json_object_get(profile, "startValue")));
    cr_expect_eq(json_integer_value(json_object_get(profile, "endValue")), sum_of(weights));
}

static json_t *speedscope(const char *type)
{
    json_error_t error;
    char *text = exported_text(speedscope_write, type, GRANULARITY_LINES);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    cr_assert(json, "%s in:\n%s", error.text, text);
    free(text);
    return json;
}

Test(exports, speedscope_follows_the_schema)
{
    static const char *const schema[] = {"https://www.speedscope.app/file-format-schema.json",
                                         NULL};
    size_t i;
    const json_t *profile;
    json_t *json = speedscope("age");
    const json_t *frames = json_object_get(json_object_get(json, "shared"), "frames");
    const json_t *profiles = json_object_get(json, "profiles");
    cr_expect(is_one_of(json_object_get(json, "$schema"), schema));
    cr_expect(json_is_string(json_object_get(json, "exporter")));
    cr_expect_str_eq(json_string_value(json_object_get(json, "name")), "server");
    expect_frames(frames);
    cr_assert(json_is_array(profiles));
    json_array_foreach(profiles, i, profile) expect_profile(profile, json_array_size(frames));
    json_decref(json);
}

Test(exports, speedscope_shows_the_type_that_was_asked_for)
{
    json_t *json = speedscope("age");
    json_int_t active = json_integer_value(json_object_get(json, "activeProfileIndex"));
    const json_t *profile = json_array_get(json_object_get(json, "profiles"), (size_t)active);
    cr_expect_str_eq(json_string_value(json_object_get(profile, "name")), "age");
    cr_expect_str_eq(json_string_value(json_object_get(profile, "unit")), "nanoseconds");
    cr_expect_eq(json_integer_value(json_object_get(profile, "endValue")),
                 (json_int_t)(HOUR + 30 * MINUTE + SECOND));
    json_decref(json);
}

/* ---- CSV ---- */

static void expect_line(const char *text, const char *line)
{
    const char *found = strstr(text, line);
    cr_expect(found && strncmp(found + strlen(line), "\r\n", 2) == 0 &&
                  (found == text || found[-1] == '\n'),
              "\"%s\" is no line of:\n%s", line, text);
}

Test(exports, csv)
{
    char *text = exported_text(csv_write, NULL, GRANULARITY_LINES);
    expect_line(text,
                "label_family,label_verdict,label_state,label_clock,label_timeout,label_interval,"
                "label_age,live,created,armed,fired,"
                "stopped,released,never_armed,never_fired,never_stopped,never_released,age,"
                "wakeups,function,file,line,stack");
    expect_line(text, "\"posix\",\"held\",\"never-stopped\",\"monotonic\",1000000000,1000000000,"
                      "1000000000000,1,1,1,1800,0,0,0,0,1,0,1800000000000,1,\"server+0x2020\","
                      "\"\",,\"server+0x2020;timer_create\"");
    free(text);
}
