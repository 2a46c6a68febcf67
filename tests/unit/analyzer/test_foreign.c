/* Timers of libraries: in their library's words, in memory that is gone, and those of their loops.
 */
#include "gated.h"

#include "commands/commands.h"
#include "exports/exports.h"
#include "profile/families.h"
#include "profile/filter.h"
#include "profile/foreign.h"
#include "profile/gate.h"
#include "profile/headlines.h"
#include "profile/loops.h"
#include "profile/suppressions.h"
#include "views/views.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NUMBER 9 /* in the recording */
#define TIMERS 3

/* Timers of a library that were stopped, and not released. */
static struct builder *at_rest(const char *family, const char *function, uint32_t flags)
{
    struct builder *builder = builder_new(HOUR);
    uint64_t frame = 0x1001;
    builder_family(builder, NUMBER, family, foreign_named(family)->traits);
    struct site_record *site = builder_site(builder, NUMBER, function, &frame, 1);
    for (int i = 0; i < TIMERS; i++) {
        struct timer_record *timer = builder_create(builder, site, SECOND);
        timer->id = 0x7f0000001000 + (uint64_t)i;
        timer->armed = timer->stopped = 1;
        timer->flags = TLK_EXACT_FIRES | flags;
        timer->clock = timer->deadline_clock = CLOCK_MONOTONIC;
    }
    return builder;
}

static void expect_without(struct profile *profile,
                           void (*print)(FILE *to, struct profile *profile), const char *part)
{
    char *text = printed(print, profile);
    cr_expect_null(strstr(text, part), "\"%s\" is in:\n%s", part, text);
    free(text);
}

/* ---- words ---- */

Test(foreign, one_that_the_program_has_no_handle_of_has_no_number)
{
    struct builder *builder = at_rest("libevent", "event_base_once", 0);
    struct timer_record *timer =
        builder_create(builder, builder_plain_site(builder, NUMBER, 0x2000), 0);
    timer->id = timer->references = 0;
    struct profile *profile = loaded(builder);
    expect_printed(profile, print_timers, " libevent -  ");
    expect_without(profile, print_timers, "id 0");
    profile_free(profile);
}

Test(foreign, at_rest_is_told_in_the_words_of_the_library)
{
    struct profile *profile = loaded(at_rest("libuv", "uv_timer_init", 0));
    expect_printed(profile, print_report, "held   libuv         3 live  never-closed ");
    expect_printed(profile, print_timers, "\nnever-closed    libuv ");
    expect_without(profile, print_report, "never-released");
    profile_free(profile);
    profile = loaded(at_rest("sd-event", "sd_event_add_time", 0));
    expect_printed(profile, print_timers, "STATE               FAMILY ");
    expect_printed(profile, print_timers, "\nnever-unreferenced  sd-event ");
    profile_free(profile);
}

Test(foreign, other_states_and_families_keep_their_words)
{
    cr_expect_str_eq(state_word(NEVER_STOPPED, families_named("libuv", 5) ? TLK_POSIX : 0),
                     "never-stopped");
    for (uint64_t family = 1; family < family_count(); family++) {
        cr_expect_str_eq(state_word(NEVER_FIRED, family), "never-fired");
        if (!foreign_named(family_name(family)))
            cr_expect_str_eq(state_word(NEVER_RELEASED, family), "never-released");
    }
}

/* Programs read them, in whatever release. */
Test(foreign, formats_keep_one_word_for_a_state)
{
    struct profile *profile = loaded(at_rest("libuv", "uv_timer_init", 0));
    struct gate gate;
    const struct gate_options held = {.verdicts = {[VERDICT_HELD] = true}, .families = UINT64_MAX};
    gate_judge(&gate, profile, &held, NULL, NULL);
    char *text = gate_text(sarif_write, &gate);
    cr_expect_not_null(strstr(text, "\"ruleId\": \"never-released\""), "%s", text);
    cr_expect_not_null(strstr(text, "never-closed"), "its message is text:\n%s", text);
    free(text);
    expect_printed(profile, print_json, "\"never_released\": 3");
    gate_free(&gate);
    profile_free(profile);
}

Test(foreign, either_word_is_understood)
{
    cr_expect_eq(state_named("never-closed", 12), NEVER_RELEASED);
    cr_expect_eq(state_named("never-released:x", 14), NEVER_RELEASED);
    cr_expect_eq(state_named("never-fired", 11), NEVER_FIRED);
    cr_expect_eq(state_named("never-close", 11), TIMER_STATES);
    struct text unknown;
    struct gate_options options = {0};
    cr_expect(gate_parse(&options, "never-freed", &unknown));
    cr_expect(options.states[NEVER_RELEASED]);
    struct profile *profile = loaded(at_rest("libuv", "uv_timer_init", 0));
    struct suppressions *rules = rules_of("libuv:never-closed:0x1000\n");
    cr_expect_not_null(suppressions_find(rules, profile, loaded_site(profile), NEVER_RELEASED));
    cr_expect_null(suppressions_find(rules, profile, loaded_site(profile), NEVER_FIRED));
    suppressions_free(rules);
    profile_free(profile);
}

