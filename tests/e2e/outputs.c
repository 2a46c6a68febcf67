/* What commands write is there whole or not at all: else the file stays as it was. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "command.h"
#include "subject.h"

/* Runs it where old.txt holds "old", and tells what the folder holds afterwards. */
static void expect_old(const struct subject *subject, const char *before, const char *arguments,
                       int status)
{
    char *out = output_of(text_make("mkdir '%s/in' && cd '%s/in' && echo old > old.txt && "
                                    "{ (%s '%s' %s '%s') >said 2>&1; echo status=$?; rm said; "
                                    "head -c 99 *; } && rm -r '%s/in'",
                                    subject->folder, subject->folder, before, subject->timerleak,
                                    arguments, subject->recording, subject->folder));
    char *expected = text_make("status=%d\nold\n", status);

    cr_expect_str_eq(out, expected, "%s: %s", arguments, out);
    free(expected);
    free(out);
}

Test(outputs, a_command_that_fails_leaves_the_old_file, .timeout = 60)
{
    static const char *const commands[] = {"report -o old.txt --focus '['",
                                           "top -o old.txt -sample_index=nosuch",
                                           "tree -o old.txt -sample_index=nosuch",
                                           "traces -o old.txt -sample_index=nosuch",
                                           "tags -o old.txt -tagfocus '['",
                                           "peek -o old.txt nosuch",
                                           "list -o old.txt nosuch",
                                           "list -o old.txt '['",
                                           "timers -o old.txt --families=nosuch",
                                           "growth -o old.txt --families=nosuch",
                                           "wakeups -o old.txt --ignore '['",
                                           "left -o old.txt yesterday",
                                           "html -o old.txt --focus '['",
                                           "export -o old.txt",
                                           "export -o old.txt --json --show=x",
                                           "export -o old.txt --pprof -sample_index=nosuch",
                                           "export -o old.txt --dot --hide '['",
                                           "check --fail-on=nosuch --sarif=old.txt"};
    struct subject subject = subject_make("inlined_frames");
    char *diff = text_make("diff -o old.txt -sample_index=nosuch '%s'", subject.recording);

    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
        expect_old(&subject, "", commands[i], 2);
    expect_old(&subject, "", diff, 2);
    unlink(subject.recording);
    expect_old(&subject, "", "merge -o old.txt", 3);
    free(diff);
    subject_forget(&subject);
}

/* Who types "merge -o *.tlk" names the first of them as the archive. */
Test(outputs, an_archive_replaces_no_recording, .timeout = 60)
{
    struct subject subject = subject_make("inlined_frames");
    char *out = output_of(
        text_make("cd '%s' && cp '%s' 1.tlk && cp 1.tlk 2.tlk && { '%s' merge -o *.tlk 2>&1; "
                  "echo status=$?; cmp 1.tlk 2.tlk && '%s' merge -o 3.gz *.tlk && "
                  "'%s' merge -o 3.gz *.tlk; }",
                  subject.folder, subject.recording, subject.timerleak, subject.timerleak,
                  subject.timerleak));

    expect_part(out, "-o 1.tlk: that is a recording; -o is followed by the archive's name\n"
                     "status=2\n3.gz: ");
    free(out);
    subject_forget(&subject);
}

Test(outputs, a_full_disk_leaves_the_old_file, .timeout = 60)
{
    static const char *const commands[] = {
        "report --json -o old.txt", "html -o old.txt",  "export --pprof -o old.txt",
        "list -o old.txt .",        "merge -o old.txt", "check --allow-empty --json=old.txt"};
    struct subject subject = subject_make("inlined_frames");

    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
        expect_old(&subject, "trap '' XFSZ; ulimit -f 0;", commands[i], 3);
    subject_forget(&subject);
}

Test(outputs, a_limit_for_files_leaves_the_old_file, .timeout = 60)
{
    struct subject subject = subject_make("inlined_frames");

    expect_old(&subject, "ulimit -f 1;", "html -o old.txt", 3);
    expect_old(&subject, "ulimit -f 1;", "merge -o old.txt", 3);
    subject_forget(&subject);
}

Test(outputs, the_profile_of_a_recording_too, .timeout = 60)
{
    struct subject subject = subject_make("inlined_frames");
    char *out =
        output_of(text_make("cd '%s' && echo old > inlined_frames.pb.gz && '%s' export --pprof "
                            "-sample_index=nosuch inlined_frames.tlk 2>&1; "
                            "(ulimit -f 0; trap '' XFSZ; '%s' export --pprof inlined_frames.tlk "
                            "2>/dev/null; echo status=$?); ls; cat inlined_frames.pb.gz",
                            subject.folder, subject.timerleak, subject.timerleak));

    expect_part(out, "status=3\ninlined_frames.pb.gz\ninlined_frames.tlk\nold\n");
    free(out);
    subject_forget(&subject);
}

/* What it leads to has no name of its own, or one that others write to as well. */
Test(outputs, what_is_no_file_is_written_directly, .timeout = 60)
{
    struct subject subject = subject_make("inlined_frames");
    char *out = output_of(text_make(
        "cd '%s' && '%s' top -o /dev/stdout '%s' | head -n 1 && mkfifo fifo && "
        "{ '%s' top -o fifo '%s' & head -n 1 < fifo; } && test -p fifo && rm fifo && "
        "{ '%s' top -o /dev/fd/7 '%s' 7>&1 && echo after; } >> all && tail -n 1 all && ls",
        subject.folder, subject.timerleak, subject.recording, subject.timerleak, subject.recording,
        subject.timerleak, subject.recording));

    expect_part(out, "File: inlined_frames\nFile: inlined_frames\nafter\nall\n");
    free(out);
    subject_forget(&subject);
}

Test(outputs, standard_output_on_a_full_disk, .timeout = 60)
{
    static const char *const commands[] = {"help",          "help top",     "top --help",
                                           "explain",       "explain held", "doctor /bin/true",
                                           "doctor --json", "--version",    "report",
                                           "export --csv",  "check"};
    struct subject subject = subject_make("inlined_frames");

    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
        char *out =
            output_of(text_make("'%s' %s %s 2>&1 > /dev/full; echo status=$?", subject.timerleak,
                                commands[i], i < 8 ? "" : subject.recording));

        expect_part(
            out, "timerleak: the output could not be written: No space left on device\nstatus=3");
        free(out);
    }
    subject_forget(&subject);
}
