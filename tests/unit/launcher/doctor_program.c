/* What `timerleak doctor` says of a program. */
#include "launch/libraries.h"
#include "symbols/detail.h"

#include "diagnosed.h"
#include "fixture.h"

#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EMPTY_MAIN "int main(void) { return 0; }\n"

TestSuite(doctor_program, .init = fixture_enter, .fini = fixture_leave, .timeout = 60);

/* This program is of the same machine and C library as the shim. */
static struct diagnosis examine(const char *command)
{
    struct diagnosis diagnosis = {0};
    if (access("libtimerleak.so", F_OK) != 0)
        cr_assert_eq(symlink("/proc/self/exe", "libtimerleak.so"), 0);
    examine_program(&diagnosis, command, "./libtimerleak.so");
    return diagnosis;
}

static void expect(const char *command, enum health health, const char *part)
{
    struct diagnosis diagnosis = examine(command);
    expect_diagnosed(&diagnosis, health, part);
    diagnosis_free(&diagnosis);
}

/* ---- whether it can be recorded ---- */

Test(doctor_program, plain_program)
{
    fixture_compile("plain", EMPTY_MAIN, "-g -Wl,--build-id");
    struct diagnosis diagnosis = examine("./plain");
    expect_diagnosed(&diagnosis, HEALTH_OK, "./plain can be recorded");
    expect_diagnosed(&diagnosis, HEALTH_NOTE, "neither it nor the libraries");
    cr_expect_eq(diagnosis_count(&diagnosis, HEALTH_NO), 0);
    cr_expect_eq(diagnosis_count(&diagnosis, HEALTH_MEND), 0);
    diagnosis_free(&diagnosis);
}

Test(doctor_program, obstacles_come_with_a_way_out)
{
    fixture_compile("static", EMPTY_MAIN, "-static");
    expect("./static", HEALTH_NO, "./static is linked statically");
    expect("./static", HEALTH_NO, "Link it dynamically");
    expect("./missing", HEALTH_NO, "./missing does not exist");
    fixture_write("text", "text", 0600);
    expect("./text", HEALTH_NO, "chmod +x");
}

Test(doctor_program, go_program)
{
    const char *source = EMPTY_MAIN "__asm__(\".pushsection .note.go.buildid,\\\"a\\\",@note\\n"
                                    ".long 0\\n.popsection\");\n";
    fixture_compile("go", source, "");
    struct diagnosis diagnosis = examine("./go");
    expect_diagnosed(&diagnosis, HEALTH_OK, "./go can be recorded");
    expect_diagnosed(&diagnosis, HEALTH_NOTE, "it is a Go program: the Go runtime");
    expect_diagnosed(&diagnosis, HEALTH_NOTE, "Only timers of its C code can be seen");
    cr_expect_eq(diagnosis_count(&diagnosis, HEALTH_NO), 0);
    diagnosis_free(&diagnosis);
    fixture_compile("static-go", source, "-static");
    expect("./static-go", HEALTH_NO, "is a Go program that is linked statically");
}

Test(doctor_program, script_is_told_from_what_runs_it)
{
    fixture_write("script", "#!/bin/sh\n", 0700);
    expect("./script", HEALTH_NOTE, "./script is a script: what follows is about /bin/sh");
    fixture_write("script", "#!/usr/bin/env no-such-command\n", 0700);
    expect("./script", HEALTH_NO, "./script is a script for no-such-command, which does not exist");
}

Test(doctor_program, sanitizer_is_noted)
{
    fixture_compile("asan", EMPTY_MAIN, "-fsanitize=address");
    struct diagnosis diagnosis = examine("./asan");
    if (diagnosed(&diagnosis, "libasan.so") == NULL)
        cr_skip_test("this compiler links the runtime statically");
    expect_diagnosed(&diagnosis, HEALTH_NOTE, "By hand, write LD_PRELOAD=libasan.so");
    diagnosis_free(&diagnosis);
}

