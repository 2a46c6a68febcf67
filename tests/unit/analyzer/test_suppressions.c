/* Rules for findings that do not count: LeakSanitizer's syntax, by family and state besides. */
#include "gated.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

Test(suppressions, patterns)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {
        {"start", "start", true},
        {"start", "restarted", true},
        {"start", "star", false},
        {"^start", "started", true},
        {"^start", "restart", false},
        {"start$", "restart", true},
        {"start$", "started", false},
        {"^start$", "start", true},
        {"^start$", "starts", false},
        {"st*t", "a stop at", true},
        {"^st*t$", "sttt", true},
        {"^st*t$", "stat!", false},
        {"a*b*c", "xxaybzcxx", true},
        {"a*b*c", "acb", false},
        {"^a*", "abc", true},
        {"*c$", "abcbc", true},
        {"^*bc$", "abcbc", true},
        {"ab$", "abab", true},
        {"aab", "aaab", true},
        {"a$b", "a$b", true},
        {"a^b", "a^b", true},
        {"^^a$$", "^a$", true},
        {"^^a$$", "a", false},
        {"(.+)[x]", "(.+)[x]", true},
        {".", "a", false},
        {"x", "", false},
        {"std::vector<int>::*push", "std::vector<int>::do_push", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(suppression_matches(cases[i].pattern, cases[i].text), cases[i].matches,
                     "%s and %s", cases[i].pattern, cases[i].text);
}

Test(suppressions, many_stars_take_no_time, .timeout = 20)
{
    char text[5001];
    memset(text, 'a', 5000);
    text[5000] = '\0';
    cr_expect_not(suppression_matches("a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}

Test(suppressions, lines)
{
    struct suppressions *rules = rules_of("# timers of libfoo\r\n"
                                          "\n"
                                          "  leak:libfoo.so \t\n"
                                          "timerfd:never-stopped:ns::start\n"
                                          "posix:a:b\n"
                                          "leak:never-fired:x\n"
                                          "gotime:never-sopped:y");
    cr_assert_eq(rules->count, 5);
    cr_expect_str_eq(rules->rules[0].pattern, "libfoo.so");
    cr_expect_eq(rules->rules[0].line, 3);
    cr_expect_eq(rules->rules[0].families, UINT64_MAX);
    cr_expect_eq(rules->rules[0].state, TIMER_STATES);
    cr_expect_eq(rules->rules[1].families, 1u << TLK_TIMERFD);
    cr_expect_eq(rules->rules[1].state, NEVER_STOPPED);
    cr_expect_str_eq(rules->rules[1].pattern, "ns::start");
    cr_expect_eq(rules->rules[2].state, TIMER_STATES);
    cr_expect_str_eq(rules->rules[2].pattern, "a:b");
    cr_expect_eq(rules->rules[3].state, NEVER_FIRED);
    cr_expect_str_eq(rules->rules[4].pattern, "never-sopped:y");
    suppressions_free(rules);
}

Test(suppressions, what_is_no_rule_is_refused_with_its_line)
{
    static const char *const wrong[][2] = {
        {"leak:ok\n\nstart\n", ":3: \"start\" is no rule"},
        {"race:start", ":1: \"race:start\" is no rule: it must begin with leak:, posix:"},
        {"leak:", "would suppress everything"},
        {"timerfd:never-armed:^*$", "would suppress everything"},
        {"leak:**", "would suppress everything"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char error[ERROR_SIZE] = "", *path = file_of(wrong[i][0]);
        cr_expect_null(suppressions_read(path, error), "taken: %s", wrong[i][0]);
        cr_expect(strstr(error, wrong[i][1]), "%s", error);
        unlink(path);
        free(path);
    }
    char error[ERROR_SIZE] = "";
    cr_expect_null(suppressions_read("/nowhere/rules", error));
    cr_expect(strstr(error, "/nowhere/rules: No such file"), "%s", error);
    cr_expect_null(suppressions_read("/", error));
}

Test(suppressions, an_empty_file_has_no_rules)
{
    struct suppressions *rules = rules_of("");
    cr_expect_eq(rules->count, 0);
    suppressions_free(rules);
}

/* ---- what they match ---- */

static const struct made site = {
    .live = MANY,
    .armed = true,
    .frames = {{"start", "/src/net/timeout.c", 3, "/opt/libnet.so.1"},
               {"", NULL, 0, "/opt/libplain.so"},
               {"main", "/src/main.c", 5, NULL}},
};

static bool is_suppressed(const char *rule)
{
    struct profile *profile = made_profile(&site, 1);
    struct suppressions *rules = rules_of(rule);
    bool found = suppressions_find(rules, profile, profile->sites[0], NEVER_FIRED);
    cr_expect_eq(rules->rules[0].used, found);
    suppressions_free(rules);
    profile_free(profile);
    return found;
}

Test(suppressions, functions_files_and_modules_of_any_frame)
{
    static const char *const matching[] = {"leak:^start$",          "leak:^main$",
                                           "leak:net/timeout.c",    "leak:^/src/main.c$",
                                           "leak:libnet.so",        "leak:/opt/libplain.so$",
                                           "leak:^timerfd_create$", "leak:server+0x"};
    static const char *const others[] = {"leak:^net", "leak:stop", "leak:timeout.c:3"};
    for (size_t i = 0; i < COUNT(matching); i++)
        cr_expect(is_suppressed(matching[i]), "%s", matching[i]);
    for (size_t i = 0; i < COUNT(others); i++)
        cr_expect_not(is_suppressed(others[i]), "%s", others[i]);
}

Test(suppressions, family_and_state)
{
    cr_expect(is_suppressed("timerfd:start"));
    cr_expect(is_suppressed("timerfd:never-fired:start"));
    cr_expect(is_suppressed("leak:never-fired:start"));
    cr_expect_not(is_suppressed("posix:start"));
    cr_expect_not(is_suppressed("leak:never-armed:start"));
    cr_expect_not(is_suppressed("timerfd:never-released:start"));
}

Test(suppressions, every_rule_that_matches_is_in_use)
{
    struct profile *profile = made_profile(&site, 1);
    struct suppressions *rules = rules_of("leak:other\nleak:start\ntimerfd:libnet");
    const struct rule *rule = suppressions_find(rules, profile, profile->sites[0], NEVER_FIRED);
    cr_expect_eq(rule, &rules->rules[1]);
    cr_expect_eq(rules->rules[0].used, 0);
    cr_expect_eq(rules->rules[1].used, 1);
    cr_expect_eq(rules->rules[2].used, 1);
    suppressions_free(rules);
    profile_free(profile);
}

/* ---- what is over-broad ---- */

static bool is_broad(const char *text, const struct made *sites, size_t count)
{
    struct profile *profile = made_profile(sites, count);
    struct suppressions *rules = rules_of(text);
    suppressions_weigh(rules, profile);
    bool broad = rules->rules[0].broad;
    suppressions_free(rules);
    profile_free(profile);
    return broad;
}

Test(suppressions, rules_for_every_stack_are_over_broad)
{
    cr_expect(is_broad("leak:main", &site, 1));
    cr_expect(is_broad("timerfd:never-fired:m*n", &site, 1));
    cr_expect(is_broad("leak:timerfd", &site, 1));
    cr_expect_not(is_broad("leak:start", &site, 1));
    cr_expect_not(is_broad("leak:timeout.c", &site, 1));
}

Test(suppressions, rules_for_the_start_of_a_program_or_thread_are_over_broad)
{
    static const struct made thread = {
        .live = MANY,
        .frames = {{"tick", NULL, 0, NULL}, {"start_thread", NULL, 0, "/lib/libc.so.6"}},
    };
    static const struct made program = {
        .live = MANY,
        .frames = {{"main", NULL, 0, NULL},
                   {"__libc_start_main", NULL, 0, "/lib/libc.so.6"},
                   {"_start", NULL, 0, NULL}},
    };
    cr_expect(is_broad("leak:start_thread", &thread, 1));
    cr_expect(is_broad("leak:libc.so", &thread, 1));
    cr_expect_not(is_broad("leak:tick", &thread, 1));
    cr_expect(is_broad("leak:^_start$", &program, 1));
}

Test(suppressions, rules_for_nearly_all_sites_are_over_broad)
{
    struct made sites[20];
    for (size_t i = 0; i < COUNT(sites); i++)
        sites[i] = (struct made){
            .live = 1,
            .frames = {{i < 18 ? "loop" : "other", NULL, 0, NULL}, {"main", NULL, 0, NULL}}};
    cr_expect(is_broad("leak:loop", sites, COUNT(sites)));
    sites[0].frames[0].function = "other";
    cr_expect_not(is_broad("leak:loop", sites, COUNT(sites)));
}
