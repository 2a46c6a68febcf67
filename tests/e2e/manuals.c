/* Manual pages: they render without a warning, lead to each other, and follow the commands. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "subject.h"
#include "terminal.h"

static void expect_nothing(char *line)
{
    char *text = output_of(line);

    cr_expect_str_empty(text, "%s", text);
    free(text);
}

/* Runs the program of the build that writes pages, on another copy of their source. */
static struct outcome write_pages(const char *source, const char *target)
{
    char *writer = built("obj/manual");
    const char *const argv[] = {writer, source, target, NULL};
    struct outcome outcome = command_run(&(struct command){.argv = argv});

    free(writer);
    return outcome;
}

static char *folder_make(void)
{
    char *folder = directory_make();

    free(output_of(text_make(
        "cp -r analyzer/manual '%s/source' && cd '%s' && mkdir -p man/man1 man/man5 completion",
        folder, folder)));
    return folder;
}

static void folder_forget(char *folder)
{
    free(output_of(text_make("rm -rf '%s'", folder)));
    free(folder);
}

Test(manuals, render_without_a_warning)
{
    char *pages = built("man");

    need("man");
    need("groff");
    expect_nothing(text_make(
        "for page in '%s'/man*/* preload/*/*.3; do\n"
        "    said=$(LC_ALL=C.UTF-8 MANROFFSEQ= MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "
        "\"$page\" 2>&1 >/dev/null) && [ -z \"$said\" ] || echo \"$page: $said\"\n"
        "done",
        pages));
    free(pages);
}

Test(manuals, say_what_there_is)
{
    char *pages = built("man"), *text;

    need("man");
    need("groff");
    text = output_of(text_make("export LC_ALL=C.UTF-8 MANWIDTH=80\n"
                               "man -l '%s/man1/timerleak-record.1' | col -b -x",
                               pages));
    expect_part(text, "timerleak-record — run a program and record its timers");
    expect_part(text, "timerleak record [OPTION ...] [--] COMMAND [ARGUMENT ...]");
    expect_part(text, "--children yes|no\n");
    free(text);
    free(pages);
}

/* A page for each command is named in timerleak(1). */
Test(manuals, lead_to_pages_that_are_there)
{
    char *pages = built("man");

    expect_nothing(text_make("pages='%s' && "
                             "sed -n 's/^\\.\\(It \\)\\{0,1\\}Xr \\(timerleak[a-z-]*\\) "
                             "\\([1-9]\\).*/man\\3\\/\\2.\\3/p' \"$pages\"/man*/* preload/*/*.3 | "
                             "sort -u | while read -r page; do "
                             "[ -e \"$pages/$page\" ] || echo \"$page\"; done",
                             pages));
    free(pages);
}

Test(manuals, name_all_that_tests_and_programs_may_call)
{
    expect_nothing(
        text_make("cd preload/verify && "
                  "sed -n 's/^static .*\\(timerleak_[a-z_]*\\)(.*/\\1/p' timerleak_verify.h | "
                  "sort -u | while read -r name; do [ $name = timerleak_find ] || "
                  "grep -q \"^.Fn $name \" timerleak_verify.3 || echo $name; done"));
}

/* Functions by name; types with all their members, comments aside. */
#define FUNCTIONS                                                                                  \
    "sed -n 's/^GT_API .*[ *]\\(gt_[a-z_]*\\)(.*/\\1/p' gotime.h | while read -r name; do "        \
    "grep -q \"^.Fn $name \" gotime.3 || echo $name; done"
#define TYPES                                                                                      \
    "types() { sed -z 's|/\\*[^*]*\\*\\+\\([^/*][^*]*\\*\\+\\)*/||g' $1 | tr -s '\\n ' ' ' | "     \
    "grep -oE '(struct|enum) gt_[a-z_]+ [{][^}]*[}]' | sort; }; "                                  \
    "types gotime.h > \"$T\"; types gotime.3 | diff \"$T\" -; test -s \"$T\" || echo none"

Test(manuals, name_all_that_gotime_has)
{
    char *folder = directory_make();

    expect_nothing(strdup("cd preload/gotime && " FUNCTIONS));
    expect_nothing(text_make("cd preload/gotime && T='%s/types' && " TYPES, folder));
    directory_remove(folder);
}

Test(manuals, are_the_same_whenever_they_are_written)
{
    char *folder = folder_make(), *pages = built("man"), *source = text_make("%s/source", folder);
    struct outcome outcome = write_pages(source, folder);

    cr_expect_eq(outcome_code(&outcome), 0, "%s", outcome.err);
    expect_nothing(text_make("diff -r '%s/man' '%s'", folder, pages));
    outcome_forget(&outcome);
    free(source);
    free(pages);
    folder_forget(folder);
}

Test(manuals, a_command_without_a_text_stops_the_build)
{
    char *folder = folder_make(), *source = text_make("%s/source", folder);

    free(output_of(text_make("rm '%s/man/man1/timerleak-tree.1'", source)));
    struct outcome outcome = write_pages(source, folder);
    cr_expect_neq(outcome_code(&outcome), 0);
    expect_part(outcome.err, "timerleak-tree.1: No such file");
    outcome_forget(&outcome);
    free(source);
    folder_forget(folder);
}

/* ---- help ---- */

/* What timerleak says to two words, on both streams; the caller frees it. */
static char *said(const char *words, int code)
{
    char *timerleak = built("timerleak");
    char *text = output_of(text_make("'%s' %s 2>&1; [ $? -eq %d ]", timerleak, words, code));

    free(timerleak);
    return text;
}

static void expect_said(const char *words, int code, const char *part)
{
    char *text = said(words, code);

    expect_part(text, part);
    free(text);
}

/* As they stand in the tables. */
Test(help, explains_the_heads_of_columns_and_marks)
{
    expect_said("explain SET-BY", 0, "The line that armed the timer last");
    expect_said("explain THREAD", 0, "The thread that made the timer");
    expect_said("explain tail-call", 0, "leaves no frame in");
    expect_said("explain runtime", 0, "+3 frames of the runtime");
    expect_said("explain wakeups", 0, "How often timers expire");
}

Test(help, is_the_same_by_all_ways)
{
    char *first = said("help merge", 0);

    expect_part(first, "See timerleak-merge(1).");
    for (const char *const *words =
             (const char *const[]){"merge --help", "merge -h", "merge -o out x.tlk -h", NULL};
         *words; words++) {
        char *text = said(*words, 0);

        cr_expect_str_eq(text, first, "%s", *words);
        free(text);
    }
    free(first);
}

Test(help, a_mistyped_command_suggests_the_right_one)
{
    expect_said("hlp", 2, "did you mean \"help\"?");
    expect_said("reprot x.tlk", 2, "did you mean \"report\"?");
    expect_said("help tre", 2, "did you mean \"tree\"?");
    expect_said("xyzzy", 2, "no command \"xyzzy\". Try");
    expect_said("/dev/null", 2, "Try: timerleak report /dev/null");
}

/* There, files alone open a prompt; the last word of a mistyped command is one often enough. */
Test(help, a_mistyped_command_suggests_the_right_one_on_a_terminal, .timeout = 60)
{
    char *timerleak = built("timerleak");
    const char *const argv[] = {timerleak, "recrod", timerleak, NULL};
    struct terminal terminal = terminal_start(argv, 80, 24);
    struct outcome outcome = command_finish(&terminal.running);

    expect_part(outcome.out, "did you mean \"record\"?");
    cr_expect_eq(outcome_code(&outcome), 2);
    outcome_forget(&outcome);
    close(terminal.end);
    free(timerleak);
}
