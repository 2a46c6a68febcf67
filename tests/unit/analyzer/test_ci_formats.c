/* The other formats that CI reads, each with the names that would break it. */
#include "exports/annotations.h"
#include "exports/checked.h"
#include "exports/gitlab.h"
#include "exports/junit.h"
#include "exports/markdown.h"
#include "exports/prometheus.h"
#include "gated.h"
#include "views/gate.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAIN                                                                                       \
    {                                                                                              \
        "main", "/src/main.c", 9, NULL                                                             \
    }

/* A leak that fails, one that is suppressed, one that is held, one that is clean. */
static const struct made server[] = {
    {.live = MANY, .armed = true, .frames = {{"accept_client", "/src/net.c", 214, NULL}, MAIN}},
    {.live = MANY, .frames = {{"reconnect", "/src/retry.c", 8, NULL}, MAIN}},
    {.live = 3, .frames = {{"metrics_init", "/src/metrics.c", 31, NULL}, MAIN}},
    {.live = 0, .frames = {{"look_up", "/src/dns.c", 7, NULL}, MAIN}},
};

static char *text_with(gate_export *write, const struct made *sites, size_t count,
                       struct gate_options options)
{
    struct gate gate;
    struct profile *profile = made_profile(sites, count);
    gate_judge(&gate, profile, &options, rules_of("leak:^reconnect$"), NULL);
    char *text = gate_text(write, &gate);
    gate_free(&gate);
    profile_free(profile);
    return text;
}

static char *server_text(gate_export *write)
{
    return text_with(write, server, 4, leaks_fail);
}

static char *hostile_text(gate_export *write)
{
    return text_with(write, &hostile, 1, leaks_fail);
}

/* As many findings as that, which all fail. */
static char *many_text(gate_export *write, size_t count, const char *function)
{
    struct made *sites = calloc(count, sizeof(*sites));
    for (size_t i = 0; i < count; i++)
        sites[i] = (struct made){.live = MANY, .frames = {{function, "/src/f.c", 1, NULL}, MAIN}};
    char *text = text_with(write, sites, count, leaks_fail);
    free(sites);
    return text;
}

static struct gate_options with_doubts(void)
{
    struct gate_options options = leaks_fail;
    options.incomplete = true;
    options.max_live = 4;
    return options;
}

static void expect_part(const char *text, const char *part)
{
    cr_expect(strstr(text, part), "\"%s\" is missing in:\n%s", part, text);
}

static void expect_no_part(const char *text, const char *part)
{
    cr_expect_not(strstr(text, part), "\"%s\" is in:\n%s", part, text);
}

