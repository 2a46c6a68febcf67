/* That no timers are left: what a program is told that asks for it. */
#include "core/gate.h"
#include "fixture.h"
#include "tables/mapfile.h"
#include "verify/timerleak_verify.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern const struct timerleak_interface timerleak_interface;

/* ---- a command in the place of timerleak ---- */

static char text[TIMERLEAK_TEXT_SIZE];

static void no_command(void)
{
    setenv("TIMERLEAK_COMMAND", in_directory("missing"), 1);
}

/* One that does what these lines of the shell say. */
static void command_is(const char *lines)
{
    const char *path = in_directory("command");
    FILE *script = fopen(path, "we");

    cr_assert_not_null(script);
    fprintf(script, "#!/bin/sh\n%s\n", lines);
    fclose(script);
    chmod(path, 0700);
    setenv("TIMERLEAK_COMMAND", path, 1);
}

static void begin_without_command(void)
{
    begin();
    no_command();
}

TestSuite(left, .init = begin_without_command, .fini = end);

/* ---- what is left ---- */

static struct {
    uint64_t since, missed;
} mark;

static void set_mark(void)
{
    timerleak_interface.mark(&mark.since, &mark.missed);
}

static enum timerleak_answer check_with(const char *ignore, int patience_ms)
{
    return timerleak_interface.check(mark.since, mark.missed, ignore, patience_ms, text,
                                     sizeof(text));
}

static enum timerleak_answer check(void)
{
    return check_with(NULL, -1);
}

static void expect_said(const char *part)
{
    cr_expect(strstr(text, part), "\"%s\" is missing in:\n%s", part, text);
}

Test(left, nothing_was_made)
{
    set_mark();
    cr_expect_eq(check(), TIMERLEAK_NONE_LEFT);
    cr_expect_str_eq(text, "no timers left");
}

/* Both within one tick of the coarse clock, again and again. */
Test(left, a_mark_tells_what_was_made_just_before_it_from_what_is_made_just_after)
{
    for (int i = 0; i < 50; i++) {
        make_timer(TLK_POSIX, 1);
        set_mark();
        cr_assert_eq(check(), TIMERLEAK_NONE_LEFT);
        make_timer(TLK_POSIX, 2);
        cr_assert_eq(check(), TIMERLEAK_LEFT);
    }
}

Test(left, what_was_made_before_the_mark_is_no_matter)
{
    make_timer(TLK_POSIX, 1);
    set_mark();
    cr_expect_eq(check(), TIMERLEAK_NONE_LEFT);
    make_timer(TLK_POSIX, 2);
    cr_expect_eq(check(), TIMERLEAK_LEFT);
}

Test(left, what_was_released_is_not_left)
{
    set_mark();
    make_timer(TLK_POSIX, 1);
    timer_released(timer_take(TLK_POSIX, 1));
    cr_expect_eq(check(), TIMERLEAK_NONE_LEFT);
}

Test(left, one_that_has_expired_is_left_until_it_is_released)
{
    struct timer_ref ref;

    set_mark();
    ref = make_timer(TLK_POSIX, 1);
    arm(ref, 1, 0);
    timer_fired(ref, 1);
    cr_expect_eq(check(), TIMERLEAK_LEFT);
}

/* alarm(2) has no counterpart that would release it. */
Test(left, an_interval_timer_that_has_expired_is_over)
{
    struct timer_ref ref;

    set_mark();
    ref = make_timer(TLK_ITIMER, ITIMER_REAL);
    arm(ref, 100 * SECOND, 0);
    cr_expect_eq(check(), TIMERLEAK_LEFT);
    arm(ref, 1, 0);
    cr_expect_eq(check_with(NULL, 60000), TIMERLEAK_NONE_LEFT);
}

Test(left, what_came_over_fork_was_not_made_here)
{
    set_mark();
    make_timer_on(CLOCK_MONOTONIC, TLK_TIMERFD, 9, TLK_INHERITED);
    cr_expect_eq(check(), TIMERLEAK_NONE_LEFT);
}