Test(doctor_program, nothing_of_it_is_run)
{
    const char *source =
        "#include <fcntl.h>\n"
        "__attribute__((constructor)) void start(void) { creat(\"ran\", 0600); }\n";
    char text[512];
    fixture_compile("libpart.so", source, "-shared -fPIC");
    snprintf(text, sizeof(text), "%sint main(void) { return 0; }\n", source);
    fixture_compile("runs", text, "-Wl,--no-as-needed ./libpart.so");
    struct diagnosis diagnosis = examine("./runs");
    cr_expect_eq(diagnosis_count(&diagnosis, HEALTH_NO), 0);
    cr_expect_neq(access("ran", F_OK), 0);
    diagnosis_free(&diagnosis);
    fixture_run("./runs");
    cr_expect_eq(access("ran", F_OK), 0, "the program can tell whether it is run");
}

/* ---- names ---- */

static struct file_detail detail_of(const char *path)
{
    struct file_detail detail;
    cr_assert(file_detail_read(&detail, path), "%s", path);
    return detail;
}

Test(doctor_program, debug_information_is_found)
{
    unsetenv("DEBUGINFOD_URLS");
    fixture_compile("lines", EMPTY_MAIN, "-g");
    cr_expect_eq(detail_of("lines").detail, DETAIL_LINES);
    fixture_compile("functions", EMPTY_MAIN, "");
    cr_expect_eq(detail_of("functions").detail, DETAIL_FUNCTIONS);
    expect("./functions", HEALTH_MEND, "Compile it with -g.");
    fixture_compile("stripped", EMPTY_MAIN, "-s");
    cr_expect_eq(detail_of("stripped").detail, DETAIL_ADDRESSES);
    expect("./stripped", HEALTH_MEND, "do not strip it");
}

Test(doctor_program, separate_debug_file_is_found_and_named)
{
    fixture_compile("split", EMPTY_MAIN, "-g");
    fixture_run("objcopy --only-keep-debug split split.debug && strip split && "
                "objcopy --add-gnu-debuglink=split.debug split");
    struct file_detail detail = detail_of("split");
    cr_expect_eq(detail.detail, DETAIL_LINES);
    cr_expect_not_null(strstr(detail.debug_file, "split.debug"), "%s", detail.debug_file);
    cr_assert_eq(unlink("split.debug"), 0);
    cr_expect_eq(detail_of("split").detail, DETAIL_ADDRESSES);
}

Test(doctor_program, missing_build_id_is_told)
{
    fixture_compile("with", EMPTY_MAIN, "-g -Wl,--build-id");
    cr_expect(detail_of("with").build_id);
    fixture_compile("without", EMPTY_MAIN, "-g -Wl,--build-id=none");
    cr_expect_not(detail_of("without").build_id);
    cr_expect_eq(detail_of("without").detail, DETAIL_LINES);
    expect("./without", HEALTH_MEND, "-Wl,--build-id");
}

Test(doctor_program, variable_of_debuginfod_is_put_back)
{
    setenv("DEBUGINFOD_URLS", "http://127.0.0.1:1", 1);
    fixture_compile("stripped", EMPTY_MAIN, "-s");
    detail_of("stripped");
    cr_expect_str_eq(getenv("DEBUGINFOD_URLS"), "http://127.0.0.1:1");
}

/* ---- calls ---- */

#define CALLS_TIMERS                                                                               \
    "#include <unistd.h>\n#include <sys/timerfd.h>\n"                                              \
    "int make(void) { return timerfd_create(0, 0) + (int)alarm(0); }\n"

Test(doctor_program, makers_of_timers_are_named)
{
    fixture_compile("own", CALLS_TIMERS EMPTY_MAIN, "");
    expect("./own", HEALTH_OK, "are seen: the program (timerfd_create, alarm)");
    fixture_compile("libmaker.so", CALLS_TIMERS, "-shared -fPIC");
    fixture_compile("linked", EMPTY_MAIN, "-Wl,--no-as-needed ./libmaker.so");
    expect("./linked", HEALTH_OK, "are seen: ./libmaker.so (timerfd_create, alarm)");
}