/* Both words stand in either explanation, and what to call. */
Test(foreign, words_are_explained)
{
    static char text[8192];
    const struct command *explain = command_find("explain");
    FILE *out = tmpfile();
    cr_assert(dup2(fileno(out), 1) == 1);
    char *released[] = {"explain", "never-released"};
    cr_expect_eq(explain->run(explain, 2, released), EXIT_OK);
    for (size_t i = 0; foreign_at(i); i++) {
        char *word[] = {"explain", (char *)(uintptr_t)foreign_at(i)->kept};
        if (foreign_at(i)->kept)
            cr_expect_eq(explain->run(explain, 2, word), EXIT_OK);
    }
    fflush(stdout);
    rewind(out);
    text[fread(text, 1, sizeof(text) - 1, out)] = '\0';
    fclose(out);
    for (size_t i = 0; foreign_at(i); i++) {
        const struct foreign *foreign = foreign_at(i);
        if (!foreign->kept)
            continue;
        const char *first = strstr(text, foreign->kept);
        cr_assert_not_null(first, "%s", text);
        const char *own = strstr(first + 1, foreign->kept);
        cr_assert_not_null(own, "%s", text);
        cr_expect_not_null(strstr(own, "'s word for never-released. "));
    }
    cr_expect_not_null(strstr(text, "uv_close()"));
    cr_expect_not_null(strstr(text, "event_free()"));
    cr_expect_not_null(strstr(text, "g_source_remove()"));
    cr_expect_not_null(strstr(text, "sd_event_source_unref()"));
    cr_expect_not_null(strstr(text, "QObject::killTimer()"));
}

/* ---- memory that is gone ---- */

/* A mistake, but one that a program may make as it ends: that is no leak by itself. */
Test(foreign, timers_in_memory_that_is_gone_are_told)
{
    struct builder *builder = at_rest("libuv", "uv_timer_init", 0);
    uint64_t frame = 0x2001;
    struct site_record *site = builder_site(builder, NUMBER, "uv_timer_init", &frame, 1);
    struct timer_record *timer = builder_create(builder, site, SECOND);
    timer->flags = TLK_OVERWRITTEN | TLK_ARMED | TLK_EXACT_FIRES;
    timer->clock = timer->deadline_clock = CLOCK_MONOTONIC;
    timer->deadline = (int64_t)(START_MONO + 2 * HOUR);
    struct profile *profile = loaded(builder);
    cr_assert_eq(profile->site_count, 2);
    expect_printed(profile, print_report,
                   "       the memory of 1 timer was freed or reused while active; 1 live, ");
    expect_printed(profile, print_report, "1 overwritten: freed or reused before it was ended");
    expect_printed(profile, print_timers, " overwritten ");
    expect_printed(profile, print_json, "\"overwritten\": 1,");
    struct gate gate;
    struct text unknown;
    struct gate_options options = {.families = UINT64_MAX};
    cr_assert(gate_parse(&options, "overwritten", &unknown));
    gate_judge(&gate, profile, &options, NULL, NULL);
    cr_expect_eq(gate.outcomes[OUTCOME_FAILS], 1);
    gate_free(&gate);
    gate_judge(&gate, profile, &leaks_fail, NULL, NULL);
    cr_expect_eq(gate.outcomes[OUTCOME_FAILS], 0);
    gate_free(&gate);
    profile_free(profile);
}

Test(foreign, what_ends_a_leak_is_told_in_the_terms_of_the_library)
{
    struct builder *builder = builder_new(HOUR);
    uint64_t frame = 0x1001;
    builder_family(builder, NUMBER, "glib", foreign_named("glib")->traits);
    struct site_record *site = builder_site(builder, NUMBER, "g_timeout_add", &frame, 1);
    for (uint64_t i = 0; i < 60; i++) {
        struct timer_record *timer = builder_create(builder, site, i * MINUTE);
        timer->id = i;
        timer->armed = timer->fired = timer->fired_now = 1;
        timer->flags = TLK_EXACT_FIRES;
    }
    struct profile *profile = loaded(builder);
    expect_printed(profile, print_report, "LEAK   glib         60 live  never-destroyed ");
    expect_printed(profile, print_report, "each ends by g_source_remove() or g_source_destroy()");
    profile_free(profile);
}

/* ---- loops ---- */

#define LIBEV "/usr/lib/x86_64-linux-gnu/libev.so.4.0.0"
#define LOOP(lives, library)                                                                       \
    {                                                                                              \
        .live = (lives), .frames = {                                                               \
            {"evtimerfd_init", "ev.c", 10, (library)},                                             \
            {"ev_loop_new", "ev.c", 20, (library)},                                                \
            {"main", "/src/main.c", 12, NULL},                                                     \
        }                                                                                          \
    }

