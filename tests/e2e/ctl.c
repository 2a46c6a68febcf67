/*
 * Production's switches on live processes: put to sleep and woken by `timerleak ctl`, a sample of
 * what they make, and what the other commands say of what is not there.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "command.h"
#include "preloaded.h"
#include "recordings.h"
#include "subject.h"

/* A program that makes timers when it is told to, and its recording. */
struct served {
    struct running running;
    char *directory, *path, *pid;
};

static struct served serve(void)
{
    struct served served = {.directory = directory_make()};

    served.running = start_preloaded("timers_when_told", NULL, NULL, served.directory, NULL);
    served.pid = text_make("%d", (int)served.running.pid);
    served.path = text_make("%s/timers_when_told.%s.tlk", served.directory, served.pid);
    cr_assert(command_wait_for(&served.running, "1 made\n"), "%s", served.running.err.text);
    return served;
}

/* Has it make some, until there are `made` in all. */
static void make(struct served *served, int some, int made)
{
    char *answer = text_make("%d made\n", made);

    cr_assert_gt(dprintf(served->running.input, "%d\n", some), 0);
    cr_assert(command_wait_for(&served->running, answer), "%s", served->running.err.text);
    free(answer);
}

/* Ends the program; its report as JSON. */
static json_t *end(struct served *served)
{
    struct outcome outcome = command_finish(&served->running);
    char *error = NULL;
    json_t *report = report_read(served->path, &error);

    cr_expect_eq(outcome_code(&outcome), 0);
    cr_assert(report, "%s", error);
    outcome_forget(&outcome);
    return report;
}

static void forget(struct served *served)
{
    directory_remove(served->directory);
    free(served->path);
    free(served->pid);
}

/* Runs timerleak with up to three arguments; it must end so, and say that on either stream. */
static void expect(int status, const char *said, const char *first, const char *second,
                   const char *third)
{
    char *timerleak = built("timerleak");
    const char *const argv[] = {timerleak, first, second, third, NULL};
    struct outcome outcome = command_run(&(struct command){.argv = argv});

    cr_expect_eq(outcome_code(&outcome), status, "%s ends with %d", first, outcome_code(&outcome));
    cr_expect(strstr(outcome.out, said) || strstr(outcome.err, said), "\"%s\" is missing in:\n%s%s",
              said, outcome.out, outcome.err);
    outcome_forget(&outcome);
    free(timerleak);
}

static long long left_out(json_t *report, const char *why)
{
    return number_of(json_object_get(json_object_get(report, "process"), why), "left_out");
}

/* Three are too few for a verdict that depends on how fast they were made. */
Test(ctl, sleeps_and_wakes, .timeout = 120)
{
    setenv("TIMERLEAK_ENABLED", "0", 1);
    struct served served = serve();

    expect(0, "is asleep", "ctl", served.pid, NULL);
    expect(0, "1 timer made while it was asleep was not recorded", "ctl", served.pid, NULL);
    expect(3, "1 timer was made, all while it was asleep", "check", served.path, NULL);
    expect(0, "is awake now", "ctl", served.pid, "on");
    expect(0, "is awake already", "ctl", served.pid, "on");
    make(&served, 3, 4);
    expect(0, "is awake, and has been for ", "ctl", served.pid, NULL);
    expect(0, "3 timers matched; 1 only in the kernel", "verify", served.pid, NULL);
    expect(0, "1 timer was left out on purpose", "verify", served.pid, NULL);
    expect(0, "is asleep now", "ctl", served.pid, "off");
    expect(0, "is asleep already", "ctl", served.pid, "off");
    make(&served, 2, 6);
    json_t *report = end(&served);
    cr_expect_eq(number_of(json_object_get(report, "totals"), "created"), 3);
    cr_expect_eq(left_out(report, "asleep"), 3);
    expect(0, "3 timers made meanwhile are not here", "report", served.path, NULL);
    expect(0, "0 sites fail", "check", served.path, NULL);
    expect(3, "there is no process", "ctl", served.pid, "on");
    json_decref(report);
    forget(&served);
}

Test(ctl, families_that_nobody_watches_are_told, .timeout = 120)
{
    setenv("TIMERLEAK_FAMILIES", "itimer,gotime", 1);
    struct served served = serve();

    expect(0, "timers of posix, timerfd are not recorded", "ctl", served.pid, NULL);
    expect(0, "0 only in the kernel", "verify", served.pid, NULL);
    expect(0, "not compared: of posix, timerfd nothing was to be recorded", "verify", served.pid,
           NULL);
    json_decref(end(&served));
    forget(&served);
}

/* Its ticker, and one alarm, which it pushes back sixty times. */
Test(ctl, asleep_an_alarm_that_is_pushed_back_is_one_timer, .timeout = 120)
{
    setenv("TIMERLEAK_ENABLED", "0", 1);
    struct served served = {.directory = directory_make()};
    served.running = start_preloaded("alarm_as_watchdog", NULL, NULL, served.directory, NULL);
    served.pid = text_make("%d", (int)served.running.pid);
    served.path = text_make("%s/alarm_as_watchdog.%s.tlk", served.directory, served.pid);
    json_t *report = end(&served);

    cr_expect_eq(left_out(report, "asleep"), 2);
    json_decref(report);
    forget(&served);
}

Test(ctl, several_at_once, .timeout = 120)
{
    struct served one = serve(), other = serve();

    char *line =
        text_make("'%s/timerleak' ctl %s %s off", getenv("TIMERLEAK_BUILD"), one.pid, other.pid);
    free(output_of(line));
    make(&one, 3, 4);
    make(&other, 1, 2);
    json_t *first = end(&one), *second = end(&other);
    cr_expect_eq(left_out(first, "asleep"), 3);
    cr_expect_eq(left_out(second, "asleep"), 1);
    json_decref(first);
    json_decref(second);
    forget(&one);
    forget(&other);
}

