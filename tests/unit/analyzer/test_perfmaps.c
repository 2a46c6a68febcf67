/* Which map is believed to be of a recording's process: one in /tmp is anybody's making. */
#include "recording/perfmaps.h"

#include "loaded.h"
#include "profile/stacks.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT "7f0000001000 100 py::handler:/srv/leak.py\n"
#define ADDRESS UINT64_C(0x7f0000001010)

static int nobodys; /* no process has this number */
static char *path, *beside, *written;

/* Ran for a minute, with a timer made by code of no module. */
static struct builder *process(int pid)
{
    struct builder *builder = builder_new(MINUTE);
    builder_header(builder)->pid = pid;
    builder_create(builder, builder_plain_site(builder, TLK_TIMERFD, ADDRESS), SECOND);
    return builder;
}

static void write_recording(struct builder *builder)
{
    path = builder_write(builder);
    builder_free(builder);
    cr_assert(asprintf(&beside, "%.*s.map", (int)strlen(path) - 4, path) > 0);
}

static void begin(void)
{
    nobodys = 90000000 + getpid();
    cr_assert(asprintf(&written, TLK_PERF_MAP, nobodys) > 0);
    write_recording(process(nobodys));
}

static void end(void)
{
    unlink(written);
    unlink(path);
    unlink(beside);
    free(path);
    free(beside);
    free(written);
}

TestSuite(perfmaps, .init = begin, .fini = end);

/* Written at that moment, ns since the start of the process. */
static void write_map(const char *name, const char *text, int64_t when)
{
    uint64_t real = START_REAL + (uint64_t)when;
    struct timespec times[2] = {
        {(time_t)(real / SECOND), (long)(real % SECOND)},
        {(time_t)(real / SECOND), (long)(real % SECOND)},
    };
    FILE *file = fopen(name, "w");
    cr_assert(file);
    fputs(text, file);
    fclose(file);
    cr_assert_eq(utimensat(AT_FDCWD, name, times, 0), 0);
}

static char *map_read(void)
{
    char error[ERROR_SIZE];
    size_t size;
    struct recording *recording = recording_open(path, error);
    cr_assert(recording, "%s", error);
    char *text = perfmaps_read(recording, &size);
    recording_close(recording);
    return text;
}

static void expect_read(bool expected)
{
    char *text = map_read();
    cr_expect_eq(text != NULL, expected);
    free(text);
}

Test(perfmaps, one_that_was_written_while_the_process_ran_is_its_own)
{
    write_map(written, TEXT, SECOND);
    expect_read(true);
}

Test(perfmaps, one_of_an_earlier_or_later_process_of_that_number_is_not)
{
    write_map(written, TEXT, -(int64_t)SECOND);
    expect_read(false);
    write_map(written, TEXT, 2 * MINUTE);
    expect_read(false);
}

Test(perfmaps, what_is_no_regular_file_of_its_user_is_not_opened)
{
    write_map(beside, TEXT, SECOND);
    cr_assert_eq(symlink(beside, written), 0);
    expect_read(false);
    unlink(written);
    cr_assert_eq(mkfifo(written, 0666), 0);
    expect_read(false);
    unlink(written);
    cr_assert_eq(mkdir(written, 0700), 0);
    expect_read(false);
    rmdir(written);
    if (geteuid() != 0)
        return;
    write_map(written, TEXT, SECOND);
    cr_assert_eq(chown(written, 12345, 12345), 0);
    expect_read(false);
}

Test(perfmaps, a_copy_beside_tells_whose_it_is)
{
    char head[128];
    snprintf(head, sizeof(head), TLK_PERF_MAP_HEAD TEXT, nobodys, (unsigned long long)START_MONO);
    write_map(beside, TEXT, SECOND);
    expect_read(false);
    write_map(beside, head, 2 * MINUTE);
    expect_read(true);
    snprintf(head, sizeof(head), TLK_PERF_MAP_HEAD TEXT, nobodys,
             (unsigned long long)START_MONO - 1);
    write_map(beside, head, SECOND);
    expect_read(false);
}

