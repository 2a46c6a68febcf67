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

#include "command.h"
#include "preloaded.h"
#include "recordings.h"

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

/* Not a pointer: each test runs in a process of its own, where it would mean something else. */
struct size {
    char text[8];
};

ParameterizedTestParameters(full_disk, program_does_not_notice)
{
    static struct size sizes[] = {{"4k"}, {"64k"}, {"256k"}, {"1m"}};

    return cr_make_param_array(struct size, sizes, sizeof(sizes) / sizeof(sizes[0]));
}

/* In a mount namespace of this test's own: nothing is left behind, whatever happens. */
static char *directory_make_small(const char *options)
{
    char *directory = directory_make();

    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("tmpfs", directory, "tmpfs", 0, options)) {
        directory_remove(directory);
        cr_skip_test("no small file system can be mounted: %s", strerror(errno));
    }
    return directory;
}

ParameterizedTest(struct size *size, full_disk, program_does_not_notice, .timeout = 60)
{
    char *options = text_make("size=%s", size->text), *directory = directory_make_small(options);

    expect_undisturbed(directory, NULL, options);
    umount(directory);
    directory_remove(directory);
    free(options);
}

/* The smallest recording takes a megabyte. */
Test(full_disk, the_last_megabyte_holds_a_recording, .timeout = 60)
{
    char *directory = directory_make_small("size=1m");
    struct outcome outcome = run_preloaded("held_hundred_from_start", directory, NULL);
    struct recordings recordings = recordings_read(directory, outcome.pid, stderr);

    cr_expect_eq(recordings.count, 1);
    recordings_forget(&recordings);
    outcome_forget(&outcome);
    umount(directory);
    directory_remove(directory);
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
