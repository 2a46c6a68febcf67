/* Where binaries and debug files are looked for, and in which order. */
#include "symbols/roots.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const uint8_t build_id[] = {0xab, 0x12, 0x34};
static char folder[] = "/tmp/timerleak-roots-XXXXXX";

static void run(const char *line)
{
    cr_assert_eq(system(line), 0, "%s", line);
}

static void setup(void)
{
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    run("mkdir -p fs one/.build-id/ab two/ab1234 fs/.build-id/ab fs/usr/bin fs/etc");
    setenv("TIMERLEAK_BINARY_PATH", ":one:/nowhere::two", 1);
    roots_set_symfs("fs");
}

static void teardown(void)
{
    roots_set_symfs(NULL);
    unsetenv("TIMERLEAK_BINARY_PATH");
    cr_assert_eq(chdir("/"), 0);
    char line[sizeof(folder) + 8];
    snprintf(line, sizeof(line), "rm -r %s", folder);
    run(line);
}

TestSuite(roots, .init = setup, .fini = teardown);

/* All that is there, below the folder, in order. */
static void expect_found(const struct rooted *rooted, const char *expected)
{
    char path[PATH_MAX], found[PATH_MAX] = "";
    for (size_t i = 0; roots_candidate(rooted, i, path); i++) {
        const char *shown =
            strncmp(path, folder, strlen(folder)) == 0 ? path + strlen(folder) : path;
        if (*path)
            snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s ", shown + 1);
    }
    cr_expect_str_eq(found, expected);
}

static const struct rooted file = {"/usr/bin/app", build_id, sizeof(build_id), NULL, false};
static const struct rooted nameless = {"/usr/bin/app", NULL, 0, NULL, false};

Test(roots, files)
{
    expect_found(&file, "");
    run("touch fs/usr/bin/app fs/.build-id/ab/1234 one/app two/app two/ab1234/app "
        "one/.build-id/ab/1234");
    expect_found(&file, "fs/usr/bin/app fs/.build-id/ab/1234 one/app one/.build-id/ab/1234 two/app "
                        "two/ab1234/app ");
    roots_set_symfs("");
    expect_found(&file, "one/app one/.build-id/ab/1234 two/app two/ab1234/app ");
    unsetenv("TIMERLEAK_BINARY_PATH");
    expect_found(&file, "");
}

/* A command of the prompt is told of it in words that are gone before the next. */
Test(roots, the_directory_is_remembered_by_its_name)
{
    char *directory = strdup("fs");
    run("touch fs/usr/bin/app");
    roots_set_symfs(directory);
    free(directory);
    expect_found(&file, "fs/usr/bin/app ");
}

/* Nothing could tell it from another of its name. */
Test(roots, without_a_build_id_it_is_known_by_its_path_in_the_recorded_root)
{
    run("mkdir -p one/usr/bin && touch fs/usr/bin/app fs/app one/app one/usr/bin/app");
    expect_found(&nameless, "fs/usr/bin/app ");
    roots_set_symfs(NULL);
    expect_found(&nameless, "");
}

Test(roots, debug_files)
{
    const struct rooted debug = {"/usr/bin/app", build_id, sizeof(build_id), "app.debug", true};
    const struct rooted shared = {"/usr/bin/app", build_id, sizeof(build_id),
                                  "/usr/lib/debug/.dwz/app.debug", true};
    run("mkdir -p one/usr/lib/debug/.build-id/ab one/.debug fs/usr/lib/debug/.dwz && touch "
        "one/.build-id/ab/1234.debug one/usr/lib/debug/.build-id/ab/1234.debug one/app.debug "
        "one/.debug/app.debug two/ab1234/app.debug fs/usr/lib/debug/.dwz/app.debug");
    expect_found(&debug, "one/.build-id/ab/1234.debug one/usr/lib/debug/.build-id/ab/1234.debug "
                         "one/app.debug one/.debug/app.debug two/ab1234/app.debug ");
    run("rm -r one two");
    expect_found(&shared, "fs/usr/lib/debug/.dwz/app.debug ");
}

/* As the recorded program saw them: none leads out of its root. */
Test(roots, links_lead_where_they_would_if_the_root_were_it)
{
    run("touch fs/etc/real && ln -s /etc/real fs/usr/bin/app");
    expect_found(&nameless, "fs/etc/real ");
    run("rm fs/usr/bin/app && ln -s ../../../../../../../../etc/passwd fs/usr/bin/app");
    expect_found(&nameless, "");
    run("touch fs/etc/passwd");
    expect_found(&nameless, "fs/etc/passwd ");
}