Test(ctl, says_what_is_wrong)
{
    char *self = text_make("%d", (int)getpid());

    expect(2, "ctl needs the number of a process", "ctl", NULL, NULL);
    expect(2, "ctl needs the number of a process", "ctl", "on", NULL);
    expect(2, "\"server\" is no number of a process", "ctl", "server", "on");
    expect(2, "\"0\" is no number of a process", "ctl", "0", NULL);
    expect(3, "has no recording mapped", "ctl", self, "off");
    expect(3, "Start it anew, by", "ctl", self, "on");
    free(self);
}

/* Whoever may mount can hide the file that it writes under another's, and have that written. */
Test(ctl, what_hides_a_recording_is_not_it, .timeout = 120)
{
    static const char *const commands[] = {"ctl", "verify", "watch"};
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
        cr_skip_test("no file system can be mounted: %s", strerror(errno));
    struct served served = serve();
    char *other = directory_make();

    free(output_of(text_make("cp '%s' '%s'", served.path, other)));
    cr_assert_eq(mount(other, served.directory, NULL, MS_BIND, NULL), 0);
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
        expect(3, "that is gone, or another file now", commands[i], served.pid, NULL);
    expect(3, "that is gone, or another file now", "ctl", served.pid, "off");
    cr_assert_eq(umount(served.directory), 0);
    free(output_of(text_make("cd '%s' && cmp -n 256 '%s' *", other, served.path)));
    expect(0, "is awake", "ctl", served.pid, NULL);
    json_decref(end(&served));
    directory_remove(other);
    forget(&served);
}

/* In a container, as seen from outside: the name leads to another file here. */
Test(ctl, the_recording_of_another_root_is_found, .timeout = 120)
{
    struct served served = serve();
    char *other = directory_make();

    free(output_of(text_make("cp '%s' '%s'", served.path, other)));
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount(other, served.directory, NULL, MS_BIND, NULL))
        cr_skip_test("no file system can be mounted: %s", strerror(errno));
    expect(0, "is asleep now", "ctl", served.pid, "off");
    cr_assert_eq(umount(served.directory), 0);
    expect(0, "is asleep", "ctl", served.pid, NULL);
    json_decref(end(&served));
    directory_remove(other);
    forget(&served);
}

/* What chance draws is not known, but all of it adds up. */
Test(ctl, a_sample_is_scaled, .timeout = 120)
{
    setenv("TIMERLEAK_SAMPLE", "10", 1);
    struct served served = serve();

    expect(0, "one timer in 10 is recorded", "ctl", served.pid, NULL);
    make(&served, 200, 201);
    json_t *report = end(&served), *totals = json_object_get(report, "totals");
    json_t *sampling = json_object_get(json_object_get(report, "process"), "sampling");
    long long recorded = number_of(sampling, "recorded");
    cr_expect_eq(number_of(sampling, "one_in"), 10);
    cr_expect_eq(recorded + number_of(sampling, "left_out"), 201);
    cr_expect_eq(number_of(totals, "created"), 10 * recorded);
    cr_expect_eq(number_of(totals, "live"), 10 * recorded);
    expect(0, "sampled: one timer in 10 was recorded", "report", served.path, NULL);
    json_decref(report);
    forget(&served);
}

/* Has forked children make so many, one child after the other, and ends the program. */
static struct recordings end_with_children(struct served *served, int children, int timers)
{
    struct recordings recordings;
    struct outcome outcome;

    for (int i = 0; i < children; i++)
        cr_assert_gt(dprintf(served->running.input, "fork %d\n", timers), 0);
    outcome = command_finish(&served->running);
    cr_expect_eq(outcome_code(&outcome), 0);
    recordings = recordings_read(served->directory, outcome.pid, stderr);
    cr_assert_eq(recordings.count, 1 + (size_t)children);
    outcome_forget(&outcome);
    return recordings;
}

static long long created_by(const struct recording *recording)
{
    return number_of(json_object_get(recording->report, "totals"), "created");
}

Test(ctl, a_child_is_as_its_parent_was_when_it_forked, .timeout = 120)
{
    struct served served = serve();
    struct recordings recordings;

    expect(0, "is asleep now", "ctl", served.pid, "off");
    recordings = end_with_children(&served, 1, 3);
    cr_expect_eq(created_by(&recordings.items[1]), 0);
    cr_expect_eq(left_out(recordings.items[1].report, "asleep"), 3);
    recordings_forget(&recordings);
    forget(&served);
    setenv("TIMERLEAK_ENABLED", "0", 1);
    served = serve();
    expect(0, "is awake now", "ctl", served.pid, "on");
    recordings = end_with_children(&served, 1, 3);
    cr_expect_eq(created_by(&recordings.items[1]), 3);
    recordings_forget(&recordings);
    forget(&served);
}

/* Of 1,000 each draws 500, give or take 16: that all eight agree by chance is unheard of. */
Test(ctl, children_draw_samples_of_their_own, .timeout = 120)
{
    enum { CHILDREN = 8 };
    struct recordings recordings;
    bool same = true;

    setenv("TIMERLEAK_SAMPLE", "2", 1);
    struct served served = serve();
    recordings = end_with_children(&served, CHILDREN, 1000);
    for (int i = 1; i <= CHILDREN; i++) {
        long long created = created_by(&recordings.items[i]);
        cr_expect(created > 400 * 2 && created < 600 * 2, "%lld", created);
        same = same && created == created_by(&recordings.items[1]);
    }
    cr_expect_not(same);
    recordings_forget(&recordings);
    forget(&served);
}
