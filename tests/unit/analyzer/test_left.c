/* What is left since a moment, as `timerleak left` shows it. */
#include "commands/commands.h"
#include "loaded.h"
#include "views/views.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

static uint64_t since;
static size_t count;

static void left(FILE *to, struct profile *profile)
{
    count = left_print(to, profile, since);
}

static void expect_left(struct builder *builder, size_t wanted, const char *text)
{
    struct profile *profile = loaded(builder);
    char *found = printed(left, profile);

    cr_expect_str_eq(found, text);
    cr_expect_eq(count, wanted);
    free(found);
    profile_free(profile);
}

/* Two sites, whose timers were made in turn: minutes 1, 2, 3, ... */
static struct builder *two_sites(void)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *posix = builder_plain_site(builder, TLK_POSIX, 0x1001);
    struct site_record *timerfd = builder_plain_site(builder, TLK_TIMERFD, 0x2001);

    for (uint64_t minute = 1; minute <= 4; minute++) {
        builder_create(builder, posix, minute * MINUTE)->id = minute;
        builder_create(builder, timerfd, minute * MINUTE)->id = 10 + minute;
    }
    return builder;
}

Test(left, what_was_made_since_stands_with_its_site)
{
    since = START_MONO + 3 * MINUTE;
    expect_left(two_sites(), 4,
                "4 timers are left:\n"
                "\n"
                "posix    2 left  [unknown]+0x1000\n"
                "         never-armed, id 3, made 57m00s ago\n"
                "         never-armed, id 4, made 56m00s ago\n"
                "       created by\n"
                "         [unknown]+0x1000\n"
                "\n"
                "timerfd  2 left  [unknown]+0x2000\n"
                "         never-armed, fd 13, made 57m00s ago\n"
                "         never-armed, fd 14, made 56m00s ago\n"
                "       created by\n"
                "         [unknown]+0x2000\n");
}

Test(left, nothing_is_left_of_later)
{
    since = START_MONO + 5 * MINUTE;
    expect_left(two_sites(), 0, "no timers left\n");
}

Test(left, what_was_inherited_was_not_made_here)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x1001);

    since = 0;
    builder_create(builder, site, MINUTE)->flags = TLK_INHERITED;
    expect_left(builder, 0, "no timers left\n");
}

Test(left, an_owner_is_named_and_many_are_not_all_listed)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_ITIMER, 0x1001);

    since = 0;
    for (uint64_t i = 0; i < 10; i++)
        builder_create(builder, site, i)->id = 0;
    struct profile *profile = loaded(builder);
    profile->timers[0].name = "upstream";
    char *found = printed(left, profile);
    cr_expect(strstr(found, "made 1h00m ago, of \"upstream\"\n"), "%s", found);
    cr_expect(strstr(found, "         and 2 more\n"), "%s", found);
    free(found);
    profile_free(profile);
}

/* ---- the command ---- */

static int run(const char *from)
{
    char *path = builder_write(two_sites()), name[] = "left", option[] = "-o", out[] = "/dev/null";
    char *argument = strdup(from);
    char *argv[] = {name, argument, path, option, out, NULL};
    const struct command *left = command_find(name);
    int status = left->run(left, 5, argv);

    unlink(path);
    free(path);
    free(argument);
    return status;
}

Test(left, the_exit_status_tells)
{
    char late[32];

    snprintf(late, sizeof(late), "%llu", (unsigned long long)(START_MONO + 5 * MINUTE));
    cr_expect_eq(run("0"), EXIT_LEAK);
    cr_expect_eq(run(late), EXIT_OK);
    cr_expect_eq(run("yesterday"), EXIT_USAGE);
    cr_expect_eq(run("-1"), EXIT_USAGE);
    cr_expect_eq(run("99999999999999999999"), EXIT_USAGE);
}
