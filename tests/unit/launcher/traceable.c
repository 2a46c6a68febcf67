#include "launch/traceable.h"

#include "fixture.h"

#include <criterion/criterion.h>

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EMPTY_MAIN "int main(void) { return 0; }\n"

TestSuite(traceable, .init = fixture_enter, .fini = fixture_leave, .timeout = 60);

/* The program of this test is of the same machine and C library as the shim. */
static struct traceable judge(const char *command)
{
    struct traceable judged;
    traceable_judge(&judged, command, "/proc/self/exe");
    return judged;
}

static void expect(const char *command, enum trace_obstacle obstacle)
{
    struct traceable judged = judge(command);
    cr_expect_eq(judged.obstacle, obstacle, "%s: %d", command, judged.obstacle);
}

/* The explanation must name the reason in these words. */
static void expect_explained(const char *command, const char *words)
{
    struct traceable judged = judge(command);
    FILE *file = fopen("explanation", "w");
    traceable_explain(&judged, command, file);
    fclose(file);
    cr_expect_not_null(strstr(fixture_text("explanation"), words), "%s",
                       fixture_text("explanation"));
}

Test(traceable, dynamic_program_has_no_obstacle)
{
    fixture_compile("plain", EMPTY_MAIN, "");
    expect("./plain", TRACE_NONE);
    expect("sh", TRACE_NONE);
}

Test(traceable, missing_program)
{
    expect("./missing", TRACE_MISSING);
    expect("no-such-command-anywhere", TRACE_MISSING);
    expect("", TRACE_MISSING);
}

Test(traceable, not_executable)
{
    fixture_write("text", "text", 0600);
    expect("./text", TRACE_NOT_EXECUTABLE);
    expect("/", TRACE_NOT_EXECUTABLE);
}

Test(traceable, path_is_searched_past_what_may_not_run)
{
    cr_assert_eq(mkdir("a", 0700), 0);
    cr_assert_eq(mkdir("b", 0700), 0);
    fixture_write("a/tool", "", 0600);
    setenv("PATH", "a:b", 1);
    expect("tool", TRACE_NOT_EXECUTABLE);
    cr_assert_eq(symlink("/proc/self/exe", "b/tool"), 0);
    struct traceable judged = judge("tool");
    cr_expect_eq(judged.obstacle, TRACE_NONE);
    cr_expect_str_eq(judged.program, "b/tool");
}

Test(traceable, static_program)
{
    fixture_compile("static", EMPTY_MAIN, "-static");
    fixture_compile("static-pie", EMPTY_MAIN, "-static-pie");
    expect("./static", TRACE_STATIC);
    expect("./static-pie", TRACE_STATIC);
    expect_explained("./static", "./static is linked statically");
}

Test(traceable, loader_run_by_name_is_no_static_program)
{
    struct stat status;
    if (stat("/lib64/ld-linux-x86-64.so.2", &status) != 0)
        cr_skip_test("x86-64 only");
    expect("/lib64/ld-linux-x86-64.so.2", TRACE_NONE);
}

Test(traceable, script_is_followed_to_its_interpreter)
{
    char line[4200], here[4096];
    cr_assert_not_null(getcwd(here, sizeof(here)));
    fixture_compile("static", EMPTY_MAIN, "-static");
    snprintf(line, sizeof(line), "#! %s/static -x\n", here);
    fixture_write("script", line, 0700);
    expect("./script", TRACE_STATIC);
    snprintf(line, sizeof(line), "#!%s/script\n", here);
    fixture_write("outer", line, 0700);
    expect("./outer", TRACE_STATIC);
    expect_explained("./outer", "./outer runs /");
    fixture_write("shell", "#!/bin/sh\n", 0700);
    expect("./shell", TRACE_NONE);
    fixture_write("bare", "echo no line says what runs this\n", 0700);
    expect("./bare", TRACE_NONE);
    fixture_write("broken", "#!/no/such/interpreter\n", 0700);
    expect("./broken", TRACE_MISSING);
}

Test(traceable, script_of_env_is_followed_through_path)
{
    fixture_compile("static", EMPTY_MAIN, "-static");
    setenv("PATH", ".", 1);
    fixture_write("script", "#!/usr/bin/env static\n", 0700);
    expect("./script", TRACE_STATIC);
    fixture_write("script", "#!/usr/bin/env -S A=b static -x\n", 0700);
    expect("./script", TRACE_STATIC);
    fixture_write("script", "#!/usr/bin/env no-such-command\n", 0700);
    expect("./script", TRACE_MISSING);
}

