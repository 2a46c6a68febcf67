/* A repository with a leak goes through CI: red, known and green, red again with a second leak. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preloaded.h"
#include "recordings.h"
#include "repository.h"
#include "subject.h"

static void record(const struct repository *repository, const char *leaks)
{
    char *line = text_make("rm -f run.tlk && timerleak record -o run.tlk ./server %s", leaks);

    expect_run(repository, line, 0);
    free(line);
}

/* ---- what the formats say: that this function leaks, and nothing else; or that nothing does ----
 */

#define FORMATS                                                                                    \
    " --sarif=sarif --junit=junit --gitlab=gitlab --markdown=markdown --prometheus=prometheus "    \
    "--json=json --github run.tlk > printed"
#define COUNT(leak) ((leak) ? 1 : 0)

static const json_t *first(const json_t *json, const char *key)
{
    return json_array_get(json_object_get(json, key), 0);
}

static void expect_sarif(const struct repository *repository, const char *leak)
{
    json_t *log = json_of(repository, "sarif");
    const json_t *results = json_object_get(first(log, "runs"), "results");
    const json_t *result = json_array_get(results, 0);

    cr_expect_eq(json_array_size(results), COUNT(leak));
    if (leak) {
        char *stack = json_dumps(json_object_get(result, "stacks"), 0);
        const json_t *place = json_object_get(first(result, "locations"), "physicalLocation");

        cr_expect_str_eq(text_of(json_object_get(place, "artifactLocation"), "uri"), "net.c");
        cr_expect_str_eq(text_of(result, "ruleId"), "never-fired");
        expect_part(stack, leak);
        free(stack);
    }
    json_decref(log);
}

static void expect_gitlab(const struct repository *repository, const char *leak)
{
    json_t *issues = json_of(repository, "gitlab");
    const json_t *place = json_object_get(json_array_get(issues, 0), "location");

    cr_expect_eq(json_array_size(issues), COUNT(leak));
    if (leak)
        cr_expect_str_eq(text_of(place, "path"), "net.c");
    json_decref(issues);
}

static void expect_json(const struct repository *repository, const char *leak)
{
    json_t *report = json_of(repository, "json");
    const json_t *check = json_object_get(report, "check"), *site;
    size_t i;

    cr_expect_str_eq(text_of(check, "result"), leak ? "fails" : "passes");
    cr_expect_eq(number_of(json_object_get(check, "sites"), "fails"), COUNT(leak));
    json_array_foreach(json_object_get(report, "sites"), i, site)
    {
        if (strcmp(text_of(site, "outcome"), "fails") == 0)
            cr_expect_str_eq(text_of(frame_of(site, 2), "function"), leak);
    }
    json_decref(report);
}

static void expect_xml(const struct repository *repository)
{
    need("xmllint");
    expect_run(repository, "xmllint --noout junit", 0);
}

static void expect_formats(const struct repository *repository, const char *leak)
{
    expect_sarif(repository, leak);
    expect_gitlab(repository, leak);
    expect_json(repository, leak);
    expect_text(repository, "junit", leak ? "failures=\"1\"" : "failures=\"0\"");
    expect_text(repository, "prometheus",
                leak ? "{outcome=\"fails\"} 1\n" : "{outcome=\"fails\"} 0\n");
    expect_text(repository, "markdown",
                leak ? "timerleak check: fails\n" : "timerleak check: passes\n");
    expect_text(repository, "printed", leak ? "\n::error file=net.c,line=" : "0 sites fail, ");
    if (leak)
        expect_text(repository, "printed", leak);
}

Test(gate, red_then_known_then_red_with_a_second_leak, .timeout = 120)
{
    struct repository repository = repository_make();

    record(&repository, "");
    expect_run(&repository, "timerleak check" FORMATS, 0);
    expect_formats(&repository, NULL);

    record(&repository, "reconnect");
    expect_run(&repository, "timerleak check" FORMATS, 1);
    expect_formats(&repository, "net_reconnect");

    expect_run(&repository, "timerleak check --baseline=known.json --update-baseline run.tlk", 0);
    expect_run(&repository, "timerleak check --baseline=known.json" FORMATS, 0);
    expect_formats(&repository, NULL);

    /* Code moves, the compiler does otherwise, and nothing is new. */
    expect_run(&repository,
               "sed -i '1i /* more */\\n\\nint more(int a);\\nint more(int a)\\n{\\n    return "
               "a + 1;\\n}\\n' net.c && cc -g -O2 -o server main.c net.c",
               0);
    record(&repository, "reconnect");
    expect_run(&repository, "timerleak check --baseline=known.json" FORMATS, 0);
    expect_formats(&repository, NULL);

    record(&repository, "reconnect upload");
    expect_run(&repository, "timerleak check --baseline=known.json" FORMATS, 1);
    expect_formats(&repository, "net_upload");

    expect_run(&repository,
               "timerleak check --baseline=known.json --gen-suppressions run.tlk > rules; "
               "grep -qxF 'timerfd:^net_upload$' rules",
               0);
    expect_run(&repository, "timerleak check --baseline=known.json --suppressions=rules" FORMATS,
               0);
    expect_formats(&repository, NULL);
    expect_xml(&repository);
    repository_forget(&repository);
}

