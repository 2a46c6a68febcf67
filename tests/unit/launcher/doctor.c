/* What `timerleak doctor` says of the machine. */
#include "doctor/examinations.h"
#include "launch/variables.h"

#include "diagnosed.h"
#include "fixture.h"

#include <criterion/criterion.h>

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(doctor, .init = fixture_enter, .fini = fixture_leave, .timeout = 60);

/* ---- how it is said ---- */

static const char *printed(const struct diagnosis *diagnosis)
{
    FILE *file = fopen("printed", "w");
    diagnosis_print(file, diagnosis);
    fclose(file);
    return fixture_text("printed");
}

Test(doctor, remarks_stand_in_groups_with_advice_below)
{
    struct diagnosis diagnosis = {0};
    diagnosis_group(&diagnosis, "first");
    diagnosis_remark(&diagnosis, HEALTH_OK, "this %s", "works");
    diagnosis_remark(&diagnosis, HEALTH_NOTE, "evil\033[31m name");
    diagnosis_group(&diagnosis, "second");
    diagnosis_remark(&diagnosis, HEALTH_MEND, "slow");
    diagnosis_advise(&diagnosis, "Do %d things.", 2);
    diagnosis_advise(&diagnosis, "Or more.");
    cr_expect_str_eq(printed(&diagnosis), "first\n"
                                          "  ok    this works\n"
                                          "  note  evil?[31m name\n"
                                          "second\n"
                                          "  mend  slow\n"
                                          "          Do 2 things.\n"
                                          "          Or more.\n"
                                          "Ready, but there is 1 thing to mend.\n");
    diagnosis_free(&diagnosis);
}

static void expect_conclusion(size_t prevented, size_t to_mend, const char *conclusion)
{
    struct diagnosis diagnosis = {.group = "group"};
    for (size_t i = 0; i < prevented; i++)
        diagnosis_remark(&diagnosis, HEALTH_NO, "no");
    for (size_t i = 0; i < to_mend; i++)
        diagnosis_remark(&diagnosis, HEALTH_MEND, "mend");
    const char *text = printed(&diagnosis);
    cr_expect_geq(strlen(text), strlen(conclusion));
    cr_expect_str_eq(text + strlen(text) - strlen(conclusion), conclusion);
    diagnosis_free(&diagnosis);
}

Test(doctor, conclusion_counts_what_is_wrong)
{
    expect_conclusion(0, 0, "Ready.\n");
    expect_conclusion(0, 2, "\nReady, but there are 2 things to mend.\n");
    expect_conclusion(1, 0, "\nNot ready: 1 thing prevents recording.\n");
    expect_conclusion(2, 1,
                      "\nNot ready: 2 things prevent recording, and there is 1 more to mend.\n");
}

/* ---- the environment ---- */

static void expect_variable(const char *name, const char *value, enum health health,
                            const char *part)
{
    struct diagnosis diagnosis = {.group = "group"};
    setenv(name, value, 1);
    examine_environment(&diagnosis);
    expect_diagnosed(&diagnosis, health, part);
    unsetenv(name);
    diagnosis_free(&diagnosis);
}

Test(doctor, environment_that_says_nothing)
{
    struct diagnosis diagnosis = {.group = "group"};
    unsetenv("TIMERLEAK_BUILD");
    examine_environment(&diagnosis);
    expect_diagnosed(&diagnosis, HEALTH_OK, "neither");
    diagnosis_free(&diagnosis);
}

Test(doctor, misspelt_variables_are_recognized)
{
    expect_variable("TIMERLEAK_OUPUT", "x", HEALTH_MEND, "Did you mean TIMERLEAK_OUTPUT?");
    expect_variable("TIMERLEAK_FAMILY", "x", HEALTH_MEND, "Did you mean TIMERLEAK_FAMILIES?");
    expect_variable("TIMERLEAK_SOMETHING_ELSE", "x", HEALTH_NOTE, "means nothing");
}

