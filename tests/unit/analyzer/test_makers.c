/* Who made what came over exec is looked for in the folder where the recording lies. */
#include "profile/kinship.h"
#include "profile/makers.h"

#include "loaded.h"
#include "recording_builder.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MADE_AT 0x1000
#define INHERITED_AT 0x2000

static char folder[] = "/tmp/timerleak-makers-XXXXXX";

static void setup(void)
{
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void teardown(void)
{
    char line[sizeof(folder) + 16];
    snprintf(line, sizeof(line), "rm -r %s", folder);
    cr_expect_eq(system(line), 0);
}

TestSuite(makers, .init = setup, .fini = teardown);

static void write_as(struct builder *builder, const char *name, size_t most)
{
    size_t size;
    unsigned char *bytes = builder_bytes(builder, &size);
    FILE *file = fopen(name, "w");
    size = size < most ? size : most;
    cr_assert(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
    free(bytes);
    builder_free(builder);
}

/* Pid 4711, which has another program's timer. */
static void write_heir(const char *name)
{
    struct builder *builder = builder_new(2 * SECOND);
    struct tlk_header *header = builder_header(builder);
    header->session = 7;
    header->ppid = 4700;
    header->start_mono += SECOND;
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, INHERITED_AT);
    struct timer_record *timer = builder_create(builder, site, SECOND);
    site->created = 0;
    site->inherited = 1;
    timer->flags = TLK_INHERITED;
    timer->id = 3;
    write_as(builder, name, SIZE_MAX);
}

/* Who made it, and one more. */
static struct builder *maker(int pid)
{
    struct builder *builder = builder_new(pid == 4711 ? SECOND : MINUTE);
    struct tlk_header *header = builder_header(builder);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, MADE_AT);
    builder_started_as(builder, "./supervisor", "/opt/supervisor");
    header->session = 7;
    header->pid = pid;
    header->end = pid == 4711 ? TLK_EXECED : TLK_EXITED;
    builder_create(builder, site, 0)->id = 3;
    builder_create(builder, site, 0)->id = 4;
    return builder;
}

static struct profile *load(const char *name)
{
    char error[ERROR_SIZE];
    struct generations generations;
    struct profile *profile = profile_new();
    struct recording *recording = recording_open(name, error);
    cr_assert(recording, "%s", error);
    profile->keep_timers = true;
    profile->generations = &generations;
    generations_init(&generations, profile);
    generations_note(&generations, recording, true);
    makers_note(&generations);
    kinship_find(&generations);
    generations_note_timers(&generations, recording);
    kinship_settle(&generations);
    profile_add(profile, recording);
    recording_close(recording);
    generations_free(&generations);
    profile_settle(profile);
    return profile;
}

/* Only its own timer counts, wherever that was made. */
static void expect_named(const char *name, bool named)
{
    struct profile *profile = load(name);
    struct site *site = loaded_site(profile);
    uint64_t address = profile->locations.list[site->trace->locations[1]].address;
    cr_expect_eq(site->counts.created, 0);
    cr_expect_eq(site->counts.inherited, 1);
    cr_expect_eq(site->counts.live, 1);
    cr_expect_eq(profile->process_count, 1);
    cr_expect_eq(address, (named ? MADE_AT : INHERITED_AT) - 1);
    cr_expect_eq(strstr(site->finding.why, "made without close-on-exec in supervisor") != NULL,
                 named, "%s", site->finding.why);
    profile_free(profile);
}

Test(makers, the_program_before_is_found_by_its_pid)
{
    write_heir("server.4711.1.tlk");
    write_as(maker(4711), "supervisor.4711.tlk", SIZE_MAX);
    expect_named("server.4711.1.tlk", true);
    char path[sizeof(folder) + 32];
    snprintf(path, sizeof(path), "%s/server.4711.1.tlk", folder);
    expect_named(path, true);
}

Test(makers, the_parent_is_found_by_its_pid)
{
    write_heir("server.4711.tlk");
    write_as(maker(4700), "supervisor.4700.tlk", SIZE_MAX);
    expect_named("server.4711.tlk", true);
}

Test(makers, the_first_of_a_session_is_found_by_the_name_that_was_given)
{
    write_heir("run.4711.tlk");
    write_as(maker(4711), "run.tlk", SIZE_MAX);
    expect_named("run.4711.tlk", true);
}

Test(makers, nobody_is_there)
{
    write_heir("server.4711.tlk");
    expect_named("server.4711.tlk", false);
}

Test(makers, of_another_session)
{
    struct builder *other = maker(4711);
    builder_header(other)->session = 8;
    write_heir("server.4711.1.tlk");
    write_as(other, "supervisor.4711.tlk", SIZE_MAX);
    expect_named("server.4711.1.tlk", false);
}

Test(makers, one_that_is_cut_short_changes_nothing)
{
    write_heir("server.4711.1.tlk");
    write_as(maker(4711), "supervisor.4711.tlk", 2 * TLK_PAGE + 100);
    expect_named("server.4711.1.tlk", false);
}

/* A stack that lies nowhere, a slot of a site that there is none of. */
Test(makers, one_that_is_damaged_changes_nothing)
{
    struct builder *damaged = maker(4711);
    builder_plain_site(damaged, TLK_TIMERFD, MADE_AT)->stack = 0xffffff;
    struct builder *other = maker(4700);
    builder_create(other, builder_plain_site(other, TLK_TIMERFD, MADE_AT), 0)->site = 0xffffff;
    write_heir("server.4711.1.tlk");
    write_as(damaged, "supervisor.4711.tlk", SIZE_MAX);
    write_as(other, "supervisor.4700.tlk", SIZE_MAX);
    expect_named("server.4711.1.tlk", true);
}
