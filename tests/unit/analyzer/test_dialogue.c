/* The prompt: what lines do, now and from now on. */
#include "commands/dialogue.h"
#include "commands/commands.h"
#include "loaded.h"
#include "shop.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct input input;
static struct dialogue dialogue;
static char *text;
static size_t size;

static void setup(void)
{
    cr_redirect_stderr();
    settings_init(&input.settings);
    input.profile = profile_new();
    input.profile->keep_timers = input.profile->keep_histories = true;
    loaded_add(input.profile, shop());
    input.output = open_memstream(&text, &size);
    dialogue_begin(&dialogue, &input);
}

static void teardown(void)
{
    fclose(input.output);
    free(text);
    profile_free(input.profile);
}

TestSuite(dialogue, .init = setup, .fini = teardown);

/* What a line prints. */
static const char *said(const char *line)
{
    fflush(input.output);
    size_t before = size;
    cr_expect(dialogue_line(&dialogue, line));
    return text + before;
}

static void expect_said(const char *line, const char *what)
{
    const char *got = said(line);
    cr_expect(strstr(got, what), "\"%s\" lacks \"%s\": %s", line, what, got);
}

static void expect_complaint(const char *line, const char *what)
{
    char complaint[256] = "";
    FILE *errors = cr_get_redirected_stderr();
    cr_expect_str_empty(said(line));
    fflush(stderr);
    cr_assert(fgets(complaint, sizeof(complaint), errors), "\"%s\" is not complained of", line);
    cr_expect(strstr(complaint, what), "\"%s\" lacks \"%s\"", complaint, what);
}

Test(dialogue, greets)
{
    fflush(input.output);
    cr_expect(strstr(text, "File: shop\n"));
    cr_expect(strstr(text, "Total samples = 61 \nEntering interactive mode"));
}

Test(dialogue, views)
{
    expect_said("top", "timerfd_create\n");
    expect_said("tree", "| timer_create");
    expect_said("traces", "verdict:  leak");
    expect_said("tags", " verdict: Total 61 of 61");
    expect_said("  peek 0x2000  ", "| shop+0x2000");
    expect_said("growth", "live timers over 1h00m");
    expect_said("wakeups 1", "1 site not shown");
    expect_said("report", "LEAK");
}

Test(dialogue, numbers)
{
    expect_said("top2", "Showing top 2 nodes out of 7");
    expect_said("top 3", "Showing top 3 nodes out of 7");
    expect_said("nodecount=4", "");
    expect_said("top", "Showing top 4 nodes out of 7");
}

Test(dialogue, words_focus_and_ignore_for_once)
{
    expect_said("top 0x1000 -0x2000", "   focus=0x1000\n   ignore=0x2000\n");
    cr_expect_null(strstr(said("top"), "focus"));
    expect_said("top a b -cum", "   focus=a|b\n");
    expect_said("tags leak", " verdict: Total 50 of 61");
}

Test(dialogue, options_stay)
{
    expect_said("focus = 0x4000", "");
    expect_said("top", "   focus=0x4000\n");
    expect_said("focus=", "");
    cr_expect_null(input.settings.focus);
    expect_said("cum", "");
    cr_expect_eq(input.settings.sort, SORT_CUM);
    expect_said("unit=s", "");
    expect_said("unit=", "");
    cr_expect_str_eq(input.settings.unit, "minimum");
    expect_said("o", "  cum                    = true\n");
}

Test(dialogue, names_are_whole_or_short_from_now_on)
{
    const char *name = strings_add(input.profile->strings, "Pool<int>::add");
    said("names=full");
    said("top");
    cr_expect_str_eq(naming_shown(input.profile->naming, name), "Pool<int>::add");
    said("names=short");
    said("top");
    cr_expect_str_eq(naming_shown(input.profile->naming, name), "Pool::add");
    expect_complaint("names=long", "names does not take \"long\"");
}

Test(dialogue, filters_are_forgotten)
{
    said("focus=a");
    said("tagignore=b");
    said("show=c");
    said(":");
    cr_expect_null(input.settings.focus);
    cr_expect_null(input.settings.tagignore);
    cr_expect_str_eq(input.settings.show, "c");
}