/* ---- never green without data ---- */

Test(gate, without_data_it_is_never_green, .timeout = 60)
{
    struct repository repository = repository_make();

    expect_complaint(&repository, "timerleak check none.tlk --junit=junit", 3, "none.tlk: No such");
    expect_text(&repository, "junit", "errors=\"1\"");
    expect_complaint(&repository, "timerleak check .", 3, "no recording");
    expect_run(&repository, "timerleak record -o run.tlk true", 0);
    expect_complaint(&repository, "timerleak check run.tlk", 3, "no timer was created");
    expect_run(&repository, "timerleak check --allow-empty run.tlk", 0);
    expect_run(&repository, ": > empty.tlk", 0);
    expect_complaint(&repository, "timerleak check --allow-empty run.tlk empty.tlk", 3,
                     "not every recording could be read");
    record(&repository, "reconnect");
    for (const char *const *choice = (const char *const[]){"--focus=net_reconect", "--families=",
                                                           "--families=itimer", NULL};
         *choice; choice++) {
        char *line = text_make("timerleak check %s run.tlk", *choice);

        expect_complaint(&repository, line, 3, "no timer that was created is among those");
        free(line);
    }
    expect_run(&repository, "timerleak check --focus=net_reconect --allow-empty run.tlk", 0);
    expect_run(&repository, "timerleak check --ignore=main run.tlk", 0);
    record(&repository, "");
    expect_run(&repository, "head -c 3000 run.tlk > cut.tlk", 0);
    expect_complaint(&repository, "timerleak check run.tlk cut.tlk", 3, "cut.tlk");
    repository_forget(&repository);
}

#define UNWATCHED "timers of posix, timerfd, gotime"

/* Its leaks are timerfds. */
Test(gate, what_was_not_watched_is_never_green, .timeout = 120)
{
    struct repository repository = repository_make();

    expect_run(&repository, "timerleak record --families=itimer -o run.tlk ./server reconnect", 0);
    expect_complaint(&repository, "timerleak check --allow-empty" FORMATS, 3,
                     "in 1 recording " UNWATCHED " were not watched");
    for (const char *const *file =
             (const char *const[]){"sarif", "junit", "gitlab", "markdown", "json", "printed", NULL};
         *file; file++)
        expect_text(&repository, *file, UNWATCHED);
    expect_text(&repository, "prometheus", "unwatched_processes{family=\"timerfd\"} 1\n");
    for (const char *const *view =
             (const char *const[]){"report", "top", "traces", "tree", "tags", "growth", "timers",
                                   "wakeups", "html", "left 0", "diff run.tlk", "report --json",
                                   "export --dot", "export --csv", "export --legacy",
                                   "export --collapsed", "export --speedscope", NULL};
         *view; view++) {
        bool json = strstr(*view, "json");
        char *line = text_make("timerleak %s run.tlk 2>&1 | tr -d '\\n ' | grep -qF '%s'", *view,
                               json ? "\"families\":[\"itimer\"]" : "timersofposix,timerfd,gotime");

        expect_run(&repository, line, 0);
        free(line);
    }
    expect_run(&repository, "timerleak check --families=itimer --allow-empty run.tlk", 0);
    expect_run(&repository, "timerleak record --families=timerfd -o run.tlk ./server reconnect", 0);
    expect_run(&repository, "timerleak check --families=timerfd run.tlk", 1);
    expect_run(&repository, "timerleak list main run.tlk | grep -q 'not watched'", 0);
    expect_run(&repository, "timerleak peek main run.tlk | grep -q 'not watched'", 0);
    expect_run(&repository,
               "timerleak check --families=timerfd --baseline=b --update-baseline run.tlk && "
               "timerleak check --families=timerfd --baseline=b run.tlk",
               0);
    repository_forget(&repository);
}

Test(gate, a_mistyped_family_is_told, .timeout = 60)
{
    struct repository repository = repository_make();

    expect_complaint(&repository,
                     "TIMERLEAK_FAMILIES=timefd timerleak record -o run.tlk ./server reconnect", 0,
                     "TIMERLEAK_FAMILIES=timefd is not understood");
    expect_run(&repository, "timerleak check run.tlk > printed", 1);
    expect_text(&repository, "printed", "mistyped: 1 name in TIMERLEAK_FAMILIES is no family's");
    expect_run(&repository,
               "TIMERLEAK_FAMILIES=timefd,itimer timerleak record -o run.tlk ./server reconnect",
               0);
    expect_complaint(&repository, "timerleak check run.tlk", 3, UNWATCHED " were not watched");
    expect_run(&repository,
               "TIMERLEAK_FAMILIES=timefd timerleak doctor ./server | "
               "grep -q 'TIMERLEAK_FAMILIES=timefd is not understood'",
               0);
    expect_complaint(&repository, "timerleak record --families=nosuch ./server", 2,
                     "there is no \"nosuch\" among posix timerfd itimer gotime");
    repository_forget(&repository);
}

