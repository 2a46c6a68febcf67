/* What lets a build pass: what counts, what is known, what is in doubt. */
#include "gated.h"
#include "profile/suggestions.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define STACK(...)                                                                                 \
    {                                                                                              \
        __VA_ARGS__, {"main", "/src/main.c", 9, NULL},                                             \
    }

/* A leak, one that is held, and one that is clean. */
static const struct made server[] = {
    {.live = MANY, .armed = true, .frames = STACK({"accept_client", "/src/net.c", 214, NULL})},
    {.live = 3, .frames = STACK({"metrics_init", "/src/metrics.c", 31, NULL})},
    {.live = 0, .frames = STACK({"look_up", "/src/dns.c", 7, NULL})},
};

struct tried {
    struct profile *profile;
    struct gate gate;
};

static struct tried try(const struct made *sites, size_t count, const struct gate_options *options,
                        struct suppressions *suppressions, struct baseline *baseline)
{
    struct tried tried = {.profile = made_profile(sites, count)};
    gate_judge(&tried.gate, tried.profile, options, suppressions, baseline);
    return tried;
}

static struct tried try_server(struct gate_options options)
{
    return try(server, COUNT(server), &options, NULL, NULL);
}

static void forget(struct tried *tried)
{
    gate_free(&tried->gate);
    profile_free(tried->profile);
}

static void expect_outcomes(struct tried tried, enum gate_result result, enum outcome leak,
                            enum outcome held)
{
    cr_expect_eq(gate_result(&tried.gate), result);
    cr_expect_eq(judged_of(&tried.gate, 0)->outcome, leak);
    cr_expect_eq(judged_of(&tried.gate, 1)->outcome, held);
    cr_expect_eq(judged_of(&tried.gate, 2)->outcome, OUTCOME_PASSES);
    forget(&tried);
}

static struct gate_options failing_on(const char *list)
{
    struct gate_options options = {.max_live = UINT64_MAX};
    struct text unknown;
    cr_assert(gate_parse(&options, list, &unknown), "%s: %s is unknown", list, unknown.s);
    return options;
}

/* ---- what counts ---- */

Test(gate, a_leak_fails_and_what_is_held_passes)
{
    expect_outcomes(try_server(leaks_fail), GATE_FAILS, OUTCOME_FAILS, OUTCOME_PASSES);
    expect_outcomes(try_server(failing_on("leak")), GATE_FAILS, OUTCOME_FAILS, OUTCOME_PASSES);
}

Test(gate, held_means_leaks_too)
{
    expect_outcomes(try_server(failing_on("held")), GATE_FAILS, OUTCOME_FAILS, OUTCOME_FAILS);
}

Test(gate, a_state_fails_whatever_the_verdict)
{
    expect_outcomes(try_server(failing_on("never-armed")), GATE_FAILS, OUTCOME_PASSES,
                    OUTCOME_FAILS);
    expect_outcomes(try_server(failing_on("never-stopped")), GATE_PASSES, OUTCOME_PASSES,
                    OUTCOME_PASSES);
    expect_outcomes(try_server(failing_on("leak,never-armed")), GATE_FAILS, OUTCOME_FAILS,
                    OUTCOME_FAILS);
}

Test(gate, what_was_passed_on_fails_where_it_is_asked_for)
{
    struct profile *profile = made_profile(server, COUNT(server));
    const struct gate_options passed_on = failing_on("passed-on");
    struct gate gate;
    for (size_t i = 0; i < profile->site_count; i++)
        profile->sites[i]->counts.passed_on = profile->sites[i]->counts.live == 3;
    gate_judge(&gate, profile, &passed_on, NULL, NULL);
    expect_outcomes((struct tried){profile, gate}, GATE_FAILS, OUTCOME_PASSES, OUTCOME_FAILS);
}

Test(gate, fail_on_knows_its_words)
{
    static const char *const wrong[] = {"", "leek", "leak,", "leak,,held", "LEAK", "clean", "le"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct gate_options options = {0};
        struct text unknown;
        cr_expect_not(gate_parse(&options, wrong[i], &unknown), "\"%s\" is taken", wrong[i]);
    }
}

