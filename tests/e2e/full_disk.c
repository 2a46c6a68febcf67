/*
 * Where a recording can't be written or can't grow, the program must not notice: not when the file
 * system is full, and not when files may not grow.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include "command.h"
#include "preloaded.h"
#include "subject.h"

static const char *const programs[] = {"held_hundred_from_start", "deep_and_different_stacks",
                                       "file_size_limited", "two_hundred_threads",
                                       "fork_child_leaks"};

static void expect_undisturbed(const char *directory, void (*prepare)(void), const char *where)
{
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        struct outcome bare = run_bare(programs[i]);
        struct outcome preloaded = run_preloaded(programs[i], directory, prepare);
        char *difference = differences(&bare, &preloaded);

        cr_expect_str_empty(difference, "%s, %s:\n%s", programs[i], where, difference);
        free(difference);
        outcome_forget(&bare);
        outcome_forget(&preloaded);
    }
}

/* In a mount namespace of this test's own: nothing is left behind, whatever happens. */
static void mount_small(char *directory, const char *options)
{
    if (!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
        !mount("tmpfs", directory, "tmpfs", 0, options))
        return;
    directory_remove(directory);
    cr_skip_test("no small file system can be mounted: %s", strerror(errno));
}

/* Not a pointer: each test runs in a process of its own, where it would mean something else. */
struct size {
    char text[8];
};

ParameterizedTestParameters(full_disk, program_does_not_notice)
{
    static struct size sizes[] = {{"4k"}, {"64k"}, {"256k"}, {"1m"}};

    return cr_make_param_array(struct size, sizes, sizeof(sizes) / sizeof(sizes[0]));
}

ParameterizedTest(struct size *size, full_disk, program_does_not_notice, .timeout = 60)
{
    char *directory = directory_make(), *options = text_make("size=%s", size->text);

    mount_small(directory, options);
    expect_undisturbed(directory, NULL, options);
    umount(directory);
    directory_remove(directory);
    free(options);
}

/* The doctor calls ready what can be recorded, and record says what it was that could not be. */
static void expect_agreement(const char *size)
{
    char *directory = directory_make(), *options = text_make("size=%s", size);
    char *timerleak = built("timerleak"), *program = program_path("alarm_cancelled");
    char *doctor, *record, *made;

    mount_small(directory, options);
    cr_assert_eq(chdir(directory), 0);
    doctor = output_of(text_make("'%s' doctor 2>&1; :", timerleak));
    record = output_of(text_make("'%s' record -o x.tlk '%s' 2>&1", timerleak, program));
    made = output_of(text_make("ls"));
    cr_expect_str_eq(made, strstr(doctor, "\nReady") ? "x.tlk\n" : "", "%s: %s%s%s", size, doctor,
                     record, made);
    cr_expect_eq(strstr(record, "Its file system is full") != NULL, !*made, "%s: %s", size, record);
    cr_assert_eq(chdir("/"), 0);
    umount(directory);
    directory_remove(directory);
    free(options);
    free(timerleak);
    free(program);
    free(doctor);
    free(record);
    free(made);
}

ParameterizedTestParameters(full_disk, what_is_said_of_it_is_true)
{
    static struct size sizes[] = {{"64k"}, {"1000k"}, {"1m"}, {"1300k"}, {"3m"}, {"40m"}};

    return cr_make_param_array(struct size, sizes, sizeof(sizes) / sizeof(sizes[0]));
}

ParameterizedTest(struct size *size, full_disk, what_is_said_of_it_is_true, .timeout = 60)
{
    expect_agreement(size->text);
}

static void limit_file_size(rlim_t size)
{
    const struct rlimit limit = {size, size};

    setrlimit(RLIMIT_FSIZE, &limit);
}

static void allow_nothing(void)
{
    limit_file_size(0);
}

static void allow_a_header(void)
{
    limit_file_size(65536);
}

static void allow_some_chunks(void)
{
    limit_file_size(1000000);
}

Test(file_size_limit, program_does_not_notice, .timeout = 60)
{
    char *directory = directory_make();

    expect_undisturbed(directory, allow_nothing, "files of 0 bytes");
    expect_undisturbed(directory, allow_a_header, "files of 65536 bytes");
    expect_undisturbed(directory, allow_some_chunks, "files of 1000000 bytes");
    directory_remove(directory);
}

Test(no_such_directory, program_does_not_notice, .timeout = 60)
{
    expect_undisturbed("/nonexistent/directory", NULL, "nowhere to write");
}