static void keep(void)
{
    perfmaps_keep(path, (struct perfmaps_parent){0, 0});
    unlink(written);
}

Test(perfmaps, it_is_kept_when_it_is_gone_from_tmp)
{
    struct stat status;
    write_map(written, TEXT "7f0000002000 10 cut sho", SECOND);
    keep();
    char *text = map_read();
    cr_assert(text);
    cr_expect(strstr(text, "\n" TEXT));
    cr_expect_not(strstr(text, "cut"), "a line that was not written yet");
    free(text);
    cr_assert_eq(stat(beside, &status), 0);
    cr_expect_eq(status.st_mode & 0777, 0600);
}

Test(perfmaps, a_link_in_the_place_of_the_copy_leads_nowhere)
{
    char *other;
    struct stat status;
    cr_assert(asprintf(&other, "%s.other", path) > 0);
    write_map(other, "precious\n", SECOND);
    cr_assert_eq(symlink(other, beside), 0);
    write_map(written, TEXT, SECOND);
    keep();
    expect_read(true);
    cr_assert_eq(stat(other, &status), 0);
    cr_expect_eq(status.st_size, 9);
    unlink(other);
    free(other);
}

static void expect_stays(const char *name)
{
    char text[64] = "";
    FILE *file = fopen(name, "r");
    cr_assert(file, "%s is gone", name);
    cr_expect(fgets(text, sizeof(text), file));
    cr_expect_str_eq(text, "Archive member included\n");
    fclose(file);
}

/* A linker's map of the program: cc -Wl,-Map=app.map. */
Test(perfmaps, what_is_called_as_the_copy_and_is_none_stays)
{
    char *old;
    cr_assert(asprintf(&old, "%s.old", path) > 0);
    write_map(beside, "Archive member included\n", SECOND);
    write_map(written, TEXT, SECOND);
    keep();
    expect_stays(beside);
    perfmaps_rename(path, old);
    expect_stays(beside);
    perfmaps_remove(path);
    expect_stays(beside);
    free(old);
}

Test(perfmaps, without_such_code_none_is_kept)
{
    struct builder *builder = builder_new(MINUTE);
    uint32_t module = builder_module(builder, "/opt/server/bin/server", NULL, 0);
    uint64_t frame = TLK_FRAME(module, 0x1000);
    builder_header(builder)->pid = nobodys;
    builder_create(builder, builder_site(builder, TLK_TIMERFD, "timerfd_create", &frame, 1),
                   SECOND);
    end();
    cr_assert(asprintf(&written, TLK_PERF_MAP, nobodys) > 0);
    write_recording(builder);
    write_map(written, TEXT, SECOND);
    keep();
    cr_expect_neq(access(beside, F_OK), 0);
}

/* ---- what is made of it ---- */

/* The same function lies elsewhere in each process. */
static struct builder *process_at(int pid, uint64_t address)
{
    struct builder *builder = builder_new(MINUTE);
    struct tlk_header *header = builder_header(builder);
    header->pid = pid;
    header->start_mono += (uint64_t)pid;
    builder_create(builder, builder_plain_site(builder, TLK_TIMERFD, address), SECOND);
    return builder;
}

Test(perfmaps, what_two_processes_made_of_one_function_is_one_place)
{
    struct profile *profile = profile_new();
    char *other;
    cr_assert(asprintf(&other, TLK_PERF_MAP, nobodys + 5000000) > 0);
    write_map(written, "1000 100 py::handler:/srv/leak.py\n", SECOND);
    loaded_add(profile, process_at(nobodys, 0x1010));
    write_map(other, "5000 100 py::handler:/srv/leak.py\n", SECOND);
    loaded_add(profile, process_at(nobodys + 5000000, 0x5020));
    unlink(other);
    free(other);
    profile_settle(profile);
    cr_assert_eq(profile->site_count, 1, "%zu sites", profile->site_count);
    const struct stack_frame *frame = stack_headline(profile, profile->sites[0]);
    cr_expect_str_eq(frame_shown(frame), "py::handler:leak.py");
    cr_expect_str_eq(frame->file, "/srv/leak.py");
    profile_free(profile);
}