Test(gate, live_timers_are_limited)
{
    struct gate_options options = leaks_fail;
    options.verdicts[VERDICT_LEAK] = false;
    options.max_live = MANY + 3;
    expect_outcomes(try_server(options), GATE_PASSES, OUTCOME_PASSES, OUTCOME_PASSES);
    options.max_live--;
    expect_outcomes(try_server(options), GATE_FAILS, OUTCOME_PASSES, OUTCOME_PASSES);
}

Test(gate, what_is_suppressed_is_not_among_the_live)
{
    struct gate_options options = leaks_fail;
    options.max_live = 3;
    expect_outcomes(try(server, COUNT(server), &options, rules_of("leak:accept_client"), NULL),
                    GATE_PASSES, OUTCOME_SUPPRESSED, OUTCOME_PASSES);
}

/* ---- what does not do to judge by ---- */

static enum gate_result result_of(struct profile *profile, const struct gate_options *options)
{
    struct gate gate;
    gate_judge(&gate, profile, options, NULL, NULL);
    enum gate_result result = gate_result(&gate);
    gate_free(&gate);
    profile_free(profile);
    return result;
}

Test(gate, without_data_nothing_passes)
{
    struct gate_options options = leaks_fail;
    cr_expect_eq(result_of(profile_new(), &options), GATE_IN_DOUBT);
    cr_expect_eq(result_of(loaded(builder_new(HOUR)), &options), GATE_IN_DOUBT);
    options.allow_empty = true;
    cr_expect_eq(result_of(profile_new(), &options), GATE_IN_DOUBT);
    cr_expect_eq(result_of(loaded(builder_new(HOUR)), &options), GATE_PASSES);
}

Test(gate, an_unreadable_recording_is_in_doubt_even_with_findings)
{
    struct gate_options options = leaks_fail;
    options.incomplete = true;
    cr_expect_eq(result_of(made_profile(server, COUNT(server)), &options), GATE_IN_DOUBT);
}

static enum gate_result result_of_loss(enum tlk_drop reason, uint64_t lost, uint64_t most)
{
    struct gate_options options = leaks_fail;
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_POSIX, 0x1001);
    builder_release(builder, builder_create(builder, site, 0), SECOND);
    builder_header(builder)->dropped[reason] = lost;
    options.max_dropped = most;
    return result_of(loaded(builder), &options);
}

Test(gate, what_was_lost_may_hide_a_leak)
{
    cr_expect_eq(result_of_loss(TLK_DROP_FULL, 0, 0), GATE_PASSES);
    cr_expect_eq(result_of_loss(TLK_DROP_FULL, 1, 0), GATE_IN_DOUBT);
    cr_expect_eq(result_of_loss(TLK_DROP_LOCK, 5, 5), GATE_PASSES);
    cr_expect_eq(result_of_loss(TLK_DROP_LOCK, 6, 5), GATE_IN_DOUBT);
    cr_expect_eq(result_of_loss(TLK_DROPS - 1, 1, 0), GATE_IN_DOUBT);
}

Test(gate, what_makes_leaks_up_or_blurs_a_stack_hides_none)
{
    cr_expect_eq(result_of_loss(TLK_DROP_PENDING, 9, 0), GATE_PASSES);
    cr_expect_eq(result_of_loss(TLK_DROP_STACK, 9, 0), GATE_PASSES);
}

/* ---- baseline and rules ---- */

Test(gate, what_was_accepted_is_known)
{
    struct tried first = try_server(leaks_fail);
    cr_expect_null(gate_accept(&first.gate));
    cr_expect_eq(gate_result(&first.gate), GATE_PASSES);
    cr_expect_eq(first.gate.outcomes[OUTCOME_KNOWN], 1);
    struct baseline *baseline = first.gate.baseline;
    first.gate.baseline = NULL;
    forget(&first);
    cr_assert_eq(baseline->count, 1);
    expect_outcomes(try(server, COUNT(server), &leaks_fail, NULL, baseline), GATE_PASSES,
                    OUTCOME_KNOWN, OUTCOME_PASSES);
}

static struct baseline *read_baseline(const char *text)
{
    char error[ERROR_SIZE] = "", *path = file_of(text);
    struct baseline *baseline = baseline_read(path, false, error);
    cr_assert(baseline, "%s", error);
    unlink(path);
    free(path);
    return baseline;
}

