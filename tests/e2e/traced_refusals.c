/*
 * traced_refusals.c - when `timerleak trace` can't do what is asked: the status, the words, and
 * what `doctor` says of the same machine.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "subject.h"
#include "tracing.h"

/* A line of the shell, in which $TIMERLEAK is the program. */
static struct outcome run(const char *line)
{
    char *timerleak = built("timerleak"), *variable = text_make("TIMERLEAK=%s", timerleak);
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    const char *const environment[] = {variable, NULL};
    struct outcome outcome = command_run(&(struct command){argv, environment, NULL});

    free(variable);
    free(timerleak);
    return outcome;
}

static void expect_refused(const char *line, int status, const char *words)
{
    struct outcome outcome = run(line);

    if (status != 126)
        tracing_needed(&outcome);
    cr_expect_eq(outcome_code(&outcome), status, "%s ends with %d: %s", line,
                 outcome_code(&outcome), outcome.err);
    expect_part(outcome.err, words);
    outcome_forget(&outcome);
}

static void expect_diagnosis(const char *line, const char *words)
{
    struct outcome outcome = run(line);

    expect_part(outcome.out, words);
    outcome_forget(&outcome);
}

/* ---- what is typed ---- */

struct wrong {
    char arguments[48], words[80];
    int status;
};

ParameterizedTestParameters(traced_refusals, command_lines)
{
    static struct wrong wrongs[] = {
        {"", "trace needs a command, or -p PID, or -a: one of them", 2},
        {"-p 1 -a", "trace needs a command, or -p PID, or -a: one of them", 2},
        {"-p 1 true", "trace needs a command, or -p PID, or -a: one of them", 2},
        {"-a true", "trace needs a command, or -p PID, or -a: one of them", 2},
        {"-p 0", "-p is the number of a process, not 0", 2},
        {"-p -5", "-p does not take \"-5\"", 2},
        {"-p server", "-p does not take \"server\"", 2},
        {"-p 2147483647", "there is no process 2147483647", 2},
        {"--for 0 -a", "--for does not take \"0\"", 2},
        {"--for soon true", "--for does not take \"soon\"", 2},
        {"--children=all true", "--children is yes or no, not \"all\"", 2},
        {"-o /nowhere/x true", "recordings can't be written to /nowhere: No such file", 2},
        {"--fro 3 true", "unknown option --fro; did you mean --for?", 2},
        {"/no/such/program", "/no/such/program can't be run: No such file", 127},
        {"no-such-program", "no-such-program can't be run: No such file", 127},
        {"/etc/passwd", "/etc/passwd can't be run: Permission denied", 126},
    };

    return cr_make_param_array(struct wrong, wrongs, sizeof(wrongs) / sizeof(*wrongs));
}

ParameterizedTest(struct wrong *wrong, traced_refusals, command_lines, .timeout = 60)
{
    char *line = text_make("cd /tmp && \"$TIMERLEAK\" trace %s", wrong->arguments);
    struct outcome working = run("cd /tmp && \"$TIMERLEAK\" trace true");

    tracing_needed(&working);
    expect_refused(line, wrong->status, wrong->words);
    outcome_forget(&working);
    free(line);
}

/* ---- where it is typed ---- */

static void need_root(void)
{
    if (geteuid() != 0)
        cr_skip_test("only root can take rights and files away");
}

/* `before` is a command that runs another; it finds copies of what the build made in $COPY. */
static void expect_useless(const char *files, const char *before, const char *words,
                           const char *diagnosis)
{
    char *directory = directory_make();
    char *prefix = text_make("COPY='%s'; BUILD=${TIMERLEAK%%/*}; chmod 777 \"$COPY\" && "
                             "(cd \"$BUILD\" && cp %s \"$COPY\") && cd \"$COPY\" && %s",
                             directory, files, before);
    char *trace = text_make("%s ./timerleak trace true", prefix);
    char *doctor = text_make("%s ./timerleak doctor", prefix);

    expect_refused(trace, 126, words);
    expect_diagnosis(doctor, diagnosis);
    free(doctor);
    free(trace);
    free(prefix);
    directory_remove(directory);
}

#define ALL "timerleak timerleak-trace libtimerleak.so"

static void need_tracer(void)
{
    char *tracer = built("timerleak-trace");

    if (access(tracer, X_OK) != 0)
        cr_skip_test("timerleak-trace is missing");
    free(tracer);
}

Test(traced_refusals, program_is_missing, .timeout = 60)
{
    expect_useless("timerleak libtimerleak.so", "",
                   "timerleak-trace is missing, which `trace` needs: install the package",
                   "  note  `timerleak trace` is not installed\n");
}

Test(traced_refusals, rights_are_missing, .timeout = 60)
{
    need_root();
    need_tracer();
    expect_useless(ALL, "setpriv --reuid=65534 --regid=65534 --clear-groups",
                   "the capabilities CAP_BPF and CAP_PERFMON: start it with sudo\n",
                   "  note  `timerleak trace` does not work here\n"
                   "          programs in the kernel take root, or the capabilities");
}

Test(traced_refusals, root_without_capabilities, .timeout = 60)
{
    need_root();
    need_tracer();
    expect_useless(ALL, "setpriv --bounding-set=-bpf,-sys_admin,-perfmon --inh-caps=-all",
                   "not even root may have programs in the kernel here: a container without",
                   "  note  `timerleak trace` does not work here\n"
                   "          not even root may");
}

#define WITHOUT_BTF "unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec \"$@\"' sh"

Test(traced_refusals, kernel_does_not_describe_itself, .timeout = 60)
{
    need_root();
    need_tracer();
    if (access("/sys/kernel/btf/vmlinux", R_OK) != 0)
        cr_skip_test("it does not in any case");
    expect_useless(ALL, WITHOUT_BTF,
                   "does not describe itself in /sys/kernel/btf/vmlinux: one with "
                   "CONFIG_DEBUG_INFO_BTF is needed",
                   "  note  `timerleak trace` does not work here\n"
                   "          this kernel (");
}

Test(traced_refusals, processes_have_other_numbers, .timeout = 60)
{
    struct outcome working = run("cd /tmp && \"$TIMERLEAK\" trace true");

    need_root();
    tracing_needed(&working);
    expect_useless(ALL, "unshare -p --fork --mount-proc",
                   "this must run in the pid namespace of the host (docker run --pid=host)\n",
                   "  note  `timerleak trace` does not work here\n"
                   "          processes have other numbers here");
    outcome_forget(&working);
}

Test(traced_refusals, doctor_says_that_it_works, .timeout = 60)
{
    struct outcome working = run("cd /tmp && \"$TIMERLEAK\" trace true");

    tracing_needed(&working);
    expect_diagnosis("\"$TIMERLEAK\" doctor", "  ok    `timerleak trace` can watch processes");
    outcome_forget(&working);
}
