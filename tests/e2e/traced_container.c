/*
 * traced_container.c - a program in a container that the test makes: a root, mounts, processes and
 * a network of its own. It is watched from the host, where its files and its number are others.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "annotations.h"
#include "preloaded.h"
#include "recordings.h"
#include "subject.h"
#include "tracing.h"

#define PROGRAM WITH_ALL_KINDS

struct image {
    char name[16], command[32];
};

struct container {
    char *root;
    struct running program; /* unshare, which waits for it */
    pid_t pid;              /* of the program, on the host */
};

static void build(const char *root, const struct image *image)
{
    free(
        output_of(text_make("mkdir -p '%s/proc' '%s/bin' && %s -std=gnu11 -D_GNU_SOURCE= -Ipreload "
                            "-g -O2 -pthread -o '%s/bin/server' tests/programs/" PROGRAM ".c",
                            root, root, image->command, root)));
    free(output_of(text_make("cd '%s' && for file in $(ldd bin/server 2>/dev/null | "
                             "grep -o '/[^ ]*'); do mkdir -p .${file%%/*} && "
                             "cp \"$file\" .\"$file\" || exit 1; done",
                             root)));
}

static pid_t child_of(pid_t pid)
{
    char *path = text_make("/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "re");
    int child = -1;

    cr_assert(file && fscanf(file, "%d", &child) == 1, "%s can't be read", path);
    fclose(file);
    free(path);
    return child;
}

static struct container container_start(const struct image *image)
{
    struct container container = {.root = directory_make()};
    char *option = text_make("--root=%s", container.root);
    char *unshare = output_of(strdup("printf %s \"$(command -v unshare)\""));
    const char *const argv[] = {unshare, "-m",           "-p",          "-n", "--fork",
                                option,  "--mount-proc", "/bin/server", NULL};
    char *compiler = strndup(image->command, strcspn(image->command, " "));

    need(compiler);
    build(container.root, image);
    container.program = command_start(&(struct command){.argv = argv});
    if (!command_wait_for(&container.program, "did =\n")) {
        struct outcome outcome = command_finish(&container.program);

        cr_skip_test("there are no containers here: %s", outcome.err);
    }
    container.pid = child_of(container.program.pid);
    free(compiler);
    free(unshare);
    free(option);
    return container;
}

static void container_end(struct container *container)
{
    struct outcome outcome = command_finish(&container->program);

    cr_expect_eq(outcome_code(&outcome), 0, "%s", outcome.err);
    expect_part(outcome.out, "threads: 1\n");
    outcome_forget(&outcome);
}

/* The line that makes the POSIX timers. */
static int line_of_posix(void)
{
    struct annotations annotations = annotations_read(PROGRAM, false);
    int line = 0;

    for (size_t i = 0; i < annotations.count; i++)
        if (!strcmp(annotations.items[i].family, "posix"))
            line = annotations.items[i].line;
    annotations_forget(&annotations);
    return line;
}

static void expect_names(const json_t *report)
{
    const json_t *site = site_of(report, "posix", "timer_create", "posix_timer");
    const json_t *stack = json_object_get(site, "stack"), *made = json_array_get(stack, 1);

    expect_number(site, "created", 1);
    expect_number(made, "line", line_of_posix());
    expect_part(text_of(made, "file"), "/" PROGRAM ".c");
    cr_expect_str_eq(text_of(json_array_get(stack, 2), "function"), "obey");
    cr_expect_str_eq(text_of(json_array_get(stack, 3), "function"), "main");
    site_of(report, "timerfd", "timerfd_create", "later_timerfd");
}

static void expect_seen_from_host(const char *directory, const struct container *container)
{
    json_t *report = traced_report(directory, container->pid);
    const json_t *process = json_object_get(report, "process");

    expect_number(process, "pid", container->pid);
    expect_number(process, "ppid", container->program.pid);
    cr_expect_str_eq(text_of(process, "name"), "server");
    expect_made_before(report, true);
    expect_names(report);
    json_decref(report);
}

/* When the container has gone, its image tells the names. */
static void expect_named_by_image(const char *directory, const struct container *container)
{
    char *timerleak = built("timerleak");
    char *text = output_of(text_make("'%s' report --json --symfs '%s' '%s/%d.tlk'", timerleak,
                                     container->root, directory, (int)container->pid));
    json_t *report = json_loads(text, 0, NULL);

    expect_names(report);
    json_decref(report);
    free(text);
    free(timerleak);
}

ParameterizedTestParameters(traced_container, is_seen_from_the_host)
{
    static struct image images[] = {{"shared", "cc"},
                                    {"static", "cc -static"},
                                    {"static-pie", "cc -static-pie"},
                                    {"musl", "musl-gcc -static"}};

    return cr_make_param_array(struct image, images, sizeof(images) / sizeof(*images));
}

ParameterizedTest(struct image *image, traced_container, is_seen_from_the_host, .timeout = 120)
{
    struct container container = container_start(image);
    char *directory = directory_make(), *number = text_make("%d", (int)container.program.pid);
    struct running tracing = tracing_start(directory, "-p", number, NULL);

    program_order(&container.program, "+", "did +\n");
    tracing_end(&tracing, SIGINT);
    expect_seen_from_host(directory, &container);
    container_end(&container);
    expect_named_by_image(directory, &container);
    free(output_of(text_make("rm -r '%s'", container.root)));
    free(container.root);
    free(number);
    directory_remove(directory);
}