Test(doctor_program, timers_of_a_library_are_seen_by_an_object)
{
    fixture_compile("libglib-2.0.so.0", "void g_timeout_add(void) {}\n", "-shared -fPIC");
    fixture_compile("looped",
                    "void g_timeout_add(void);\nint main(void) { g_timeout_add(); return 0; }\n",
                    "./libglib-2.0.so.0");
    struct diagnosis diagnosis = examine("./looped");
    expect_diagnosed(&diagnosis, HEALTH_MEND,
                     "timers of GLib are not seen one by one: there is no ./libtimerleak-glib.so");
    expect_not_diagnosed(&diagnosis, "libev");
    diagnosis_free(&diagnosis);
    fixture_write("libtimerleak-glib.so", "", 0600);
    expect("./looped", HEALTH_OK, "timers of GLib are seen: `timerleak record` loads");
}

Test(doctor_program, hidden_copies_of_libraries_are_told)
{
    fixture_compile("owns",
                    "static __attribute__((noipa)) void ev_timer_start(void) {}\n"
                    "static __attribute__((noipa)) void ev_timer_stop(void) {}\n"
                    "int main(void) { ev_timer_start(); ev_timer_stop(); return 0; }\n",
                    "");
    struct diagnosis diagnosis = examine("./owns");
    expect_diagnosed(&diagnosis, HEALTH_NOTE,
                     "./owns holds its own copy of libev, hidden inside: its timers are not seen");
    expect_diagnosed(&diagnosis, HEALTH_NOTE, "Link it with the shared library to see them");
    expect_not_diagnosed(&diagnosis, "neither it nor the libraries");
    diagnosis_free(&diagnosis);
}

Test(doctor_program, blind_spots_are_told)
{
    fixture_compile("blind",
                    "#include <dlfcn.h>\n#include <unistd.h>\n"
                    "int main(void) { return dlmopen(LM_ID_NEWLM, \"x\", 0) || syscall(39); }\n",
                    "-D_GNU_SOURCE -ldl");
    expect("./blind", HEALTH_NOTE, "the program calls syscall()");
    expect("./blind", HEALTH_NOTE, "namespace of their own are not seen: the program (dlmopen)");
}

Test(doctor_program, libraries_that_are_missing_or_too_old)
{
    fixture_write("new.map", "V1 { global: part; };\nV2 { global: newer; } V1;\n", 0600);
    fixture_write("old.map", "V1 { global: part; };\n", 0600);
    fixture_compile("libpart.so", "void part(void) {}\nvoid newer(void) {}\n",
                    "-shared -fPIC -Wl,--version-script=new.map");
    fixture_compile("linked", "void newer(void);\nint main(void) { newer(); return 0; }\n",
                    "./libpart.so");
    fixture_compile("libpart.so", "void part(void) {}\n",
                    "-shared -fPIC -Wl,--version-script=old.map");
    expect("./linked", HEALTH_NO, "V2");
    fixture_write("libpart.so", "no library", 0700);
    expect("./linked", HEALTH_NO, "error while loading shared libraries: ./libpart.so");
    cr_assert_eq(unlink("libpart.so"), 0);
    expect("./linked", HEALTH_NO, "it can't start: ./libpart.so is not found");
    fixture_compile("libpart.so", "void part(void) {}\n", "-shared -fPIC -Wl,-soname,libpart.so");
    fixture_compile("linked", "void part(void);\nint main(void) { part(); return 0; }\n",
                    "./libpart.so");
    expect("./linked", HEALTH_NO, "it can't start: libpart.so is not found");
}

static const char *any_name(size_t index)
{
    (void)index;
    return "alarm";
}

/* No answer is expected: none of these may crash, and the sanitizers watch. */
Test(doctor_program, malformed_files_are_survived)
{
    struct stat status;
    struct file_detail detail;
    fixture_compile("good", CALLS_TIMERS EMPTY_MAIN, "");
    cr_assert_eq(imports_read("good", any_name, 1), 1);
    cr_assert_eq(stat("good", &status), 0);
    for (off_t size = 0; size < status.st_size; size += 199) {
        fixture_run("head -c %ld good >cut", (long)size);
        imports_read("cut", any_name, 1);
        file_detail_read(&detail, "cut");
    }
    cr_expect_eq(imports_read("/no/such/file", any_name, 1), 0);
    cr_expect_not(file_detail_read(&detail, "/no/such/file"));
}