Test(left, without_the_command_it_counts_and_says_how_to_see_more)
{
    set_mark();
    make_timer(TLK_POSIX, 1);
    make_timer(TLK_POSIX, 2);
    make_timer(TLK_TIMERFD, 9);
    cr_expect_eq(check(), TIMERLEAK_LEFT);
    expect_said("3 timers are left (2 posix, 1 timerfd)\n");
    expect_said(in_directory("recording.tlk"));
    expect_said("put it into PATH");
}

Test(left, a_small_buffer_is_enough_for_the_beginning)
{
    char small[16];

    set_mark();
    make_timer(TLK_POSIX, 1);
    cr_expect_eq(timerleak_interface.check(mark.since, 0, NULL, -1, small, sizeof(small)),
                 TIMERLEAK_LEFT);
    cr_expect_str_eq(small, "1 timer is left");
}

/* ---- where it can't be told ---- */

Test(left, a_process_that_is_not_recorded_is_not_checked)
{
    set_mark();
    gate->state = GATE_SHUT;
    cr_expect_eq(check(), TIMERLEAK_NOT_CHECKED);
    expect_said("does not record this process");
}

Test(left, asleep_it_does_not_say_that_nothing_is_left)
{
    recording->asleep = 1;
    set_mark();
    cr_expect_eq(check(), TIMERLEAK_NOT_CHECKED);
    expect_said("asleep");
}

Test(left, nor_if_it_slept_when_a_timer_was_made)
{
    set_mark();
    recording->asleep = 1;
    close(timerfd_create(CLOCK_MONOTONIC, 0));
    recording->asleep = 0;
    cr_expect_eq(check(), TIMERLEAK_NOT_CHECKED);
    expect_said("did not enter");
    set_mark();
    cr_expect_eq(check(), TIMERLEAK_NONE_LEFT, "what was missed before the mark is no matter");
}

Test(left, what_was_ignored_is_not_missed)
{
    set_mark();
    timerleak_interface.ignore_begin();
    cr_assert_geq(timerfd_create(CLOCK_MONOTONIC, 0), 0);
    timerleak_interface.ignore_end();
    cr_expect_eq(check(), TIMERLEAK_NONE_LEFT);
}

Test(left, what_is_left_is_left_asleep_or_not)
{
    set_mark();
    make_timer(TLK_POSIX, 1);
    recording->asleep = 1;
    cr_expect_eq(check(), TIMERLEAK_LEFT);
}

Test(left, a_child_that_made_no_timer_has_left_none)
{
    make_timer(TLK_POSIX, 1);
    mark.since = 0;
    gate->state = GATE_WAITS;
    cr_expect_eq(check(), TIMERLEAK_NONE_LEFT);
}

/* ---- the command ---- */

Test(left, the_command_tells_what_is_left)
{
    char since[64];

    command_is("echo \"$@\"; echo \"preload: $LD_PRELOAD\"; exit 1");
    setenv("LD_PRELOAD", "", 1);
    set_mark();
    make_timer(TLK_POSIX, 1);
    cr_expect_eq(check(), TIMERLEAK_LEFT);
    snprintf(since, sizeof(since), "left %llu /", (unsigned long long)mark.since);
    expect_said(since);
    expect_said("recording.tlk\npreload: \n");
}

Test(left, nothing_is_preloaded_into_the_command)
{
    command_is("env | grep -c ^LD_PRELOAD; exit 1");
    setenv("LD_PRELOAD", "", 1);
    set_mark();
    make_timer(TLK_POSIX, 1);
    cr_expect_eq(check(), TIMERLEAK_LEFT);
    cr_expect_str_eq(text, "0\n");
    cr_expect_not_null(getenv("LD_PRELOAD"), "it is the command's environment that changed");
}

