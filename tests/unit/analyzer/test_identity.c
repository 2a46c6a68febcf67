/* By what a finding is known again, in another run and after code has moved. */
#include "gated.h"
#include "profile/headlines.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define STACK(...)                                                                                 \
    {                                                                                              \
        __VA_ARGS__, {"main", "/src/main.c", 9, NULL},                                             \
    }

struct tried {
    struct profile *profile;
    struct gate gate;
};

static struct tried try(const struct made *sites, size_t count)
{
    struct tried tried = {.profile = made_profile(sites, count)};
    gate_judge(&tried.gate, tried.profile, &leaks_fail, NULL, NULL);
    return tried;
}

static void forget(struct tried *tried)
{
    gate_free(&tried->gate);
    profile_free(tried->profile);
}

static void copy_fingerprint(char *to, const struct made *made)
{
    struct tried tried = try(made, 1);
    strcpy(to, judged_of(&tried.gate, 0)->site->fingerprint);
    forget(&tried);
}

static bool is_same(struct made other)
{
    const struct made first = {
        .live = MANY,
        .frames = STACK({"start", "/src/a.c", 7, NULL}, {"on_client", "/src/b.c", 8, NULL})};
    char a[FINGERPRINT_SIZE], b[FINGERPRINT_SIZE];
    copy_fingerprint(a, &first);
    copy_fingerprint(b, &other);
    return strcmp(a, b) == 0;
}

Test(fingerprint, code_may_move)
{
    cr_expect(is_same((struct made){.live = MANY + 5,
                                    .module = "/elsewhere/server",
                                    .frames = STACK({"start", "/new/c.c", 70, "/x/server"},
                                                    {"on_client", NULL, 0, "/x/server"})}));
}

Test(fingerprint, compilers_and_libraries_may_differ)
{
    cr_expect(
        is_same((struct made){.live = MANY,
                              .frames = {{"start.isra.0.cold", NULL, 0, NULL},
                                         {"on_client [clone .constprop.1]", NULL, 0, NULL},
                                         {"main", NULL, 0, NULL},
                                         {"__libc_start_call_main", NULL, 0, "/lib/libc.so.6"},
                                         {"_start", NULL, 0, NULL}}}));
}

Test(fingerprint, libraries_may_differ_where_main_is_not_known)
{
    const struct made made[] = {
        {.live = MANY,
         .frames = {{"run", NULL, 0, "/opt/libserver.so"},
                    {"__libc_start_call_main", NULL, 0, "/lib/libc.so.6"},
                    {"__libc_start_main_impl", NULL, 0, "/lib/libc.so.6"},
                    {"_start", NULL, 0, NULL}}},
        {.live = MANY,
         .frames = {{"run", NULL, 0, "/opt/libserver.so"},
                    {"__libc_start_main", NULL, 0, "/lib/libc-2.31.so"},
                    {"", NULL, 0, NULL}}},
    };
    char a[FINGERPRINT_SIZE], b[FINGERPRINT_SIZE];
    copy_fingerprint(a, &made[0]);
    copy_fingerprint(b, &made[1]);
    cr_expect_str_eq(a, b);
}

Test(headline, is_no_start_of_a_program_whose_main_has_no_frame)
{
    const struct made made = {.live = MANY,
                              .frames = {{"relay", NULL, 0, "/usr/lib/libffi.so.8"},
                                         {"run", NULL, 0, "/opt/libserver.so"},
                                         {"__libc_start_main", NULL, 0, "/lib/libc.so.6"},
                                         {"_start", NULL, 0, NULL}}};
    struct tried tried = try(&made, 1);
    headlines_set(tried.profile); /* by the frames that it was given */
    cr_expect_str_eq(stack_headline(tried.profile, judged_of(&tried.gate, 0)->site)->name, "run");
    forget(&tried);
}

Test(fingerprint, what_compilers_append_to_a_name_does_not_count)
{
    const char *const names[] = {
        "start.constprop.0", "start.isra.1",     "start.part.2",          "start.cold",
        "start.lto_priv.3",  "start.localalias", "start [clone .part.0]", "start.part.0.isra.0",
    };
    const char *const others[] = {"start.", "start.particular", ".cold", "restart.part.0"};
    for (size_t i = 0; i < COUNT(names); i++)
        cr_expect(is_same((struct made){
                      .live = MANY,
                      .frames = STACK({names[i], NULL, 0, NULL}, {"on_client", NULL, 0, NULL})}),
                  "%s", names[i]);
    for (size_t i = 0; i < COUNT(others); i++)
        cr_expect_not(is_same((struct made){.live = MANY,
                                            .frames = STACK({others[i], NULL, 0, NULL},
                                                            {"on_client", NULL, 0, NULL})}),
                      "%s", others[i]);
}

Test(fingerprint, a_recursion_may_be_deeper)
{
    cr_expect(is_same((struct made){
        .live = MANY,
        .frames = STACK({"start", NULL, 0, NULL}, {"on_client", NULL, 0, NULL},
                        {"on_client", NULL, 0, NULL}, {"on_client", NULL, 0, NULL})}));
}

