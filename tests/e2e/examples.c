/*
 * scripts/examples, as far as they run without the systems that they are for: the steps of jobs by
 * a shell, CTest and Meson themselves, what containers and services start.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>

#include "repository.h"
#include "subject.h"

static void need_package(const char *package)
{
    char *there = tried(text_make("pkg-config --exists '%s'", package));

    if (!there)
        cr_skip_test("%s is not installed", package);
    free(there);
}

/*
 * A repository with the examples beside it, whose tests run a server that leaks as $LEAKS says;
 * that it does so on reconnecting is known. What an example installs is there already.
 */
#define PREPARE                                                                                    \
    "mkdir examples && cp -r '%s'/* examples && "                                                  \
    "printf '#!/bin/sh\\nexec ./server $LEAKS\\n' > run-tests && "                                 \
    "printf 'server: main.c net.c\\n\\tcc $(CFLAGS) -o $@ main.c net.c\\n' > Makefile && "         \
    "printf '#!/bin/sh\\nexec \"$@\"\\n' > '%s/sudo' && printf '#!/bin/sh\\n' > '%s/apt-get' && "  \
    "chmod +x run-tests '%s/sudo' '%s/apt-get' && "                                                \
    "timerleak record -o run.tlk ./server reconnect && "                                           \
    "timerleak check --baseline leaks.json --update-baseline run.tlk && rm run.tlk server"

static struct repository repository_with_examples(void)
{
    struct repository repository = repository_make();
    char *examples = realpath("scripts/examples", NULL), *bin = repository.bin;
    char *line = text_make(PREPARE, examples, bin, bin, bin, bin);

    expect_run(&repository, line, 0);
    free(line);
    free(examples);
    return repository;
}

/* Make's own variables are those of the make that runs the tests. */
static void expect_step(const struct repository *repository, const char *leaks, const char *step,
                        int code)
{
    char *line = text_make("unset MAKEFLAGS MFLAGS MAKELEVEL; export LEAKS='%s'; %s", leaks, step);

    expect_run(repository, line, code);
    free(line);
}

/* ---- jobs ---- */

struct job {
    char file[32], steps[256]; /* a line of the shell that prints the job's steps */
};

#define YAML(expression)                                                                           \
    "/usr/bin/python3 -c 'import sys, yaml; d = yaml.safe_load(sys.stdin); "                       \
    "print(*(" expression "), sep=\"\\n\")'"

ParameterizedTestParameters(examples, jobs)
{
    static struct job jobs[] = {
        {"github-actions.yml",
         YAML("s[\"run\"] for s in d[\"jobs\"][\"timers\"][\"steps\"] if \"run\" in s")},
        {"gitlab-ci.yml",
         YAML("d[\"timerleak\"][\"before_script\"] + d[\"timerleak\"][\"script\"]")},
        {"Jenkinsfile", "sed -n \"s/^ *sh ['\\\"]\\(.*\\)['\\\"]$/\\1/p\""},
    };

    return cr_make_param_array(struct job, jobs, sizeof(jobs) / sizeof(*jobs));
}

/* What it collects, by name, is what the run has left. */
#define COLLECTED                                                                                  \
    "grep -o 'timerleak/leaks[.a-z]*' examples/%s > collected && "                                 \
    "while read -r name; do test -s \"$name\" || exit; done < collected"

ParameterizedTest(struct job *job, examples, jobs, .timeout = 120)
{
    need("yamllint");
    struct repository repository = repository_with_examples();
    char *steps = text_make("%s < examples/%s > job && grep -q timerleak-ci-report job", job->steps,
                            job->file);
    char *collected = text_make(COLLECTED, job->file);

    expect_run(&repository, steps, 0);
    expect_step(&repository, "reconnect", "sh -e job", 0);
    expect_run(&repository, collected, 0);
    expect_step(&repository, "reconnect upload", "sh -e job", 1);
    expect_text(&repository, "timerleak/check.txt", "net_upload");
    expect_run(&repository, collected, 0);
    free(steps);
    free(collected);
    repository_forget(&repository);
}

Test(examples, yaml, .timeout = 60)
{
    need("yamllint");
    free(output_of(text_make("yamllint -d relaxed scripts/examples/*.yml")));
}

/* ---- CTest and Meson: red only for a leak that is new, and not for one of an earlier run ---- */