/* Accepted, written, read, and judged by when its timers are in another state. */
static void expect_known_later(struct made made)
{
    char *text;
    size_t size;
    struct tried first = try(&made, 1, &leaks_fail, NULL, NULL);
    FILE *to = open_memstream(&text, &size);
    cr_expect_null(gate_accept(&first.gate));
    baseline_write(to, first.gate.baseline);
    fclose(to);
    made.armed = !made.armed;
    struct tried later = try(&made, 1, &leaks_fail, NULL, read_baseline(text));
    cr_expect_eq(gate_result(&later.gate), GATE_PASSES, "not known by %s", text);
    cr_expect_eq(judged_of(&later.gate, 0)->outcome, OUTCOME_KNOWN);
    cr_expect(later.gate.baseline->list[0].seen);
    forget(&first);
    forget(&later);
    free(text);
}

Test(gate, what_is_known_stays_so_when_its_deadlines_have_passed)
{
    expect_known_later(server[0]);
}

Test(gate, what_has_a_name_that_breaks_formats_stays_known)
{
    expect_known_later(hostile);
}

/* As they were written when the fingerprint was of the state too. */
Test(gate, an_old_baseline_still_knows_what_it_knew)
{
    static const char text[] = "{\"schema\": \"timerleak-baseline/1\", \"sites\": ["
                               "{\"fingerprint\": \"0123456789abcdef\", \"family\": \"timerfd\", "
                               "\"state\": \"never-armed\", \"functions\": [\"timerfd_create\", "
                               "\"accept_client\", \"main\"]},"
                               "{\"fingerprint\": \"fedcba9876543210\", \"family\": \"timerfd\", "
                               "\"state\": \"never-fired\", \"functions\": [\"timerfd_create\", "
                               "\"accept_client\", \"main\"]}]}";
    struct baseline *baseline = read_baseline(text);
    cr_expect_eq(baseline->count, 1, "states are told apart");
    expect_outcomes(try(server, COUNT(server), &leaks_fail, NULL, baseline), GATE_PASSES,
                    OUTCOME_KNOWN, OUTCOME_PASSES);
}

/* One that is clean, and was not seen when the baseline was made, takes no fingerprint away. */
Test(gate, a_second_call_in_a_function_that_is_known_fails)
{
    const struct made calls[] = {
        {.live = 0, .frames = STACK({"start", NULL, 1, NULL})},
        {.live = MANY, .frames = STACK({"start", NULL, 2, NULL})},
        {.live = MANY, .frames = STACK({"start", NULL, 3, NULL})},
    };
    struct tried first = try(&calls[1], 1, &leaks_fail, NULL, NULL);
    cr_expect_null(gate_accept(&first.gate));
    struct baseline *baseline = first.gate.baseline;
    first.gate.baseline = NULL;
    forget(&first);
    struct tried second = try(calls, COUNT(calls), &leaks_fail, NULL, baseline);
    cr_expect_eq(judged_of(&second.gate, 0)->outcome, OUTCOME_PASSES);
    cr_expect_eq(judged_of(&second.gate, 1)->outcome, OUTCOME_KNOWN);
    cr_expect_eq(judged_of(&second.gate, 2)->outcome, OUTCOME_FAILS);
    forget(&second);
}

Test(gate, what_is_not_in_the_baseline_fails_and_what_is_gone_is_noted)
{
    const char *functions[] = {"timerfd_create", "gone", "main"};
    struct baseline *baseline = baseline_new();
    baseline_add(baseline, "0123456789abcdef", "timerfd", functions, 3);
    struct tried tried = try(server, COUNT(server), &leaks_fail, NULL, baseline);
    cr_expect_eq(gate_result(&tried.gate), GATE_FAILS);
    cr_expect_not(baseline->list[0].seen);
    cr_expect(gate_is_whole(&tried.gate));
    struct baseline *old = gate_accept(&tried.gate);
    cr_expect_eq(old, baseline);
    cr_expect_eq(tried.gate.baseline->count, 1);
    cr_expect_str_eq(tried.gate.baseline->list[0].functions[1], "accept_client");
    baseline_free(old);
    forget(&tried);
}

