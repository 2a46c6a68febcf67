/* What a program may ask of the shim: that no timers are left, marks of its own, a snapshot. */
#include "fixture.h"
#include "shim/gate.h"
#include "shim/mapfile.h"
#include "shim/thread.h"
#include "verify/timerleak_verify.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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

TestSuite(interface, .init = begin_without_command, .fini = end);

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

Test(interface, nothing_was_made)
{
    set_mark();
    cr_expect_eq(check(), TIMERLEAK_NONE_LEFT);
    cr_expect_str_eq(text, "no timers left");
}

Test(interface, what_was_made_before_the_mark_is_no_matter)
{
    make_timer(TLK_POSIX, 1);
    set_mark();
    cr_expect_eq(check(), TIMERLEAK_NONE_LEFT);
    make_timer(TLK_POSIX, 2);
    cr_expect_eq(check(), TIMERLEAK_LEFT);
}

Test(interface, what_was_released_is_not_left)
{
    set_mark();
    make_timer(TLK_POSIX, 1);
    timer_released(timer_take(TLK_POSIX, 1));
    cr_expect_eq(check(), TIMERLEAK_NONE_LEFT);
}

Test(interface, one_that_has_expired_is_left_until_it_is_released)
{
    struct timer_ref ref;

    set_mark();
    ref = make_timer(TLK_POSIX, 1);
    arm(ref, 1, 0);
    timer_fired(ref, 1);
    cr_expect_eq(check(), TIMERLEAK_LEFT);
}

/* alarm(2) has no counterpart that would release it. */
Test(interface, an_interval_timer_that_has_expired_is_over)
{
    struct timer_ref ref;

    set_mark();
    ref = make_timer(TLK_ITIMER, ITIMER_REAL);
    arm(ref, 100 * SECOND, 0);
    cr_expect_eq(check(), TIMERLEAK_LEFT);
    arm(ref, 1, 0);
    cr_expect_eq(check_with(NULL, 60000), TIMERLEAK_NONE_LEFT);
}

Test(interface, what_came_over_fork_was_not_made_here)
{
    set_mark();
    make_timer_on(CLOCK_MONOTONIC, TLK_TIMERFD, 9, TLK_INHERITED);
    cr_expect_eq(check(), TIMERLEAK_NONE_LEFT);
}

Test(interface, without_the_command_it_counts_and_says_how_to_see_more)
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

Test(interface, a_small_buffer_is_enough_for_the_beginning)
{
    char small[16];

    set_mark();
    make_timer(TLK_POSIX, 1);
    cr_expect_eq(timerleak_interface.check(mark.since, 0, NULL, -1, small, sizeof(small)),
                 TIMERLEAK_LEFT);
    cr_expect_str_eq(small, "1 timer is left");
}

/* ---- where it can't be told ---- */

Test(interface, a_process_that_is_not_recorded_is_not_checked)
{
    set_mark();
    gate->state = GATE_SHUT;
    cr_expect_eq(check(), TIMERLEAK_NOT_CHECKED);
    expect_said("does not record this process");
}

Test(interface, asleep_it_does_not_say_that_nothing_is_left)
{
    recording->asleep = 1;
    set_mark();
    cr_expect_eq(check(), TIMERLEAK_NOT_CHECKED);
    expect_said("asleep");
}

Test(interface, nor_if_it_slept_when_a_timer_was_made)
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

Test(interface, what_is_left_is_left_asleep_or_not)
{
    set_mark();
    make_timer(TLK_POSIX, 1);
    recording->asleep = 1;
    cr_expect_eq(check(), TIMERLEAK_LEFT);
}

Test(interface, a_child_that_made_no_timer_has_left_none)
{
    make_timer(TLK_POSIX, 1);
    mark.since = 0;
    gate->state = GATE_CHILD;
    cr_expect_eq(check(), TIMERLEAK_NONE_LEFT);
}

/* ---- the command ---- */

Test(interface, the_command_tells_what_is_left)
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

Test(interface, nothing_is_preloaded_into_the_command)
{
    command_is("env | grep -c ^LD_PRELOAD; exit 1");
    setenv("LD_PRELOAD", "", 1);
    set_mark();
    make_timer(TLK_POSIX, 1);
    cr_expect_eq(check(), TIMERLEAK_LEFT);
    cr_expect_str_eq(text, "0\n");
    cr_expect_not_null(getenv("LD_PRELOAD"), "it is the command's environment that changed");
}

Test(interface, rules_are_the_command_s)
{
    command_is("[ \"$4 $5\" = '--ignore ^pool_' ] || { echo \"$@\"; exit 1; }");
    set_mark();
    make_timer(TLK_POSIX, 1);
    cr_expect_eq(check_with("^pool_", -1), TIMERLEAK_NONE_LEFT, "%s", text);
    cr_expect_str_eq(text, "no timers left");
    cr_expect_eq(check_with("^other_", -1), TIMERLEAK_LEFT);
}