Test(traceable, script_that_runs_itself_ends)
{
    char line[4200], here[4096];
    cr_assert_not_null(getcwd(here, sizeof(here)));
    snprintf(line, sizeof(line), "#!%s/script\n", here);
    fixture_write("script", line, 0700);
    expect("./script", TRACE_NONE);
}

Test(traceable, go_program)
{
    const char *source = EMPTY_MAIN "__asm__(\".pushsection .note.go.buildid,\\\"a\\\",@note\\n"
                                    ".long 0\\n.popsection\");\n";
    fixture_compile("go", source, "");
    expect("./go", TRACE_GO);
    cr_expect(traceable_loads(&(struct traceable){.obstacle = TRACE_GO}));
    fixture_compile("static-go", source, "-static");
    expect("./static-go", TRACE_STATIC_GO);
    cr_expect_not(traceable_loads(&(struct traceable){.obstacle = TRACE_STATIC_GO}));
}

Test(traceable, other_c_library)
{
    fixture_compile("musl", EMPTY_MAIN, "-Wl,--dynamic-linker=/lib/ld-musl-x86_64.so.1");
    expect("./musl", TRACE_LIBC);
}

static void overwrite(const char *name, off_t offset, const void *bytes, size_t size)
{
    int fd = open(name, O_WRONLY);
    cr_assert_geq(fd, 0);
    cr_assert_eq(pwrite(fd, bytes, size, offset), (ssize_t)size);
    close(fd);
}

Test(traceable, other_machine)
{
    uint16_t machine = EM_AVR;
    fixture_compile("avr", EMPTY_MAIN, "");
    overwrite("avr", offsetof(Elf64_Ehdr, e_machine), &machine, sizeof(machine));
    expect("./avr", TRACE_MACHINE);
}

Test(traceable, program_of_32_bits)
{
    const Elf32_Ehdr header = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_386,
        .e_version = EV_CURRENT,
        .e_ehsize = sizeof(header)};
    fixture_write("old", "", 0700);
    overwrite("old", 0, &header, sizeof(header));
    expect("./old", TRACE_32_BITS);
}

Test(traceable, setuid_and_setgid)
{
    if (geteuid() != 0)
        cr_skip_test("only root can make files of other users");
    fixture_compile("setid", EMPTY_MAIN, "");
    cr_assert_eq(chmod("setid", 04755), 0);
    expect("./setid", TRACE_NONE); /* it is already that user */
    cr_assert_eq(chown("setid", 65534, 0), 0);
    cr_assert_eq(chmod("setid", 04755), 0);
    expect("./setid", TRACE_SETID);
    cr_assert_eq(chown("setid", 0, 65534), 0);
    cr_assert_eq(chmod("setid", 02755), 0);
    expect("./setid", TRACE_SETID);
    cr_assert_eq(chmod("setid", 02745), 0);
    expect("./setid", TRACE_NONE); /* mandatory locking, once */
}

Test(traceable, sanitizer_is_named)
{
    fixture_compile("asan", EMPTY_MAIN, "-fsanitize=address");
    struct traceable judged = judge("./asan");
    cr_expect_eq(judged.obstacle, TRACE_NONE);
    if (strncmp(judged.sanitizer, "libasan.so", 10) != 0)
        cr_skip_test("this compiler links the runtime statically");
}

/* No verdict is expected: none of these may crash, and the sanitizers watch. */
Test(traceable, malformed_programs_are_survived)
{
    struct stat status;
    fixture_compile("good", EMPTY_MAIN, "");
    cr_assert_eq(stat("good", &status), 0);
    for (off_t size = 0; size < status.st_size; size += 97) {
        fixture_run("head -c %ld good >cut; chmod +x cut", (long)size);
        judge("./cut");
    }
    srand(1);
    for (int i = 0; i < 300; i++) {
        unsigned char noise[2] = {(unsigned char)rand(), (unsigned char)rand()};
        fixture_run("cp good noisy");
        for (int j = 0; j < 8; j++)
            overwrite("noisy", rand() % (j % 2 ? 4096 : (int)status.st_size), noise, 2);
        judge("./noisy");
    }
}
