/* The JSON report: a stable interface, key by key. */
#include "exports/exports.h"
#include "loaded.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *report_of(struct builder *builder)
{
    char *text;
    size_t size;
    json_error_t error;
    struct profile *profile = loaded(builder);
    FILE *to = open_memstream(&text, &size);
    cr_expect(json_write(to, profile));
    fclose(to);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    cr_assert(json, "%s in:\n%s", error.text, text);
    free(text);
    profile_free(profile);
    return json;
}

static struct builder *sample(void)
{
    struct builder *builder = builder_new(HOUR);
    uint32_t module = builder_module(builder, "/nowhere/server", "\xab\xcd", 2);
    uint64_t frames[] = {TLK_FRAME(module, 0x1001)};
    struct site_record *site = builder_site(builder, TLK_TIMERFD, "timerfd_create", frames, 1);
    struct timer_record *timer = builder_create(builder, site, MINUTE);
    timer->flags = TLK_ARMED;
    timer->armed = 1;
    timer->deadline = (int64_t)(START_MONO + 2 * MINUTE);
    builder_header(builder)->dropped[TLK_DROP_FULL] = 5;
    builder_header(builder)->dropped[TLK_DROPS - 1] = 1;
    return builder;
}

static void expect_number(const json_t *object, const char *key, json_int_t value)
{
    const json_t *number = json_object_get(object, key);
    cr_assert(json_is_integer(number), "%s is no number", key);
    cr_expect_eq(json_integer_value(number), value, "%s is %lld", key, json_integer_value(number));
}

static void expect_string(const json_t *object, const char *key, const char *value)
{
    const char *string = json_string_value(json_object_get(object, key));
    cr_assert(string, "%s is no string", key);
    cr_expect_str_eq(string, value);
}

Test(json, process)
{
    json_t *report = report_of(sample()), *process = json_object_get(report, "process");
    expect_string(report, "schema", "timerleak/1");
    expect_number(process, "pid", 4711);
    expect_string(process, "start", "2023-11-14T22:13:20.000000000Z");
    expect_number(process, "duration_ns", (json_int_t)HOUR);
    expect_string(process, "end", "exited");
    cr_expect_eq(json_array_size(json_object_get(process, "argv")), 2);
    cr_expect_eq(json_array_size(json_object_get(report, "processes")), 1);
    json_decref(report);
}

Test(json, limits_and_losses)
{
    json_t *report = report_of(sample()), *limits = json_object_get(report, "limits");
    expect_number(limits, "nofile_soft", 4096);
    cr_expect(json_is_null(json_object_get(limits, "nofile_hard")));
    expect_number(json_object_get(report, "dropped"), "full", 5);
    expect_number(json_object_get(report, "dropped"), "unknown", 1);
    expect_number(json_object_get(report, "dropped"), "total", 6);
    json_decref(report);
}

Test(json, sites)
{
    static const char *const zero[] = {
        "stopped",       "released",       "never_armed",   "never_fired", "never_stopped",
        "inherited",     "overdue",        "far_future",    "left_behind", "in_flight",
        "fired_unknown", "live_inherited", "live_received", "passed_on"};
    static const char *const one[] = {"created", "armed",          "fired", "live",
                                      "peak",    "never_released", "unread"};
    json_t *report = report_of(sample());
    cr_assert_eq(json_array_size(json_object_get(report, "sites")), 1);
    json_t *site = json_array_get(json_object_get(report, "sites"), 0);
    for (size_t i = 0; i < sizeof(zero) / sizeof(*zero); i++)
        expect_number(site, zero[i], 0);
    for (size_t i = 0; i < sizeof(one) / sizeof(*one); i++) {
        expect_number(site, one[i], 1);
        expect_number(json_object_get(report, "totals"), one[i], 1);
    }
    expect_string(site, "family", "timerfd");
    expect_string(site, "verdict", "held");
    cr_expect_str_not_empty(json_string_value(json_object_get(site, "why")));
    cr_expect_eq(strlen(json_string_value(json_object_get(site, "id"))), 16);
    json_decref(report);
}

Test(json, stacks)
{
    json_t *report = report_of(sample());
    json_t *site = json_array_get(json_object_get(report, "sites"), 0);
    json_t *stack = json_object_get(site, "stack"), *frame = json_array_get(stack, 1);
    cr_expect_eq(json_array_size(stack), 2);
    cr_expect_eq(json_object_size(json_array_get(stack, 0)), 1);
    expect_string(json_array_get(stack, 0), "function", "timerfd_create");
    cr_expect(json_is_null(json_object_get(frame, "function")));
    cr_expect(json_is_null(json_object_get(frame, "file")));
    cr_expect(json_is_false(json_object_get(frame, "inlined")));
    expect_string(frame, "module", "/nowhere/server");
    expect_string(frame, "build_id", "abcd");
    expect_number(frame, "offset", 0x1000);
    json_decref(report);
}

static void expect_end(enum tlk_end end, int status, const char *name)
{
    struct builder *builder = sample();
    builder_header(builder)->end = end;
    builder_header(builder)->end_status = status;
    builder_header(builder)->pid = 0x3fffffff;
    json_t *report = report_of(builder), *process = json_object_get(report, "process");
    expect_string(process, "end", name);
    expect_number(process, "end_status", status);
    json_decref(report);
}

Test(json, what_a_base_alone_has_is_nobodys)
{
    struct profile *profile = loaded(builder_new(HOUR));
    profile->base = true;
    loaded_add(profile, sample());
    cr_expect_eq(loaded_site(profile)->parts, 0);
    expect_printed(profile, print_json, "\"pid\": null");
    profile_free(profile);
}

Test(json, ends)
{
    expect_end(TLK_EXITED, 3, "exited");
    expect_end(TLK_KILLED, 9, "killed");
    expect_end(TLK_EXECED, 0, "execed");
    expect_end(TLK_RUNNING, 0, "unknown");
}

Test(json, hostile_strings_and_numbers)
{
    struct builder *builder = sample();
    builder_header(builder)->exe = builder_string(builder, "/bin/\xff\"\\\1");
    builder_header(builder)->end_mono = UINT64_MAX;
    builder_header(builder)->start_real = UINT64_MAX;
    json_t *report = report_of(builder);
    expect_string(json_object_get(report, "process"), "exe", "/bin/?\"\\?");
    json_decref(report);
}
