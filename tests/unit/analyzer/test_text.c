/* Numbers and times in words. */
#include "base/text.h"

#include "recording_builder.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(text, words_of_a_shell)
{
    static const struct {
        const char *word, *quoted;
    } words[] = {{"out/a.4711.tlk", "out/a.4711.tlk"},
                 {"./a b.tlk", "'./a b.tlk'"},
                 {"it's", "'it'\\''s'"},
                 {"''", "''\\'''\\'''"},
                 {"$(reboot)", "'$(reboot)'"},
                 {"~", "'~'"},
                 {"a\033[31m\n'b\\", "$'a\\033[31m\\012\\'b\\\\'"},
                 {"it's \xc3\xa9", "'it'\\''s \xc3\xa9'"},
                 {"", "''"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        char *quoted = text_shell_word(words[i].word);
        cr_expect_str_eq(quoted, words[i].quoted);
        free(quoted);
    }
}

Test(text, counts)
{
    cr_expect_str_eq(text_count(0).s, "0");
    cr_expect_str_eq(text_count(999).s, "999");
    cr_expect_str_eq(text_count(48211).s, "48,211");
    cr_expect_str_eq(text_count(UINT64_MAX).s, "18,446,744,073,709,551,615");
}

Test(text, durations)
{
    cr_expect_str_eq(text_duration(850).s, "850ns");
    cr_expect_str_eq(text_duration(400 * US).s, "0.4ms");
    cr_expect_str_eq(text_duration(2100 * MS).s, "2.1s");
    cr_expect_str_eq(text_duration(3 * MINUTE + 12 * SECOND).s, "3m12s");
    cr_expect_str_eq(text_duration(3 * HOUR + 8 * MINUTE).s, "3h08m");
    cr_expect_str_eq(text_duration(99 * HOUR).s, "4d03h");
    cr_expect_str_eq(text_duration(UINT64_MAX).s, "213503d23h");
}

Test(text, rates)
{
    cr_expect_str_eq(text_rate(11.0 / 60).s, "11/min");
    cr_expect_str_eq(text_rate(25).s, "25/s");
    cr_expect_str_eq(text_rate(2.5 / 3600).s, "2.5/h");
}

Test(text, what_is_no_text_is_cleaned)
{
    char text[] = "a\033[31mb\x7f\xff\xc3\xa9\xc2\x9b\xed\xa0\x80";
    text_clean(text);
    cr_expect_str_eq(text, "a?[31mb??\xc3\xa9??"
                           "???");
}

Test(text, lines_are_cleaned_one_by_one)
{
    char text[] = "a\tb\r\n\033]0;c\a\n";
    text_clean_lines(text);
    cr_expect_str_eq(text, "a\tb?\n?]0;c?\n");
}

Test(text, the_nearest_name)
{
    static const char *const names[] = {"record", "report", "top", "traces"};
    cr_expect_str_eq(text_nearest("reprot", names, 4), "report");
    cr_expect_str_eq(text_nearest("recrod", names, 4), "record");
    cr_expect_str_eq(text_nearest("tpo", names, 4), "top");
    cr_expect_null(text_nearest("kubernetes", names, 4));
    cr_expect_null(text_nearest("a-name-that-is-far-longer-than-any-command", names, 4));
}
