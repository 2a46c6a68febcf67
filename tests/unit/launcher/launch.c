#include "launch/launch.h"

#include "fixture.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(launch, .init = fixture_enter, .fini = fixture_leave, .timeout = 60);

static struct launched run(struct launch launch)
{
    struct launched launched;
    launch.output = "/tmp/%p.tlk";
    launch.session = 0xabc;
    cr_assert(launch_run(&launch, &launched));
    return launched;
}

static struct launched run_shell(const char *script)
{
    char *command[] = {"sh", "-c", (char *)script, NULL};
    return run((struct launch){.command = command, .children = true});
}

Test(launch, exit_status_is_known)
{
    struct launched launched = run_shell("exit 42");
    cr_expect_eq(launched.error, 0);
    cr_expect(WIFEXITED(launched.status));
    cr_expect_eq(launch_end_alike(launched.status), 42);
    cr_expect_gt(launched.end_mono, 0);
    cr_expect_gt(launched.end_real, launched.end_mono);
}

Test(launch, death_by_signal_is_known)
{
    struct launched launched = run_shell("kill -USR2 $$");
    cr_expect(WIFSIGNALED(launched.status));
    cr_expect_eq(WTERMSIG(launched.status), SIGUSR2);
}

Test(launch, ends_by_the_same_signal, .signal = SIGUSR2)
{
    launch_end_alike(run_shell("kill -USR2 $$").status);
}

Test(launch, death_with_core_leaves_no_second_core, .signal = SIGQUIT)
{
    launch_end_alike(SIGQUIT);
}

Test(launch, what_can_not_be_run_says_why)
{
    char *missing[] = {"./missing", NULL}, *directory[] = {"/", NULL};
    cr_expect_eq(run((struct launch){.command = missing}).error, ENOENT);
    cr_expect_eq(run((struct launch){.command = directory}).error, EACCES);
}

static void print_settings(struct launch launch)
{
    char *command[] = {"sh", "-c",
                       "echo \"$LD_PRELOAD $TIMERLEAK_OUTPUT $TIMERLEAK_SESSION "
                       "$TIMERLEAK_FAMILIES\" >out; test \"${TIMERLEAK_ONLY_PID-$$}\" = $$ || "
                       "echo other >>out; test ${TIMERLEAK_ONLY_PID+set} && echo only >>out; true",
                       NULL};
    launch.command = command;
    cr_assert_eq(run(launch).status, 0);
}

Test(launch, environment_carries_the_settings)
{
    setenv("TIMERLEAK_FAMILIES", "itimer", 1);
    print_settings((struct launch){.preload = "", .families = "posix", .children = true});
    cr_expect_str_eq(fixture_text("out"), " /tmp/%p.tlk 0000000000000abc posix\n");
    print_settings((struct launch){.preload = "", .children = true});
    cr_expect_str_eq(fixture_text("out"), " /tmp/%p.tlk 0000000000000abc itimer\n");
}

Test(launch, children_have_preloaded_what_is_handed_on)
{
    char *command[] = {"sh", "-c", "echo \"${TIMERLEAK_PRELOAD-unset}\" >out", NULL};
    setenv("TIMERLEAK_PRELOAD", "of-a-run-around-this-one", 1);
    run((struct launch){.command = command, .hand_on = "a:b", .children = true});
    cr_expect_str_eq(fixture_text("out"), "a:b\n");
    run((struct launch){.command = command, .hand_on = "a:b"});
    cr_expect_str_eq(fixture_text("out"), "unset\n", "they are not recorded");
    run((struct launch){.command = command, .children = true});
    cr_expect_str_eq(fixture_text("out"), "unset\n");
}

Test(launch, environment_carries_what_is_chosen)
{
    char *command[] = {"sh", "-c", "echo \"$TIMERLEAK_EXE $TIMERLEAK_SAMPLE\" >out", NULL};
    run((struct launch){.command = command, .exe = "nginx,*/sbin/*", .sample = 100});
    cr_expect_str_eq(fixture_text("out"), "nginx,*/sbin/* 100\n");
    setenv("TIMERLEAK_SAMPLE", "7", 1);
    run((struct launch){.command = command});
    cr_expect_str_eq(fixture_text("out"), " 7\n");
}

Test(launch, environment_names_the_command_that_records)
{
    char *command[] = {"sh", "-c", "echo \"$TIMERLEAK_COMMAND\" >out", NULL};
    char *same[] = {"sh", "-c", "test \"$TIMERLEAK_COMMAND\" -ef /proc/$PPID/exe", NULL};
    cr_expect_eq(run((struct launch){.command = same}).status, 0);
    setenv("TIMERLEAK_COMMAND", "/another/timerleak", 1);
    run((struct launch){.command = command});
    cr_expect_str_eq(fixture_text("out"), "/another/timerleak\n", "who names one means it");
}

Test(launch, without_children_only_the_program_is_named)
{
    print_settings((struct launch){.preload = "", .families = "posix", .children = false});
    cr_expect_str_eq(fixture_text("out"), " /tmp/%p.tlk 0000000000000abc posix\nonly\n");
    setenv("TIMERLEAK_ONLY_PID", "1", 1);
    print_settings((struct launch){.preload = "", .families = "posix", .children = true});
    cr_expect_str_eq(fixture_text("out"), " /tmp/%p.tlk 0000000000000abc posix\n");
}

static char *show_signals[] = {"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status", NULL};

Test(launch, program_gets_the_mask_and_dispositions_that_came)
{
    char bare[4096];
    signal(SIGCHLD, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_BLOCK, &mask, NULL);

    cr_assert_not_null(freopen("bare", "w", stdout));
    pid_t pid = fork();
    if (pid == 0)
        execvp(show_signals[0], show_signals);
    waitpid(pid, NULL, 0);
    cr_assert_not_null(freopen("out", "w", stdout));
    cr_expect_eq(run((struct launch){.command = show_signals}).status, 0);
    snprintf(bare, sizeof(bare), "%s", fixture_text("bare"));
    cr_expect_neq(bare[0], '\0');
    cr_expect_str_eq(fixture_text("out"), bare);
}

/* The program signals us, its parent, and ends by what we make of it. */
#define SIGNALLED(name) "trap 'kill $!; exit 7' " name "; sleep 60 & kill -" name " $PPID; wait"

Test(launch, signals_meant_for_the_program_are_passed_on)
{
    cr_expect_eq(WEXITSTATUS(run_shell(SIGNALLED("TERM")).status), 7);
    cr_expect_eq(WEXITSTATUS(run_shell(SIGNALLED("HUP")).status), 7);
    cr_expect_eq(WEXITSTATUS(run_shell(SIGNALLED("USR1")).status), 7);
    cr_expect_eq(WEXITSTATUS(run_shell(SIGNALLED("USR2")).status), 7);
}

Test(launch, signals_of_the_terminal_are_ignored)
{
    cr_expect_eq(WEXITSTATUS(run_shell("kill -INT $PPID; kill -QUIT $PPID; exit 5").status), 5);
}

Test(launch, no_descriptor_is_passed_on)
{
    run_shell("ls /proc/$$/fd >out");
    char with[4096];
    snprintf(with, sizeof(with), "%s", fixture_text("out"));
    cr_assert_eq(system("ls /proc/$$/fd >out"), 0);
    cr_expect_str_eq(fixture_text("out"), with);
}