Test(doctor, values_are_checked_as_the_shim_reads_them)
{
    expect_variable("TIMERLEAK_FAMILIES", "posix,timerfd", HEALTH_NOTE, "FAMILIES=posix,timerfd ");
    expect_variable("TIMERLEAK_FAMILIES", "posix,tmierfd", HEALTH_MEND, "names of families");
    expect_variable("TIMERLEAK_DEPTH", "128", HEALTH_NOTE, "DEPTH=128 ");
    expect_variable("TIMERLEAK_DEPTH", "129", HEALTH_MEND, "from 1 to 128");
    expect_variable("TIMERLEAK_DEPTH", "-1", HEALTH_MEND, "from 1 to 128");
    expect_variable("TIMERLEAK_SIZE", "64K", HEALTH_NOTE, "SIZE=64K ");
    expect_variable("TIMERLEAK_SIZE", "1048576", HEALTH_NOTE, "SIZE=1048576 ");
    expect_variable("TIMERLEAK_SIZE", "63K", HEALTH_MEND, "at least 64K");
    expect_variable("TIMERLEAK_SIZE", "8MB", HEALTH_MEND, "at least 64K");
    expect_variable("TIMERLEAK_COMMAND", "/bin/timerleak", HEALTH_NOTE, "timerleak_verify.h");
    expect_variable("TIMERLEAK_SAMPLE", "0", HEALTH_MEND, "a whole number");
    expect_variable("TIMERLEAK_ENABLED", "0", HEALTH_NOTE, "timerleak-ctl(1)");
    expect_variable("TIMERLEAK_ENABLED", "off", HEALTH_MEND, "0 or 1");
}

Test(doctor, preloaded_libraries_must_be_there)
{
    expect_variable("LD_PRELOAD", "libfine.so /no/such.so", HEALTH_NOTE, "is set already");
    expect_variable("LD_PRELOAD", "libfine.so /no/such.so", HEALTH_MEND, "names /no/such.so");
}

/* The tests run at the root of the project, where the shim's source is. */
Test(doctor_names, all_variables_of_the_shim_are_known)
{
    char line[512], name[64];
    size_t found = 0;
    FILE *source = fopen("preload/core/settings.c", "r");
    cr_assert_not_null(source);
    while (fgets(line, sizeof(line), source)) {
        const char *read = strstr(line, "\"TIMERLEAK_");
        if (read == NULL || sscanf(read, "\"TIMERLEAK_%63[A-Z_]", name) != 1)
            continue;
        size_t i = 0;
        while (variable_at(i) != NULL && strcmp(variable_at(i)->name, name) != 0)
            i++;
        cr_expect_not_null(variable_at(i), "TIMERLEAK_%s", name);
        found++;
    }
    fclose(source);
    cr_expect_geq(found, 5);
}

/* ---- the shim ---- */

static const char *built_shim(void)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/libtimerleak.so", getenv("TIMERLEAK_BUILD"));
    return path;
}

static struct trial try(const char *shim, const char *program)
{
    struct trial trial;
    char *const argv[] = {(char *)program, NULL};
    cr_assert_eq(mkdir("tmp", 0700), 0);
    setenv("TMPDIR", "tmp", 1);
    setenv("TIMERLEAK_OUTPUT", "/no/such/directory/x.tlk", 1);
    trial_run(&trial, shim, argv);
    cr_expect_eq(rmdir("tmp"), 0, "the trial left files behind");
    return trial;
}

Test(doctor, trial_records)
{
    struct trial trial = try(built_shim(), "/bin/true");
    cr_expect(trial.recorded, "%s", trial.problem);
    cr_expect(trial.unwinder == TLK_UNWINDER_LIBUNWIND || trial.unwinder == TLK_UNWINDER_LIBGCC);
    cr_expect_str_empty(trial.problem);
}

Test(doctor, trial_tells_what_the_loader_says)
{
    fixture_write("shim.so", "no library", 0700);
    struct trial trial = try("./shim.so", "/bin/true");
    cr_expect_not(trial.recorded);
    cr_expect_not_null(strstr(trial.problem, "./shim.so"), "%s", trial.problem);
}

Test(doctor, trial_tells_which_signal_ended_it)
{
    fixture_compile("dies",
                    "#include <signal.h>\n#include <unistd.h>\n"
                    "int main(void) { return kill(getpid(), SIGKILL); }\n",
                    "");
    struct trial trial = try("", "./dies");
    cr_expect_not(trial.recorded);
    cr_expect_not_null(strstr(trial.problem, strsignal(SIGKILL)), "%s", trial.problem);
}

Test(doctor, trial_tells_a_shim_of_another_build)
{
    fixture_compile("other.so",
                    "#include <stdio.h>\n#include <stdlib.h>\n"
                    "__attribute__((constructor)) static void start(void) {\n"
                    "    fputs(\"another layout\", fopen(getenv(\"TIMERLEAK_OUTPUT\"), \"w\"));\n"
                    "}\n",
                    "-shared -fPIC");
    struct trial trial = try("./other.so", "/bin/true");
    cr_expect_not(trial.recorded);
    cr_expect(trial.unreadable, "%s", trial.problem);
}

