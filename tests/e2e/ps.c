/* Who holds timers, as it is asked for on a command line and on a terminal. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "preloaded.h"
#include "recordings.h"
#include "subject.h"
#include "terminal.h"

#define PROGRAM "timers_on_request"

struct holding {
    struct running program;
    char *timerleak, *number;
};

static struct holding holding_start(void)
{
    struct holding holding = {.timerleak = built("timerleak")};
    char *path = program_path(PROGRAM);
    const char *const argv[] = {path, NULL};

    holding.program = command_start(&(struct command){.argv = argv});
    cr_assert(command_wait_for(&holding.program, "1 timers\n"), "%s", holding.program.err.text);
    holding.number = text_make("%d", (int)holding.program.pid);
    free(path);
    return holding;
}

static void holding_end(struct holding *holding)
{
    struct outcome outcome = command_finish(&holding->program);

    cr_expect_eq(outcome_code(&outcome), 0);
    outcome_forget(&outcome);
    free(holding->timerleak);
    free(holding->number);
}

/* Returns once the program has done it. */
static void order(struct holding *holding, const char *orders, const char *answer)
{
    cr_assert_eq(write(holding->program.input, orders, strlen(orders)), (ssize_t)strlen(orders));
    cr_assert(command_wait_for(&holding->program, answer), "%s", holding->program.err.text);
}

static struct outcome ps(const struct holding *holding, const char *first, const char *second)
{
    const char *const argv[] = {holding->timerleak, "ps", first, second, NULL};

    return command_run(&(struct command){.argv = argv});
}

static void expect_ps(const struct holding *holding, const char *first, const char *second,
                      int code, const char *part)
{
    struct outcome outcome = ps(holding, first, second);

    cr_expect_eq(outcome_code(&outcome), code, "it ends with %d: %s", outcome_code(&outcome),
                 outcome.err);
    expect_part(code == 0 ? outcome.out : outcome.err, part);
    outcome_forget(&outcome);
}

Test(ps, lists_processes_groups_and_timers, .timeout = 120)
{
    struct holding holding = holding_start();
    char *row = text_make("%7s       1      0      0      1 ", holding.number);

    expect_ps(&holding, NULL, NULL, 0, row);
    expect_ps(&holding, NULL, NULL, 0, "/programs/" PROGRAM "\n");
    expect_ps(&holding, NULL, NULL, 0, "\nread in ");
    expect_ps(&holding, "--by=cgroup", NULL, 0, "PROCESSES");
    expect_ps(&holding, holding.number, NULL, 0, ": 1 timerfd (0 armed, 0 unread, 1 idle), ");
    expect_ps(&holding, holding.number, NULL, 0, "idle   monotonic   -          one-shot  ");
    free(row);
    holding_end(&holding);
}

Test(ps, writes_json, .timeout = 120)
{
    struct holding holding = holding_start();
    struct outcome outcome = ps(&holding, "--json", holding.number);
    json_t *json = json_loads(outcome.out, 0, NULL);
    json_t *process = json_array_get(json_object_get(json, "processes"), 0);

    cr_assert(process, "%s", outcome.out);
    cr_expect_eq(number_of(process, "pid"), holding.program.pid);
    cr_expect_eq(json_array_size(json_object_get(process, "timers")), 1);
    json_decref(json);
    outcome_forget(&outcome);
    holding_end(&holding);
}

Test(ps, refuses_what_it_can_not_look_at, .timeout = 120)
{
    struct holding holding = holding_start();

    expect_ps(&holding, "server", NULL, 2, "\"server\" is no number of a process");
    expect_ps(&holding, "--by=cgroup", holding.number, 2, "--by");
    expect_ps(&holding, "--by=user", NULL, 2, "--by does not take \"user\"");
    expect_ps(&holding, "--watch=0", NULL, 2, "--watch does not take \"0\"");
    expect_ps(&holding, holding.number, "2147483647", 3, "there is no process 2147483647");
    holding_end(&holding);
}

static struct running watch(const struct holding *holding, const char *option)
{
    const char *const argv[] = {holding->timerleak, "ps", "--watch=0.1", option, NULL};

    return command_start(&(struct command){.argv = argv});
}

/* After the first look, a log has those that grew. */
Test(ps, logs_what_grows, .timeout = 120)
{
    struct holding holding = holding_start();
    struct running running = watch(&holding, holding.number);

    cr_assert(command_wait_for(&running, ": 1 timerfd "), "%s", running.err.text);
    order(&holding, "+++", "4 timers\n");
    cr_assert(command_wait_for(&running, "+3 since the first look\n"), "%s", running.err.text);
    holding_end(&holding);
    struct outcome outcome = command_finish(&running);
    cr_expect_eq(outcome_code(&outcome), 0, "the end of a process is that of a watch");
    outcome_forget(&outcome);
}

Test(ps, ends_after_so_many_looks, .timeout = 120)
{
    struct holding holding = holding_start();

    expect_ps(&holding, "--watch=0.1", "--count=2", 0, "growth: since the first look\n");
    holding_end(&holding);
}

Test(ps, is_drawn_in_place_on_a_terminal, .timeout = 120)
{
    struct holding holding = holding_start();
    const char *const argv[] = {holding.timerleak, "ps", "--watch=3600", NULL};
    struct terminal terminal = terminal_start(argv, 120, 40);
    char *row = text_make("%7s      +3 ", holding.number);

    free(terminal_frame(&terminal, "; keys: space looks, q quits"));
    order(&holding, "+++", "4 timers\n");
    terminal_type(&terminal, " ");
    free(terminal_frame(&terminal, row));
    terminal_type(&terminal, "q");
    struct outcome outcome = command_finish(&terminal.running);
    cr_expect_eq(outcome_code(&outcome), 0);
    cr_expect(terminal_is_plain(&terminal), "the terminal is not as it was");
    outcome_forget(&outcome);
    close(terminal.end);
    free(row);
    holding_end(&holding);
}
