/* Who set timers, who duplicated their descriptors, what they call: found, and shown. */
#include "profile/callers.h"

#include "exports/exports.h"
#include "loaded.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define LOADED_AT UINT64_C(0x7f0000001000)
#define LOADED_END (LOADED_AT + 0x8000)

static uint32_t module;

/* A process of an hour whose program is loaded there, with one site at program+0x100. */
static struct builder *program(struct site_record **site, uint32_t family)
{
    struct builder *builder = builder_new(HOUR);
    module = builder_module(builder, "/nowhere/program", NULL, 0);
    builder_loaded(builder, module, LOADED_AT, LOADED_END);
    uint64_t frames[] = {TLK_FRAME(module, 0x101)};
    *site = builder_site(builder, family, "timerfd_create", frames, 1);
    return builder;
}

static struct timer_record *set_by(struct builder *builder, struct site_record *site,
                                   uint64_t setter)
{
    struct timer_record *timer = builder_create(builder, site, MINUTE);
    timer->setter = setter;
    timer->flags = TLK_ARMED;
    timer->armed = 1;
    timer->interval = SECOND;
    timer->deadline = (int64_t)timer->created;
    return timer;
}

/* What the setter that is kept so is shown as. */
static void expect_setter(uint64_t setter, const char *name)
{
    struct site_record *site;
    struct builder *builder = program(&site, TLK_TIMERFD);
    uint32_t gone = builder_module(builder, "/nowhere/gone", NULL, 0);
    builder_loaded(builder, gone, LOADED_END, LOADED_END + 0x1000);
    uint32_t unloaded = builder_module(builder, "/nowhere/unloaded", NULL, 0);
    cr_assert_eq(unloaded, module + 2);
    set_by(builder, site, setter);
    struct profile *profile = loaded(builder);
    const struct caller *most = callers_most(profile, loaded_site(profile), CALLER_SETS);
    if (name) {
        cr_assert(most, "%s is unknown", name);
        cr_expect_str_eq(caller_frame(profile, loaded_site(profile), most->location)->name, name);
    } else {
        cr_expect_null(most);
    }
    profile_free(profile);
}

Test(callers, an_address_lies_in_the_module_that_is_loaded_there)
{
    expect_setter(LOADED_AT + 0x201, "program+0x200");
    expect_setter(LOADED_END, "program+0x7fff"); /* the call was its last instruction */
    expect_setter(LOADED_END + 1, "gone+0x0");
}

Test(callers, an_address_in_no_module_is_shown_as_it_is)
{
    expect_setter(LOADED_AT, "[unknown]+0x7f0000000fff");
    expect_setter(0x1235, "[unknown]+0x1234");
    expect_setter(0, NULL);
}

Test(callers, a_frame_is_found_wherever_its_module_is)
{
    expect_setter(TLK_FRAME(1, 0x301), "program+0x300");
    expect_setter(TLK_FRAME(3, 0x301), "unloaded+0x300");
    expect_setter(TLK_FRAME(4, 0x301), "[unknown]+0x300"); /* there is no such module */
    expect_setter(TLK_FRAME(UINT16_MAX, 0), "[unknown]+0xffffffffffffffff");
}

Test(callers, a_module_that_was_unloaded_lies_nowhere)
{
    struct site_record *site;
    struct builder *builder = program(&site, TLK_TIMERFD);
    builder_loaded(builder, module, LOADED_AT, LOADED_END)->loaded = 0;
    set_by(builder, site, LOADED_AT + 0x201);
    struct profile *profile = loaded(builder);
    const struct caller *most = callers_most(profile, loaded_site(profile), CALLER_SETS);
    cr_expect_str_eq(caller_frame(profile, loaded_site(profile), most->location)->name,
                     "[unknown]+0x7f0000001200");
    profile_free(profile);
}

static void print_wakeups(FILE *to, struct profile *profile)
{
    wakeups_print(to, profile, -1);
}

/* Two that are set by one line expire less often than one that is set by another. */
Test(callers, wakeups_name_whose_timers_wake_most)
{
    struct site_record *site;
    struct builder *builder = program(&site, TLK_POSIX);
    set_by(builder, site, LOADED_AT + 0x201)->interval = MINUTE;
    set_by(builder, site, LOADED_AT + 0x201)->interval = MINUTE;
    set_by(builder, site, LOADED_AT + 0x301)->interval = SECOND;
    struct profile *profile = loaded(builder);
    expect_printed(profile, print_wakeups,
                   "program+0x100\n"
                   "                                                     "
                   "set by program+0x300\n");
    expect_printed(profile, print_json, "\"set_by\": {");
    profile_free(profile);
}

Test(callers, who_made_a_timer_is_not_named_again_for_setting_it)
{
    struct site_record *site;
    struct builder *builder = program(&site, TLK_POSIX);
    set_by(builder, site, LOADED_AT + 0x101);
    struct profile *profile = loaded(builder);
    char *text = printed(print_wakeups, profile);
    cr_expect_null(strstr(text, "set by"), "this came:\n%s", text);
    free(text);
    profile_free(profile);
}

/* ---- duplicates ---- */