/* A child, alone and beside the parent whose timers they are. */
Test(gate, what_was_passed_on_fails_where_it_is_asked_for, .timeout = 60)
{
    struct repository repository = repository_make();
    char *program = program_path("children_have_the_same");
    char *line = text_make("timerleak record -o %%e.%%p.tlk '%s'", program);

    expect_run(&repository, line, 0);
    expect_run(&repository, "timerleak check .", 0);
    expect_run(&repository, "timerleak check --fail-on=passed-on . > printed", 1);
    expect_text(&repository, "printed", "2 passed-on: came over exec, and was never touched");
    expect_text(&repository, "printed", "1 site fails, ");
    expect_run(&repository, "timerleak check --fail-on=passed-on $(ls *.tlk | tail -n 1) > printed",
               1);
    expect_text(&repository, "printed",
                "2 inherited from the process before; made without "
                "close-on-exec in children_have_the_same");
    free(line);
    free(program);
    repository_forget(&repository);
}

/* ---- what is not understood changes nothing ---- */

Test(gate, a_baseline_is_never_lost, .timeout = 60)
{
    struct repository repository = repository_make();

    record(&repository, "reconnect");
    expect_run(&repository, "echo '{\"sites\": [' > known.json && cp known.json before", 0);
    expect_complaint(&repository, "timerleak check --baseline=known.json --update-baseline run.tlk",
                     2, "known.json:");
    expect_run(&repository, "timerleak check --baseline=b --update-baseline run.tlk && cp b good",
               0);
    expect_complaint(&repository, "timerleak check --baseline=b --update-baseline none.tlk", 3,
                     "the baseline stays as it was");
    expect_run(&repository, "cmp known.json before && cmp b good", 0);
    expect_complaint(&repository,
                     "timerleak check --baseline=b --update-baseline --focus=main run.tlk", 2,
                     "leave out --focus");
    expect_complaint(&repository,
                     "timerleak check --baseline=b --update-baseline --families=posix "
                     "run.tlk",
                     3, "the baseline stays as it was");
    expect_complaint(&repository, "timerleak check --update-baseline run.tlk", 2,
                     "needs --baseline");
    expect_run(&repository, "cmp b good", 0);
    repository_forget(&repository);
}

Test(gate, an_update_tells_what_came_and_went, .timeout = 60)
{
    struct repository repository = repository_make();

    record(&repository, "reconnect");
    expect_run(&repository, "timerleak check --baseline=b --update-baseline run.tlk", 0);
    record(&repository, "upload");
    struct outcome outcome =
        run_in(&repository, "timerleak check --baseline=b --update-baseline run.tlk");
    expect_part(outcome.out, "added: timerfd: timerfd_create < start_timeout < "
                             "net_upload < main\n");
    expect_part(outcome.out, "dropped: timerfd: timerfd_create < start_timeout < "
                             "net_reconnect < main\n");
    expect_part(outcome.out, "b: 0 kept, 1 added, 1 dropped\n");
    cr_expect_eq(outcome_code(&outcome), 0);
    outcome_forget(&outcome);
    repository_forget(&repository);
}

Test(gate, wrong_command_lines, .timeout = 60)
{
    struct repository repository = repository_make();

    record(&repository, "");
    expect_complaint(&repository, "timerleak check --fail-on=leaks run.tlk", 2, "--fail-on");
    expect_complaint(&repository, "timerleak check --baseline=none run.tlk", 2,
                     "--update-baseline makes it");
    expect_complaint(&repository, "timerleak check --suppressions=none run.tlk", 2,
                     "none: No such");
    expect_complaint(&repository, "timerleak check --source-root=none run.tlk", 2,
                     "--source-root: none: No such");
    expect_complaint(&repository, "timerleak check --json run.tlk run.tlk", 2,
                     "run.tlk is a recording's name");
    expect_complaint(&repository, "timerleak check --sarif=/nowhere/x run.tlk", 3,
                     "/nowhere/x: No such file");
    expect_complaint(&repository, "timerleak check", 2, "needs a recording");
    repository_forget(&repository);
}

Test(gate, standard_output_belongs_to_what_is_asked_for, .timeout = 60)
{
    struct repository repository = repository_make();

    record(&repository, "reconnect");
    expect_run(&repository, "timerleak check --gitlab=- run.tlk > gitlab 2> printed", 1);
    expect_gitlab(&repository, "net_reconnect");
    expect_text(&repository, "printed", "1 site fails");
    repository_forget(&repository);
}