Test(interface, where_rules_can_t_be_applied_every_timer_counts)
{
    command_is("echo 'that is no expression' >&2; exit 2");
    set_mark();
    make_timer(TLK_POSIX, 1);
    cr_expect_eq(check_with("(", -1), TIMERLEAK_LEFT);
    expect_said("1 timer is left (1 posix)");
    expect_said("that is no expression");
}

Test(interface, what_is_too_long_ends_with_a_line)
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

Test(interface, the_program_does_not_notice_the_command)
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

Test(interface, a_program_that_ignores_its_children_gets_an_answer)
{
    command_is("exit 0");
    signal(SIGCHLD, SIG_IGN);
    set_mark();
    make_timer(TLK_POSIX, 1);
    cr_expect_eq(check(), TIMERLEAK_NONE_LEFT);
}

Test(interface, in_a_sandbox_it_neither_waits_nor_asks)
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
Test(interface, it_looks_again_until_others_have_released_theirs)
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

Test(interface, errno_and_cancellation_stay)
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

/* ---- ignored blocks ---- */

static uint32_t live(void)
{
    uint32_t count = 0;

    for (uint32_t slot = 1; slot < recording->regions[TLK_TIMERS].used; slot++)
        count += timer_at(slot)->state == TLK_LIVE;
    return count;
}

Test(interface, timers_of_an_ignored_block_are_counted_only)
{
    set_mark();
    timerleak_interface.ignore_begin();
    cr_assert_geq(timerfd_create(CLOCK_MONOTONIC, 0), 0);
    timerleak_interface.ignore_begin();
    timerleak_interface.ignore_end();
    cr_assert_geq(timerfd_create(CLOCK_MONOTONIC, 0), 0);
    timerleak_interface.ignore_end();
    cr_expect_eq(live(), 0);
    cr_expect_eq(recording->omitted[TLK_OMIT_IGNORED], 2);
    cr_expect_eq(check(), TIMERLEAK_NONE_LEFT, "what was ignored is not missed");
    cr_assert_geq(timerfd_create(CLOCK_MONOTONIC, 0), 0);
    cr_expect_eq(live(), 1);
}

Test(interface, an_end_without_a_beginning_does_nothing)
{
    timerleak_interface.ignore_end();
    cr_assert_geq(timerfd_create(CLOCK_MONOTONIC, 0), 0);
    cr_expect_eq(live(), 1);
    timerleak_interface.ignore_begin();
    cr_assert_geq(timerfd_create(CLOCK_MONOTONIC, 0), 0);
    cr_expect_eq(live(), 1);
}

static void *make_one(void *unused)
{
    (void)unused;
    cr_assert_geq(timerfd_create(CLOCK_MONOTONIC, 0), 0);
    return NULL;
}

Test(interface, a_block_is_its_thread_s)
{
    pthread_t other;

    timerleak_interface.ignore_begin();
    cr_assert_eq(pthread_create(&other, NULL, make_one, NULL), 0);
    pthread_join(other, NULL);
    cr_expect_eq(live(), 1);
}

Test(interface, the_child_of_vfork_changes_nothing)
{
    thread.vforked = 1;
    timerleak_interface.ignore_begin();
    cr_expect_eq(thread.ignoring, 0);
    thread.vforked = 0;
}

/* ---- owners ---- */

Test(interface, an_owner_is_a_timer_s_name)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    char owner[] = "upstream";

    make_timer(TLK_POSIX, 7);
    cr_expect(timerleak_interface.tag_timerfd(fd, owner));
    cr_expect(timerleak_interface.tag_timer((void *)7, "retry"));
    owner[0] = 'X';
    cr_expect_str_eq(string_of(timer_live(timer_find(TLK_TIMERFD, (uint64_t)fd))->name),
                     "upstream");
    cr_expect_str_eq(string_of(timer_live(timer_find(TLK_POSIX, 7))->name), "retry");
}

Test(interface, what_is_no_live_timer_has_no_owner)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);

    cr_expect_not(timerleak_interface.tag_timerfd(fd, NULL));
    close(fd);
    cr_expect_not(timerleak_interface.tag_timerfd(fd, "nobody"));
    cr_expect_not(timerleak_interface.tag_timerfd(-1, "nobody"));
    cr_expect_not(timerleak_interface.tag_timer((void *)8, "nobody"));
    gate->state = GATE_SHUT;
    cr_expect_not(timerleak_interface.tag_timer((void *)8, "nobody"));
}

/* ---- snapshots ---- */