static void print_html(FILE *to, struct profile *profile)
{
    const struct html_options page = {.nonce = ""};
    html_write(to, profile, &page);
}

static void duplicated_by(struct timer_record *timer, uint64_t duplicator)
{
    timer->flags |= TLK_ORIGINAL_CLOSED;
    timer->duplicator = duplicator;
}

Test(callers, a_finding_says_who_duplicated_what_lives_on)
{
    struct site_record *site;
    struct builder *builder = program(&site, TLK_TIMERFD);
    for (int i = 0; i < 3; i++)
        duplicated_by(set_by(builder, site, 0), LOADED_AT + 0x401);
    set_by(builder, site, 0)->duplicator = LOADED_AT + 0x501; /* the original is open */
    struct profile *profile = loaded(builder);
    static const char said[] = "3 live through duplicates made at program+0x400; "
                               "the original descriptor was closed";
    expect_printed(profile, print_report, said);
    expect_printed(profile, print_html, said);
    expect_printed(profile, print_json, "\"on_duplicates\": 3");
    expect_printed(profile, print_json, "\"name\": \"program+0x400\"");
    profile_free(profile);
}

Test(callers, duplicates_made_at_several_lines)
{
    struct site_record *site;
    struct builder *builder = program(&site, TLK_TIMERFD);
    for (uint64_t i = 0; i < 3; i++)
        duplicated_by(set_by(builder, site, 0), LOADED_AT + (i ? 0x401 : 0x501));
    duplicated_by(set_by(builder, site, 0), 0);
    struct profile *profile = loaded(builder);
    expect_printed(profile, print_report,
                   "4 live through duplicates made at program+0x400 and elsewhere; the original");
    profile_free(profile);
}

Test(callers, without_duplicates_nothing_is_said_of_them)
{
    struct site_record *site;
    struct builder *builder = program(&site, TLK_POSIX);
    struct timer_record *timer = set_by(builder, site, 0);
    timer->notify = TLK_NOTIFY_THREAD;
    timer->notified = LOADED_AT + 0x601;
    struct profile *profile = loaded(builder);
    char *text = printed(print_report, profile);
    cr_expect_null(strstr(text, "duplicates"), "this came:\n%s", text);
    expect_printed(profile, print_json, "\"duplicated_by\": null");
    free(text);
    profile_free(profile);
}

/* ---- the table of timers ---- */

static void expect_timers(struct builder *builder, const char *expected)
{
    struct profile *profile = loaded(builder);
    char *text = printed(print_timers, profile);
    char *end = strstr(text, "no symbols: ");
    if (end)
        *end = '\0';
    cr_expect_str_eq(text, expected, "this came:\n%s", text);
    free(text);
    profile_free(profile);
}

Test(callers, timers_show_threads_setters_and_all_descriptors)
{
    struct site_record *site;
    struct builder *builder = program(&site, TLK_TIMERFD);
    struct timer_record *timer = builder_create(builder, site, MINUTE);
    timer->id = 7;
    timer->duplicates[0] = 9 + 1;
    timer->duplicates[1] = 0 + 1;
    timer->references = 4;
    timer->thread = 4712;
    timer->setter = LOADED_AT + 0x201;
    builder_create(builder, site, 2 * MINUTE)->id = 5;
    expect_timers(builder,
                  "STATE           FAMILY   TIMER               CLOCK       DEADLINE     INTERVAL  "
                  "AGE       ARMED    FIRED  FLAGS      THREAD  SET-BY        SITE\n"
                  "never-armed     timerfd  fd 0,7,9+           monotonic   -            one-shot  "
                  "59m00s        0        0  -          4712    program+0x200 program+0x100\n"
                  "never-armed     timerfd  fd 5                monotonic   -            one-shot  "
                  "58m00s        0        0  -          -       -             program+0x100\n");
}

Test(callers, timers_show_what_they_call)
{
    struct site_record *site;
    struct builder *builder = program(&site, TLK_POSIX);
    struct timer_record *timer = builder_create(builder, site, MINUTE);
    timer->notify = TLK_NOTIFY_THREAD;
    timer->notified = LOADED_AT + 0x601;
    timer->retained = 4711; /* of one that tells by a thread this means something else */
    expect_timers(builder,
                  "STATE           FAMILY   TIMER               CLOCK       DEADLINE     INTERVAL  "
                  "AGE       ARMED    FIRED  FLAGS      NOTIFIES      SITE\n"
                  "never-armed     posix    id 1                monotonic   -            one-shot  "
                  "59m00s        0        0  -          program+0x600 program+0x100\n");
}

/* However they lie in the recording. */
Test(callers, timers_stand_by_age)
{
    struct site_record *site;
    struct builder *builder = program(&site, TLK_POSIX);
    for (uint64_t i = 0; i < 3; i++)
        builder_create(builder, site, MINUTE + (3 - i) * SECOND);
    struct profile *profile = loaded(builder);
    char *text = printed(print_timers, profile);
    const char *oldest = strstr(text, "id 3 "), *middle = strstr(text, "id 2 ");
    cr_expect(oldest && oldest < middle && middle < strstr(text, "id 1 "), "this came:\n%s", text);
    free(text);
    profile_free(profile);
}
