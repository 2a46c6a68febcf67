/*
 * Functions that interpreters make at run time are named, by the perf maps that they write; also
 * when the map is gone from /tmp.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "preloaded.h"
#include "subject.h"

#define RECORDED "$timerleak record -o made.tlk"
#define PRELOADED "env LD_PRELOAD=${timerleak%/*}/libtimerleak.so TIMERLEAK_OUTPUT=$PWD/made.tlk"

/* What is said of the process that leaks, in a folder of its own, when its map is gone. */
static char *report_after(const char *launch, const char *how, const char *recordings)
{
    char *folder = directory_make(), *timerleak = built("timerleak");
    char *program = built("programs/made_at_run_time");
    char *report = output_of(text_make("cd %s && timerleak=%s\n"
                                       "%s %s %s >out 2>err\n"
                                       "rm $(grep '^/tmp/' out) && $timerleak report %s",
                                       folder, timerleak, launch, program, how, recordings));

    free(program);
    free(timerleak);
    directory_remove(folder);
    return report;
}

/* From the leaf, through each function of either kind, to main. */
static void expect_named(const char *report)
{
    const char *at = report;
    static const char *const frames[] = {
        "open_timeout ",
        "visit ",
        "/srv/app/visit.js:7\n",
        "... and again, 3 times in all\n",
        "py::serve:loop.py ",
        "/srv/app/loop.py\n",
        "run ",
        "main ",
    };

    for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
        at = strstr(at, frames[i]);
        cr_assert(at, "no \"%s\" behind what comes before it in:\n%s", frames[i], report);
    }
    cr_expect_not(strstr(report, "stale"));
    cr_expect_not(strstr(report, "[unknown]"));
}

static void expect_named_after(const char *launch, const char *how, const char *recordings)
{
    char *report = report_after(launch, how, recordings);

    expect_named(report);
    free(report);
}

Test(made, functions_are_named_after_the_process_has_ended)
{
    expect_named_after(RECORDED, "named", "made.tlk");
}

Test(made, so_are_those_of_one_that_was_killed)
{
    expect_named_after(RECORDED, "killed", "made.tlk");
}

Test(made, a_map_may_be_written_at_the_very_end)
{
    expect_named_after(RECORDED, "late", "made.tlk");
}

Test(made, a_child_has_the_code_of_its_parent)
{
    expect_named_after(RECORDED, "forked", "made.*.tlk");
}

Test(made, the_shim_alone_keeps_the_map)
{
    expect_named_after(PRELOADED, "named", "made.tlk");
    expect_named_after(PRELOADED, "forked", "made.*.tlk");
}

/* By where they lie in the process's own /tmp, while it waits. */
static void expect_named_while_running(const char *how)
{
    char *folder = directory_make(), *timerleak = built("timerleak");
    struct running running = start_preloaded("made_at_run_time", how, "waiting", folder, NULL);

    cr_assert(command_wait_for(&running, "ready"));
    char *report = output_of(text_make("%s report %s/*.tlk", timerleak, folder));
    struct outcome outcome = command_finish(&running);

    outcome.out[strcspn(outcome.out, "\n")] = '\0';
    unlink(outcome.out);
    expect_part(report, ", running\n");
    expect_named(report);
    outcome_forget(&outcome);
    free(report);
    free(timerleak);
    directory_remove(folder);
}

Test(made, functions_are_named_while_the_process_runs)
{
    expect_named_while_running("named");
}

Test(made, so_are_those_of_its_parent)
{
    expect_named_while_running("forked");
}

Test(made, a_link_is_no_map)
{
    static const char *const launches[] = {RECORDED, PRELOADED};

    for (int i = 0; i < 2; i++) {
        char *report = report_after(launches[i], "linked", "made.tlk");

        expect_part(report, "  open_timeout ");
        expect_part(report, "  [unknown]+0x");
        expect_part(report, "  run ");
        free(report);
    }
}

Test(made, a_portable_recording_needs_no_map_beside_it)
{
    char *report =
        report_after("$timerleak record --portable -o made.tlk", "named", "made.tlk && ls");

    expect_named(report);
    cr_expect_not(strstr(report, "made.map"), "%s", report);
    free(report);
}

/* As a linker's map of the program: cc -Wl,-Map=made.map. */
Test(made, what_is_called_as_the_copy_and_is_none_stays)
{
    static const char *const launches[] = {"echo precious >made.map && " RECORDED,
                                           "echo precious >made.map && " PRELOADED};

    for (int i = 0; i < 2; i++) {
        char *kept = report_after(launches[i], "named", "made.tlk >shown && cat made.map");

        cr_expect_str_eq(kept, "precious\n");
        free(kept);
    }
}

/* ---- interpreters ---- */

#define NEWEST_PYTHON                                                                              \
    "for python in python3 $HOME/.pyenv/versions/3.*/bin/python3.[0-9][0-9]; do "                  \
    "$python -X perf -c 'import os, sys; sys.is_stack_trampoline_active() or sys.exit(1); "        \
    "os.unlink(\"/tmp/perf-%%d.map\" %% os.getpid())' 2>/dev/null && found=$python; done; "        \
    "echo ${found:?}"

