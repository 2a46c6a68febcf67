/* A recording that a command line names twice counts once. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "command.h"
#include "subject.h"

/* What is printed of the recording, which the arguments name as they do in its folder. */
static char *said(const struct subject *subject, const char *command, const char *arguments)
{
    return output_of(text_make("cd '%s' && ln -sf \"$(basename '%s')\" link.tlk && F='%s' && "
                               "'%s' %s %s 2>&1; [ $? -le 1 ]",
                               subject->folder, subject->recording, subject->recording,
                               subject->timerleak, command, arguments));
}

Test(named_twice, is_the_same_to_all_views, .timeout = 120)
{
    static const char *const commands[] = {"report", "top",          "timers", "growth",
                                           "check",  "export --csv", "left 0"};
    static const char *const twice[] = {"$F $F", ". $F", "$F link.tlk", "."};
    struct subject subject = subject_make("leak_on_reconnect");

    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
        char *once = said(&subject, commands[i], "$F");

        for (size_t j = 0; j < sizeof(twice) / sizeof(*twice); j++) {
            char *text = said(&subject, commands[i], twice[j]);

            cr_expect_str_eq(text, once, "%s %s", commands[i], twice[j]);
            free(text);
        }
        free(once);
    }
    subject_forget(&subject);
}

Test(named_twice, is_one_file_of_an_archive, .timeout = 60)
{
    struct subject subject = subject_make("leak_on_reconnect");
    char *text = said(&subject, "merge -o all.tlk.gz", "$F link.tlk $F");

    expect_part(text, "all.tlk.gz: 1 file\n");
    free(text);
    subject_forget(&subject);
}

Test(named_twice, is_no_difference_to_itself, .timeout = 60)
{
    struct subject subject = subject_make("leak_on_reconnect");
    char *text = said(&subject, "diff", "$F $F"), *top = said(&subject, "top --base=$F", "$F");

    expect_part(text, "sites: 0 new, 0 grown, 0 shrunk, 0 gone, 1 same");
    expect_part(top, " 0 total");
    free(text);
    free(top);
    subject_forget(&subject);
}