static void expect_known_new_and_gone(const struct repository *repository, const char *set_leaks,
                                      const char *run, int red)
{
    expect_step(repository, "reconnect", set_leaks, 0);
    expect_step(repository, "", run, 0);
    expect_step(repository, "reconnect upload", set_leaks, 0);
    expect_step(repository, "", run, red);
    expect_text(repository, "build/leaks.junit.xml", "net_upload");
    expect_step(repository, "reconnect", set_leaks, 0);
    expect_step(repository, "", run, 0);
}

#define CTEST_FAILED 8

Test(examples, ctest, .timeout = 240)
{
    need("cmake");
    struct repository repository = repository_with_examples();

    expect_known_new_and_gone(&repository,
                              "sed \"s/COMMAND server)/COMMAND server $LEAKS)/\" "
                              "examples/CMakeLists.txt > CMakeLists.txt "
                              "&& cmake -B build -DCMAKE_BUILD_TYPE=Debug && cmake --build build",
                              "ctest --test-dir build", CTEST_FAILED);
    expect_step(&repository, "", "ctest --test-dir build -R '^server$' | grep -q timers.check", 0);
    repository_forget(&repository);
}

/* The emulator runs while it is built, and those tests are known to ctest alone. */
#define DISCOVERED                                                                                 \
    "{ sed -e '/^add_executable/,$d' -e 's/(sample C)/(sample C CXX)/' examples/CMakeLists.txt; "  \
    "printf '%s\\n' 'find_package(GTest REQUIRED)' 'include(GoogleTest)' "                         \
    "'add_executable(discovered discovered.cpp net.c)' "                                           \
    "'target_link_libraries(discovered GTest::gtest_main)' "                                       \
    "'gtest_discover_tests(discovered PROPERTIES FIXTURES_REQUIRED timers)'; } > CMakeLists.txt "  \
    "&& printf '%s\\n' '#include <gtest/gtest.h>' '#include <sys/timerfd.h>' "                     \
    "'TEST(net, timer) { ASSERT_GE(timerfd_create(1, 0), 0); }' > discovered.cpp "                 \
    "&& cmake -B build -DCMAKE_BUILD_TYPE=Debug && cmake --build build"

Test(examples, ctest_with_discovered_tests, .timeout = 240)
{
    need("cmake");
    need_package("gtest");
    struct repository repository = repository_with_examples();

    expect_step(&repository, "", DISCOVERED, 0);
    expect_step(
        &repository, "",
        "ctest --test-dir build > told && [ $(ls build/timerleak/discovered.*.tlk | wc -l) = 1 ]",
        0);
    expect_text(&repository, "told", "net.timer");
    repository_forget(&repository);
}

#define MESON_BUILD                                                                                \
    "\"project('sample', 'c')\\n"                                                                  \
    "test('server', executable('server', 'main.c', 'net.c'), args: '$LEAKS'.split())\\n\""

Test(examples, meson, .timeout = 240)
{
    need("meson");
    struct repository repository = repository_with_examples();

    expect_known_new_and_gone(&repository,
                              "printf " MESON_BUILD
                              " > meson.build && { [ -e build ] || meson setup build; }",
                              "sh examples/meson.sh", 1);
    repository_forget(&repository);
}

/* ---- timerleak_verify.h in the output of a framework ---- */

/* The examples as they are installed, where pkg-config and PATH lead to what is installed. */
static struct repository repository_installed(void)
{
    struct repository repository = repository_make();
    char *build = built(".");

    free(
        output_of(text_make("MAKEFLAGS= make -s -o all BUILD='%s' DESTDIR='%s' PREFIX=/usr install",
                            build, repository.folder)));
    free(build);
    return repository;
}

/* A test of Criterion's would take itself for a child of this one by that variable. */
#define VERIFY                                                                                     \
    "unset BXFI_MAP; export PATH=\"$PWD/usr/bin:$PATH\" "                                          \
    "PKG_CONFIG_PATH=\"$PWD/usr/lib/pkgconfig\"; "                                                 \
    "cd usr/share/doc/timerleak/examples/verify && "

