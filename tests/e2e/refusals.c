/* What commands refuse: with which status, and in which words. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "subject.h"

static void expect_refusal(const struct subject *subject, const char *arguments, int status,
                           const char *part)
{
    char *out =
        output_of(text_make("cd '%s' && { '%s' %s '%s'; echo status=$?; } 2>&1", subject->folder,
                            subject->timerleak, arguments, subject->recording));
    char *code = text_make("status=%d\n", status);

    expect_part(out, part);
    expect_part(out, code);
    free(code);
    free(out);
}

Test(refusals, an_output_that_cannot_be_written, .timeout = 120)
{
    static const char *const commands[] = {"report -o /nowhere/out",
                                           "report --json -o /nowhere/out",
                                           "top -o /nowhere/out",
                                           "list main -o /nowhere/out",
                                           "export --csv -o /nowhere/out",
                                           "export --pprof -o /nowhere/out",
                                           "html -o /nowhere/out",
                                           "timers -o /nowhere/out",
                                           "growth -o /nowhere/out",
                                           "wakeups -o /nowhere/out",
                                           "merge -o /nowhere/out",
                                           "check --sarif /nowhere/out",
                                           "check --baseline /nowhere/out --update-baseline"};
    struct subject subject = subject_make("inlined_frames");

    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
        expect_refusal(&subject, commands[i], 3, "/nowhere/out: No such file or directory");
    expect_refusal(&subject, "watch --count=1 > /dev/full", 3, "could not be written");
    expect_refusal(&subject, "report > /dev/full", 3, "could not be written");
    subject_forget(&subject);
}

Test(refusals, an_output_that_is_a_recording, .timeout = 60)
{
    static const char *const commands[] = {"report -o 1.tlk",       "report --json -o 1.tlk",
                                           "top -o 1.tlk",          "html -o 1.tlk",
                                           "export --csv -o 1.tlk", "export --pprof -o 1.tlk.gz",
                                           "timers -o 1.tlk",       "check --sarif=1.tlk"};
    struct subject subject = subject_make("inlined_frames");

    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
        expect_refusal(&subject, commands[i], 2, "recording's name");
    subject_forget(&subject);
}

Test(refusals, two_outputs_in_one_place, .timeout = 60)
{
    struct subject subject = subject_make("inlined_frames");

    expect_refusal(&subject, "check --sarif=- --junit=-", 2,
                   "only one thing can be written to standard output");
    expect_refusal(&subject, "check --gen-suppressions --json=-", 2,
                   "only one thing can be written to standard output");
    expect_refusal(&subject, "check --sarif=out --gitlab=out", 2,
                   "only one thing can be written to out");
    subject_forget(&subject);
}

Test(refusals, two_formats_at_once, .timeout = 60)
{
    struct subject subject = subject_make("inlined_frames");

    expect_refusal(&subject, "export --csv --pprof", 2, "--csv and --pprof exclude each other");
    expect_refusal(&subject, "export --json --csv", 2, "--json and other formats exclude");
    subject_forget(&subject);
}

Test(refusals, what_is_no_regular_expression, .timeout = 60)
{
    struct subject subject = subject_make("inlined_frames");

    expect_refusal(&subject, "list '['", 2, "timerleak: the REGEX: \"[\" is no regular expression");
    expect_refusal(&subject, "top -focus '['", 2, "timerleak: --focus: \"[\" is no regular");
    expect_refusal(&subject, "top -tagfocus '['", 2, "timerleak: --tagfocus: \"[\" is no regular");
    subject_forget(&subject);
}

Test(refusals, options_that_mean_nothing_there, .timeout = 60)
{
    struct subject subject = subject_make("inlined_frames");

    expect_refusal(&subject, "top -call_tree", 2, "unknown option -call_tree");
    expect_refusal(&subject, "export --dot -call_tree", 0, "digraph");
    subject_forget(&subject);
}

/* Whatever is wrong with a command line is told before recordings are read, which may take long. */
Test(refusals, arguments_before_recordings, .timeout = 60)
{
    static const struct {
        const char *arguments, *complaint;
        int status;
    } wrong[] = {
        {"report --families=nosuch", "there is no family \"nosuch\"", 2},
        {"report --focus '['", "--focus: \"[\" is no regular expression", 2},
        {"report -o /nowhere/out", "/nowhere/out: No such file or directory", 3},
        {"top -sample_index=nosuch", "there is no sample type \"nosuch\"", 2},
        {"top -hide '['", "--hide: \"[\" is no regular expression", 2},
        {"tags -tagfocus '['", "--tagfocus: \"[\" is no regular expression", 2},
        {"list '['", "the REGEX: \"[\" is no regular expression", 2},
        {"left yesterday", "\"yesterday\" is no time", 2},
        {"diff -sample_index=nosuch base", "there is no sample type \"nosuch\"", 2},
        {"export", "export needs a format", 2},
        {"export --json --show=x", "--json holds whole sites", 2},
        {"check --fail-on=nosuch", "--fail-on does not take \"nosuch\"", 2},
        {"check --update-baseline", "--update-baseline needs --baseline FILE", 2},
        {"check --baseline=nosuch", "nosuch: No such file", 2},
        {"check --suppressions=nosuch", "nosuch: No such file", 2},
        {"check --source-root=nosuch", "--source-root: nosuch: No such file", 2},
        {"check --sarif=/nowhere/out", "/nowhere/out: No such file or directory", 3},
        {"web --focus '['", "--focus: \"[\" is no regular expression", 2},
    };
    struct subject subject = subject_make("inlined_frames");

    unlink(subject.recording);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        char *out =
            output_of(text_make("cd '%s' && { '%s' %s '%s'; echo status=$?; } 2>&1", subject.folder,
                                subject.timerleak, wrong[i].arguments, subject.recording));
        char *code = text_make("status=%d\n", wrong[i].status);

        expect_part(out, wrong[i].complaint);
        expect_part(out, code);
        cr_expect_not(strstr(out, subject.recording), "%s: %s", wrong[i].arguments, out);
        free(code);
        free(out);
    }
    subject_forget(&subject);
}

