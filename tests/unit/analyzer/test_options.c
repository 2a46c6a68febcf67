/* Options with one dash or two, values in either form, and what is refused. */
#include "cli/arguments.h"
#include "commands/commands.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <string.h>

static struct settings settings;

static int parse(const enum option_id *accepted, int argc, char **argv)
{
    settings_init(&settings);
    return arguments_parse(argc, argv, accepted, &settings);
}

#define PARSE(accepted, ...)                                                                       \
    parse(accepted, (int)(sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)),                       \
          (char *[]){__VA_ARGS__, NULL})

/* More than any command takes. */
static const enum option_id *const all =
    OPTION_LIST(OPTIONS_VIEW, OPTIONS_FORMAT, OPTIONS_GATE, OPTION_INTERVAL);

Test(options, one_dash_or_two)
{
    cr_expect_eq(PARSE(all, "top", "-cum", "--json", "file"), 1);
    cr_expect_eq(settings.sort, SORT_CUM);
    cr_expect(settings.json);
}

Test(options, values_in_either_form)
{
    cr_expect_eq(PARSE(all, "top", "-nodecount=5", "--focus", "a=b", "-o=out"), 0);
    cr_expect_eq(settings.nodecount, 5);
    cr_expect_str_eq(settings.focus, "a=b");
    cr_expect_str_eq(settings.output, "out");
}

/* What follows it is a number of a process. */
Test(options, a_period_that_may_be_left_out)
{
    const enum option_id *const ps = OPTION_LIST(OPTION_WATCH);
    cr_expect_eq(PARSE(ps, "ps", "--watch", "5"), 1);
    cr_expect_float_eq(settings.watch, 2, 1e-9);
    cr_expect_eq(PARSE(ps, "ps", "--watch=0.5"), 0);
    cr_expect_float_eq(settings.watch, 0.5, 1e-9);
    cr_expect_eq(PARSE(ps, "ps"), 0);
    cr_expect_float_eq(settings.watch, 0, 1e-9);
}

Test(options, defaults)
{
    cr_expect_eq(PARSE(all, "top"), 0);
    cr_expect_eq(settings.nodecount, -1);
    cr_expect_float_eq(settings.nodefraction, 0.005, 1e-9);
    cr_expect_null(settings.focus);
}

Test(options, flags_may_be_unset)
{
    cr_expect_eq(PARSE(all, "top", "-trim=false", "-noinlines", "-noinlines=0"), 0);
    cr_expect_not(settings.trim);
    cr_expect_not(settings.noinlines);
}

Test(options, choices_of_different_kinds_go_together)
{
    cr_expect_eq(PARSE(all, "top", "-lines", "-cum", "-lines", "-files=false", "-flat=0"), 0);
    cr_expect_eq(settings.granularity, GRANULARITY_LINES);
    cr_expect_eq(settings.sort, SORT_CUM);
}

Test(options, units_are_those_of_pprof)
{
    cr_expect_eq(PARSE(all, "top", "-unit=Milliseconds"), 0);
    cr_expect_eq(PARSE(all, "top", "-unit", "auto"), 0);
    cr_expect_eq(PARSE(all, "top", "-unit=minimum"), 0);
    cr_expect_eq(PARSE(all, "top", "-unit=MB"), 0);
}

Test(options, intervals_have_bounds)
{
    cr_expect_eq(PARSE(all, "watch", "--interval=0.5"), 0);
    cr_expect_float_eq(settings.interval, 0.5, 1e-9);
    cr_expect_eq(PARSE(all, "watch"), 0);
    cr_expect_float_eq(settings.interval, 2, 1e-9);
}

Test(options, every_one_has_a_name_and_help)
{
    for (enum option_id id = 0; id < OPTIONS; id++) {
        cr_assert(option_name(id) && option_help(id), "option %d", (int)id);
        cr_expect_eq(option_find(option_name(id), strlen(option_name(id)), OPTION_LIST(id)), id);
    }
    cr_expect_null(option_name(OPTIONS));
    cr_expect_eq(option_find("nonsense", 8, all), OPTIONS);
    cr_expect_eq(option_find("family", 6, all), OPTION_FAMILIES);
}

Test(options, files_may_stand_before_options)
{
    char *argv[] = {"report", "a", "--json", "b", "--", "-c", NULL};
    cr_expect_eq(parse(all, 6, argv), 3);
    cr_expect_str_eq(argv[1], "a");
    cr_expect_str_eq(argv[2], "b");
    cr_expect_str_eq(argv[3], "-c");
}

