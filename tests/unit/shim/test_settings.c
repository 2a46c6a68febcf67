/* What the environment asks of the shim. */
#include "core/settings.h"

#include "recording.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void unset_all(void)
{
    unsetenv("TIMERLEAK_OUTPUT");
    unsetenv("TIMERLEAK_SESSION");
    unsetenv("TIMERLEAK_ONLY_PID");
    unsetenv("TIMERLEAK_FAMILIES");
    unsetenv("TIMERLEAK_DEPTH");
    unsetenv("TIMERLEAK_SIZE");
    unsetenv("TIMERLEAK_SAMPLE");
    unsetenv("TIMERLEAK_ENABLED");
    unsetenv("TIMERLEAK_EXE");
    unsetenv("TIMERLEAK_PRELOAD");
    unsetenv("LD_PRELOAD");
}

TestSuite(settings, .init = unset_all);

static struct settings with(const char *name, const char *value)
{
    struct settings settings;

    if (name)
        setenv(name, value, 1);
    cr_assert(settings_read(&settings));
    return settings;
}

Test(settings, without_any)
{
    struct settings settings = with(NULL, NULL);
    char expected[sizeof(settings.output) + 16], here[sizeof(settings.output)];

    snprintf(expected, sizeof(expected), "%s/%%e.%%p.tlk", getcwd(here, sizeof(here)));
    cr_expect_str_eq(settings.output, expected);
    cr_expect_eq(settings.session, 0);
    cr_expect_eq(settings.only_pid, 0);
    cr_expect_str_eq(settings.families, "");
    cr_expect_eq(settings.depth, 64);
    cr_expect_eq(settings.size, 0);
    cr_expect_eq(settings.one_in, 1);
    cr_expect_not(settings.asleep);
    cr_expect(settings_choose("server", "/opt/server"));
}

Test(settings, a_relative_name_counts_from_here)
{
    cr_assert_eq(chdir("/tmp"), 0);
    cr_expect_str_eq(with("TIMERLEAK_OUTPUT", "below/a.tlk").output, "/tmp/below/a.tlk");
    cr_expect_str_eq(with("TIMERLEAK_OUTPUT", "/var/a.tlk").output, "/var/a.tlk");
    cr_expect_str_eq(with("TIMERLEAK_OUTPUT", "").output, "/tmp/%e.%p.tlk");
}

Test(settings, a_name_that_is_too_long_is_refused)
{
    struct settings settings;
    char name[sizeof(settings.output) + 1];

    memset(name, 'x', sizeof(name));
    name[0] = '/';
    name[sizeof(name) - 1] = '\0';
    setenv("TIMERLEAK_OUTPUT", name, 1);
    cr_expect_not(settings_read(&settings));
    name[sizeof(settings.output) - 1] = '\0';
    setenv("TIMERLEAK_OUTPUT", name, 1);
    cr_expect(settings_read(&settings));
    name[0] = 'x';
    setenv("TIMERLEAK_OUTPUT", name, 1);
    cr_expect_not(settings_read(&settings), "with the directory it is too long");
}

Test(settings, the_session_is_hexadecimal)
{
    cr_expect_eq(with("TIMERLEAK_SESSION", "00ffee0123456789").session, 0x00ffee0123456789u);
}

Test(settings, one_process_alone)
{
    cr_expect_eq(with("TIMERLEAK_ONLY_PID", "4711").only_pid, 4711);
}

Test(settings, families_as_they_were_given)
{
    cr_expect_str_eq(with("TIMERLEAK_FAMILIES", "itimer,timer").families, "itimer,timer");
}

Test(settings, sizes_with_their_units)
{
    cr_expect_eq(with("TIMERLEAK_SIZE", "123456").size, 123456);
    cr_expect_eq(with("TIMERLEAK_SIZE", "3K").size, 3072);
    cr_expect_eq(with("TIMERLEAK_SIZE", "16M").size, 16777216);
    cr_expect_eq(with("TIMERLEAK_SIZE", "2G").size, 2147483648u);
}

Test(settings, a_depth_out_of_range_is_none)
{
    cr_expect_eq(with("TIMERLEAK_DEPTH", "1").depth, 1);
    cr_expect_eq(with("TIMERLEAK_DEPTH", "128").depth, 128);
    cr_expect_eq(with("TIMERLEAK_DEPTH", "0").depth, 64);
    cr_expect_eq(with("TIMERLEAK_DEPTH", "129").depth, 64);
    cr_expect_eq(with("TIMERLEAK_DEPTH", "-3").depth, 64);
    cr_expect_eq(with("TIMERLEAK_DEPTH", "deep").depth, 64);
}

Test(settings, one_creation_in_so_many)
{
    cr_expect_eq(with("TIMERLEAK_SAMPLE", "100").one_in, 100);
    cr_expect_eq(with("TIMERLEAK_SAMPLE", "0").one_in, 1);
    cr_expect_eq(with("TIMERLEAK_SAMPLE", "-5").one_in, 1);
    cr_expect_eq(with("TIMERLEAK_SAMPLE", "few").one_in, 1);
}

Test(settings, asleep_at_first)
{
    cr_expect(with("TIMERLEAK_ENABLED", "0").asleep);
    cr_expect_not(with("TIMERLEAK_ENABLED", "1").asleep);
    cr_expect_not(with("TIMERLEAK_ENABLED", "").asleep);
}

Test(settings, programs_by_name)
{
    setenv("TIMERLEAK_EXE", "nginx,*d", 1);
    cr_expect(settings_choose("nginx", "/usr/sbin/nginx"));
    cr_expect(settings_choose("sshd", "/usr/sbin/openssh"));
    cr_expect(settings_choose("login", "/usr/sbin/logind"), "by the file's name");
    cr_expect_not(settings_choose("bash", "/usr/sbin/nginx/bash"));
    setenv("TIMERLEAK_EXE", "/opt/*/server", 1);
    cr_expect(settings_choose("x", "/opt/new/server"));
    cr_expect_not(settings_choose("server", "/usr/bin/server"));
}

Test(settings, preload_is_handed_on_where_it_is_set)
{
    setenv("TIMERLEAK_PRELOAD", "/a.so:/b.so", 1);
    settings_hand_on_preload();
    cr_expect_null(getenv("LD_PRELOAD"), "who took it out meant it");
    setenv("LD_PRELOAD", "/a.so", 1);
    settings_hand_on_preload();
    cr_expect_str_eq(getenv("LD_PRELOAD"), "/a.so:/b.so");
    setenv("LD_PRELOAD", "/c.so", 1);
    cr_expect_str_eq(getenv("LD_PRELOAD"), "/c.so", "it is the program's to change");
    cr_expect_str_eq(getenv("TIMERLEAK_PRELOAD"), "/a.so:/b.so");
    unsetenv("TIMERLEAK_PRELOAD");
    settings_hand_on_preload();
    cr_expect_str_eq(getenv("LD_PRELOAD"), "/c.so");
}

Test(settings, preload_that_is_too_long_is_left)
{
    static char most[16384 + 1];

    memset(most, 'x', sizeof(most) - 1);
    setenv("TIMERLEAK_PRELOAD", most, 1);
    setenv("LD_PRELOAD", "/a.so", 1);
    settings_hand_on_preload();
    cr_expect_str_eq(getenv("LD_PRELOAD"), "/a.so");
}
