/* The prompt, on a terminal. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "subject.h"
#include "terminal.h"

#define PROMPT "(timerleak) "

struct asked {
    struct subject subject;
    struct terminal terminal;
};

static struct asked ask(void)
{
    struct asked asked = {.subject = subject_make("inlined_frames")};
    char *line = text_make("trap : INT; cd '%s' && '%s' '%s'; echo ended $?", asked.subject.folder,
                           asked.subject.timerleak, asked.subject.recording);

    asked.terminal = terminal_start((const char *const[]){"/bin/sh", "-c", line, NULL}, 132, 24);
    terminal_wait_for(&asked.terminal, PROMPT);
    free(line);
    return asked;
}

/* A line, what it prints, and the prompt again. */
static void say(struct asked *asked, const char *line, const char *answer)
{
    terminal_type(&asked->terminal, line);
    terminal_wait_for(&asked->terminal, answer);
    terminal_wait_for(&asked->terminal, PROMPT);
}

static void leave(struct asked *asked)
{
    terminal_type(&asked->terminal, "quit\n");
    terminal_wait_for(&asked->terminal, "ended 0");
    struct outcome outcome = command_finish(&asked->terminal.running);
    outcome_forget(&outcome);
    close(asked->terminal.end);
    subject_forget(&asked->subject);
}

Test(prompt, does_what_commands_do, .timeout = 60)
{
    struct asked asked = ask();
    char *diff = text_make("diff %s\n", asked.subject.recording);

    say(&asked, "timers\n", "never-fired");
    say(&asked, "export --collapsed\n", "main;open_connection;start_timeout;timerfd_create 1");
    say(&asked, diff, "1 before, 1 after, 0");
    say(&asked, "diff /nowhere\n", "No such file");
    say(&asked, "report\n", "timers: 1 created");
    free(diff);
    leave(&asked);
}

Test(prompt, is_back_when_serving_ends, .timeout = 60)
{
    struct asked asked = ask();

    for (int i = 0; i < 2; i++) {
        terminal_type(&asked.terminal, "web\n");
        terminal_wait_for(&asked.terminal, "http://127.0.0.1:");
        terminal_wait_for(&asked.terminal, "/\r\n");
        terminal_type(&asked.terminal, "\003");
        terminal_wait_for(&asked.terminal, PROMPT);
    }
    say(&asked, "top\n", "timerfd_create");
    leave(&asked);
}

Test(prompt, completes_functions_after_an_option, .timeout = 60)
{
    struct asked asked = ask();

    say(&asked, "focus=open_c\t\ntop\n", "focus=open_connection");
    leave(&asked);
}

Test(prompt, draws, .timeout = 60)
{
    need("dot");
    struct asked asked = ask();

    say(&asked, "svg\n", "Generating report in profile001.svg");
    terminal_type(&asked.terminal, "svg > named.svg\n");
    terminal_wait_for(&asked.terminal, PROMPT);
    free(output_of(text_make("cd '%s' && grep -q '<svg' profile001.svg && "
                             "cmp profile001.svg named.svg && rm profile001.svg named.svg",
                             asked.subject.folder)));
    leave(&asked);
}

/* On the command line too; without dot nothing is left behind. */
Test(prompt, says_why_it_does_not_draw, .timeout = 60)
{
    struct subject subject = subject_make("inlined_frames");
    char *out =
        output_of(text_make("cd '%s' && PATH=/nowhere '%s' svg -o x.svg '%s' 2>&1; echo $?; "
                            "/bin/ls x.svg 2>&1; true",
                            subject.folder, subject.timerleak, subject.recording));

    expect_part(out, "without dot, a program of Graphviz\n3\n");
    expect_part(out, "No such file");
    free(out);
    subject_forget(&subject);
}