Test(options, a_command_keeps_its_own)
{
    char *argv[] = {"record", "-o", "x", "ls", "-l", "--json", NULL};
    settings_init(&settings);
    cr_expect_eq(arguments_parse_before(6, argv, all, &settings), 3);
    cr_expect_str_eq(argv[1], "ls");
    cr_expect_str_eq(argv[3], "--json");
    cr_expect_not(settings.json);
}

#define ASKS_HELP(accepted, before, ...)                                                           \
    arguments_ask_help((int)(sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)),                    \
                       (char *[]){__VA_ARGS__, NULL}, accepted, before)

Test(options, help_may_be_asked_for_anywhere)
{
    cr_expect(ASKS_HELP(all, false, "report", "--help"));
    cr_expect(ASKS_HELP(all, false, "report", "file", "-h"));
    cr_expect(ASKS_HELP(all, false, "report", "-o", "out", "--unknown", "file", "-help"));
    cr_expect(ASKS_HELP(NULL, false, "ctl", "1", "--help"));
    cr_expect_not(ASKS_HELP(all, false, "report", "help", "h", "-", "--json"));
    cr_expect_not(ASKS_HELP(all, false, "report", "--focus", "-h", "file"));
    cr_expect_not(ASKS_HELP(all, false, "report", "--", "--help"));
}

Test(options, help_that_a_command_is_asked_for_is_its_own)
{
    cr_expect(ASKS_HELP(all, true, "record", "-o", "out", "--help", "ls"));
    cr_expect_not(ASKS_HELP(all, true, "record", "-o", "out", "ls", "--help"));
    cr_expect_not(ASKS_HELP(all, true, "record", "--", "--help"));
    cr_expect(command_takes_another(command_find("record")));
    cr_expect(command_takes_another(command_find("doctor")));
    cr_expect_not(command_takes_another(command_find("report")));
}

Test(options, a_lone_dash_is_a_file)
{
    cr_expect_eq(PARSE(all, "report", "-"), 1);
}

static void expect_refused(int result, const char *what)
{
    char text[256] = "";
    FILE *errors = cr_get_redirected_stderr();
    cr_expect_eq(result, -1);
    fflush(stderr);
    cr_assert(fgets(text, sizeof(text), errors));
    cr_expect(strstr(text, what), "\"%s\" lacks \"%s\"", text, what);
}

Test(options, unknown_ones_suggest_the_nearest, .init = cr_redirect_stderr)
{
    expect_refused(PARSE(all, "top", "--nodecuont=3"), "did you mean --nodecount?");
    expect_refused(PARSE(all, "top", "--foucs=a_long_value"), "did you mean --focus?");
}

Test(options, options_of_other_commands_are_unknown, .init = cr_redirect_stderr)
{
    expect_refused(PARSE(OPTION_LIST(OPTION_CUM), "top", "--json"), "unknown option --json");
}

Test(options, a_missing_value, .init = cr_redirect_stderr)
{
    expect_refused(PARSE(all, "top", "-focus"), "needs a value");
}

Test(options, of_two_choices_none_is_guessed, .init = cr_redirect_stderr)
{
    expect_refused(PARSE(all, "export", "--csv", "--dot"), "--csv and --dot exclude each other");
}

Test(options, not_one_of_the_words, .init = cr_redirect_stderr)
{
    cr_expect_eq(PARSE(all, "top", "-names=full"), 0);
    cr_expect_eq(PARSE(all, "top", "--names", "short"), 0);
    expect_refused(PARSE(all, "top", "-names=fullest"), "does not take \"fullest\": ");
    cr_expect_neq(PARSE(all, "top", "-names="), 0);
}

Test(options, not_a_unit, .init = cr_redirect_stderr)
{
    expect_refused(PARSE(all, "top", "-unit=nonsense"), "does not take \"nonsense\": ");
}

Test(options, no_interval_at_all, .init = cr_redirect_stderr)
{
    expect_refused(PARSE(all, "watch", "--interval=0"), "does not take \"0\"");
}

Test(options, not_a_number, .init = cr_redirect_stderr)
{
    expect_refused(PARSE(all, "top", "-nodecount=many"), "does not take \"many\"");
}

Test(options, not_a_fraction, .init = cr_redirect_stderr)
{
    expect_refused(PARSE(all, "top", "-nodefraction=2"), "does not take \"2\"");
}

Test(options, not_a_truth, .init = cr_redirect_stderr)
{
    expect_refused(PARSE(all, "top", "-cum=perhaps"), "does not take \"perhaps\"");
}
