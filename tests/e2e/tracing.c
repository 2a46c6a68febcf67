#include "tracing.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "preloaded.h"
#include "recordings.h"

/* Without rights, or what the kernel must have. That it refuses our programs is no reason. */
static const char *reason_to_skip(const struct outcome *outcome)
{
    static const char *const reasons[] = {"timerleak-trace is missing", "start it with sudo",
                                          "not even root may", "does not describe itself"};

    for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
        if (outcome_code(outcome) == 126 && strstr(outcome->err, reasons[i]))
            return reasons[i];
    return NULL;
}

void tracing_needed(const struct outcome *outcome)
{
    if (reason_to_skip(outcome))
        cr_skip_test("%s", reason_to_skip(outcome));
}

struct running tracing_start(const char *directory, const char *first, const char *second,
                             const char *third)
{
    char *timerleak = built("timerleak"), *output = text_make("%s/%%p.tlk", directory);
    const char *const argv[] = {timerleak, "trace", "-o", output, first, second, third, NULL};
    struct running running = command_start(&(struct command){.argv = argv});

    while (!strstr(running.err.text, "tracing; ") && command_read(&running))
        continue;
    if (!strstr(running.err.text, "tracing; ")) {
        struct outcome outcome = command_finish(&running);

        tracing_needed(&outcome);
        cr_assert_fail("it doesn't trace: %s", outcome.err);
    }
    free(output);
    free(timerleak);
    return running;
}

void tracing_end(struct running *tracing, int signal)
{
    kill(tracing->pid, signal);
    struct outcome outcome = command_finish(tracing);

    cr_expect_eq(outcome_code(&outcome), 0, "it ends with %d: %s", outcome_code(&outcome),
                 outcome.err);
    outcome_forget(&outcome);
}

json_t *traced_report(const char *directory, pid_t pid)
{
    char *path = text_make("%s/%d.tlk", directory, (int)pid), *error = NULL;
    json_t *report = report_read(path, &error);

    cr_assert(report, "%s", error);
    free(path);
    return report;
}

struct running program_begin(const char *name, const char *ready)
{
    char *path = program_path(name);
    const char *const argv[] = {path, NULL};
    struct running running = command_start(&(struct command){.argv = argv});

    cr_assert(command_wait_for(&running, ready), "%s", running.err.text);
    free(path);
    return running;
}

void program_order(struct running *program, const char *orders, const char *answer)
{
    cr_assert_eq(write(program->input, orders, strlen(orders)), (ssize_t)strlen(orders));
    cr_assert(command_wait_for(program, answer), "%s", program->err.text);
}

const json_t *site_of(const json_t *report, const char *family, const char *leaf,
                      const char *caller)
{
    size_t i;
    json_t *site;

    json_array_foreach(json_object_get(report, "sites"), i, site)
    {
        const json_t *stack = json_object_get(site, "stack");

        if (!strcmp(text_of(site, "family"), family) &&
            !strcmp(text_of(json_array_get(stack, 0), "function"), leaf) &&
            (!caller || !strcmp(text_of(json_array_get(stack, 1), "function"), caller)))
            return site;
    }
    cr_assert_fail("no %s under %s of family %s in:\n%s", leaf, caller ? caller : "anything",
                   family, json_dumps(json_object_get(report, "sites"), JSON_INDENT(1)));
    return NULL;
}

void expect_number(const json_t *object, const char *key, long long expected)
{
    cr_expect_eq(number_of(object, key), expected, "%s is %lld, not %lld", key,
                 number_of(object, key), expected);
}

void expect_made_before(const json_t *report, bool live)
{
    const json_t *timerfds = site_of(report, "timerfd", "made before", NULL);
    const json_t *posix = site_of(report, "posix", "made before", NULL);

    expect_number(timerfds, "created", 4);
    expect_number(timerfds, "live", live ? 4 : 0);
    expect_number(timerfds, "armed", 0);
    expect_number(posix, "created", 1);
    expect_number(posix, "live", live ? 1 : 0);
}

void file_await(const char *path)
{
    char *directory = strndup(path, (size_t)(strrchr(path, '/') - path)), events[4096];
    int watch = inotify_init1(IN_CLOEXEC);

    /* A file that is whole takes its place. */
    cr_assert(inotify_add_watch(watch, directory, IN_MOVED_TO | IN_CREATE) >= 0);
    free(directory);
    for (struct stat of; stat(path, &of) != 0 || of.st_size == 0;)
        cr_assert(read(watch, events, sizeof(events)) > 0);
    close(watch);
}