Test(fingerprint, functions_and_family_may_not_differ)
{
    struct made other = {.live = MANY,
                         .frames = STACK({"start", NULL, 0, NULL}, {"on_client", NULL, 0, NULL})};
    cr_expect(is_same(other));
    other.family = TLK_POSIX;
    cr_expect_not(is_same(other));
    other.family = TLK_TIMERFD;
    other.frames[1].function = "on_server";
    cr_expect_not(is_same(other));
    cr_expect_not(is_same((struct made){.live = MANY, .frames = STACK({"start", NULL, 0, NULL})}));
}

Test(fingerprint, deadlines_may_have_passed_meanwhile)
{
    cr_expect(is_same(
        (struct made){.live = MANY,
                      .armed = true,
                      .frames = STACK({"start", NULL, 0, NULL}, {"on_client", NULL, 0, NULL})}));
}

Test(fingerprint, of_unknown_functions_only_the_module_counts)
{
    const struct made made[] = {
        {.live = MANY, .frames = STACK({"", NULL, 0, "/usr/lib/libfoo.so"})},
        {.live = MANY, .frames = STACK({"", NULL, 0, "/opt/libfoo.so"})},
        {.live = MANY, .frames = STACK({"", NULL, 0, "/opt/libbar.so"})},
    };
    char a[FINGERPRINT_SIZE], b[FINGERPRINT_SIZE], c[FINGERPRINT_SIZE];
    copy_fingerprint(a, &made[0]);
    copy_fingerprint(b, &made[1]);
    copy_fingerprint(c, &made[2]);
    cr_expect_str_eq(a, b);
    cr_expect_str_neq(a, c);
}

Test(fingerprint, a_thread_of_any_library_is_the_same)
{
    const struct made made[] = {
        {.live = MANY,
         .frames = {{"work", NULL, 0, NULL},
                    {"start_thread", NULL, 0, "/lib/libc.so.6"},
                    {"__clone3", NULL, 0, "/lib/libc.so.6"}}},
        {.live = MANY,
         .frames = {{"work", NULL, 0, NULL}, {"clone", NULL, 0, "/lib/libpthread-2.31.so"}}},
    };
    char a[FINGERPRINT_SIZE], b[FINGERPRINT_SIZE];
    copy_fingerprint(a, &made[0]);
    copy_fingerprint(b, &made[1]);
    cr_expect_str_eq(a, b);
}

Test(fingerprint, a_second_call_in_a_function_is_another_finding)
{
    const struct made calls[] = {
        {.live = 0, .frames = STACK({"start", NULL, 1, NULL})},
        {.live = MANY, .frames = STACK({"start", NULL, 2, NULL})},
        {.live = MANY, .frames = STACK({"start", NULL, 3, NULL})},
    };
    struct tried tried = try(calls, COUNT(calls));
    const char *first = judged_of(&tried.gate, 1)->site->fingerprint;
    const char *second = judged_of(&tried.gate, 2)->site->fingerprint;
    cr_expect_eq(strlen(first), 16);
    cr_expect_eq(strncmp(first, second, 16), 0);
    cr_expect_str_eq(second + 16, "-2");
    /* What passes comes last: whether it was seen at all changes no fingerprint of the others. */
    const char *passing = judged_of(&tried.gate, 0)->site->fingerprint;
    cr_expect_eq(strncmp(first, passing, 16), 0);
    cr_expect_str_eq(passing + 16, "-3");
    forget(&tried);
}

Test(fingerprint, the_same_code_in_another_program_is_the_same_finding)
{
    const struct made programs[] = {
        {.live = MANY, .module = "/bin/one", .frames = STACK({"start", NULL, 1, NULL})},
        {.live = MANY, .module = "/bin/two", .frames = STACK({"start", NULL, 1, NULL})},
    };
    struct tried tried = try(programs, COUNT(programs));
    cr_expect_str_eq(judged_of(&tried.gate, 0)->site->fingerprint,
                     judged_of(&tried.gate, 1)->site->fingerprint);
    /* But a report has each id once. */
    cr_expect_str_eq(judged_of(&tried.gate, 0)->site->id,
                     judged_of(&tried.gate, 0)->site->fingerprint);
    cr_expect_str_eq(judged_of(&tried.gate, 1)->site->id + 16, "@2");
    forget(&tried);
}

Test(fingerprint, is_the_id_of_a_report_whatever_fails)
{
    const struct made calls[] = {
        {.live = 0, .frames = STACK({"start", NULL, 1, NULL})},
        {.live = MANY, .frames = STACK({"start", NULL, 2, NULL})},
        {.live = MANY, .frames = STACK({"stop", NULL, 3, NULL})},
    };
    struct profile *profile = made_profile(calls, COUNT(calls));
    json_t *report = loaded_json(profile), *sites = json_object_get(report, "sites");
    struct tried tried = try(calls, COUNT(calls));
    for (size_t i = 0; i < COUNT(calls); i++)
        cr_expect_str_eq(json_string_value(json_object_get(json_array_get(sites, i), "id")),
                         tried.gate.judged[i].site->fingerprint);
    json_decref(report);
    profile_free(profile);
    forget(&tried);
}