/* All of them have a bracket and differ within it. */
Test(perfmaps, functions_that_differ_in_brackets_are_two_places)
{
    struct builder *builder = process(nobodys);
    builder_create(builder, builder_plain_site(builder, TLK_TIMERFD, ADDRESS + 0x1000), SECOND);
    write_map(written,
              "7f0000001000 100 py::<module>:/srv/leak.py\n"
              "7f0000002000 100 py::<lambda>:/srv/leak.py\n",
              SECOND);
    struct profile *profile = loaded(builder);
    cr_expect_eq(profile->site_count, 2);
    expect_printed(profile, print_report, "py::<module>:leak.py  /srv/leak.py");
    expect_printed(profile, print_report, "py::<lambda>:leak.py  /srv/leak.py");
    profile_free(profile);
}

/* ---- an interpreter's stacks ---- */

#define HANDLER ADDRESS
#define LOOP (ADDRESS + 0x1000)
#define OTHER (ADDRESS + 0x2000)

/* A call of handler, by a way through the interpreter. */
static void create_by(struct builder *builder, uint64_t first, uint64_t second, uint64_t caller)
{
    uint32_t python = builder_module(builder, "/usr/bin/python3.13", NULL, 0);
    uint64_t frames[] = {TLK_FRAME(python, first), HANDLER, TLK_FRAME(python, second), caller,
                         TLK_FRAME(python, 0x9000)};
    builder_create(builder, builder_site(builder, TLK_TIMERFD, "timerfd_create", frames, 5),
                   SECOND);
}

static struct profile *interpreted(struct builder *builder)
{
    write_map(written,
              "7f0000001000 100 py::handler:/srv/leak.py\n"
              "7f0000002000 100 py::loop:/srv/leak.py\n"
              "7f0000003000 100 py::other:/srv/leak.py\n",
              SECOND);
    return loaded(builder);
}

static void expect_headlines(const struct profile *profile, size_t count, const char *name)
{
    size_t found = 0;
    for (size_t i = 0; i < profile->site_count; i++) {
        struct profile *all = (struct profile *)(uintptr_t)profile;
        found += strcmp(frame_shown(stack_headline(all, profile->sites[i])), name) == 0;
    }
    cr_expect_eq(found, count, "%zu are headed %s, not %zu", found, name, count);
}

Test(perfmaps, a_finding_is_headed_by_the_function_that_the_interpreter_ran)
{
    struct builder *builder = builder_new(MINUTE);
    builder_header(builder)->pid = nobodys;
    create_by(builder, 0x1000, 0x2000, LOOP);
    struct profile *profile = interpreted(builder);
    expect_headlines(profile, 1, "py::handler:leak.py");
    expect_printed(profile, print_report, "+1 frame of the interpreter");
    profile_free(profile);
}

Test(perfmaps, ways_through_the_interpreter_tell_no_two_functions_apart)
{
    struct builder *builder = builder_new(MINUTE);
    builder_header(builder)->pid = nobodys;
    create_by(builder, 0x1000, 0x2000, LOOP);
    create_by(builder, 0x1100, 0x2000, LOOP);
    create_by(builder, 0x1000, 0x2100, LOOP);
    struct profile *profile = interpreted(builder);
    expect_headlines(profile, 3, "py::handler:leak.py");
    profile_free(profile);
}

Test(perfmaps, functions_that_call_the_same_one_are_told_apart)
{
    struct builder *builder = builder_new(MINUTE);
    builder_header(builder)->pid = nobodys;
    create_by(builder, 0x1000, 0x2000, LOOP);
    create_by(builder, 0x1000, 0x2000, OTHER);
    struct profile *profile = interpreted(builder);
    expect_headlines(profile, 1, "py::loop:leak.py");
    expect_headlines(profile, 1, "py::other:leak.py");
    profile_free(profile);
}