/* All of the file; what follows the header is the caller's to interpret. */
static const struct tlk_header *read_snapshot(size_t *size)
{
    static char content[8 << 20];
    int file = open(in_directory("snapshot"), O_RDONLY);
    ssize_t got = read(file, content, sizeof(content));

    close(file);
    cr_assert_geq(got, (ssize_t)sizeof(struct tlk_header));
    *size = (size_t)got;
    return (const struct tlk_header *)content;
}

static const void *record_of(const struct tlk_header *copy, enum tlk_region_id id, uint32_t index)
{
    const struct tlk_region *region = &copy->regions[id];
    uint32_t per_chunk = TLK_CHUNK / region->stride;

    return (const char *)copy + (size_t)region->directory[index / per_chunk] * TLK_CHUNK +
           (size_t)(index % per_chunk) * region->stride;
}

static int snapshot(void)
{
    return timerleak_interface.snapshot(in_directory("snapshot"));
}

Test(interface, a_snapshot_is_the_recording_of_that_moment)
{
    const struct tlk_header *copy;
    const struct tlk_timer *timer;
    struct stat file;
    size_t size;

    recording->session = 5;
    make_timer(TLK_POSIX, 1);
    make_timer(TLK_POSIX, 2);
    timer_released(timer_take(TLK_POSIX, 1));
    cr_assert_eq(snapshot(), 0);
    timer_released(timer_take(TLK_POSIX, 2));
    copy = read_snapshot(&size);
    stat(in_directory("snapshot"), &file);
    cr_expect_eq(file.st_mode & 0777, 0600);
    cr_expect_eq(size, (size_t)copy->chunk_count * TLK_CHUNK);
    cr_expect_eq(copy->end, TLK_RUNNING);
    cr_expect_eq(copy->copied, 1);
    cr_expect_neq(copy->end_mono, 0, "it says when it was made");
    cr_expect_eq(copy->session, 0);
    cr_expect_eq(copy->regions[TLK_TIMERS].used, 3);
    timer = record_of(copy, TLK_TIMERS, 1);
    cr_expect_eq(timer->state, TLK_FREE);
    timer = record_of(copy, TLK_TIMERS, 2);
    cr_expect_eq(timer->state, TLK_LIVE);
    cr_expect_eq(timer->id, 2);
    cr_expect_eq(((const struct tlk_site *)record_of(copy, TLK_SITES, timer->site))->live, 1);
}

Test(interface, nothing_else_is_left_where_it_was_made)
{
    char unfinished[512];

    cr_assert_eq(snapshot(), 0);
    snprintf(unfinished, sizeof(unfinished), "%s.%d.part", in_directory("snapshot"), getpid());
    cr_expect_neq(access(unfinished, F_OK), 0);
    cr_expect_eq(snapshot(), -EEXIST, "and nothing is replaced");
    cr_expect_neq(access(unfinished, F_OK), 0);
}

Test(interface, a_snapshot_that_can_t_be_made_says_why)
{
    struct rlimit limit = {TLK_CHUNK, RLIM_INFINITY};

    cr_expect_eq(timerleak_interface.snapshot(in_directory("missing/snapshot")), -ENOENT);
    gate->sandboxed = 1;
    cr_expect_eq(snapshot(), -EPERM);
    gate->sandboxed = 0;
    setrlimit(RLIMIT_FSIZE, &limit);
    cr_expect_eq(snapshot(), -EFBIG);
    gate->state = GATE_SHUT;
    cr_expect_eq(snapshot(), -ENODATA);
    cr_expect_neq(access(in_directory("snapshot"), F_OK), 0);
}

/* Slots are given away and taken again while they are copied: what is copied is what was. */
static bool over;

static void *churn(void *unused)
{
    (void)unused;
    while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
        make_timer(TLK_POSIX, 1);
        timer_released(timer_take(TLK_POSIX, 1));
    }
    return NULL;
}

Test(interface, a_snapshot_holds_no_timer_by_halves)
{
    const struct tlk_header *copy;
    const struct tlk_timer *timer;
    pthread_t other;
    size_t size;

    cr_assert_eq(pthread_create(&other, NULL, churn, NULL), 0);
    for (int i = 0; i < 50; i++) {
        unlink(in_directory("snapshot"));
        cr_assert_eq(snapshot(), 0);
        copy = read_snapshot(&size);
        for (uint32_t slot = 1; slot < copy->regions[TLK_TIMERS].used; slot++) {
            timer = record_of(copy, TLK_TIMERS, slot);
            if (timer->state == TLK_LIVE)
                cr_expect_eq(timer->id, 1);
        }
    }
    __atomic_store_n(&over, true, __ATOMIC_RELAXED);
    pthread_join(other, NULL);
}