static void expect_told(const struct repository *repository, const char *line, int code,
                        const char *const *parts)
{
    char *whole = text_make(VERIFY "{ %s; } > told 2>&1", line);

    expect_run(repository, whole, code);
    for (; *parts; parts++)
        expect_text(repository, "usr/share/doc/timerleak/examples/verify/told", *parts);
    free(whole);
}

#define LEAK "1 timer is left:", "never-armed, fd ", "upload.h:11"

/* Builds one as its comment says. `clean` chooses its test that leaves nothing. */
static void expect_red_for_a_leak(const char *file, const char *program, const char *clean,
                                  const char *red)
{
    struct repository repository = repository_installed();
    char *build = text_make(VERIFY "sed -n 's/^ [*]     \\(c.* -o .*\\)/\\1/p' %s > build && "
                                   "test -s build && sh -e build",
                            file);
    char *recorded = text_make("timerleak record ./%s", program);
    char *alone = text_make("timerleak record ./%s %s", program, clean);
    char *bare = text_make("./%s", program);

    expect_run(&repository, build, 0);
    expect_told(&repository, recorded, 1, (const char *[]){LEAK, red, NULL});
    expect_told(&repository, alone, 0, (const char *[]){"1 timer created, 0 live", NULL});
    expect_told(&repository, bare, 0, (const char *[]){NULL});
    free(build);
    free(recorded);
    free(alone);
    free(bare);
    repository_forget(&repository);
}

Test(examples, verify_in_criterion, .timeout = 240)
{
    expect_red_for_a_leak("criterion.c", "criterion", "--filter upload/accepted",
                          "[FAIL] upload::refused");
}

Test(examples, verify_in_googletest, .timeout = 240)
{
    need_package("gtest");
    expect_red_for_a_leak("googletest.cpp", "googletest", "--gtest_filter=upload.accepted",
                          "[  FAILED  ] upload.refused");
}

Test(examples, verify_in_catch2, .timeout = 240)
{
    need_package("catch2 < 3");
    expect_red_for_a_leak("catch2.cpp", "catch2", "'upload that is accepted'",
                          "test cases: 2 | 1 passed | 1 failed");
}

#define CTEST "ctest --test-dir build --output-on-failure"

Test(examples, verify_in_ctest, .timeout = 240)
{
    need("cmake");
    struct repository repository = repository_installed();

    expect_told(&repository, "cmake -B build -DCMAKE_BUILD_TYPE=Debug && cmake --build build", 0,
                (const char *[]){NULL});
    expect_told(&repository, CTEST, CTEST_FAILED,
                (const char *[]){LEAK, "upload.refused (Failed)", NULL});
    expect_told(&repository, CTEST " -R accepted", 0, (const char *[]){"100% tests passed", NULL});
    expect_told(&repository, "cmake -B build -DTIMERLEAK=OFF && " CTEST, 0,
                (const char *[]){"upload.refused (Skipped)", NULL});
    repository_forget(&repository);
}

/* ---- what containers and services start ---- */

Test(examples, docker, .timeout = 60)
{
    struct repository repository = repository_with_examples();

    /* No other instructions, once lines that go on are joined. */
    expect_run(&repository,
               "sed -e :a -e '/\\\\$/{N; s/\\\\\\n//; ta' -e '}' examples/Dockerfile | "
               "grep -vE '^(#|$|(FROM|COPY|RUN|VOLUME|ENTRYPOINT) )'",
               1);
    expect_run(
        &repository,
        "mkdir recordings && make server && sed -n 's/^ENTRYPOINT //p' examples/Dockerfile | "
        "sed 's|\"/recordings|\"recordings|; s|/usr/local/bin|.|; s/[],[]/ /g' > entry && "
        "sh -e entry && timerleak report recordings",
        0);
    repository_forget(&repository);
}

#define SERVICE                                                                                    \
    "mkdir var && make server && sed -n 's/^Environment=//p' examples/timerleak.conf | "           \
    "sed 's|/usr/local/lib/timerleak|%s|; s|/var/lib/timerleak|var|; s/%%%%/%%/g' > environment "  \
    "&& env $(cat environment) ./server && timerleak report var"

Test(examples, systemd, .timeout = 60)
{
    struct repository repository = repository_with_examples();
    char *build = built(""), *line = text_make(SERVICE, build);

    expect_run(&repository, line, 0);
    free(line);
    free(build);
    repository_forget(&repository);
}
