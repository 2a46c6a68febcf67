/* Where functions have no names, the reason is told with them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "preloaded.h"
#include "subject.h"

/* Of a program that is gone. */
static struct subject nameless_make(void)
{
    struct subject subject = {.folder = directory_make(), .timerleak = built("timerleak")};
    char *path = program_path("leak_on_reconnect");

    subject.recording = text_make("%s/gone.tlk", subject.folder);
    free(output_of(text_make("cp '%s' '%s/gone' && '%s' record -o '%s' '%s/gone' && rm '%s/gone'",
                             path, subject.folder, subject.timerleak, subject.recording,
                             subject.folder, subject.folder)));
    free(path);
    return subject;
}

/* The recording is $R in the arguments. */
static void expect_reason(const struct subject *subject, const char *arguments, const char *reason)
{
    char *out =
        output_of(text_make("R='%s'; '%s' %s", subject->recording, subject->timerleak, arguments));
    char *part = text_make(reason, subject->folder);

    expect_part(out, part);
    free(part);
    free(out);
}

Test(nameless, views_say_why, .timeout = 60)
{
    static const char *const views[] = {"report $R",
                                        "top $R",
                                        "tree $R",
                                        "peek . $R",
                                        "list . $R",
                                        "traces $R",
                                        "tags -focus . $R",
                                        "growth $R",
                                        "timers $R",
                                        "wakeups $R",
                                        "diff $R $R",
                                        "left 0 $R || :",
                                        "check --fail-on=held $R || :"};
    struct subject subject = nameless_make();

    for (size_t i = 0; i < sizeof(views) / sizeof(*views); i++)
        expect_reason(&subject, views[i], "no symbols: %s/gone is gone\n");
    subject_forget(&subject);
}

Test(nameless, exports_say_why, .timeout = 60)
{
    struct subject subject = nameless_make();

    expect_reason(&subject, "html $R", "<p class=\"missing\">no symbols: %s/gone is gone</p>");
    expect_reason(&subject, "report --json $R", "\"module\": \"%s/gone\",\n      \"build_id\": ");
    expect_reason(&subject, "report --json $R", "\"why\": \"is gone\"");
    expect_reason(&subject, "export --csv $R 2>&1", "no symbols: %s/gone is gone\n");
    subject_forget(&subject);
}

Test(nameless, a_search_in_vain_says_why, .timeout = 60)
{
    struct subject subject = nameless_make();

    expect_reason(&subject, "list accept_client $R 2>&1 || :", "no symbols: %s/gone is gone\n");
    subject_forget(&subject);
}

/* Many of them would push the findings down, so they are folded; none of them is left out. */
Test(nameless, a_page_folds_them_and_names_all, .timeout = 60)
{
    struct subject subject = nameless_make();

    expect_reason(&subject, "html $R",
                  "<details class=\"modules\" open><summary>no symbols: 1 module</summary>\n"
                  "<p class=\"missing\">no symbols: %s/gone is gone</p>\n");
    subject_forget(&subject);
}
