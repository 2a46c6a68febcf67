/* go tool pprof shows of an exported profile what we show of the recording, for every sample type.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "preloaded.h"
#include "recordings.h"
#include "subject.h"

static const char *const types[] = {
    "live",        "created",     "armed",         "fired",          "stopped", "released",
    "never_armed", "never_fired", "never_stopped", "never_released", "age",     "wakeups",
};

#define TYPES (sizeof(types) / sizeof(*types))

/* Programs whose recordings have several sites, families, states, and inlined frames. */
static const char *const programs[] = {"leak_by_one_of_three_callers", "inlined_frames",
                                       "churn_all_families", "leak_with_held_ticker"};

#define PROGRAMS (sizeof(programs) / sizeof(*programs))
#define SEVERAL_SITES "leak_by_one_of_three_callers"
#define SEVERAL_STATES "leak_with_held_ticker"

/* What go tool pprof prints with these options; NULL if it finds nothing. */
static char *theirs(const struct subject *subject, const char *options)
{
    return tried(text_make("PPROF_TMPDIR='%s' go tool pprof %s '%s' 2>/dev/null", subject->folder,
                           options, subject->profile));
}

/* What our view of that name prints; NULL if it finds nothing. */
static char *ours(const struct subject *subject, const char *view)
{
    return tried(text_make("'%s' %s '%s'", subject->timerleak, view, subject->recording));
}

static void expect_same(const struct subject *subject, const char *options, const char *view,
                        const char *start)
{
    char *expected = theirs(subject, options), *shown = ours(subject, view);

    cr_expect_eq(!shown, !expected, "%s: only one of timerleak %s and pprof %s finds something",
                 subject->recording, view, options);
    if (shown && expected)
        cr_expect_str_eq(from(shown, start), from(expected, start),
                         "%s: timerleak %s shows\n%s\nbut pprof %s\n%s", subject->recording, view,
                         shown, options, expected);
    free(expected);
    free(shown);
}

typedef void expectation(const struct subject *subject, const char *options, const char *view,
                         const char *start);

static void expect_for_types(expectation *expect, const char *program, const char *options,
                             const char *view, const char *start)
{
    need("go");
    struct subject subject = subject_make(program);
    for (size_t i = 0; i < TYPES; i++) {
        char *their_options = text_make("%s -sample_index=%s", options, types[i]);
        char *our_view = text_make("%s -sample_index=%s", view, types[i]);
        expect(&subject, their_options, our_view, start);
        free(their_options);
        free(our_view);
    }
    subject_forget(&subject);
}

Test(pprof, top, .timeout = 120)
{
    for (size_t i = 0; i < PROGRAMS; i++)
        expect_for_types(expect_same, programs[i], "-top", "top", "Showing nodes");
}

Test(pprof, top_by_cum_and_line, .timeout = 120)
{
    expect_for_types(expect_same, "inlined_frames", "-top -cum -lines", "top -cum -lines",
                     "Showing nodes");
}

Test(pprof, tree, .timeout = 120)
{
    expect_for_types(expect_same, SEVERAL_SITES, "-tree", "tree", "Showing nodes");
}

Test(pprof, peek, .timeout = 120)
{
    expect_for_types(expect_same, SEVERAL_SITES, "-peek='timer|main'", "peek 'timer|main'",
                     "Showing nodes");
}

Test(pprof, traces, .timeout = 120)
{
    expect_for_types(expect_same, SEVERAL_STATES, "-traces", "traces", "-----------+");
}

Test(pprof, list, .timeout = 120)
{
    expect_for_types(expect_same, SEVERAL_SITES, "-list='main|transfer'", "list 'main|transfer'",
                     "Total:");
}

Test(pprof, tagfocus, .timeout = 120)
{
    expect_for_types(expect_same, SEVERAL_STATES, "-top -tagfocus=state=never",
                     "top -tagfocus=state=never", "Showing nodes");
}

Test(pprof, tagfocus_by_number, .timeout = 120)
{
    expect_for_types(expect_same, SEVERAL_STATES, "-top -tagfocus=timeout=1ms:2h",
                     "top -tagfocus=timeout=1ms:2h", "Showing nodes");
}

struct tag_line {
    char name[64];
    double number;
    char unit[8];
};

/*
 * Older pprofs print "age: Total 60.0" where newer ones print "age: Total 60 of 181 (33.15%)", and
 * round to a tenth: what counts is each line's name and number.
 */
static struct tag_line tag_line(const char *line)
{
    struct tag_line read = {0};
    const char *total = strstr(line, ": Total ");

