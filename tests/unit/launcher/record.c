#include "fixture.h"

#include <criterion/criterion.h>

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMER_SOURCE                                                                               \
    "#include <sys/timerfd.h>\n"                                                                   \
    "#include <unistd.h>\n"                                                                        \
    "int main(void) { timerfd_create(1, 0); END }\n"

TestSuite(record, .init = fixture_enter, .fini = fixture_leave, .timeout = 60);

static void expect_said(const char *words)
{
    cr_expect_not_null(strstr(fixture_text("err"), words), "\"%s\" is not in:\n%s", words,
                       fixture_text("err"));
}

static void expect_not_said(const char *words)
{
    cr_expect_null(strstr(fixture_text("err"), words), "\"%s\" is in:\n%s", words,
                   fixture_text("err"));
}

/* The only file of that name; the caller frees. */
static char *only(const char *pattern)
{
    glob_t found;
    cr_assert_eq(glob(pattern, 0, NULL, &found), 0, "no %s", pattern);
    cr_assert_eq(found.gl_pathc, 1, "%zu of %s", found.gl_pathc, pattern);
    char *name = strdup(found.gl_pathv[0]);
    globfree(&found);
    return name;
}

static void expect_files(const char *pattern, size_t count)
{
    glob_t found;
    int status = glob(pattern, 0, NULL, &found);
    size_t there = status == 0 ? found.gl_pathc : 0;
    cr_expect_eq(there, count, "%zu of %s", there, pattern);
    if (status == 0)
        globfree(&found);
}

Test(record, default_name_tells_program_and_process)
{
    fixture_compile("leaky", TIMER_SOURCE, "-DEND='return 0;'");
    cr_expect_eq(fixture_record("./leaky", NULL), 0);
    char *name = only("leaky.*.tlk");
    expect_said("1 timer created, 1 live; see: timerleak report ./leaky.");
    cr_expect_eq(fixture_read(name).end, TLK_EXITED);
    free(name);
}

Test(record, exit_status_is_passed_on)
{
    int status = fixture_record("-o", "x.tlk", "sh", "-c", "exit 42", NULL);
    cr_expect(WIFEXITED(status));
    cr_expect_eq(WEXITSTATUS(status), 42);
}

Test(record, death_by_signal_is_passed_on_and_noted)
{
    fixture_compile("leaky", TIMER_SOURCE, "-DEND='kill(getpid(), 9);' -include signal.h");
    int status = fixture_record("-o", "x.tlk", "./leaky", NULL);
    cr_expect(WIFSIGNALED(status));
    cr_expect_eq(WTERMSIG(status), SIGKILL);
    struct tlk_header header = fixture_read("x.tlk");
    cr_expect_eq(header.end, TLK_KILLED);
    cr_expect_eq(header.end_status, SIGKILL);
    cr_expect_gt(header.end_mono, header.start_mono);
    cr_expect_eq(header.page_count, header.page_used);
    expect_said("./x.tlk: 1 timer created, 1 live");
}

Test(record, exit_by_raw_system_call_is_noted)
{
    fixture_compile("leaky", TIMER_SOURCE,
                    "-DEND='syscall(SYS_exit_group, 3);' -include sys/syscall.h");
    cr_expect_eq(WEXITSTATUS(fixture_record("-o", "x.tlk", "./leaky", NULL)), 3);
    struct tlk_header header = fixture_read("x.tlk");
    cr_expect_eq(header.end, TLK_EXITED);
    cr_expect_eq(header.end_status, 3);
}

Test(record, earlier_recording_of_that_name_is_kept_as_old)
{
    fixture_write("x.tlk", "earlier", 0600);
    cr_expect_eq(fixture_record("-o", "x.tlk", "true", NULL), 0);
    cr_expect_str_eq(fixture_text("x.tlk.old"), "earlier");
    cr_expect_eq(fixture_read("x.tlk").end, TLK_EXITED);
}

Test(record, existing_preload_is_kept)
{
    setenv("LD_PRELOAD", "/usr/lib/no-such-library.so", 1);
    cr_expect_eq(
        fixture_record("--children=no", "-o", "x.tlk", "sh", "-c", "echo $LD_PRELOAD", NULL), 0);
    cr_expect_not_null(strstr(fixture_text("out"), "/usr/lib/no-such-library.so:/"));
    cr_expect_not_null(strstr(fixture_text("out"), "libtimerleak.so\n"));
}

