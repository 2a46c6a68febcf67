#include "repository.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "subject.h"

static char *absolute(const char *path)
{
    char *whole = realpath(path, NULL);

    cr_assert_not_null(whole, "%s is missing: tests run at the root of the project", path);
    return whole;
}

struct repository repository_make(void)
{
    struct repository repository = {.folder = directory_make(), .bin = directory_make()};
    char *sample = absolute("tests/sample"), *script = absolute("scripts/ci-report");
    char *timerleak = built("timerleak");
    char *copy = text_make("cp '%s'/*.[ch] . && cp '%s' '%s/timerleak-ci-report' && ln -s '%s' "
                           "'%s/timerleak' && " REPOSITORY_BUILD,
                           sample, script, repository.bin, timerleak, repository.bin);

    expect_run(&repository, copy, 0);
    free(sample);
    free(script);
    free(timerleak);
    free(copy);
    return repository;
}

void repository_forget(struct repository *repository)
{
    free(output_of(text_make("rm -r '%s'", repository->folder)));
    free(repository->folder);
    directory_remove(repository->bin);
}

struct running start_in(const struct repository *repository, const char *line)
{
    char *whole =
        text_make("cd '%s' && PATH='%s':$PATH && %s", repository->folder, repository->bin, line);
    const char *const argv[] = {"/bin/sh", "-c", whole, NULL};
    struct running running = command_start(&(struct command){.argv = argv});

    free(whole);
    return running;
}

struct outcome run_in(const struct repository *repository, const char *line)
{
    struct running running = start_in(repository, line);

    return command_finish(&running);
}

void expect_run(const struct repository *repository, const char *line, int code)
{
    struct outcome outcome = run_in(repository, line);

    cr_assert_eq(outcome_code(&outcome), code, "%s ends with %d:\n%s%s", line,
                 outcome_code(&outcome), outcome.out, outcome.err);
    outcome_forget(&outcome);
}

void expect_complaint(const struct repository *repository, const char *line, int code,
                      const char *part)
{
    struct outcome outcome = run_in(repository, line);

    cr_expect_eq(outcome_code(&outcome), code, "%s ends with %d:\n%s%s", line,
                 outcome_code(&outcome), outcome.out, outcome.err);
    expect_part(outcome.err, part);
    outcome_forget(&outcome);
}

char *content_of(const struct repository *repository, const char *name)
{
    return output_of(text_make("cat '%s/%s'", repository->folder, name));
}

json_t *json_of(const struct repository *repository, const char *name)
{
    char *text = content_of(repository, name);
    json_error_t problem;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &problem);

    cr_assert(json, "%s: %s in:\n%s", name, problem.text, text);
    free(text);
    return json;
}

void expect_text(const struct repository *repository, const char *name, const char *part)
{
    char *text = content_of(repository, name);

    expect_part(text, part);
    free(text);
}
