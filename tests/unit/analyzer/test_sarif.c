/* SARIF 2.1.0: what its schema demands, and what GitHub makes of it. */
#include "exports/exports.h"
#include "ci.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/*
 * The part of the schema that is in use: members of objects with their types, which are objects in
 * their turn, "[type]" for arrays of them, "{type}" for maps, or words of an enumeration with '|'
 * between them. '!' marks what must be there. What is not listed must not be there.
 */
static const struct {
    const char *object, *member, *type;
} schema[] = {
    {"log", "$schema", "string"},
    {"log", "!version", "2.1.0|"},
    {"log", "!runs", "[run]"},
    {"run", "!tool", "tool"},
    {"run", "invocations", "[invocation]"},
    {"run", "originalUriBaseIds", "{artifactLocation}"},
    {"run", "columnKind", "utf16CodeUnits|unicodeCodePoints"},
    {"run", "results", "[result]"},
    {"tool", "!driver", "driver"},
    {"driver", "!name", "string"},
    {"driver", "semanticVersion", "string"},
    {"driver", "rules", "[rule]"},
    {"rule", "!id", "string"},
    {"rule", "shortDescription", "text"},
    {"rule", "fullDescription", "text"},
    {"rule", "help", "text"},
    {"rule", "defaultConfiguration", "configuration"},
    {"configuration", "level", "none|note|warning|error"},
    {"text", "!text", "string"},
    {"invocation", "!executionSuccessful", "boolean"},
    {"invocation", "toolExecutionNotifications", "[notification]"},
    {"notification", "!message", "text"},
    {"notification", "level", "none|note|warning|error"},
    {"result", "!message", "text"},
    {"result", "ruleId", "string"},
    {"result", "ruleIndex", "integer"},
    {"result", "level", "none|note|warning|error"},
    {"result", "locations", "[location]"},
    {"result", "partialFingerprints", "{string}"},
    {"result", "stacks", "[stack]"},
    {"result", "codeFlows", "[codeFlow]"},
    {"result", "baselineState", "new|unchanged|updated|absent"},
    {"result", "occurrenceCount", "positive"},
    {"stack", "!frames", "[frame]"},
    {"stack", "message", "text"},
    {"frame", "location", "location"},
    {"frame", "module", "string"},
    {"location", "physicalLocation", "physicalLocation"},
    {"location", "logicalLocations", "[logicalLocation]"},
    {"location", "message", "text"},
    {"physicalLocation", "!artifactLocation", "artifactLocation"},
    {"physicalLocation", "region", "region"},
    {"artifactLocation", "uri", "uri"},
    {"artifactLocation", "uriBaseId", "string"},
    {"artifactLocation", "description", "text"},
    {"region", "!startLine", "positive"},
    {"logicalLocation", "fullyQualifiedName", "string"},
    {"logicalLocation", "kind", "string"},
    {"codeFlow", "!threadFlows", "[threadFlow]"},
    {"threadFlow", "!locations", "[threadFlowLocation]"},
    {"threadFlowLocation", "location", "location"},
};

#define MEMBERS (sizeof(schema) / sizeof(*schema))

static void validate(const json_t *json, const char *type, size_t length);

static bool is_type(const char *type, size_t length, const char *name)
{
    return strlen(name) == length && strncmp(type, name, length) == 0;
}

static const char *type_of(const char *object, size_t length, const char *member)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        const char *name = schema[i].member + (*schema[i].member == '!');
        if (is_type(object, length, schema[i].object) && strcmp(name, member) == 0)
            return schema[i].type;
    }
    return NULL;
}

