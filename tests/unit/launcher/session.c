#include "launch/session.h"

#include "fixture.h"

#include <criterion/criterion.h>

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SESSION 0x5e5510
#define PROGRAM 4000000 /* and started at tick 7, so nobody is this process */
#define KILLED SIGKILL  /* as wait statuses */
#define EXITED(status) ((status) << 8)

TestSuite(session, .init = fixture_enter, .fini = fixture_leave, .timeout = 60);

static struct session find(void)
{
    struct session session;
    cr_assert(session_find(&session, ".", SESSION, PROGRAM));
    return session;
}

static void finish(int status)
{
    struct launched launched = {
        .pid = PROGRAM, .status = status, .end_mono = 5000, .end_real = 6000, .end_boot = 7000};
    struct session session = find();
    session_finish(&session, &launched);
    session_free(&session);
}

static off_t size_of(const char *name)
{
    struct stat status;
    cr_assert_eq(stat(name, &status), 0);
    return status.st_size;
}

Test(session, finds_its_recordings_by_their_headers)
{
    struct tlk_header header = fixture_header(SESSION, PROGRAM);
    fixture_recording("any name", &header, 4);
    header = fixture_header(SESSION + 1, PROGRAM);
    fixture_recording("other session.tlk", &header, 4);
    header = fixture_header(SESSION, PROGRAM);
    header.version++;
    fixture_recording("other version.tlk", &header, 4);
    fixture_write("text.tlk", "TIMERLK\nand no more", 0600);
    fixture_write("empty.tlk", "", 0600);
    cr_assert_eq(mkfifo("fifo.tlk", 0600), 0);
    cr_assert_eq(symlink("any name", "link.tlk"), 0);

    struct session session = find();
    cr_assert_eq(session.count, 1);
    cr_expect_str_eq(session.recordings[0].path, "./any name");
    cr_expect(session.recordings[0].own);
    session_free(&session);
}

Test(session, missing_directory_is_an_error)
{
    struct session session;
    cr_expect_not(session_find(&session, "missing", SESSION, PROGRAM));
    session_free(&session);
}

Test(session, kill_is_noted)
{
    struct tlk_header header = fixture_header(SESSION, PROGRAM);
    fixture_recording("x.tlk", &header, 4);
    finish(KILLED);
    header = fixture_read("x.tlk");
    cr_expect_eq(header.end, TLK_KILLED);
    cr_expect_eq(header.end_status, SIGKILL);
    cr_expect_eq(header.end_mono, 5000);
    cr_expect_eq(header.end_real, 6000);
    cr_expect_eq(header.end_boot, 7000);
}

Test(session, exit_that_was_not_noted_is_noted)
{
    struct tlk_header header = fixture_header(SESSION, PROGRAM);
    fixture_recording("x.tlk", &header, 4);
    finish(EXITED(3));
    header = fixture_read("x.tlk");
    cr_expect_eq(header.end, TLK_EXITED);
    cr_expect_eq(header.end_status, 3);
}

Test(session, noted_end_is_left_alone)
{
    struct tlk_header header = fixture_header(SESSION, PROGRAM);
    header.end = TLK_EXITED;
    header.end_mono = 4000;
    fixture_recording("x.tlk", &header, 4);
    finish(KILLED);
    header = fixture_read("x.tlk");
    cr_expect_eq(header.end, TLK_EXITED);
    cr_expect_eq(header.end_mono, 4000);
}

Test(session, last_of_several_images_gets_the_end)
{
    struct tlk_header first = fixture_header(SESSION, PROGRAM), second = first;
    second.start_mono += 500;
    second.start_real += 500;
    fixture_recording("b.tlk", &first, 4);
    fixture_recording("a.tlk", &second, 4);
    finish(KILLED);
    first = fixture_read("b.tlk");
    second = fixture_read("a.tlk");
    cr_expect_eq(first.end, TLK_EXECED);
    cr_expect_eq(first.end_mono, second.start_mono);
    cr_expect_eq(first.end_real, second.start_real);
    cr_expect_eq(second.end, TLK_KILLED);
}

Test(session, child_is_not_given_the_end_of_the_program)
{
    struct tlk_header program = fixture_header(SESSION, PROGRAM), child = program,
                      namesake = program;
    child.pid = PROGRAM + 1;
    namesake.start_mono++;
    namesake.start_ticks++;
    fixture_recording("program.tlk", &program, 4);
    fixture_recording("child.tlk", &child, 4);
    fixture_recording("same number in a namespace.tlk", &namesake, 4);
    finish(KILLED);
    cr_expect_eq(fixture_read("program.tlk").end, TLK_KILLED);
    cr_expect_eq(fixture_read("child.tlk").end, TLK_RUNNING);
    cr_expect_eq(fixture_read("same number in a namespace.tlk").end, TLK_RUNNING);
}

Test(session, blocks_ahead_of_need_are_given_back)
{
    struct tlk_header header = fixture_header(SESSION, PROGRAM);
    fixture_recording("x.tlk", &header, 4);
    finish(KILLED);
    cr_expect_eq(size_of("x.tlk"), 2 * TLK_PAGE);
    cr_expect_eq(fixture_read("x.tlk").page_count, 2);
}

Test(session, nonsense_in_a_header_lengthens_no_file)
{
    struct tlk_header header = fixture_header(SESSION, PROGRAM);
    header.page_used = UINT32_MAX;
    fixture_recording("x.tlk", &header, 4);
    header.start_mono++;
    header.page_used = 0;
    fixture_recording("y.tlk", &header, 4);
    finish(KILLED);
    cr_expect_eq(size_of("x.tlk"), 4 * TLK_PAGE);
    cr_expect_eq(size_of("y.tlk"), 4 * TLK_PAGE);
}

Test(session, file_that_somebody_has_mapped_is_not_cut)
{
    struct tlk_header header = fixture_header(SESSION, PROGRAM);
    fixture_recording("x.tlk", &header, 4);
    int fd = open("x.tlk", O_RDWR);
    void *mapped = mmap(NULL, 4 * TLK_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    cr_assert_neq(mapped, MAP_FAILED);
    close(fd);
    finish(KILLED);
    cr_expect_eq(size_of("x.tlk"), 4 * TLK_PAGE);
    cr_expect_eq(fixture_read("x.tlk").end, TLK_KILLED);
    munmap(mapped, 4 * TLK_PAGE);
}
