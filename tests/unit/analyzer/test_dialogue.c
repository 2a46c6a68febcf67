/* The prompt: what lines do, now and from now on. */
#include "cli/dialogue.h"
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
    input.profile->keep_histories = true;
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

Test(dialogue, completes_functions)
{
    said("top");
    cr_expect_str_eq(dialogue_function(&dialogue, "x2"), "shop+0x2000");
    cr_expect_null(dialogue_function(&dialogue, "shop"), "there are several");
    cr_expect_null(dialogue_function(&dialogue, "nobody"));
}