/* made_profile() gives frames to a profile whose headlines were chosen before. */
static struct profile *profile_of(const struct made *made, size_t count)
{
    struct profile *profile = made_profile(made, count);
    headlines_set(profile);
    return profile;
}

Test(foreign, timerfd_of_a_loop_is_the_loops)
{
    const struct made made = LOOP(1, LIBEV);
    struct profile *profile = profile_of(&made, 1);
    cr_assert_eq(loop_of(profile, loaded_site(profile)), foreign_named("libev"));
    expect_printed(profile, print_report,
                   "held   timerfd       1 live  never-armed     "
                   "libev's loop, made at main  main.c:12\n");
    expect_printed(profile, print_json, "\"loop\": \"libev\"");
    profile_free(profile);
}

Test(foreign, timerfd_of_the_program_is_nobodys_loops)
{
    const struct made made = LOOP(1, "/usr/lib/libevdev.so.2");
    struct profile *profile = profile_of(&made, 1);
    cr_expect_null(loop_of(profile, loaded_site(profile)));
    expect_without(profile, print_report, "loop, made at");
    expect_printed(profile, print_json, "\"loop\": null");
    profile_free(profile);
}

Test(foreign, loops_that_pile_up_are_a_leak_of_loops)
{
    const struct made made = LOOP(MANY, LIBEV);
    struct profile *profile = profile_of(&made, 1);
    expect_printed(profile, print_report,
                   "LEAK   timerfd      60 live  never-armed     "
                   "libev's loops, made at main  main.c:12\n");
    struct gate gate;
    gate_judge(&gate, profile, &leaks_fail, NULL, NULL);
    cr_expect_eq(judged_of(&gate, 0)->outcome, OUTCOME_FAILS);
    char *text = gate_text(junit_write, &gate);
    cr_expect_not_null(
        strstr(text, "60 timerfd timers, never-armed, libev&#39;s loops, made at main"), "%s",
        text);
    free(text);
    gate_free(&gate);
    profile_free(profile);
}

Test(foreign, state_of_a_loops_timer_is_no_fault)
{
    const struct made made[] = {LOOP(1, LIBEV), {.live = 1, .frames = {{"arm", "a.c", 1, NULL}}}};
    struct profile *profile = profile_of(made, 2);
    const struct gate_options options = {.states = {[NEVER_ARMED] = true}, .families = UINT64_MAX};
    struct gate gate;
    gate_judge(&gate, profile, &options, NULL, NULL);
    cr_expect_eq(judged_of(&gate, 0)->outcome, OUTCOME_PASSES);
    cr_expect_eq(judged_of(&gate, 1)->outcome, OUTCOME_FAILS);
    gate_free(&gate);
    profile_free(profile);
}

/* ---- what was looked for ---- */

static void expect_doubt(struct gate_options options, bool doubted)
{
    struct gate gate;
    struct profile *profile = loaded(at_rest("libuv", "uv_timer_init", 0));
    gate_judge(&gate, profile, &options, NULL, NULL);
    cr_expect_eq(gate.doubt_count, doubted, "%zu: %s", gate.doubt_count,
                 gate.doubt_count ? gate.doubts[0] : "");
    if (doubted)
        cr_expect_not_null(strstr(gate.doubts[0], "timers of glib were nowhere looked for"));
    gate_free(&gate);
    profile_free(profile);
}

Test(foreign, family_that_is_asked_about_must_have_been_looked_for)
{
    expect_doubt((struct gate_options){.families = UINT64_MAX}, false);
    expect_doubt((struct gate_options){.families = families_named("libuv", 5)}, false);
    expect_doubt((struct gate_options){.families = families_named("glib", 4)}, true);
    expect_doubt((struct gate_options){.families = families_named("glib", 4), .allow_empty = true},
                 false);
}

Test(foreign, all_families_can_be_asked_for)
{
    uint64_t families;
    struct text unknown;
    cr_expect(family_parse("all", &families, &unknown));
    cr_expect_eq(families, UINT64_MAX);
    cr_expect(family_parse("qt,sd-event", &families, &unknown));
    cr_expect_eq(families, families_named("qt", 2) | families_named("sd-event", 8));
    cr_expect_not(family_parse("qt,qtt", &families, &unknown));
    cr_expect_str_eq(unknown.s, "qtt");
}

/* Of what no recording knows, nobody can say in how many it was watched. */
Test(foreign, metrics_tell_of_families_that_there_are)
{
    struct gate gate;
    struct profile *profile = loaded(at_rest("libuv", "uv_timer_init", 0));
    gate_judge(&gate, profile, &leaks_fail, NULL, NULL);
    char *text = gate_text(prometheus_write, &gate);
    cr_expect_not_null(strstr(text, "\ntimerleak_unwatched_processes{family=\"libuv\"} 0\n"));
    cr_expect_null(strstr(text, "{family=\"glib\"}"));
    free(text);
    gate_free(&gate);
    profile_free(profile);
}
