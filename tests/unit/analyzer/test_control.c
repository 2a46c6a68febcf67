/* Putting a recording to sleep in place, that of this very process: nobody else's is written. */
#include "recording/control.h"

#include "loaded.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char *path;

/* Field 22 of /proc/self/stat; the name before it has no blanks here. */
static uint64_t own_start(void)
{
    unsigned long long ticks = 0;
    FILE *file = fopen("/proc/self/stat", "re");
    cr_assert(file);
    for (int i = 1; i < 22; i++)
        cr_assert_eq(fscanf(file, "%*s"), 0);
    cr_assert_eq(fscanf(file, "%llu", &ticks), 1);
    fclose(file);
    return ticks;
}

/* As the shim has it, for as long as the test runs. */
static void map(int rights)
{
    int file = open(path, O_RDWR | O_CLOEXEC);
    cr_assert_neq(mmap(NULL, TLK_PAGE, rights, MAP_SHARED, file, 0), MAP_FAILED);
    close(file);
}

static void write_unmapped(void (*change)(struct tlk_header *header))
{
    struct builder *builder = builder_new(HOUR);
    struct tlk_header *header = builder_header(builder);
    header->end = TLK_RUNNING;
    header->pid = getpid();
    header->start_ticks = own_start();
    if (change)
        change(header);
    path = builder_write(builder);
    builder_free(builder);
}

static void write_recording(void (*change)(struct tlk_header *header))
{
    write_unmapped(change);
    map(PROT_READ | PROT_WRITE);
}

static void end(void)
{
    unlink(path);
    free(path);
}

static struct control opened(bool to_write)
{
    struct control control;
    char error[ERROR_SIZE] = "";
    cr_assert_eq(control_open(&control, path, getpid(), to_write, error), CONTROL_OK, "%s", error);
    return control;
}

/* What the file says now. */
static void expect(uint32_t asleep, uint64_t switched, uint64_t slept)
{
    struct control control = opened(false);
    cr_expect_eq(control.header.asleep, asleep);
    cr_expect_eq(control.header.switched, switched);
    cr_expect_eq(control.header.slept, slept, "%lu", control.header.slept);
    control_close(&control);
}

static void set(bool asleep, uint64_t when)
{
    struct control control = opened(true);
    cr_expect(control_set(&control, asleep, START_MONO + when));
    control_close(&control);
}

Test(control, sleeps_and_wakes, .fini = end)
{
    write_recording(NULL);
    set(true, HOUR);
    expect(1, START_MONO + HOUR, 0);
    set(false, 3 * HOUR);
    expect(0, START_MONO + 3 * HOUR, 2 * HOUR);
    set(true, 4 * HOUR);
    set(false, 5 * HOUR);
    expect(0, START_MONO + 5 * HOUR, 3 * HOUR);
}

Test(control, what_is_so_already_stays, .fini = end)
{
    write_recording(NULL);
    set(false, HOUR);
    expect(0, 0, 0);
    set(true, 2 * HOUR);
    set(true, 3 * HOUR);
    expect(1, START_MONO + 2 * HOUR, 0);
}

static void start_asleep(struct tlk_header *header)
{
    header->asleep = 1;
}

Test(control, asleep_from_the_start, .fini = end)
{
    write_recording(start_asleep);
    struct control control = opened(true);
    cr_expect_eq(control_since(&control), START_MONO);
    cr_expect_eq(control_slept(&control, START_MONO + MINUTE), MINUTE);
    control_close(&control);
    set(false, HOUR);
    expect(0, START_MONO + HOUR, HOUR);
}

static void sleep_for_ages(struct tlk_header *header)
{
    header->asleep = 1;
    header->slept = UINT64_MAX - 1;
}

Test(control, no_sleep_is_too_long, .fini = end)
{
    write_recording(sleep_for_ages);
    struct control control = opened(false);
    cr_expect_eq(control_slept(&control, START_MONO + HOUR), UINT64_MAX);
    control_close(&control);
}

/* Nothing else of the file changes. */
Test(control, writes_no_other_byte, .fini = end)
{
    const size_t first = offsetof(struct tlk_header, asleep);
    const size_t last = offsetof(struct tlk_header, omitted);
    char before[TLK_PAGE], after[TLK_PAGE];
    write_recording(NULL);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    cr_assert_eq(pread(file, before, sizeof(before), 0), (ssize_t)sizeof(before));
    set(true, HOUR);
    cr_assert_eq(pread(file, after, sizeof(after), 0), (ssize_t)sizeof(after));
    close(file);
    cr_expect_arr_eq(before, after, first);
    cr_expect_arr_eq(before + last, after + last, sizeof(after) - last);
}

static void expect_refused(pid_t pid, const char *why)
{
    struct control control;
    char error[ERROR_SIZE] = "";
    cr_expect_neq(control_open(&control, path, pid, true, error), CONTROL_OK);
    cr_expect(strstr(error, why), "%s", error);
}

/* The number may be in use again. */
static void start_earlier(struct tlk_header *header)
{
    header->start_ticks--;
}

Test(control, of_another_process, .fini = end)
{
    write_recording(start_earlier);
    expect_refused(getpid(), "is not the recording of process");
}

/* Anybody can name a file as the recording that another process has mapped is named. */
Test(control, of_a_process_that_does_not_write_it, .fini = end)
{
    write_unmapped(NULL);
    expect_refused(getpid(), "is not the recording of process");
    map(PROT_READ);
    expect_refused(getpid(), "is not the recording of process");
    map(PROT_READ | PROT_WRITE);
    struct control control = opened(true);
    control_close(&control);
}

static void end_it(struct tlk_header *header)
{
    header->end = TLK_EXITED;
}

Test(control, of_one_that_ended, .fini = end)
{
    write_recording(end_it);
    expect_refused(getpid(), "or it ended");
}

static void spoil_version(struct tlk_header *header)
{
    header->version++;
}

Test(control, of_another_version, .fini = end)
{
    write_recording(spoil_version);
    expect_refused(getpid(), "format version");
}

Test(control, no_link_is_followed, .fini = end)
{
    char target[64];
    write_recording(NULL);
    snprintf(target, sizeof(target), "%s.real", path);
    cr_assert_eq(rename(path, target), 0);
    cr_assert_eq(symlink(target, path), 0);
    expect_refused(getpid(), "symbolic link");
    unlink(target);
}