static const char leak_in_python[] = "import ctypes, os, time\n"
                                     "libc = ctypes.CDLL(None)\n"
                                     "def handler():\n"
                                     "    libc.timerfd_create(time.CLOCK_MONOTONIC, 0)\n"
                                     "def main():\n"
                                     "    for i in range(50):\n"
                                     "        handler()\n"
                                     "    print('/tmp/perf-%d.map' % os.getpid())\n"
                                     "main()\n";

/* Records a script, and what is said of it once the map is gone. */
static char *report_of_script(const char *interpreter, const char *name, const char *script)
{
    char *folder = directory_make(), *timerleak = built("timerleak");
    char *report = output_of(
        text_make("cd %s && cat >%s <<'END'\n%sEND\n"
                  "%s record -o made.tlk %s %s >out 2>err\n"
                  "rm $(head -n 1 out) && %s report made.tlk && %s merge -o made.gz made.tlk && "
                  "rm made.tlk made.map && %s report made.gz && %s html -o made.html made.gz && "
                  "{ grep -oF '[perf map]+' made.html || :; }",
                  folder, name, script, timerleak, interpreter, name, timerleak, timerleak,
                  timerleak, timerleak));

    free(timerleak);
    directory_remove(folder);
    return report;
}

Test(made, functions_of_python_are_named)
{
    char *python = tried(text_make(NEWEST_PYTHON));

    if (!python)
        cr_skip_test("there is no Python of 3.12 or newer, with perf support: nothing to record");
    python[strcspn(python, "\n")] = '\0';
    char *interpreter = text_make("%s -X perf", python);
    char *report = report_of_script(interpreter, "leak.py", leak_in_python);

    expect_part(report, "never-armed     py::handler:leak.py  ");
    expect_part(report, "frames of the interpreter\n");
    expect_part(report, "  py::main:leak.py  ");
    expect_part(report, "  py::<module>:leak.py  ");
    cr_expect_not(strstr(report, "[unknown]"), "%s", report);
    cr_expect_not(strstr(report, "[perf map]"), "the page has no file: %s", report);
    /* And by the archive alone. */
    expect_part(strstr(report, "py::<module>:leak.py"), "py::handler:leak.py  ");
    free(report);
    free(interpreter);
    free(python);
}

/* A module of Node's, for JavaScript itself makes no timer that the kernel knows. */
#define ADDON                                                                                      \
    "cat >addon.c <<'END'\n"                                                                       \
    "#include <node_api.h>\n"                                                                      \
    "#include <sys/timerfd.h>\n"                                                                   \
    "#include <time.h>\n"                                                                          \
    "static napi_value make(napi_env env, napi_callback_info info)\n"                              \
    "{\n"                                                                                          \
    "    napi_value made;\n"                                                                       \
    "    (void)info;\n"                                                                            \
    "    napi_create_int32(env, timerfd_create(CLOCK_MONOTONIC, 0), &made);\n"                     \
    "    return made;\n"                                                                           \
    "}\n"                                                                                          \
    "NAPI_MODULE_INIT()\n"                                                                         \
    "{\n"                                                                                          \
    "    napi_value function;\n"                                                                   \
    "    napi_create_function(env, \"make\", NAPI_AUTO_LENGTH, make, NULL, &function);\n"          \
    "    napi_set_named_property(env, exports, \"make\", function);\n"                             \
    "    return exports;\n"                                                                        \
    "}\n"                                                                                          \
    "END\n"                                                                                        \
    "cc -shared -fPIC -I/usr/include/node -o addon.node addon.c"

static const char leak_in_node[] = "const addon = require('./addon.node');\n"
                                   "function handler() { return addon.make(); }\n"
                                   "function main() { for (let i = 0; i < 50; i++) handler(); }\n"
                                   "main();\n"
                                   "console.log(`/tmp/perf-${process.pid}.map`);\n";

Test(made, functions_of_node_are_named)
{
    char *folder = directory_make();
    char *ready = tried(text_make("cd %s && node --version && " ADDON, folder));

    if (!ready) {
        directory_remove(folder);
        cr_skip_test("there is no Node with its headers: nothing to record");
    }
    char *timerleak = built("timerleak");
    char *report = output_of(text_make(
        "cd %s && cat >leak.js <<'END'\n%sEND\n"
        "%s record -o made.tlk node --perf-basic-prof --interpreted-frames-native-stack leak.js "
        ">out 2>err; rm $(head -n 1 out) && %s report made.tlk",
        folder, leak_in_node, timerleak, timerleak));

    expect_part(report, "frames of the interpreter\n");
    expect_part(report, "/leak.js:2\n");
    expect_part(report, "/leak.js:3\n");
    cr_expect_not(strstr(report, "[unknown]"), "%s", report);
    free(report);
    free(timerleak);
    free(ready);
    directory_remove(folder);
}