    if (total)
        sscanf(line, " %63[a-z]", read.name);
    else
        snprintf(read.name, sizeof(read.name), "%s", strrchr(line, ' '));
    sscanf(total ? total + strlen(": Total ") : line, "%lf%7[a-z]", &read.number, read.unit);
    return read;
}

static void expect_same_tag(char *shown, char *expected)
{
    struct tag_line ours = tag_line(shown), theirs = tag_line(expected);

    cr_expect(strcmp(ours.name, theirs.name) == 0 && strcmp(ours.unit, theirs.unit) == 0 &&
                  fabs(ours.number - theirs.number) < 0.1,
              "ours is \"%s\", pprof's \"%s\"", shown, expected);
}

static void expect_same_tags(const struct subject *subject, const char *options, const char *view,
                             const char *start)
{
    char *expected = theirs(subject, options), *shown = ours(subject, view), *rests[2] = {0};
    cr_assert(expected && shown);
    char *their_line = strtok_r((char *)from(expected, start), "\n", &rests[0]);
    char *our_line = strtok_r(shown, "\n", &rests[1]);

    while (their_line && our_line) {
        expect_same_tag(our_line, their_line);
        their_line = strtok_r(NULL, "\n", &rests[0]);
        our_line = strtok_r(NULL, "\n", &rests[1]);
    }
    cr_expect(!their_line && !our_line, "%s: one has more: %s", view,
              their_line ? their_line : our_line);
    free(expected);
    free(shown);
}

Test(pprof, tags, .timeout = 120)
{
    expect_for_types(expect_same_tags, SEVERAL_STATES, "-tags", "tags", " ");
}

/* ---- numbers in the profile beside those of the report ---- */

/* Adds up a column of the table of samples in `pprof -raw`. */
static long long sum_of_column(const char *raw, size_t column)
{
    long long sum = 0;

    for (const char *line = from(raw, "Samples:"); *line; line = strchrnul(line, '\n')) {
        long long value = 0;
        char *next = (char *)line + (*line == '\n');
        if (strncmp(next, "Locations", 9) == 0)
            break;
        for (size_t i = 0; i <= column; i++) {
            char *end;
            value = strtoll(next, &end, 10);
            value = end == next ? 0 : value;
            next = end;
        }
        sum += value;
        line += *line == '\n';
    }
    return sum;
}

static void expect_sums(const char *program)
{
    struct subject subject = subject_make(program);
    char *raw = theirs(&subject, "-raw"), *error = NULL;
    json_t *report = report_read(subject.recording, &error);

    cr_assert(report, "%s", error);
    for (size_t i = 0; i < TYPES; i++) {
        const char *key = strcmp(types[i], "age") == 0 ? "age_ns" : types[i];
        long long expected = number_of(json_object_get(report, "totals"), key);
        if (strcmp(key, "wakeups") != 0)
            cr_expect_eq(sum_of_column(raw, i), expected, "%s: %s is %lld in the profile, not %lld",
                         program, types[i], sum_of_column(raw, i), expected);
    }
    json_decref(report);
    free(raw);
    subject_forget(&subject);
}

Test(pprof, sums_are_those_of_the_report, .timeout = 120)
{
    need("go");
    for (size_t i = 0; i < PROGRAMS; i++)
        expect_sums(programs[i]);
}

Test(pprof, inlined_frames_lines_and_the_mapping_are_told, .timeout = 60)
{
    need("go");
    struct subject subject = subject_make("inlined_frames");
    char *raw = theirs(&subject, "-raw"), *program = program_path("inlined_frames");

    expect_part(raw, "live/count[dflt]");
    expect_part(raw, "PeriodType: timers count");
    expect_part(raw, "start_timeout ");
    expect_part(raw, "open_connection ");
    expect_part(raw, "/tests/programs/inlined_frames.c:8");
    expect_part(from(raw, "Mappings"), program);
    expect_part(from(raw, "Mappings"), "[FN][FL][LN][IN]");
    free(raw);
    free(program);
    subject_forget(&subject);
}

Test(pprof, diff_base, .timeout = 120)
{
    need("go");
    struct subject base = subject_make("inlined_frames");
    struct subject subject = subject_make("leak_by_one_of_three_callers");
    for (size_t i = 0; i < TYPES; i++) {
        char *options = text_make("-top -sample_index=%s -diff_base='%s'", types[i], base.profile);
        char *view = text_make("top -sample_index=%s -diff_base='%s'", types[i], base.recording);
        expect_same(&subject, options, view, "Showing nodes");
        free(options);
        free(view);
    }
    subject_forget(&base);
    subject_forget(&subject);
}
