/* What tells of the run as a whole, with the names that would break it. */
#include "ci.h"
#include "exports/exports.h"
#include "views/views.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* ---- Markdown ---- */

Test(markdown, a_finding)
{
    char *text = ci_server_text(markdown_write);
    ci_expect_part(text, "### timerleak check: fails\n\n1 site fails, 0 known");
    cr_expect_eq(ci_count_parts(text, "<details>"), 1);
    ci_expect_part(text, "created in <code>accept&#95;client</code> at <code>net.c:214</code>");
    ci_expect_part(text, "<pre>\ntimerfd&#95;create\naccept&#95;client  net.c:214\nmain  main.c:9\n"
                         "</pre>");
    free(text);
}

Test(markdown, what_concerns_the_run_as_a_whole)
{
    char *text = ci_text(markdown_write, ci_server, 4, ci_doubtful());
    ci_expect_part(text, "### timerleak check: could not be judged\n");
    ci_expect_part(text, "\n\nnot every recording could be read\n\n");
    ci_expect_part(text, "\n\n63 timers are live, more than the 4 that --max-live allows\n\n");
    free(text);
}

Test(markdown, hostile_names)
{
    char *text = ci_hostile_text(markdown_write);
    /* No character of theirs means anything: all of these are in the frame around them. */
    static const char special[] = "*_`|[]()@!\\{}$~\"'=?%";
    for (const char *s = special; *s; s++)
        cr_expect_not(strchr(text, *s), "%c in:\n%s", *s, text);
    cr_expect_eq(ci_count_parts(text, "<"), 12);
    free(text);
}