static void validate_object(const json_t *json, const char *object, size_t length)
{
    const char *key;
    json_t *value;
    bool known = false;
    cr_assert(json_is_object(json), "%.*s is no object", (int)length, object);
    for (size_t i = 0; i < MEMBERS; i++) {
        bool member = is_type(object, length, schema[i].object);
        known |= member;
        if (member && *schema[i].member == '!')
            cr_expect(json_object_get(json, schema[i].member + 1), "%s has no %s", schema[i].object,
                      schema[i].member + 1);
    }
    cr_assert(known, "the schema has no %.*s", (int)length, object);
    json_object_foreach((json_t *)json, key, value)
    {
        const char *type = type_of(object, length, key);
        cr_assert(type, "%.*s must not have %s", (int)length, object, key);
        validate(value, type, strlen(type));
    }
}

static void validate_word(const json_t *json, const char *words)
{
    const char *word = json_string_value(json);
    const char *found = word && *word ? strstr(words, word) : NULL;
    cr_expect(found && (found == words || found[-1] == '|') && strchr("|", found[strlen(word)]),
              "\"%s\" is none of %s", word ? word : "", words);
}

/* RFC 3986: what is not allowed is escaped; a path below the root has no scheme. */
static void validate_uri(const char *uri)
{
    cr_assert(uri && *uri);
    for (const char *s = uri; *s; s++) {
        cr_expect(isalnum((unsigned char)*s) || strchr("-._~/%:", *s), "'%c' in %s", *s, uri);
        if (*s == '%')
            cr_expect(isxdigit((unsigned char)s[1]) && isxdigit((unsigned char)s[2]), "%s", uri);
    }
    cr_expect(!strchr(uri, ':') || strncmp(uri, "file:///", 8) == 0, "%s", uri);
}

static void validate(const json_t *json, const char *type, size_t length)
{
    const char *key;
    json_t *value;
    size_t i;
    if (*type == '[') {
        cr_assert(json_is_array(json), "%s is no array", type);
        json_array_foreach(json, i, value) validate(value, type + 1, length - 2);
    } else if (*type == '{') {
        cr_assert(json_is_object(json), "%s is no map", type);
        json_object_foreach((json_t *)json, key, value) validate(value, type + 1, length - 2);
    } else if (memchr(type, '|', length)) {
        validate_word(json, type);
    } else if (is_type(type, length, "string")) {
        cr_expect(json_is_string(json));
    } else if (is_type(type, length, "uri")) {
        validate_uri(json_string_value(json));
    } else if (is_type(type, length, "boolean")) {
        cr_expect(json_is_boolean(json));
    } else if (is_type(type, length, "integer")) {
        cr_expect_geq(json_integer_value(json), -1);
    } else if (is_type(type, length, "positive")) {
        cr_expect_geq(json_integer_value(json), 1);
    } else {
        validate_object(json, type, length);
    }
}

/* Frees the text. */
static json_t *log_of_text(char *text)
{
    json_t *json = ci_json(text);
    validate(json, "log", strlen("log"));
    return json;
}

static json_t *log_of_gate(const struct gate *gate)
{
    return log_of_text(gate_text(sarif_write, gate));
}

static json_t *log_of(const struct made *sites, size_t count, struct gate_options options,
                      struct baseline *baseline)
{
    struct gate gate;
    struct profile *profile = made_profile(sites, count);
    gate_judge(&gate, profile, &options, NULL, baseline);
    json_t *json = log_of_gate(&gate);
    gate_free(&gate);
    profile_free(profile);
    return json;
}

/* A part of the log by its path: numbers are indices. NULL if it is not there. */
static json_t *at(json_t *json, const char *path)
{
    while (json && *path) {
        char key[40] = "";
        size_t length = strcspn(path, "/");
        memcpy(key, path, length);
        json = isdigit((unsigned char)*key) ? json_array_get(json, (size_t)atoi(key))
                                            : json_object_get(json, key);
        path += length + (path[length] == '/');
    }
    return json;
}

static void expect_string(json_t *json, const char *path, const char *expected)
{
    const char *string = json_string_value(at(json, path));
    cr_expect_str_eq(string ? string : "", expected, "%s", path);
}