Test(record, children_have_recordings_of_their_own)
{
    fixture_compile("leaky", TIMER_SOURCE, "-DEND='return 0;'");
    cr_expect_eq(fixture_record("-o", "x.tlk", "sh", "-c", "./leaky; ./leaky; true", NULL), 0);
    expect_files("x.tlk", 1);
    expect_files("x.*.tlk", 2);
    expect_said("timerleak: ./x.tlk: 0 timers created, 0 live; see: timerleak report ./x.tlk\n");
    expect_said("timerleak: leaky: 2 recordings, 2 timers created, 2 live; see: timerleak report "
                "./x.*.tlk\n");
}

Test(record, a_program_and_its_children_are_one_line)
{
    fixture_compile("leaky", TIMER_SOURCE,
                    "-DEND='for (int i = 0; i < 12; i++) if (fork() == 0) { timerfd_create(1, 0); "
                    "return 0; } while (wait(NULL) > 0);' -include sys/wait.h");
    cr_assert_eq(mkdir("some where", 0700), 0);
    cr_expect_eq(fixture_record("-o", "some where/x%p.tlk", "./leaky", NULL), 0);
    expect_files("some where/x*.tlk", 13);
    expect_said("timerleak: leaky: 13 recordings, 13 timers created, 12 inherited, 25 live; see: "
                "timerleak report 'some where/x'*.tlk\n");
    cr_expect_null(strstr(strchr(fixture_text("err"), '\n') + 1, "timerleak: "), "%s",
                   fixture_text("err"));
}

Test(record, children_without_timers_leave_nothing)
{
    cr_expect_eq(fixture_record("-o", "x.tlk", "sh", "-c", "sh -c :; sh -c :; true", NULL), 0);
    expect_files("x.tlk", 1);
    expect_files("x.*.tlk", 0);
}

Test(record, children_can_be_left_out)
{
    fixture_compile("leaky", TIMER_SOURCE, "-DEND='return 0;'");
    cr_expect_eq(fixture_record("--children=no", "-o", "x.tlk", "sh", "-c", "./leaky; true", NULL),
                 0);
    expect_files("x.tlk", 1);
    expect_files("x.*.tlk", 0);
}

Test(record, image_before_an_exec_leaves_nothing_if_it_had_no_timer)
{
    fixture_compile("leaky", TIMER_SOURCE, "-DEND='return 0;'");
    cr_expect_eq(fixture_record("sh", "-c", "exec ./leaky", NULL), 0);
    expect_files("sh.*.tlk", 0);
    expect_files("leaky.*.tlk", 1);
    expect_not_said("became another program");
}

Test(record, exec_of_what_can_not_be_recorded_is_said)
{
    cr_expect_eq(fixture_record("sh", "-c", "exec env -i true", NULL), 0);
    expect_said("became another program");
}

Test(record, grandchild_that_lives_on_is_said)
{
    /* The grandchild blocks on the FIFO, and has opened it before the shell goes on. */
    fixture_run("mkfifo ready hold");
    cr_expect_eq(
        fixture_record("-o", "x.tlk", "sh", "-c",
                       "timeout 60 sh -c 'echo >ready; read line <hold' & read line <ready", NULL),
        0);
    expect_said("is still being recorded");
    fixture_run("timeout 60 sh -c 'echo >hold'");
}

Test(record, static_program_is_explained_and_run)
{
    fixture_compile("static", "int main(void) { return 9; }\n", "-static");
    cr_expect_eq(WEXITSTATUS(fixture_record("./static", NULL)), 9);
    expect_said("./static is linked statically");
    expect_said("./static left no recording, for the reason above");
}

Test(record, go_program_is_noted_and_recorded)
{
    fixture_compile("go",
                    TIMER_SOURCE "__asm__(\".pushsection .note.go.buildid,\\\"a\\\",@note\\n"
                                 ".long 0\\n.popsection\");\n",
                    "-DEND='return 0;'");
    cr_expect_eq(fixture_record("./go", NULL), 0);
    expect_said("./go is a Go program: the Go runtime makes its timers without the C library");
    expect_said("1 timer created, 1 live");
    expect_not_said("Programs that it starts");
}

Test(record, file_size_limit_is_explained)
{
    static const rlim_t sizes[] = {15 * TLK_PAGE, TLK_PAGE};
    for (int i = 0; i < 2; i++) {
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){sizes[i], sizes[i]});
        cr_expect_eq(fixture_record("true", NULL), 0);
        expect_said("raise ulimit -f");
    }
}

