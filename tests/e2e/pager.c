/* On a terminal, what a view prints goes through the user's pager. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "subject.h"
#include "terminal.h"

#define PAGED "sed \"s/^/paged: /\""
#define LINES 8 /* fewer than the report has */

/* A line of the shell, in which $T is the command and $R a recording. */
static struct terminal start(const struct subject *subject, const char *line, unsigned lines)
{
    char *whole =
        text_make("T='%s' R='%s'; unset PAGER TIMERLEAK_PAGER LESS; trap : INT; %s; echo ended $?",
                  subject->timerleak, subject->recording, line);
    struct terminal terminal =
        terminal_start((const char *const[]){"/bin/sh", "-c", whole, NULL}, 80, lines);

    free(whole);
    return terminal;
}

static void finish(struct terminal *terminal)
{
    struct outcome outcome = command_finish(&terminal->running);

    outcome_forget(&outcome);
    close(terminal->end);
}

/* All that comes to the terminal. */
static char *shown(const char *line)
{
    struct subject subject = subject_make("inlined_frames");
    struct terminal terminal = start(&subject, line, LINES);
    struct outcome outcome = command_finish(&terminal.running);
    char *text = strdup(outcome.out);

    outcome_forget(&outcome);
    close(terminal.end);
    subject_forget(&subject);
    return text;
}

static void expect_shown(const char *line, const char *part)
{
    char *text = shown(line);

    expect_part(text, part);
    free(text);
}

static void expect_not_paged(const char *line)
{
    char *text = shown(line);

    expect_part(text, "timers: 1 created");
    expect_part(text, "ended 0");
    cr_expect_null(strstr(text, "paged: "), "%s", text);
    free(text);
}

Test(pager, is_the_users, .timeout = 60)
{
    expect_shown("PAGER='" PAGED "' $T report $R", "paged: timers: 1 created");
    expect_shown("PAGER=false TIMERLEAK_PAGER='" PAGED "' $T traces $R", "paged: File: inlined");
    expect_shown("PAGER='" PAGED "' $T report $R", "paged: \033[1m");
    expect_shown("TIMERLEAK_PAGER='echo $LESS $LV' $T report $R", "FRX -c");
}

Test(pager, is_none_where_the_user_wants_none, .timeout = 60)
{
    expect_not_paged("PAGER= $T report $R");
    expect_not_paged("PAGER=cat $T report $R");
    expect_not_paged("PAGER='" PAGED "' TIMERLEAK_PAGER= $T report $R");
}

Test(pager, is_none_where_nobody_reads_or_types, .timeout = 60)
{
    expect_not_paged("PAGER='" PAGED "' $T report $R | cat");
    expect_not_paged("PAGER='" PAGED "' $T report $R </dev/null");
    expect_not_paged("PAGER='" PAGED "' TERM=dumb $T report $R");
}

Test(pager, that_is_missing_is_done_without, .timeout = 60)
{
    expect_not_paged("PAGER=/nowhere/pager $T report $R");
    expect_not_paged("PATH=/nowhere $T report $R");
}

Test(pager, that_ends_early_changes_no_status, .timeout = 60)
{
    expect_shown("PAGER='head -n 1; exit 5' $T check --fail-on=held $R", "ended 1\r\n");
    expect_shown("PAGER=true $T check $R", "ended 0\r\n");
}

/* Keys come to it, and what it interrupts is its own. */
Test(pager, ctrl_c_is_for_the_pager, .timeout = 60)
{
    struct subject subject = subject_make("inlined_frames");
    struct terminal terminal = start(&subject,
                                     "PAGER='trap \"echo told\" INT; cat >/dev/null; echo ready; "
                                     "until read line </dev/tty; do :; done' $T report $R",
                                     LINES);

    terminal_wait_for(&terminal, "ready");
    terminal_type(&terminal, "\003");
    terminal_wait_for(&terminal, "told");
    terminal_type(&terminal, "\n");
    terminal_wait_for(&terminal, "ended 0");
    finish(&terminal);
    subject_forget(&subject);
}

Test(pager, less_is_left_when_the_user_says_so, .timeout = 60)
{
    need("less");
    struct subject subject = subject_make("inlined_frames");
    struct terminal terminal = start(&subject, "$T report $R", LINES);

    terminal_wait_for(&terminal, "timers: 1 created");
    terminal_type(&terminal, "q");
    terminal_wait_for(&terminal, "ended 0");
    finish(&terminal);
    subject_forget(&subject);
}

Test(pager, less_ends_by_itself_where_all_fits, .timeout = 60)
{
    need("less");
    struct subject subject = subject_make("inlined_frames");
    struct terminal terminal = start(&subject, "$T report $R", 40);
    struct outcome outcome = command_finish(&terminal.running);

    expect_part(outcome.out, "timers: 1 created");
    expect_part(outcome.out, "ended 0\r\n");
    outcome_forget(&outcome);
    close(terminal.end);
    subject_forget(&subject);
}