Test(dialogue, sample_types)
{
    said("sample_index=age");
    expect_said("top", "39.57hrs total");
    said("created");
    expect_said("top", "381 total");
}

Test(dialogue, into_a_file)
{
    char path[] = "/tmp/timerleak-dialogue-XXXXXX", line[100], got[100] = "";
    close(mkstemp(path));
    snprintf(line, sizeof(line), "top >%s", path);
    cr_expect_str_empty(said(line));
    FILE *file = fopen(path, "r");
    cr_expect(fgets(got, sizeof(got), file));
    cr_expect_str_eq(got, "Showing nodes accounting for 61, 100% of 61 total\n");
    fclose(file);
    unlink(path);
    expect_said("top", "Showing");
}

Test(dialogue, what_fails_leaves_the_old_file)
{
    static const char *const lines[] = {"top -( >%s", "peek nothing >%s", "nosuch >%s"};
    char path[] = "/tmp/timerleak-dialogue-XXXXXX", line[100], got[100] = "";
    int file = mkstemp(path);
    cr_assert_eq(write(file, "old", 3), 3);
    close(file);
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        snprintf(line, sizeof(line), lines[i], path);
        cr_expect_str_empty(said(line));
        FILE *kept = fopen(path, "r");
        cr_expect(fgets(got, sizeof(got), kept));
        cr_expect_str_eq(got, "old", "%s", line);
        fclose(kept);
    }
    unlink(path);
}

Test(dialogue, complains_of_views)
{
    expect_complaint("top9x", "\"top9x\" is no command");
    expect_complaint("peek", "peek needs a REGEX");
    expect_complaint("top >", "> needs a FILE");
    expect_complaint("top > /nowhere/file", "/nowhere/file: No such file");
    expect_complaint("top > /nowhere/a.tlk", "> /nowhere/a.tlk: that is a recording's name");
    expect_complaint("peek nothing", "no matches found for regexp: nothing");
}

Test(dialogue, complains_of_options)
{
    expect_complaint("focus", "as in focus=VALUE");
    expect_complaint("sample_index=cpu", "there is no sample type \"cpu\"");
    expect_complaint("nodecount=many", "nodecount does not take \"many\"");
    expect_complaint("help cpu", "there is no help for \"cpu\"");
    expect_complaint("base=x", "is no command");
    expect_complaint("top (", "no regular expression");
}

Test(dialogue, helps)
{
    expect_said("help", "peek      REGEX [N]");
    expect_said("help tagfocus", "only timers so labelled");
}

Test(dialogue, ends)
{
    cr_expect_not(dialogue_line(&dialogue, " q "));
    cr_expect_not(dialogue_line(&dialogue, "exit"));
    cr_expect(dialogue_line(&dialogue, ""));
}

Test(dialogue, knows_its_words)
{
    bool top = false, focus = false, base = false, quit = false;
    const char *word;
    for (size_t i = 0; (word = dialogue_word(i)); i++) {
        top |= strcmp(word, "top") == 0;
        focus |= strcmp(word, "focus") == 0;
        base |= strcmp(word, "base") == 0;
        quit |= strcmp(word, "quit") == 0;
    }
    cr_expect(top && focus && quit);
    cr_expect_not(base, "it can't be set any more");
}

/* ---- commands that are not pprof's ---- */

Test(dialogue, other_commands_take_their_options)
{
    expect_said("timers 2", "59 timers not shown");
    expect_said("timers --nodecount=3", "58 timers not shown");
    expect_said("export --collapsed", ";timerfd_create 50\n");
    expect_said("export --csv", "\r\n");
    expect_said("report --json", "\"timerleak/1\"");
    expect_said("report", "server (pid");
}

Test(dialogue, other_commands_take_nothing_else)
{
    expect_complaint("report --pprof", "unknown option --pprof");
    expect_complaint("growth main", "growth does not take \"main\"");
    expect_complaint("export", "export needs a format");
    expect_complaint("diff", "diff needs a BASE");
    expect_complaint("web > page", "web writes no file");
    expect_complaint("record x", "\"record\" is no command");
}

