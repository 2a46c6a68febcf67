/* A newcomer follows README's section on CI, command by command. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "repository.h"
#include "subject.h"

#define SECTION "\n## In CI\n"
#define NEXT_SECTION "\n## "
#define CODE "\n    "
#define MOST_COMMANDS 16

/* ---- what README says ---- */

static char *section_of_readme(void)
{
    char *readme = output_of(text_make("cat README.md"));
    char *start = strstr(readme, SECTION);

    cr_assert(start, "README has no section that begins with " SECTION);
    start += strlen(SECTION);
    char *end = strstr(start, NEXT_SECTION);
    cr_assert(end, "nothing comes after that section");
    char *section = strndup(start, (size_t)(end - start));
    free(readme);
    return section;
}

static size_t commands_of(const char *section, char *commands[MOST_COMMANDS])
{
    size_t count = 0;

    for (const char *at = section; (at = strstr(at, CODE));) {
        at += strlen(CODE);
        cr_assert(count < MOST_COMMANDS);
        commands[count++] = strndup(at, strcspn(at, "\n"));
    }
    cr_assert(count > 0);
    return count;
}

/* ---- who follows it ---- */

/* A project whose tests run a server that leaks as $LEAKS says. */
static struct repository newcomers_repository(void)
{
    struct repository repository = repository_make();

    expect_run(&repository,
               "printf '#!/bin/sh\\nexec ./server $LEAKS\\n' > run-tests && chmod +x run-tests", 0);
    return repository;
}

static void follow(const struct repository *repository, const char *leaks, const char *command,
                   int code)
{
    char *line = text_make("export LEAKS='%s'; %s", leaks, command);

    expect_run(repository, line, code);
    free(line);
}

/* What judges, and does not learn. */
static bool is_gate(const char *command)
{
    return strstr(command, "--baseline") && !strstr(command, "--update-baseline");
}

Test(readme, ci_command_by_command, .timeout = 120)
{
    struct repository repository = newcomers_repository();
    char *section = section_of_readme(), *commands[MOST_COMMANDS];
    size_t count = commands_of(section, commands), gates = 0;

    for (size_t i = 0; i < count; i++) {
        follow(&repository, "reconnect", commands[i], 0);
        gates += is_gate(commands[i]);
    }
    cr_expect_geq(gates, 2);
    expect_text(&repository, "leaks.sarif", "\"results\": []");
    expect_text(&repository, "timerleak-report/summary.md", "1 known");

    for (size_t i = 0; i < count; i++) {
        if (!strstr(commands[i], "--update-baseline"))
            follow(&repository, "reconnect upload", commands[i], is_gate(commands[i]));
        free(commands[i]);
    }
    expect_text(&repository, "leaks.sarif", "net_upload");
    expect_text(&repository, "leaks.xml", "net_upload");
    expect_text(&repository, "timerleak-report/summary.md", "net&#95;upload");
    free(section);
    repository_forget(&repository);
}

/* Who has a server that leaks now looks there first. */
Test(readme, says_on_its_first_screen_what_is_for_what_runs_already)
{
    char *screen = output_of(text_make("head -n 40 README.md"));
    char *chapter =
        output_of(text_make("sed -n '/^## A server that is already/,/^## In/p' README.md"));

    expect_part(screen, "(#a-server-that-is-already-running)");
    expect_part(chapter, "timerleak trace --for 60 -p $(pidof -s server)");
    expect_part(chapter, "TIMERLEAK_ENABLED=0 timerleak record ./server");
    expect_part(chapter, "timerleak ctl $(pidof server) on");
    free(chapter);
    free(screen);
}

#define LINK "(scripts/"

Test(readme, what_it_points_to_is_there)
{
    char *readme = output_of(text_make("cat README.md"));
    size_t links = 0;

    for (const char *at = readme; (at = strstr(at, LINK)); links++) {
        at++;
        free(output_of(text_make("test -s '%.*s'", (int)strcspn(at, ")"), at)));
    }
    cr_expect(links > 0);
    free(readme);
}