static const struct made server[] = {
    {.live = MANY,
     .armed = true,
     .frames = {{"wrapper", "/usr/include/wrap.h", 5, "/usr/lib/libwrap.so"},
                {"accept_client", "/src/net.c", 214, NULL},
                {"main", "/src/main.c", 0, NULL}}},
    {.live = 3, .frames = {{"metrics_init", "/src/metrics.c", 31, NULL}}},
};

#define RESULT "runs/0/results/0/"
#define NOTIFICATIONS "runs/0/invocations/0/toolExecutionNotifications"

Test(sarif, a_finding)
{
    json_t *log = log_of(server, 2, leaks_fail, NULL);
    expect_string(log, "version", "2.1.0");
    cr_expect_eq(json_array_size(at(log, "runs/0/results")), 1);
    expect_string(log, RESULT "ruleId", "never-fired");
    expect_string(log, RESULT "level", "error");
    expect_string(log, "runs/0/tool/driver/rules/1/id", "never-fired");
    cr_expect_eq(json_integer_value(at(log, RESULT "ruleIndex")), 1);
    cr_expect_eq(json_integer_value(at(log, RESULT "occurrenceCount")), MANY);
    cr_expect_null(at(log, RESULT "baselineState"));
    cr_expect(json_is_true(at(log, "runs/0/invocations/0/executionSuccessful")));
    json_decref(log);
}

#define PLACE "physicalLocation/artifactLocation/"

Test(sarif, its_place_is_the_first_frame_inside_the_repository)
{
    json_t *log = log_of(server, 2, leaks_fail, NULL);
    cr_expect_eq(json_array_size(at(log, RESULT "locations")), 1);
    expect_string(log, RESULT "locations/0/" PLACE "uri", "net.c");
    expect_string(log, RESULT "locations/0/" PLACE "uriBaseId", "%SRCROOT%");
    cr_expect_eq(
        json_integer_value(at(log, RESULT "locations/0/physicalLocation/region/startLine")), 214);
    json_decref(log);
}

Test(sarif, the_stack_is_beside_it)
{
    json_t *log = log_of(server, 2, leaks_fail, NULL);
    cr_expect_eq(json_array_size(at(log, RESULT "stacks/0/frames")), 4);
    expect_string(log, RESULT "stacks/0/frames/0/location/logicalLocations/0/fullyQualifiedName",
                  "timerfd_create");
    expect_string(log, RESULT "stacks/0/frames/1/module", "libwrap.so");
    expect_string(log, RESULT "stacks/0/frames/1/location/" PLACE "uri",
                  "file:///usr/include/wrap.h");
    /* As it runs, and in the repository only. */
    cr_expect_eq(json_array_size(at(log, RESULT "codeFlows/0/threadFlows/0/locations")), 2);
    expect_string(log, RESULT "codeFlows/0/threadFlows/0/locations/0/location/" PLACE "uri",
                  "main.c");
    json_decref(log);
}

Test(sarif, fingerprints_are_those_of_the_baseline)
{
    struct profile *profile = made_profile(server, 2);
    struct gate gate;
    gate_judge(&gate, profile, &leaks_fail, NULL, NULL);
    json_t *log = log_of(server, 2, leaks_fail, baseline_new());
    const char *fingerprint = judged_of(&gate, 0)->site->fingerprint;
    expect_string(log, RESULT "partialFingerprints/primaryLocationLineHash", fingerprint);
    cr_expect_str_eq(
        json_string_value(json_object_get(at(log, RESULT "partialFingerprints"), "timerleak/v2")),
        fingerprint);
    expect_string(log, RESULT "baselineState", "new");
    json_decref(log);
    gate_free(&gate);
    profile_free(profile);
}