Test(record, programs_that_may_not_write_files_live_as_ever)
{
    int status = fixture_record("sh", "-c", "ulimit -f 0; env true && exit 5", NULL);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 5, "%x", status);
}

Test(record, a_register_made_endless_ends_all_the_same)
{
    cr_expect_eq(
        fixture_record("sh", "-c", "truncate -s 8T .timerleak.* || exit 5; exec env true", NULL),
        0);
    expect_said("program");
}

Test(record, settings_that_will_not_do_what_was_meant_are_told)
{
    setenv("TIMERLEAK_ENABLED", "maybe", 1);
    setenv("TIMERLEAK_SAMPEL", "10", 1);
    cr_expect_eq(fixture_record("true", NULL), 0);
    expect_said("TIMERLEAK_ENABLED=maybe is not understood: it takes 0 or 1");
    expect_said("did you mean TIMERLEAK_SAMPLE?");
}

Test(record, a_size_that_is_too_small_is_the_reason)
{
    setenv("TIMERLEAK_SIZE", "1", 1);
    cr_expect_eq(fixture_record("true", NULL), 0);
    expect_said("That is by TIMERLEAK_SIZE=1: a recording takes at least 64.0 kB.");
    expect_not_said("Usual reasons");
}

Test(record, what_left_nothing_is_for_the_doctor)
{
    cr_expect_eq(fixture_record("-o", "x.tlk", "sh", "-c", "rm ./x.tlk", NULL), 0);
    expect_said("timerleak doctor");
}

Test(record, what_can_not_be_run_has_the_shells_status)
{
    cr_expect_eq(WEXITSTATUS(fixture_record("./missing", NULL)), 127);
    expect_said("./missing does not exist");
    cr_expect_eq(WEXITSTATUS(fixture_record("/", NULL)), 126);
    expect_said("not an executable file");
}

Test(record, only_programs_that_are_chosen)
{
    fixture_compile("leaky", TIMER_SOURCE, "-DEND='return 0;'");
    cr_expect_eq(fixture_record("--exe=no,leak?", "sh", "-c", "./leaky; true", NULL), 0);
    expect_files("leaky.*.tlk", 1);
    expect_files("sh.*.tlk", 0);
    expect_said("1 timer created, 1 live");
    expect_not_said("left no recording");
}

Test(record, chosen_programs_that_become_another_are_fine)
{
    fixture_compile("leaky", TIMER_SOURCE, "-DEND='execlp(\"true\", \"true\", NULL);'");
    cr_expect_eq(fixture_record("--exe=leaky", "./leaky", NULL), 0);
    expect_files("*.tlk", 1);
    expect_not_said("became another program");
}

Test(record, chosen_program_without_timers_is_told_and_leaves_nothing)
{
    cr_expect_eq(fixture_record("--exe=true", "sh", "-c", "env true; :", NULL), 0);
    expect_files("*.tlk", 0);
    expect_said("1 program ran whose name \"true\" matches: 0 timers created");
}

Test(record, program_without_timers_is_told_and_leaves_nothing)
{
    cr_expect_eq(fixture_record("sh", "-c", "env true; env true; :", NULL), 0);
    expect_files("*.tlk*", 0);
    expect_files(".timerleak.*", 0);
    expect_said("timerleak: sh: 0 timers created; 5 programs ran in all\n");
    expect_not_said("left no recording");
}

Test(record, the_register_is_gone_where_the_program_was_killed)
{
    int status = fixture_record("sh", "-c", "kill -9 $$", NULL);
    cr_expect(WIFSIGNALED(status));
    expect_files(".timerleak.*", 0);
    expect_said("timerleak: sh: 0 timers created\n");
}

Test(record, image_that_makes_no_timer_leaves_the_one_before)
{
    fixture_compile("leaky", TIMER_SOURCE,
                    "-DEND='for (int i = 3; i < 64; i++) close(i); "
                    "execlp(\"true\", \"true\", NULL);'");
    cr_expect_eq(fixture_record("./leaky", NULL), 0);
    expect_files("*.tlk", 1);
    char *name = only("leaky.*.tlk");
    struct tlk_header header = fixture_read(name);
    cr_expect_eq(header.end, TLK_EXECED);
    cr_expect_eq(header.page_count, header.page_used);
    expect_not_said("became another program");
    free(name);
}

