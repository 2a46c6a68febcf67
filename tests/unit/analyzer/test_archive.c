/* Archives: many recordings in one file, and what is wrong with some. */
#include "profile/process.h"
#include "recording/archive.h"

#include "profile/profile.h"
#include "recording_builder.h"
#include "shop.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char archive_path[] = "/tmp/timerleak-archive-XXXXXX";
static FILE *archive;

static void setup(void)
{
    archive = fdopen(mkstemp(archive_path), "w");
}

static void teardown(void)
{
    unlink(archive_path);
}

TestSuite(archive, .init = setup, .fini = teardown);

static char *add(struct builder *builder)
{
    char error[ERROR_SIZE];
    char *path = builder_write(builder);
    cr_assert(archive_add(archive, path, error), "%s", error);
    builder_free(builder);
    unlink(path);
    return path;
}

static uint32_t sites(const char *path, size_t *recordings)
{
    char error[ERROR_SIZE];
    uint32_t count = 0;
    struct archive *opened = archive_open(path, error);
    cr_assert(opened, "%s", error);
    *recordings = 0;
    for (bool ended = false; !ended;) {
        struct recording *recording = archive_next(opened, &ended, error);
        cr_expect(recording || !*error, "%s", error);
        if (!recording)
            continue;
        count += recording_count(recording, TLK_SITES) - 1;
        ++*recordings;
        recording_close(recording);
    }
    archive_close(opened);
    return count;
}

Test(archive, holds_all_recordings)
{
    size_t recordings;
    free(add(shop()));
    free(add(shop_later()));
    fclose(archive);
    cr_expect(archive_is(archive_path));
    cr_expect_eq(sites(archive_path, &recordings), 9);
    cr_expect_eq(recordings, 2);
}

Test(archive, of_archives)
{
    char error[ERROR_SIZE], twice[] = "/tmp/timerleak-archive-XXXXXX";
    size_t recordings;
    free(add(shop()));
    fclose(archive);
    FILE *to = fdopen(mkstemp(twice), "w");
    cr_assert(archive_add(to, archive_path, error) && archive_add(to, archive_path, error));
    fclose(to);
    cr_expect_eq(sites(twice, &recordings), 10);
    cr_expect_eq(recordings, 2);
    unlink(twice);
}

/* What came behind it could not be read. */
Test(archive, of_archives_takes_none_that_is_cut_short)
{
    char error[ERROR_SIZE];
    free(add(shop()));
    fclose(archive);
    FILE *to = tmpfile();
    cr_assert_eq(truncate(archive_path, 200), 0);
    cr_expect_not(archive_add(to, archive_path, error));
    cr_expect(strstr(error, "cut short"), "%s", error);
    cr_expect_eq(ftell(to), 0);
    fclose(to);
}

/* Names the archive and the file that was added. */
Test(archive, names_its_recordings)
{
    char error[ERROR_SIZE];
    char *path = add(shop());
    bool ended;
    fclose(archive);
    struct archive *opened = archive_open(archive_path, error);
    struct recording *recording = archive_next(opened, &ended, error);
    cr_assert(recording, "%s", error);
    cr_expect(strstr(recording->path, strrchr(path, '/') + 1));
    cr_expect(strstr(recording->path, archive_path));
    recording_close(recording);
    archive_close(opened);
    free(path);
}

/* Nothing on the stack is zero by chance. */
static __attribute__((noinline)) void litter(void)
{
    volatile char stack[1 << 16];
    for (size_t i = 0; i < sizeof(stack); i++)
        stack[i] = 'x';
}

Test(archive, a_name_may_be_as_long_as_the_system_allows)
{
    char error[ERROR_SIZE], name[NAME_MAX + 1], *named;
    bool ended;
    struct builder *builder = shop();
    char *path = builder_write(builder);
    builder_free(builder);
    memset(name, 'n', NAME_MAX);
    name[NAME_MAX] = '\0';
    cr_assert(asprintf(&named, "/tmp/%s", name) > 0);
    cr_assert_eq(rename(path, named), 0);
    cr_expect(archive_add(archive, named, error), "%s", error);
    fclose(archive);
    unlink(named);
    free(named);
    free(path);
    struct archive *opened = archive_open(archive_path, error);
    litter();
    struct recording *recording = archive_next(opened, &ended, error);
    cr_assert(recording, "%s", error);
    cr_expect(strstr(recording->path, "(nnn"));
    recording_close(recording);
    archive_close(opened);
}

static void expect_error(const char *what)
{
    char error[ERROR_SIZE];
    bool ended;
    struct archive *opened = archive_open(archive_path, error);
    cr_assert(opened);
    cr_expect_null(archive_next(opened, &ended, error));
    cr_expect(strstr(error, what), "\"%s\" lacks \"%s\"", error, what);
    cr_expect(ended);
    archive_close(opened);
}

Test(archive, cut_short)
{
    free(add(shop()));
    fflush(archive);
    cr_assert_eq(ftruncate(fileno(archive), ftell(archive) / 2), 0);
    fclose(archive);
    expect_error("cut short");
}

Test(archive, damaged)
{
    free(add(shop()));
    fseek(archive, -8, SEEK_END); /* its checksum */
    fputs("nonsense", archive);
    fclose(archive);
    expect_error("damaged");
}

Test(archive, takes_no_other_files)
{
    char error[ERROR_SIZE];
    cr_expect_not(archive_add(archive, "/etc/passwd", error));
    cr_expect(strstr(error, "no recording"), "%s", error);
    cr_expect_not(archive_is("/etc/passwd"));
    cr_expect_not(archive_is("/nowhere"));
    fclose(archive);
}

static uint64_t start_ticks(void)
{
    char text[1024];
    unsigned long long ticks = 0;
    FILE *file = fopen("/proc/self/stat", "r");
    cr_assert(fgets(text, sizeof(text), file));
    fclose(file);
    char *at = strrchr(text, ')');
    for (int field = 2; field < 22; field++)
        at = strchr(at + 1, ' ');
    sscanf(at, "%llu", &ticks);
    return ticks;
}

/* What runs now does not run on in the copy: it is of the moment when it was made. */
Test(archive, a_running_process)
{
    char error[ERROR_SIZE];
    struct timespec before;
    bool ended;
    struct builder *builder = builder_new(SECOND);
    struct tlk_header *header = builder_header(builder);
    header->end = TLK_RUNNING;
    header->end_mono = header->end_real = header->end_boot = 0;
    header->pid = getpid();
    header->start_ticks = start_ticks();
    clock_gettime(CLOCK_MONOTONIC, &before);
    free(add(builder));
    fclose(archive);
    struct archive *opened = archive_open(archive_path, error);
    struct recording *recording = archive_next(opened, &ended, error);
    cr_assert(recording, "%s", error);
    struct profile *profile = profile_new();
    profile_add(profile, recording);
    cr_expect_not(profile->processes[0]->alive);
    cr_expect_str_eq(process_end(profile->processes[0]).s, "still running then");
    cr_expect_geq(profile->processes[0]->as_of.mono, (uint64_t)before.tv_sec * SECOND);
    profile_free(profile);
    recording_close(recording);
    archive_close(opened);
}