Test(sarif, what_is_held_is_a_warning)
{
    struct gate_options options = {.max_live = UINT64_MAX};
    options.verdicts[VERDICT_HELD] = true;
    json_t *log = log_of(server, 2, options, NULL);
    cr_expect_eq(json_array_size(at(log, "runs/0/results")), 1);
    expect_string(log, RESULT "level", "warning");
    json_decref(log);
}

Test(sarif, where_nothing_is_inside_the_best_is_shown)
{
    const struct made sites[] = {
        {.live = MANY, .frames = {{"a", NULL, 0, NULL}, {"b", "/usr/include/b.h", 7, NULL}}},
        {.live = MANY + 1, .frames = {{"c", NULL, 0, "/usr/lib/libc d.so"}}},
    };
    json_t *log = log_of(sites, 2, leaks_fail, NULL);
    expect_string(log, "runs/0/results/1/locations/0/" PLACE "uri", "file:///usr/include/b.h");
    expect_string(log, RESULT "locations/0/" PLACE "uri", "file:///usr/lib/libc%20d.so");
    cr_expect_null(at(log, RESULT "locations/0/" PLACE "uriBaseId"));
    cr_expect_null(at(log, RESULT "codeFlows"));
    json_decref(log);
}

Test(sarif, what_could_not_be_judged_is_no_success)
{
    struct gate_options options = leaks_fail;
    options.incomplete = true;
    options.max_live = 1;
    json_t *log = log_of(server, 2, options, NULL);
    cr_expect(json_is_false(at(log, "runs/0/invocations/0/executionSuccessful")));
    cr_expect_eq(json_array_size(at(log, NOTIFICATIONS)), 2);
    json_decref(log);
}

Test(sarif, what_was_not_recorded_is_told)
{
    json_t *log = log_of_text(ci_partial_text(sarif_write));
    cr_expect_eq(json_array_size(at(log, NOTIFICATIONS)), 3);
    expect_string(log, NOTIFICATIONS "/0/level", "note");
    expect_string(log, NOTIFICATIONS "/0/message/text", CI_SAMPLED);
    expect_string(log, NOTIFICATIONS "/1/message/text", CI_ASLEEP);
    expect_string(log, NOTIFICATIONS "/2/message/text", CI_IGNORED);
    cr_expect(json_is_true(at(log, "runs/0/invocations/0/executionSuccessful")));
    json_decref(log);
}

Test(sarif, hostile_names)
{
    json_t *log = log_of(&hostile, 1, leaks_fail, NULL);
    expect_string(log, RESULT "locations/0/" PLACE "uri", "we%20ird%22%7C%60%3C%26%3E.c");
    json_decref(log);
}

/* The log of the same failure so many times; the gate lends it. */
static json_t *log_of_failures(const struct gate *gate, size_t count)
{
    struct gate many = *gate;
    many.count = many.outcomes[OUTCOME_FAILS] = count;
    many.judged = calloc(count, sizeof(*many.judged));
    for (size_t i = 0; i < count; i++)
        many.judged[i] = gate->judged[0];
    json_t *log = log_of_gate(&many);
    free(many.judged);
    return log;
}

Test(sarif, no_more_than_github_takes, .timeout = 120)
{
    enum { GITHUB_TAKES = 5000 };
    struct gate gate;
    struct profile *profile = made_profile(server, 1);
    gate_judge(&gate, profile, &leaks_fail, NULL, NULL);
    json_t *log = log_of_failures(&gate, GITHUB_TAKES);
    cr_expect_eq(json_array_size(at(log, "runs/0/results")), GITHUB_TAKES);
    cr_expect_eq(json_array_size(at(log, NOTIFICATIONS)), 0, "all of them are there");
    json_decref(log);
    log = log_of_failures(&gate, GITHUB_TAKES + 1);
    cr_expect_eq(json_array_size(at(log, "runs/0/results")), GITHUB_TAKES);
    cr_expect_eq(json_array_size(at(log, NOTIFICATIONS)), 1);
    json_decref(log);
    gate_free(&gate);
    profile_free(profile);
}