Test(record, image_before_an_exec_is_trimmed_at_once)
{
    fixture_compile("leaky", TIMER_SOURCE,
                    "-DEND='for (int i = 3; i < 64; i++) close(i); "
                    "execlp(\"true\", \"true\", NULL);'");
    fixture_run("LD_PRELOAD=%s/libtimerleak.so TIMERLEAK_OUTPUT=%%e.%%p.tlk ./leaky",
                getenv("TIMERLEAK_BUILD"));
    char *name = only("*.tlk");
    struct tlk_header header = fixture_read(name);
    struct stat status;
    cr_assert_eq(stat(name, &status), 0);
    cr_expect_eq(header.end, TLK_EXECED);
    cr_expect_eq(status.st_size, (off_t)header.page_used * TLK_PAGE);
    free(name);
}

Test(record, what_could_not_be_written_is_told)
{
    fixture_compile("late",
                    "#include <sys/timerfd.h>\n#include <stdio.h>\n"
                    "int main(void) { rename(\"there\", \"away\"); timerfd_create(1, 0);\n"
                    "return rename(\"away\", \"there\"); }\n",
                    "");
    cr_assert_eq(mkdir("there", 0700), 0);
    cr_expect_eq(fixture_record("-o", "there/%e.%p.tlk", "./late", NULL), 0);
    expect_files("there/*", 0);
    expect_said("1 recording could not be written to \"there\": No such file or directory.");
}

Test(record, nobody_was_chosen)
{
    cr_expect_eq(fixture_record("--exe=server", "true", NULL), 0);
    expect_files("*.tlk", 0);
    expect_said("nothing was recorded: no program that ran and could be recorded has a name that "
                "\"server\" matches");
}

Test(record, a_sample_is_told_as_an_estimate)
{
    fixture_compile("leaky", TIMER_SOURCE, "-DEND='return 0;'");
    cr_expect_eq(fixture_record("--sample=1000000", "-o", "x.tlk", "./leaky", NULL), 0);
    cr_expect_eq(fixture_read("x.tlk").one_in, 1000000);
    expect_said("about ");
}

Test(record, wrong_command_lines)
{
    cr_expect_eq(WEXITSTATUS(fixture_record("--sample=0", "true", NULL)), 2);
    expect_said("--sample is a number from 1 to 1000000");
    cr_expect_eq(WEXITSTATUS(fixture_record("-o", "x.tlk", NULL)), 2);
    expect_said("needs a command");
    cr_expect_eq(WEXITSTATUS(fixture_record("--children=maybe", "true", NULL)), 2);
    expect_said("yes or no");
    cr_expect_eq(WEXITSTATUS(fixture_record("--families=posix,timefd", "true", NULL)), 2);
    expect_said("\"timefd\"");
    cr_expect_eq(WEXITSTATUS(fixture_record("-o", "%z", "true", NULL)), 2);
    expect_said("%z means nothing");
    expect_files("*.tlk", 0);
}

Test(record, program_that_is_sanitized_runs)
{
    fixture_compile("asan", TIMER_SOURCE, "-fsanitize=address -DEND='return 6;'");
    cr_expect_eq(WEXITSTATUS(fixture_record("-o", "x.tlk", "./asan", NULL)), 6);
    cr_expect_eq(fixture_read("x.tlk").end, TLK_EXITED);
}

Test(record, copy_of_a_library_that_is_not_seen_is_told_before_the_program_runs)
{
    fixture_compile("owns",
                    "static __attribute__((noipa)) void uv_timer_start(void) {}\n"
                    "static __attribute__((noipa)) void uv_timer_stop(void) {}\n"
                    "int main(void) { uv_timer_start(); uv_timer_stop(); return 0; }\n",
                    "");
    const char *words = "holds its own copy of libuv, hidden inside: its timers are not seen.";
    fixture_record("-o", "x.tlk", "./owns", NULL);
    expect_said(words);
    fixture_record("-o", "x.tlk", "--families=timerfd", "./owns", NULL);
    expect_not_said(words);
    fixture_record("-o", "x.tlk", "--families=libuv", "./owns", NULL);
    expect_said(words);
}

Test(record, families_of_libraries_are_known)
{
    cr_expect_eq(WEXITSTATUS(fixture_record("--families=libuv,qtt", "true", NULL)), 2);
    expect_said("there is no \"qtt\" among posix timerfd itimer gotime libuv libevent libev glib "
                "sd-event qt");
}