Test(markdown, is_no_longer_than_a_comment_may_be)
{
    char name[2000];
    memset(name, '_', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    char *text = ci_many_text(markdown_write, 200, name);
    cr_expect_leq(strlen(text), MARKDOWN_MOST);
    cr_expect_gt(strlen(text), MARKDOWN_MOST / 2);
    ci_expect_part(text, " findings are not shown here: see the log.\n");
    cr_expect_eq(ci_count_parts(text, "<details>"), ci_count_parts(text, "</details>"));
    free(text);
}

/* ---- Prometheus ---- */

Test(prometheus, metrics_as_the_dashboard_reads_them)
{
    char *text = ci_server_text(prometheus_write);
    ci_expect_part(text, "\ntimerleak_sites{verdict=\"leak\"} 2\n");
    ci_expect_part(text, "\ntimerleak_sites{verdict=\"held\"} 1\n");
    ci_expect_part(text, "\ntimerleak_checked_sites{outcome=\"fails\"} 1\n");
    ci_expect_part(text, "\ntimerleak_checked_sites{outcome=\"suppressed\"} 1\n");
    ci_expect_part(text, "\ntimerleak_live{process=\"server\",family=\"timerfd\",verdict=\"leak\"} "
                         "120\n");
    ci_expect_part(text, "\ntimerleak_created_total{process=\"server\",family=\"timerfd\"} 124\n");
    ci_expect_part(text, "\ntimerleak_released_total{process=\"server\",family=\"timerfd\"} 1\n");
    ci_expect_part(text, "\ntimerleak_descriptors_limit{process=\"server\"} 4096\n");
    ci_expect_part(text, "\ntimerleak_check_in_doubt 0\n");
    ci_expect_accepted("promtool check metrics", text);
    free(text);
}

/* A second sample of the same labels, or a second head, would make the collector drop the file. */
Test(prometheus, processes_of_one_name_are_one)
{
    struct gate gate;
    struct profile *profile = made_profile(ci_server, 4);
    struct builder *builder = builder_new(HOUR);
    builder_header(builder)->descriptors_seen = 77;
    loaded_add(profile, builder);
    gate_judge(&gate, profile, &leaks_fail, NULL, NULL);
    char *text = gate_text(prometheus_write, &gate);
    cr_expect_eq(ci_count_parts(text, "\ntimerleak_descriptors_limit{"), 1);
    ci_expect_part(text, "\ntimerleak_descriptors{process=\"server\"} 77\n");
    ci_expect_accepted("promtool check metrics", text);
    free(text);
    gate_free(&gate);
    profile_free(profile);
}

Test(prometheus, hostile_names)
{
    struct gate gate;
    struct builder *builder = builder_new(HOUR);
    builder_started_as(builder, "/a\"b\\c{d}=\n\xff", "/a\"b\\c{d}=\n\xff");
    builder_create(builder, builder_plain_site(builder, TLK_POSIX, 0x1001), 0);
    struct profile *profile = loaded(builder);
    gate_judge(&gate, profile, &leaks_fail, NULL, NULL);
    char *text = gate_text(prometheus_write, &gate);
    ci_expect_part(text, "timerleak_live{process=\"a\\\"b\\\\c{d}=??\",family=\"posix\"");
    ci_expect_accepted("promtool check metrics", text);
    free(text);
    gate_free(&gate);
    profile_free(profile);
}

/* ---- JSON ---- */

Test(checked, the_report_and_what_the_gate_makes_of_it)
{
    json_t *json = ci_json(ci_server_text(gate_json_write));
    const json_t *check = json_object_get(json, "check"), *sites = json_object_get(json, "sites");
    cr_expect_str_eq(ci_string(json, "schema"), "timerleak/1");
    cr_expect_str_eq(ci_string(check, "result"), "fails");
    cr_expect_eq(json_integer_value(json_object_get(check, "live")), MANY + 3);
    cr_expect_eq(json_array_size(sites), 4);
    for (size_t i = 0; i < 4; i++) {
        const json_t *site = json_array_get(sites, i);
        const json_t *frame = json_array_get(json_object_get(site, "stack"), 1);
        if (strcmp(ci_string(frame, "function"), "reconnect") == 0)
            cr_expect_str_eq(ci_string(site, "rule"), "leak:^reconnect$");
        if (strcmp(ci_string(frame, "function"), "accept_client") == 0)
            cr_expect_str_eq(ci_string(site, "outcome"), "fails");
        if (strcmp(ci_string(frame, "function"), "look_up") == 0)
            cr_expect(json_is_null(json_object_get(site, "fingerprint")));
    }
    json_decref(json);
}

Test(checked, of_no_recording)
{
    struct gate gate;
    struct profile *profile = profile_new();
    gate_judge(&gate, profile, &leaks_fail, NULL, NULL);
    json_t *json = ci_json(gate_text(gate_json_write, &gate));
    cr_expect_str_eq(ci_string(json_object_get(json, "check"), "result"), "in-doubt");
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
    char *text = ci_server_text(print);
    ci_expect_part(text, "LEAK   timerfd      60 live  never-fired     accept_client");
    ci_expect_part(text, "       suppressed by leak:^reconnect$\n");
    ci_expect_part(text,
                   "\n1 site fails, 0 known, 1 suppressed, 2 pass; 124 timers created, 123 live "
                   "in 1 recording\n");
    ci_expect_no_part(text, "metrics_init");
    free(text);
}

Test(gate_view, rules_that_are_not_needed)
{
    char *text = ci_text(print, ci_server, 1, leaks_fail);
    ci_expect_part(text, "rules:1: leak:^reconnect$ suppresses nothing here\n");
    free(text);
}

Test(gate_view, one_that_is_gone)
{
    struct gate gate;
    const char *functions[] = {"timerfd_create", "gone", "main"};
    struct baseline *baseline = baseline_new();
    baseline_add(baseline, "00", "timerfd", functions, 3);
    struct profile *profile = made_profile(ci_server, 1);
    gate_judge(&gate, profile, &leaks_fail, NULL, baseline);
    char *text = gate_text(print, &gate);
    ci_expect_part(text, "no longer found: timerfd: timerfd_create < gone < main\n");
    free(text);
    gate_free(&gate);
    profile_free(profile);
}
