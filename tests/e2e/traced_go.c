/*
 * traced_go.c - the story of time.After() in a select, as Go's own heap profile tells it, and from
 * outside.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "preloaded.h"
#include "recordings.h"
#include "subject.h"
#include "tracing.h"

struct story {
    char *directory, *timerleak, *program, *recording, *heap;
};

static struct story story_begin(const char *name)
{
    struct story story = {.directory = directory_make(),
                          .timerleak = built("timerleak"),
                          .program = program_path(name)};

    if (access(story.program, X_OK) != 0)
        cr_skip_test("%s is not built: there is no Go of that version", name);
    story.recording = text_make("%s/story.tlk", story.directory);
    story.heap = text_make("%s/heap", story.directory);
    const char *const argv[] = {story.timerleak, "trace",    "-o", story.recording, "--",
                                story.program,   story.heap, NULL};
    struct outcome outcome = command_run(&(struct command){.argv = argv});
    tracing_needed(&outcome);
    cr_assert_eq(outcome_code(&outcome), 0, "%s", outcome.err);
    outcome_forget(&outcome);
    return story;
}

static void story_end(struct story *story)
{
    directory_remove(story->directory);
    free(story->timerleak);
    free(story->program);
    free(story->recording);
    free(story->heap);
}

/* What `timerleak VIEW` says of it, through a filter of the shell. */
static char *told(const struct story *story, const char *view, const char *filter)
{
    return output_of(
        text_make("'%s' %s '%s' %s", story->timerleak, view, story->recording, filter));
}

/* What Go says of the objects on its heap. */
static char *told_by_go(const struct story *story, const char *view, const char *filter)
{
    return output_of(text_make("go tool pprof -sample_index=inuse_objects %s '%s' '%s' "
                               "2>/dev/null %s",
                               view, story->program, story->heap, filter));
}

/* In a select the timer, its channel and the room of that: three objects are one timer. */
static void expect_as_many(const struct story *story)
{
    char *objects = told_by_go(story, "-top", "| awk '$6 == \"time.NewTimer\" { print $1 }'"),
         *error;
    json_t *report = report_read(story->recording, &error);
    long long live = number_of(json_object_get(report, "totals"), "live"),
              others = atoll(objects) / 3;

    cr_expect(live > 0 && llabs(live - others) <= live / 100, "%lld here, %lld in the heap", live,
              others);
    json_decref(report);
    free(objects);
}

Test(traced_go, tells_of_after_in_select_what_the_heap_profile_does, .timeout = 60)
{
    static const char names[] = "| sed -n 's/.*| *//p'";

    need("go");
    struct story story = story_begin("go/after_in_select");
    char *report = told(&story, "report", ""), *top = told(&story, "top", "");
    char *around = told(&story, "peek 'time.After$'", names);
    char *around_in_go = told_by_go(&story, "-peek='time.After$'", names);

    expect_part(report, "\nLEAK   go/After 100,000 live  never-fired     main.consume  ");
    expect_part(report, "/after_in_select.go:");
    expect_part(report, "99,999 of them went on without waiting, and nobody can stop them\n");
    expect_part(report, "keeps 19.8 MB alive");
    expect_part(top, "    100000   100%   100%     100000   100%  time.NewTimer\n");
    expect_part(top, "         0     0%   100%     100000   100%  time.After (inline)\n");
    cr_expect_str_eq(around, "main.consume (inline)\ntime.After\ntime.NewTimer\n");
    cr_expect_str_eq(around_in_go, around);
    expect_as_many(&story);
    free(report);
    free(top);
    free(around);
    free(around_in_go);
    story_end(&story);
}

Test(traced_go, does_not_call_what_the_collector_takes_a_leak, .timeout = 60)
{
    struct story story = story_begin("go/after_in_select-1.23");
    char *report = told(&story, "report", "");

    expect_part(report, "\nheld   go/After ");
    expect_part(report,
                "Go since 1.23 collects such a timer when nothing refers to it, armed or not");
    free(report);
    story_end(&story);
}