/* A run that was too short to tell is no reason to forget a leak, nor a rule for it. */
Test(gate, what_cannot_be_told_yet_is_not_gone)
{
    struct tried first = try_server(leaks_fail);
    cr_expect_null(gate_accept(&first.gate));
    struct baseline *baseline = first.gate.baseline;
    first.gate.baseline = NULL;
    forget(&first);
    struct tried later = {.profile = made_profile(server, 1)};
    later.profile->sites[0]->finding.verdict = VERDICT_GROWING;
    gate_judge(&later.gate, later.profile, &leaks_fail, NULL, baseline);
    cr_expect_eq(judged_of(&later.gate, 0)->outcome, OUTCOME_PASSES);
    cr_expect(baseline->list[0].seen);
    baseline_free(gate_accept(&later.gate));
    cr_expect_eq(later.gate.baseline->count, 1);
    forget(&later);
    struct tried ruled = {.profile = made_profile(server, 1)};
    ruled.profile->sites[0]->finding.verdict = VERDICT_GROWING;
    gate_judge(&ruled.gate, ruled.profile, &leaks_fail, rules_of("leak:net.c"), NULL);
    cr_expect_eq(judged_of(&ruled.gate, 0)->outcome, OUTCOME_PASSES);
    cr_expect_null(judged_of(&ruled.gate, 0)->rule);
    cr_expect_eq(ruled.gate.suppressions->rules[0].used, 1);
    forget(&ruled);
}

Test(gate, a_part_of_the_sites_tells_nothing_about_what_is_gone)
{
    struct gate_options options = leaks_fail;
    options.filtered = true;
    struct tried tried = try_server(options);
    cr_expect_not(gate_is_whole(&tried.gate));
    forget(&tried);
}

Test(gate, a_rule_goes_before_the_baseline)
{
    struct tried first = try_server(leaks_fail);
    cr_expect_null(gate_accept(&first.gate));
    struct baseline *baseline = first.gate.baseline;
    first.gate.baseline = NULL;
    forget(&first);
    struct tried second = try(server, COUNT(server), &leaks_fail, rules_of("leak:net.c"), baseline);
    cr_expect_eq(judged_of(&second.gate, 0)->outcome, OUTCOME_SUPPRESSED);
    cr_expect_str_eq(judged_of(&second.gate, 0)->rule->text, "leak:net.c");
    forget(&second);
}

/* ---- rules for what fails ---- */

static void expect_suggestions(const struct made *sites, size_t count, const char *expected)
{
    char *text;
    size_t size;
    struct tried tried = try(sites, count, &leaks_fail, NULL, NULL);
    FILE *to = open_memstream(&text, &size);
    suggestions_write(to, &tried.gate);
    fclose(to);
    cr_expect_str_eq(text, expected);
    /* They do what they are for. */
    struct tried again = try(sites, count, &leaks_fail, rules_of(text), NULL);
    cr_expect_eq(gate_result(&again.gate), GATE_PASSES);
    forget(&tried);
    forget(&again);
    free(text);
}

Test(suggestions, name_the_function_that_others_do_not_share)
{
    const struct made sites[] = {
        {.live = MANY,
         .armed = true,
         .frames = STACK({"start", NULL, 0, NULL}, {"on_client", NULL, 0, NULL})},
        {.live = 0, .frames = STACK({"start", NULL, 0, NULL}, {"on_server", NULL, 0, NULL})},
    };
    expect_suggestions(sites, COUNT(sites),
                       "# 60 live timers: timerfd_create < start < on_client < main\n"
                       "timerfd:^on_client$\n");
}

/* Two calls in one function, and what it makes of another family, are no other places. */
Test(suggestions, do_not_count_what_they_cannot_tell_apart)
{
    const struct made sites[] = {
        {.live = MANY, .frames = STACK({"start", NULL, 1, NULL}, {"serve", NULL, 1, NULL})},
        {.live = 0, .frames = STACK({"start", NULL, 2, NULL}, {"serve", NULL, 1, NULL})},
        {.family = TLK_POSIX, .frames = STACK({"start", NULL, 3, NULL}, {"serve", NULL, 1, NULL})},
        {.live = 0, .frames = STACK({"stop", NULL, 4, NULL}, {"serve", NULL, 1, NULL})},
    };
    expect_suggestions(sites, COUNT(sites),
                       "# 60 live timers: timerfd_create < start < serve < main\n"
                       "timerfd:^start$\n");
}