static size_t count_parts(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

/* What a command says of a text that it reads from standard input, and that it ends well. */
static void expect_accepted(const char *command, const char *text)
{
    char *path = file_of(text), line[300];
    char probe[100];
    snprintf(probe, sizeof(probe), "command -v %.*s > /dev/null", (int)strcspn(command, " "),
             command);
    if (system(probe) == 0) {
        snprintf(line, sizeof(line), "%s < %s", command, path);
        cr_expect_eq(system(line), 0, "%s does not take:\n%s", command, text);
    }
    unlink(path);
    free(path);
}

/* ---- JUnit ---- */

Test(junit, a_test_for_each_site)
{
    char *text = server_text(junit_write);
    expect_part(text, "<testsuites name=\"timerleak\" tests=\"5\" failures=\"1\" errors=\"0\" "
                      "skipped=\"1\" time=\"0\">");
    cr_expect_eq(count_parts(text, "<testcase "), 5);
    cr_expect_eq(count_parts(text, "</testcase>"), 5);
    expect_part(text, "classname=\"timerleak.timerfd\" name=\"accept_client [");
    expect_part(text, "file=\"net.c\" line=\"214\">\n      <failure type=\"leak\" message=\"leak: "
                      "60 timerfd timers, never-fired, created in accept_client: grows");
    expect_part(text, "<skipped message=\"suppressed by leak:^reconnect$\"/>");
    expect_part(text, "\nmain  main.c:9\n</failure>");
    expect_accepted("xmllint --noout -", text);
    free(text);
}

Test(junit, what_concerns_the_run_as_a_whole)
{
    char *text = text_with(junit_write, server, 4, with_doubts());
    expect_part(text, "tests=\"6\" failures=\"2\" errors=\"1\" skipped=\"1\"");
    expect_part(text, "<error type=\"in-doubt\" message=\"not every recording could be read\"/>");
    expect_part(text, "<failure type=\"max-live\" message=\"63 timers are live, more than the 4");
    expect_accepted("xmllint --noout -", text);
    free(text);
}

Test(junit, a_mended_leak_keeps_its_name)
{
    struct made mended = server[0];
    mended.live = 0;
    char *before = server_text(junit_write);
    char *after = text_with(junit_write, &mended, 1, leaks_fail);
    const char *name = strstr(before, "accept_client [");
    char part[60];
    cr_assert_not_null(name);
    snprintf(part, sizeof(part), "%.*s", (int)strcspn(name, "\""), name);
    expect_part(after, part);
    expect_part(after, "failures=\"0\"");
    free(before);
    free(after);
}

Test(junit, hostile_names)
{
    char *text = hostile_text(junit_write);
    expect_part(text, "name=\"a&#34;b&#39;c|d`e&#60;f&#62;g&#38;h\\i?j?k?l?[31m [");
    expect_part(text, "]]&#62; --&#62;");
    expect_no_part(text, "\xef\xbf\xbe");
    expect_accepted("xmllint --noout -", text);
    free(text);
}

/* ---- GitHub ---- */

Test(annotations, a_finding)
{
    char *text = server_text(annotations_write);
    cr_expect_eq(count_parts(text, "\n"), 1);
    expect_part(text, "::error file=net.c,line=214,title=leak%3A 60 timerfd timers%2C never-fired"
                      "%2C created in accept_client::grows ");
    expect_part(text, "%0A  accept_client  net.c:214%0A  main  main.c:9\n");
    free(text);
}

Test(annotations, ten_and_no_more)
{
    char *text = many_text(annotations_write, ANNOTATIONS_MOST, "f");
    cr_expect_eq(count_parts(text, "\n"), ANNOTATIONS_MOST);
    cr_expect_eq(count_parts(text, "::notice "), 0);
    free(text);
    text = many_text(annotations_write, ANNOTATIONS_MOST + 3, "f");
    cr_expect_eq(count_parts(text, "::error "), ANNOTATIONS_MOST);
    expect_part(text, "::notice title=timerleak::3 findings are not shown here");
    free(text);
}

Test(annotations, what_concerns_the_run_as_a_whole)
{
    char *text = text_with(annotations_write, server, 4, with_doubts());
    expect_part(text, "::error title=timerleak::not every recording could be read\n");
    expect_part(text, "::error title=timerleak::63 timers are live");
    cr_expect_eq(count_parts(text, "::error "), 3);
    free(text);
}

/* A command begins where a line does; none but ours may. */
Test(annotations, hostile_names)
{
    char *text = hostile_text(annotations_write);
    cr_expect_eq(count_parts(text, "\n"), 1);
    cr_expect_eq(count_parts(text, "\r"), 0);
    expect_part(text, "file=we ird\"|`<&>.c,line=3,title=");
    expect_part(text, "%250A::error::  %2525");
    free(text);
}

/* ---- GitLab ---- */

static json_t *json_of(char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    cr_assert(json, "%s in:\n%s", error.text, text);
    free(text);
    return json;
}

static const char *string_of(const json_t *json, const char *key)
{
    const char *string = json_string_value(json_object_get(json, key));
    return string ? string : "";
}

/* All that GitLab demands of each. */
static void expect_issues(const json_t *issues, size_t count)
{
    cr_assert(json_is_array(issues));
    cr_expect_eq(json_array_size(issues), count);
    for (size_t i = 0; i < count; i++) {
        const json_t *issue = json_array_get(issues, i);
        const json_t *location = json_object_get(issue, "location");
        const json_t *lines = json_object_get(location, "lines");
        cr_expect_str_not_empty(string_of(issue, "description"));
        cr_expect_str_not_empty(string_of(issue, "check_name"));
        cr_expect_str_not_empty(string_of(issue, "fingerprint"));
        cr_expect(strstr("info minor major critical blocker", string_of(issue, "severity")));
        cr_expect_str_not_empty(string_of(location, "path"));
        cr_expect_geq(json_integer_value(json_object_get(lines, "begin")), 1);
    }
}

Test(gitlab, a_finding)
{
    json_t *issues = json_of(server_text(gitlab_write));
    expect_issues(issues, 1);
    const json_t *issue = json_array_get(issues, 0);
    cr_expect_str_eq(string_of(json_object_get(issue, "location"), "path"), "net.c");
    cr_expect_str_eq(string_of(issue, "severity"), "major");
    json_decref(issues);
}

Test(gitlab, what_concerns_the_run_as_a_whole)
{
    json_t *issues = json_of(text_with(gitlab_write, server, 4, with_doubts()));
    expect_issues(issues, 3);
    cr_expect_str_eq(string_of(json_array_get(issues, 0), "severity"), "blocker");
    json_decref(issues);
}

Test(gitlab, hostile_names)
{
    json_t *issues = json_of(hostile_text(gitlab_write));
    expect_issues(issues, 1);
    json_decref(issues);
}

/* ---- Markdown ---- */

Test(markdown, a_finding)
{
    char *text = server_text(markdown_write);
    expect_part(text, "### timerleak check: fails\n\n1 site fails, 0 known");
    cr_expect_eq(count_parts(text, "<details>"), 1);
    expect_part(text, "created in <code>accept&#95;client</code> at <code>net.c:214</code>");
    expect_part(text, "<pre>\ntimerfd&#95;create\naccept&#95;client  net.c:214\nmain  main.c:9\n"
                      "</pre>");
    free(text);
}

Test(markdown, what_concerns_the_run_as_a_whole)
{
    char *text = text_with(markdown_write, server, 4, with_doubts());
    expect_part(text, "### timerleak check: could not be judged\n");
    expect_part(text, "\n\nnot every recording could be read\n\n");
    expect_part(text, "\n\n63 timers are live, more than the 4 that --max-live allows\n\n");
    free(text);
}

Test(markdown, hostile_names)
{
    char *text = hostile_text(markdown_write);
    /* No character of theirs means anything: all of these are in the frame around them. */
    static const char special[] = "*_`|[]()@!\\{}$~\"'=?%";
    for (const char *s = special; *s; s++)
        cr_expect_not(strchr(text, *s), "%c in:\n%s", *s, text);
    cr_expect_eq(count_parts(text, "<"), 12);
    free(text);
}

Test(markdown, is_no_longer_than_a_comment_may_be)
{
    char name[2000];
    memset(name, '_', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    char *text = many_text(markdown_write, 200, name);
    cr_expect_leq(strlen(text), MARKDOWN_MOST);
    cr_expect_gt(strlen(text), MARKDOWN_MOST / 2);
    expect_part(text, " findings are not shown here: see the log.\n");
    cr_expect_eq(count_parts(text, "<details>"), count_parts(text, "</details>"));
    free(text);
}

/* ---- Prometheus ---- */

Test(prometheus, metrics_as_the_dashboard_reads_them)
{
    char *text = server_text(prometheus_write);
    expect_part(text, "\ntimerleak_sites{verdict=\"leak\"} 2\n");
    expect_part(text, "\ntimerleak_sites{verdict=\"held\"} 1\n");
    expect_part(text, "\ntimerleak_checked_sites{outcome=\"fails\"} 1\n");
    expect_part(text, "\ntimerleak_checked_sites{outcome=\"suppressed\"} 1\n");
    expect_part(text, "\ntimerleak_live{process=\"server\",family=\"timerfd\",verdict=\"leak\"} "
                      "120\n");
    expect_part(text, "\ntimerleak_created_total{process=\"server\",family=\"timerfd\"} 124\n");
    expect_part(text, "\ntimerleak_released_total{process=\"server\",family=\"timerfd\"} 1\n");
    expect_part(text, "\ntimerleak_descriptors_limit{process=\"server\"} 4096\n");
    expect_part(text, "\ntimerleak_check_in_doubt 0\n");
    expect_accepted("promtool check metrics", text);
    free(text);
}

/* A second sample of the same labels, or a second head, would make the collector drop the file. */
Test(prometheus, processes_of_one_name_are_one)
{
    struct gate gate;
    struct profile *profile = made_profile(server, 4);
    struct builder *builder = builder_new(HOUR);
    builder_header(builder)->descriptors_seen = 77;
    loaded_add(profile, builder);
    gate_judge(&gate, profile, &leaks_fail, NULL, NULL);
    char *text = gate_text(prometheus_write, &gate);
    cr_expect_eq(count_parts(text, "\ntimerleak_descriptors_limit{"), 1);
    expect_part(text, "\ntimerleak_descriptors{process=\"server\"} 77\n");
    expect_accepted("promtool check metrics", text);
    free(text);
    gate_free(&gate);
    profile_free(profile);
}

Test(prometheus, hostile_names)
{
    struct gate gate;
    struct builder *builder = builder_new(HOUR);
    builder_header(builder)->exe = builder_string(builder, "/a\"b\\c{d}=\n\xff");
    builder_create(builder, builder_plain_site(builder, TLK_POSIX, 0x1001), 0);
    struct profile *profile = loaded(builder);
    gate_judge(&gate, profile, &leaks_fail, NULL, NULL);
    char *text = gate_text(prometheus_write, &gate);
    expect_part(text, "timerleak_live{process=\"a\\\"b\\\\c{d}=??\",family=\"posix\"");
    expect_accepted("promtool check metrics", text);
    free(text);
    gate_free(&gate);
    profile_free(profile);
}

/* ---- JSON ---- */

Test(checked, the_report_and_what_the_gate_makes_of_it)
{
    json_t *json = json_of(server_text(checked_write));
    const json_t *check = json_object_get(json, "check"), *sites = json_object_get(json, "sites");
    cr_expect_str_eq(string_of(json, "schema"), "timerleak/1");
    cr_expect_str_eq(string_of(check, "result"), "fails");
    cr_expect_eq(json_integer_value(json_object_get(check, "live")), MANY + 3);
    cr_expect_eq(json_array_size(sites), 4);
    for (size_t i = 0; i < 4; i++) {
        const json_t *site = json_array_get(sites, i);
        const json_t *frame = json_array_get(json_object_get(site, "stack"), 1);
        if (strcmp(string_of(frame, "function"), "reconnect") == 0)
            cr_expect_str_eq(string_of(site, "rule"), "leak:^reconnect$");
        if (strcmp(string_of(frame, "function"), "accept_client") == 0)
            cr_expect_str_eq(string_of(site, "outcome"), "fails");
        if (strcmp(string_of(frame, "function"), "look_up") == 0)
            cr_expect(json_is_null(json_object_get(site, "fingerprint")));
    }
    json_decref(json);
}

Test(checked, of_no_recording)
{
    struct gate gate;
    struct profile *profile = profile_new();
    gate_judge(&gate, profile, &leaks_fail, NULL, NULL);
    json_t *json = json_of(gate_text(checked_write, &gate));
    cr_expect_str_eq(string_of(json_object_get(json, "check"), "result"), "in-doubt");
    cr_expect(json_is_null(json_object_get(json, "process")));
    json_decref(json);
    free(gate_text(junit_write, &gate));
    free(gate_text(prometheus_write, &gate));
    gate_free(&gate);
    profile_free(profile);
}

/* ---- the terminal ---- */

static void print(FILE *to, const struct gate *gate, const struct repository *repository)
{
    (void)repository;
    gate_print(to, gate, "rules");
}

Test(gate_view, what_fails_and_what_is_excused)
{
    char *text = server_text(print);
    expect_part(text, "LEAK   timerfd      60 live  never-fired     accept_client");
    expect_part(text, "       suppressed by leak:^reconnect$\n");
    expect_part(text, "\n1 site fails, 0 known, 1 suppressed, 2 pass; 124 timers created, 123 live "
                      "in 1 recording\n");
    expect_no_part(text, "metrics_init");
    free(text);
}

Test(gate_view, rules_that_are_not_needed)
{
    char *text = text_with(print, server, 1, leaks_fail);
    expect_part(text, "rules:1: leak:^reconnect$ suppresses nothing here\n");
    free(text);
}

Test(gate_view, one_that_is_known_in_another_state)
{
    struct gate gate;
    const char *functions[] = {"timerfd_create", "accept_client", "main"};
    struct baseline *baseline = baseline_new();
    baseline_add(baseline, "00", "timerfd", "never-released", functions, 3);
    struct profile *profile = made_profile(server, 1);
    gate_judge(&gate, profile, &leaks_fail, NULL, baseline);
    char *text = gate_text(print, &gate);
    expect_part(text, "the baseline knows it as never-released\n");
    expect_part(text, "no longer found: timerfd never-released: timerfd_create < accept_client");
    free(text);
    gate_free(&gate);
    profile_free(profile);
}