Test(left, rules_are_the_command_s)
{
    command_is("[ \"$4 $5\" = '--ignore ^pool_' ] || { echo \"$@\"; exit 1; }");
    set_mark();
    make_timer(TLK_POSIX, 1);
    cr_expect_eq(check_with("^pool_", -1), TIMERLEAK_NONE_LEFT, "%s", text);
    cr_expect_str_eq(text, "no timers left");
    cr_expect_eq(check_with("^other_", -1), TIMERLEAK_LEFT);
}

Test(left, where_rules_can_t_be_applied_every_timer_counts)
{
    command_is("echo 'that is no expression' >&2; exit 2");
    set_mark();
    make_timer(TLK_POSIX, 1);
    cr_expect_eq(check_with("(", -1), TIMERLEAK_LEFT);
    expect_said("1 timer is left (1 posix)");
    expect_said("that is no expression");
}

Test(left, what_is_too_long_ends_with_a_line)
{
    size_t length;

    command_is("i=0; while [ $i -lt 2000 ]; do echo \"line $i\"; i=$((i + 1)); done; exit 1");
    set_mark();
    make_timer(TLK_POSIX, 1);
    cr_expect_eq(check(), TIMERLEAK_LEFT);
    length = strlen(text);
    cr_expect_lt(length, sizeof(text));
    cr_expect_gt(length, sizeof(text) - 64);
    expect_said("line 0\nline 1\n");
    cr_expect_str_eq(text + length - strlen("\n... and more\n"), "\n... and more\n");
}

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
    (void)number;
    signals++;
}

Test(left, the_program_does_not_notice_the_command)
{
    command_is("exit 1");
    signal(SIGCHLD, count_signal);
    set_mark();
    make_timer(TLK_POSIX, 1);
    cr_expect_eq(check(), TIMERLEAK_LEFT);
    cr_expect_eq(signals, 0);
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
    cr_expect_eq(errno, ECHILD);
}

Test(left, a_program_that_ignores_its_children_gets_an_answer)
{
    command_is("exit 0");
    signal(SIGCHLD, SIG_IGN);
    set_mark();
    make_timer(TLK_POSIX, 1);
    cr_expect_eq(check(), TIMERLEAK_NONE_LEFT);
}

Test(left, in_a_sandbox_it_neither_waits_nor_asks)
{
    command_is("exit 0");
    set_mark();
    make_timer(TLK_POSIX, 1);
    gate->sandboxed = 1;
    cr_expect_eq(check_with("pool", 3600000), TIMERLEAK_LEFT);
    expect_said("1 timer is left");
}

/* ---- patience ---- */

static int fifo; /* stays open: a command that writes to it once more has a reader */

static void *release_when_asked(void *unused)
{
    (void)unused;
    fifo = open(in_directory("fifo"), O_RDONLY | O_CLOEXEC);
    timer_released(timer_take(TLK_POSIX, 1));
    return NULL;
}

/* The command, which is run when it looks first, sets off who releases the timer. */
Test(left, it_looks_again_until_others_have_released_theirs)
{
    char lines[1024];
    pthread_t other;

    snprintf(lines, sizeof(lines), "echo > '%s'; exit 1", in_directory("fifo"));
    command_is(lines);
    cr_assert_eq(mkfifo(in_directory("fifo"), 0600), 0);
    set_mark();
    make_timer(TLK_POSIX, 1);
    cr_assert_eq(pthread_create(&other, NULL, release_when_asked, NULL), 0);
    cr_expect_eq(check_with("any", 60000), TIMERLEAK_NONE_LEFT, "%s", text);
    pthread_join(other, NULL);
    close(fifo);
}

Test(left, errno_and_cancellation_stay)
{
    int state;

    set_mark();
    make_timer(TLK_POSIX, 1);
    errno = EXDEV;
    cr_expect_eq(check(), TIMERLEAK_LEFT);
    timerleak_interface.snapshot(in_directory("missing/snapshot"));
    timerleak_interface.tag_timerfd(99, "nobody");
    cr_expect_eq(errno, EXDEV);
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state);
    cr_expect_eq(state, PTHREAD_CANCEL_ENABLE);
}