/* A place shows one of them, another the next time. */
Test(suggestions, tell_instances_of_a_template_and_clones_not_apart)
{
    const struct made shared[] = {
        {.live = MANY,
         .frames = STACK({"Timer<30>::open", NULL, 0, NULL}, {"connect", NULL, 0, NULL})},
        {.live = 0, .frames = STACK({"Timer<1>::open", NULL, 0, NULL}, {"cache", NULL, 0, NULL})},
    };
    const struct made clone[] = {
        {.live = MANY, .frames = STACK({"start.constprop.0", NULL, 0, NULL})},
    };
    expect_suggestions(shared, COUNT(shared),
                       "# 60 live timers: timerfd_create < Timer::open < connect < main\n"
                       "timerfd:^connect$\n");
    expect_suggestions(clone, COUNT(clone),
                       "# 60 live timers: timerfd_create < start < main\n"
                       "timerfd:^start$\n");
}

/* All that others will make through it would be hidden. */
Test(suggestions, name_no_library)
{
    const struct made sites[] = {
        {.live = MANY,
         .frames = STACK({"ev_timer_new", NULL, 0, "/usr/lib/libev.so.4"},
                         {"upload", NULL, 0, NULL}, {"serve", NULL, 0, NULL})},
    };
    expect_suggestions(sites, 1,
                       "# 60 live timers: timerfd_create < ev_timer_new < upload < serve < main\n"
                       "timerfd:^upload$\n");
}

/* Nor is main the path. */
Test(suggestions, name_a_library_before_main)
{
    const struct made sites[] = {
        {.live = MANY, .frames = STACK({"ev_timer_new", NULL, 0, "/usr/lib/libev.so.4"})},
    };
    expect_suggestions(sites, 1,
                       "# 60 live timers: timerfd_create < ev_timer_new < main\n"
                       "timerfd:^ev_timer_new$\n");
}

Test(suggestions, name_the_file_where_functions_have_one_name)
{
    const struct made sites[] = {
        {.live = MANY, .frames = STACK({"start", "/src/net.c", 7, NULL})},
        {.live = 0, .frames = STACK({"start", "/src/dns.c", 7, NULL})},
    };
    expect_suggestions(sites, COUNT(sites),
                       "# 60 live timers: timerfd_create < start < main\n"
                       "timerfd:/net.c$\n");
}

Test(suggestions, say_what_else_they_match)
{
    const struct made sites[] = {
        {.live = MANY,
         .frames = STACK({"open", NULL, 0, NULL}, {"a", NULL, 0, NULL}, {"b", NULL, 0, NULL})},
        {.live = 0, .frames = STACK({"open", NULL, 0, NULL}, {"a", NULL, 0, NULL})},
        {.live = 0, .frames = STACK({"open", NULL, 0, NULL}, {"b", NULL, 0, NULL})},
    };
    expect_suggestions(sites, COUNT(sites),
                       "# 60 live timers: timerfd_create < open < a < b < main\n"
                       "# no name is this stack's alone: the rule matches 1 place more\n"
                       "timerfd:^a$\n");
}

/* Without symbols a stack has no other names, and a rule for them would hide all leaks to come. */
Test(suggestions, do_not_name_the_start_of_every_program)
{
    char *text;
    size_t size;
    const struct made sites[] = {
        {.live = MANY,
         .armed = true,
         .frames = {{"", NULL, 0, NULL},
                    {"__libc_start_main", NULL, 0, "/lib/libc.so.6"},
                    {"", NULL, 0, NULL}}},
    };
    struct tried tried = try(sites, COUNT(sites), &leaks_fail, NULL, NULL);
    FILE *to = open_memstream(&text, &size);
    suggestions_write(to, &tried.gate);
    fclose(to);
    cr_expect_null(strstr(text, ":^__libc_start_main$"), "%s", text);
    forget(&tried);
    free(text);
}

Test(suggestions, take_names_as_they_are)
{
    const struct made sites[] = {
        {.live = MANY, .family = TLK_POSIX, .frames = STACK({"^a::operator*$", NULL, 0, NULL})},
    };
    expect_suggestions(sites, 1,
                       "# 60 live timers: timer_create < ^a::operator*$ < main\n"
                       "posix:^^a::operator*$$\n");
}