Test(dialogue, sites_follow_focus_and_come_back)
{
    expect_said("timers 1", "60 timers not shown");
    said("focus=0x2000");
    expect_said("timers 1", "49 timers not shown");
    cr_expect_null(strstr(said("report"), "posix"));
    cr_expect_null(strstr(said("export --json"), "timer_create"));
    expect_said("top", "50, 81.97% of 61 total");
    said(":");
    expect_said("timers 1", "60 timers not shown");
    expect_said("report", "posix");
    expect_said("top", "61, 100% of 61 total");
}

Test(dialogue, what_is_no_text_goes_to_a_file_of_its_own)
{
    char folder[] = "/tmp/timerleak-dialogue-XXXXXX";
    cr_assert(mkdtemp(folder) && chdir(folder) == 0);
    expect_said("html", "Generating report in profile001.html\n");
    expect_said("html", "Generating report in profile002.html\n");
    expect_said("weblist 0x2000", "Generating report in profile003.html\n");
    cr_expect_str_empty(said("html > named.html"));
    cr_expect_str_empty(said("export --collapsed -o stacks"));
    static const char *const files[] = {"profile001.html", "profile002.html", "profile003.html",
                                        "named.html", "stacks"};
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
        cr_expect_eq(unlink(files[i]), 0, "%s is not there", files[i]);
    cr_expect(chdir("/") == 0 && rmdir(folder) == 0);
}

Test(dialogue, helps_as_the_command_line_does)
{
    char *help;
    size_t length;
    FILE *to = open_memstream(&help, &length);
    help_print_command(to, command_find("export"));
    fclose(to);
    expect_said("help export", help);
    free(help);
    expect_said("help", "    timers    each live timer and what it waits for\n");
    expect_complaint("help record", "there is no help for \"record\"");
}

/* ---- completion ---- */

static void expect_offers(const char *line, size_t start, const char *offered)
{
    struct completions completions = dialogue_complete(&dialogue, line);
    char all[512] = "";
    for (size_t i = 0; i < completions.count; i++)
        snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", i > 0 ? " " : "",
                 completions.list[i]);
    cr_expect_str_eq(completions.files ? "FILE" : all, offered, "\"%s\" gets %s", line, all);
    cr_expect_eq(completions.start, start, "\"%s\": %zu", line, completions.start);
    completions_free(&completions);
}

Test(dialogue, completes_commands_options_and_values)
{
    expect_offers("time", 0, "timers");
    expect_offers("help web", 5, "weblist web");
    expect_offers("nodec", 0, "nodecount");
    expect_offers("export --c", 7, "--cum --call_tree --compact_labels --collapsed --csv");
    expect_offers("unit=m", 5, "minimum ms");
    expect_offers("sample_index = ag", 15, "age");
    expect_offers("names=", 6, "short full");
    expect_offers("trim=f", 5, "false");
    expect_offers("nosuch x", 7, "");
}

Test(dialogue, completes_functions_where_they_stand)
{
    expect_offers("focus=timerfd", 6, "timerfd_create");
    expect_offers("hide = timer_c", 7, "timer_create");
    expect_offers("peek x20", 5, "shop.0x2000");
    expect_offers("top -timerfd", 4, "-timerfd_create");
    expect_offers("show_from=shop+0x3", 10, "shop.0x3000");
    said("peek shop.0x2000");
    expect_said("peek shop.0x2000", "| shop+0x2000");
}

Test(dialogue, completes_files)
{
    expect_offers("top > ab", 6, "FILE");
    expect_offers("top >ab", 5, "FILE");
    expect_offers("export --csv -o ab", 16, "FILE");
    expect_offers("diff mon", 5, "FILE");
    expect_offers("source_path=/s", 12, "FILE");
}

Test(dialogue, completes_functions)
{
    said("top");
    cr_expect_str_eq(dialogue_function(&dialogue, "x2"), "shop+0x2000");
    cr_expect_null(dialogue_function(&dialogue, "shop"), "there are several");
    cr_expect_null(dialogue_function(&dialogue, "nobody"));
}
