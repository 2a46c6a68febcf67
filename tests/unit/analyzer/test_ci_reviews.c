/* What is shown beside the source, or as a test, with the names that would break it. */
#include "ci.h"
#include "exports/exports.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* ---- JUnit ---- */

Test(junit, a_test_for_each_site)
{
    char *text = ci_server_text(junit_write);
    ci_expect_part(text, "<testsuites name=\"timerleak\" tests=\"5\" failures=\"1\" errors=\"0\" "
                         "skipped=\"1\" time=\"0\">");
    cr_expect_eq(ci_count_parts(text, "<testcase "), 5);
    cr_expect_eq(ci_count_parts(text, "</testcase>"), 5);
    ci_expect_part(text, "classname=\"timerleak.timerfd\" name=\"accept_client [");
    ci_expect_part(text,
                   "file=\"net.c\" line=\"214\">\n      <failure type=\"leak\" message=\"leak: "
                   "60 timerfd timers, never-fired, created in accept_client: grows");
    ci_expect_part(text, "<skipped message=\"suppressed by leak:^reconnect$\"/>");
    ci_expect_part(text, "\nmain  main.c:9\n</failure>");
    ci_expect_accepted("xmllint --noout -", text);
    free(text);
}

Test(junit, what_concerns_the_run_as_a_whole)
{
    char *text = ci_text(junit_write, ci_server, 4, ci_doubtful());
    ci_expect_part(text, "tests=\"6\" failures=\"2\" errors=\"1\" skipped=\"1\"");
    ci_expect_part(text,
                   "<error type=\"in-doubt\" message=\"not every recording could be read\"/>");
    ci_expect_part(text,
                   "<failure type=\"max-live\" message=\"63 timers are live, more than the 4");
    ci_expect_accepted("xmllint --noout -", text);
    free(text);
}

Test(junit, what_was_not_recorded_is_told)
{
    char *text = ci_partial_text(junit_write), *whole = ci_server_text(junit_write);
    ci_expect_part(text, "    </testcase>\n    <system-out>" CI_SAMPLED "\n" CI_ASLEEP
                         "\n" CI_IGNORED "\n</system-out>\n  </testsuite>\n");
    ci_expect_accepted("xmllint --noout -", text);
    ci_expect_no_part(whole, "system-out");
    free(text);
    free(whole);
}

Test(junit, a_mended_leak_keeps_its_name)
{
    struct made mended = ci_server[0];
    mended.live = 0;
    char *before = ci_server_text(junit_write);
    char *after = ci_text(junit_write, &mended, 1, leaks_fail);
    const char *name = strstr(before, "accept_client [");
    char part[60];
    cr_assert_not_null(name);
    snprintf(part, sizeof(part), "%.*s", (int)strcspn(name, "\""), name);
    ci_expect_part(after, part);
    ci_expect_part(after, "failures=\"0\"");
    free(before);
    free(after);
}

Test(junit, hostile_names)
{
    char *text = ci_hostile_text(junit_write);
    ci_expect_part(text, "name=\"a&#34;b&#39;c|d`e&#60;f&#62;g&#38;h\\i?j?k?l?[31m [");
    ci_expect_part(text, "]]&#62; --&#62;");
    ci_expect_no_part(text, "\xef\xbf\xbe");
    ci_expect_accepted("xmllint --noout -", text);
    free(text);
}

/* ---- GitHub ---- */

Test(annotations, a_finding)
{
    char *text = ci_server_text(annotations_write);
    cr_expect_eq(ci_count_parts(text, "\n"), 1);
    ci_expect_part(text,
                   "::error file=net.c,line=214,title=leak%3A 60 timerfd timers%2C never-fired"
                   "%2C created in accept_client::grows ");
    ci_expect_part(text, "%0A  accept_client  net.c:214%0A  main  main.c:9\n");
    free(text);
}

Test(annotations, ten_and_no_more)
{
    char *text = ci_many_text(annotations_write, ANNOTATIONS_MOST, "f");
    cr_expect_eq(ci_count_parts(text, "\n"), ANNOTATIONS_MOST);
    cr_expect_eq(ci_count_parts(text, "::notice "), 0);
    free(text);
    text = ci_many_text(annotations_write, ANNOTATIONS_MOST + 3, "f");
    cr_expect_eq(ci_count_parts(text, "::error "), ANNOTATIONS_MOST);
    ci_expect_part(text, "::notice title=timerleak::3 findings are not shown here");
    free(text);
}

Test(annotations, what_concerns_the_run_as_a_whole)
{
    char *text = ci_text(annotations_write, ci_server, 4, ci_doubtful());
    ci_expect_part(text, "::error title=timerleak::not every recording could be read\n");
    ci_expect_part(text, "::error title=timerleak::63 timers are live");
    cr_expect_eq(ci_count_parts(text, "::error "), 3);
    free(text);
}

/* A command begins where a line does; none but ours may. */
Test(annotations, hostile_names)
{
    char *text = ci_hostile_text(annotations_write);
    cr_expect_eq(ci_count_parts(text, "\n"), 1);
    cr_expect_eq(ci_count_parts(text, "\r"), 0);
    ci_expect_part(text, "file=we ird\"|`<&>.c,line=3,title=");
    ci_expect_part(text, "%250A::error::  %2525");
    free(text);
}

/* ---- GitLab ---- */

/* All that GitLab demands of each. */
static void expect_issues(const json_t *issues, size_t count)
{
    cr_assert(json_is_array(issues));
    cr_expect_eq(json_array_size(issues), count);
    for (size_t i = 0; i < count; i++) {
        const json_t *issue = json_array_get(issues, i);
        const json_t *location = json_object_get(issue, "location");
        const json_t *lines = json_object_get(location, "lines");
        cr_expect_str_not_empty(ci_string(issue, "description"));
        cr_expect_str_not_empty(ci_string(issue, "check_name"));
        cr_expect_str_not_empty(ci_string(issue, "fingerprint"));
        cr_expect(strstr("info minor major critical blocker", ci_string(issue, "severity")));
        cr_expect_str_not_empty(ci_string(location, "path"));
        cr_expect_geq(json_integer_value(json_object_get(lines, "begin")), 1);
    }
}

Test(gitlab, a_finding)
{
    json_t *issues = ci_json(ci_server_text(gitlab_write));
    expect_issues(issues, 1);
    const json_t *issue = json_array_get(issues, 0);
    cr_expect_str_eq(ci_string(json_object_get(issue, "location"), "path"), "net.c");
    cr_expect_str_eq(ci_string(issue, "severity"), "major");
    json_decref(issues);
}

Test(gitlab, what_concerns_the_run_as_a_whole)
{
    json_t *issues = ci_json(ci_text(gitlab_write, ci_server, 4, ci_doubtful()));
    expect_issues(issues, 3);
    cr_expect_str_eq(ci_string(json_array_get(issues, 0), "severity"), "blocker");
    json_decref(issues);
}

Test(gitlab, hostile_names)
{
    json_t *issues = ci_json(ci_hostile_text(gitlab_write));
    expect_issues(issues, 1);
    json_decref(issues);
}