Test(refusals, a_full_disk_is_told_once, .timeout = 60)
{
    struct subject subject = subject_make("inlined_frames");
    char *out = output_of(text_make("cd '%s' && cp '%s' 2.tlk && '%s' merge -o 3.tlk.gz *.tlk && "
                                    "'%s' merge -o /dev/full *.tlk *.gz 2>&1; echo status=$?",
                                    subject.folder, subject.recording, subject.timerleak,
                                    subject.timerleak));

    expect_part(out, ": No space left on device\nstatus=3\n");
    cr_expect_eq(strstr(out, "No space"), strrchr(out, 'N'), "%s", out);
    free(out);
    subject_forget(&subject);
}

/* Who reads a log, as GitHub Actions do, would take a line in it for our own. */
Test(refusals, a_name_is_one_line, .timeout = 60)
{
    static const char *const lines[] = {
        "report here",            /* holds a file of such a name */
        "report here/archive.gz", /* holds a recording of such a name */
        "merge -o out.gz here",
        "check here",
        "record -o \"$N.2.tlk\" \"$TIMERLEAK_BUILD/programs/inlined_frames\"",
        "merge -o \"$N.gz\" *.2.tlk",
        "check --suppressions=\"$N\" *.2.tlk",
        "check --suppressions=\"$N.rules\" *.2.tlk",
        "check --baseline=\"$N.json\" *.2.tlk",
        "check --baseline=\"$N.json\" --update-baseline *.2.tlk",
    };
    struct subject subject = subject_make("inlined_frames");

    free(output_of(text_make("cd '%s' && mkdir here && N=$(printf 'a\n::error::b') && "
                             "echo x > \"here/$N.tlk\" && gzip \"here/$N.tlk\" && "
                             "mv \"here/$N.tlk.gz\" here/archive.gz && echo x > \"here/$N.tlk\" && "
                             "echo leak:x > \"$N.rules\" && "
                             "printf %%s '{\"schema\": \"timerleak-baseline/1\", \"sites\": [{"
                             "\"fingerprint\": \"0\", \"functions\": [\"a\\n::error::b\"]}]}' "
                             "> \"$N.json\"",
                             subject.folder)));
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        char *out = output_of(text_make("cd '%s' && N=$(printf 'a\n::error::b') && "
                                        "{ '%s' %s; } 2>&1 || :",
                                        subject.folder, subject.timerleak, lines[i]));

        expect_part(out, "::error::b");
        cr_expect_null(strstr(out, "\n::error"), "%s: %s", lines[i], out);
        free(out);
    }
    subject_forget(&subject);
}

/* Names are anybody's, and a terminal would obey what is in them. */
Test(refusals, no_escape_reaches_the_terminal, .timeout = 60)
{
    static const char *const lines[] = {
        "report \"$E.tlk\"",
        "\"$E\"",
        "top --\"$E\"",
        "top -focus \"($E\" \"$R\"",
        "report -o \"/nowhere/$E\" \"$R\"",
        "ctl \"$E\"",
        "explain \"$E\"",
        "record -o x.tlk \"./$E\"",
        "report here",            /* holds a file of such a name */
        "report here/archive.gz", /* holds a recording of such a name */
        "merge -o out.gz here \"$E\"",
        "check --suppressions=\"$E\" \"$R\"",
    };
    struct subject subject = subject_make("inlined_frames");

    free(output_of(text_make("cd '%s' && mkdir here && E=$(printf 'a\\033]0;b\\a\\302\\233c') && "
                             "echo x > \"here/$E.tlk\" && "
                             "cp \"here/$E.tlk\" . && gzip \"$E.tlk\" && mv \"$E.tlk.gz\" "
                             "here/archive.gz",
                             subject.folder)));
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        char *out =
            output_of(text_make("cd '%s' && R='%s' && E=$(printf 'a\\033]0;b\\a\\302\\233c') "
                                "&& { '%s' %s; } 2>&1 >/dev/null || :",
                                subject.folder, subject.recording, subject.timerleak, lines[i]));

        expect_part(out, "a?]0;b??");
        cr_expect_null(strpbrk(out, "\033\a\233"), "%s: %s", lines[i], out);
        free(out);
    }
    subject_forget(&subject);
}