static void expect_no_shim(const char *named, const char *part)
{
    struct diagnosis diagnosis = {.group = "group"};
    struct trial trial;
    char shim[PATH_MAX];
    setenv("TIMERLEAK_SHIM", named, 1);
    examine_shim(&diagnosis, shim, &trial);
    expect_diagnosed(&diagnosis, HEALTH_NO, part);
    cr_expect_str_empty(shim);
    cr_expect_not(trial.recorded);
    diagnosis_free(&diagnosis);
}

Test(doctor, shim_that_can_not_be_preloaded)
{
    char here[PATH_MAX], path[PATH_MAX + 16];
    expect_no_shim("/no/such/shim.so", "TIMERLEAK_SHIM=/no/such/shim.so is no");
    fixture_write("the shim.so", "", 0600);
    cr_assert_not_null(getcwd(here, sizeof(here)));
    snprintf(path, sizeof(path), "%s/the shim.so", here);
    expect_no_shim(path, "ln -s");
}

/* ---- directories and limits ---- */

Test(doctor, directory_is_tried)
{
    struct diagnosis diagnosis = {0};
    unsetenv("TIMERLEAK_OUTPUT");
    examine_directories(&diagnosis);
    cr_expect_eq(diagnosis_count(&diagnosis, HEALTH_NO), 0);
    cr_assert_not_null(diagnosed(&diagnosis, "recordings can be written to /tmp/launcher."));
    diagnosis_free(&diagnosis);

    cr_assert_eq(chdir("/proc"), 0);
    setenv("TIMERLEAK_OUTPUT", "/proc/self/%p.tlk", 1);
    examine_directories(&diagnosis);
    expect_diagnosed(&diagnosis, HEALTH_NO, "can't be written to /proc:");
    expect_diagnosed(&diagnosis, HEALTH_MEND, "can't be written to /proc/self:");
    diagnosis_free(&diagnosis);
}

Test(doctor, probe_leaves_nothing_behind)
{
    struct diagnosis diagnosis = {0};
    cr_assert_eq(mkdir("empty", 0700), 0);
    cr_assert_eq(chdir("empty"), 0);
    examine_directories(&diagnosis);
    cr_assert_eq(chdir(".."), 0);
    cr_expect_eq(rmdir("empty"), 0);
    diagnosis_free(&diagnosis);
}

static void limit(int resource, rlim_t most)
{
    struct rlimit limit;
    cr_assert_eq(getrlimit(resource, &limit), 0);
    limit.rlim_cur = most;
    cr_assert_eq(setrlimit(resource, &limit), 0);
}

Test(doctor, limits_leave_room_for_a_recording)
{
    struct diagnosis diagnosis = {0};
    examine_limits(&diagnosis);
    expect_not_diagnosed(&diagnosis, "no room for a recording");
    diagnosis_free(&diagnosis);

    limit(RLIMIT_FSIZE, 60000);
    examine_limits(&diagnosis);
    limit(RLIMIT_FSIZE, 0);
    examine_directories(&diagnosis);
    limit(RLIMIT_FSIZE, 1 << 24);
    expect_diagnosed(&diagnosis, HEALTH_NO, "ulimit -f unlimited");
    expect_diagnosed(&diagnosis, HEALTH_NO, "blocks can't be allocated");
    diagnosis_free(&diagnosis);
}

Test(doctor, few_queued_signals_are_left)
{
    struct diagnosis diagnosis = {0};
    limit(RLIMIT_SIGPENDING, 0);
    examine_limits(&diagnosis);
    expect_diagnosed(&diagnosis, HEALTH_MEND, "EAGAIN");
    diagnosis_free(&diagnosis);
}

/* What this machine has is unknown, but all of it must have been looked at. */
Test(doctor, kernel_and_stacks_are_examined)
{
    struct diagnosis diagnosis = {0};
    struct trial recorded = {.recorded = true, .unwinder = TLK_UNWINDER_LIBGCC};
    examine_kernel(&diagnosis, &recorded);
    cr_expect_not_null(diagnosed(&diagnosis, "glibc"));
    cr_expect_not_null(diagnosed(&diagnosis, "/proc"));
    cr_expect_not_null(diagnosed(&diagnosis, "verify"));
    cr_expect_not_null(diagnosed(&diagnosis, "ptrace"));
    cr_expect_not_null(diagnosed(&diagnosis, "seccomp filter"));
    examine_stacks(&diagnosis, &recorded);
    expect_diagnosed(&diagnosis, HEALTH_MEND, "libgcc takes them");
    cr_expect_not_null(diagnosed(&diagnosis, "the C library: "));
    diagnosis_free(&diagnosis);
}
