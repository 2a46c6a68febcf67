/* shim.c - whether the shim is there, can be read, and records. */
#include "doctor/examinations.h"

#include "cli/status.h"
#include "launch/elf_facts.h"
#include "launch/preloading.h"
#include "launch/variables.h"
#include "recording/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a trial ---- */

struct place {
    char directory[PATH_MAX];
    char recording[PATH_MAX + 16], errors[PATH_MAX + 16];
    char unfinished[PATH_MAX + 64]; /* what a process that dies at its start leaves */
};

static bool place_make(struct place *place)
{
    const char *below = getenv("TMPDIR");
    snprintf(place->directory, sizeof(place->directory), "%s/timerleak-doctor-XXXXXX",
             below && *below ? below : "/tmp");
    if (!mkdtemp(place->directory))
        return false;
    snprintf(place->recording, sizeof(place->recording), "%s/" TRIAL_RECORDING, place->directory);
    snprintf(place->errors, sizeof(place->errors), "%s/errors", place->directory);
    return true;
}

static void place_remove(const struct place *place)
{
    unlink(place->recording);
    unlink(place->errors);
    unlink(place->unfinished);
    rmdir(place->directory);
}

static _Noreturn void trial_become_program(const struct place *place, const char *preload,
                                           char *const *argv)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int errors = open(place->errors, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    variables_forget();
    setenv("TIMERLEAK_OUTPUT", place->recording, 1);
    bool there = preload ? setenv("LD_PRELOAD", preload, 1) == 0 : chdir(place->directory) == 0;
    if (there && dup2(null, 0) == 0 && dup2(null, 1) == 1 && dup2(errors, 2) == 2)
        execv(argv[0], argv);
    _exit(EXIT_NOT_FOUND);
}

/* What the dynamic loader had to say, most likely. */
static void trial_read_errors(struct trial *trial, const char *path)
{
    FILE *file = fopen(path, "re");
    if (file && fgets(trial->problem, sizeof(trial->problem), file))
        trial->problem[strcspn(trial->problem, "\n")] = '\0';
    if (file)
        fclose(file);
}

static void trial_read_recording(struct trial *trial, const struct place *place)
{
    char error[ERROR_SIZE];
    if (access(place->recording, F_OK) != 0) {
        trial_read_errors(trial, place->errors);
        return;
    }
    struct recording *recording = recording_open(place->recording, error);
    if (!recording) {
        trial->unreadable = true;
        snprintf(trial->problem, sizeof(trial->problem), "%s", error);
        return;
    }
    trial->recorded = true;
    trial->unwinder = recording->header.unwinder;
    recording_close(recording);
}

/* How it ended is of interest only if it left nothing. */
static void trial_start(struct trial *trial, struct place *place, const char *preload,
                        char *const *argv)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        trial_become_program(place, preload, argv);
    if (pid < 0) {
        snprintf(trial->problem, sizeof(trial->problem), "%s", strerror(errno));
        return;
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFSIGNALED(status))
        snprintf(trial->problem, sizeof(trial->problem), "it was ended by a signal, %s",
                 strsignal(WTERMSIG(status)));
    snprintf(place->unfinished, sizeof(place->unfinished), "%s.%d.part", place->recording, pid);
    trial_read_recording(trial, place);
}

void trial_run(struct trial *trial, const char *shim, char *const *argv)
{
    struct place place = {.unfinished = ""};
    struct elf_facts facts;
    *trial = (struct trial){.recorded = false};
    if (!place_make(&place)) {
        snprintf(trial->problem, sizeof(trial->problem), "%.2048s: %s", place.directory,
                 strerror(errno));
        return;
    }
    elf_facts_read(&facts, argv[0]);
    char *preload = shim ? preloading_value(getenv("LD_PRELOAD"), shim, 0, facts.sanitizer) : NULL;
    trial_start(trial, &place, preload, argv);
    free(preload);
    place_remove(&place);
}

/* ---- the shim ---- */

/* A problem may have several lines: what is wrong, and what to do. */
static void remark_missing(struct diagnosis *diagnosis, char *problem)
{
    char *rest = problem;
    diagnosis_remark(diagnosis, HEALTH_NO, "%s", strsep(&rest, "\n"));
    while (rest)
        diagnosis_advise(diagnosis, "%s", strsep(&rest, "\n"));
}

/* The first part of the path that keeps other users out, into `part`. */
static bool is_private(const char *path, char part[PATH_MAX])
{
    struct stat status;
    for (const char *end = path; *end != '\0';) {
        end = strchrnul(end + 1, '/');
        snprintf(part, PATH_MAX, "%.*s", (int)(end - path), path);
        mode_t needed = *end ? S_IXOTH : S_IROTH;
        if (stat(part, &status) == 0 && (status.st_mode & needed) == 0)
            return true;
    }
    return false;
}

static void examine_readers(struct diagnosis *diagnosis, const char *shim)
{
    char part[PATH_MAX];
    if (geteuid() != 0 || !is_private(shim, part))
        return;
    diagnosis_remark(diagnosis, HEALTH_NOTE, "programs of other users can't load the shim: %s",
                     part);
    diagnosis_advise(diagnosis, "To record a service that runs as a user of its own, install "
                                "timerleak (make install).");
}

static const char *advice_after(const struct trial *trial)
{
    if (trial->unreadable)
        return "Shim and command are of different builds: install both anew (make install).";
    if (strstr(trial->problem, "failed to map segment"))
        return "The shim is on a file system mounted noexec: TIMERLEAK_SHIM may name a copy "
               "elsewhere.";
    return trial->problem[0] ? "If that does not tell, build and install both anew."
                             : "What else is not well below may be why.";
}

static void examine_trial(struct diagnosis *diagnosis, const char *shim, struct trial *trial)
{
    static char *const argv[] = {"/proc/self/exe", "--version", NULL};
    trial_run(trial, shim, argv);
    if (trial->recorded) {
        diagnosis_remark(diagnosis, HEALTH_OK, "a trial run was recorded, and could be read");
        return;
    }
    diagnosis_remark(diagnosis, HEALTH_NO, "a trial run left no recording that could be read%s%s",
                     trial->problem[0] ? ": " : "", trial->problem);
    diagnosis_advise(diagnosis, "%s", advice_after(trial));
}

void examine_shim(struct diagnosis *diagnosis, char shim[PATH_MAX], struct trial *trial)
{
    char problem[PRELOADING_PROBLEM_SIZE];
    *trial = (struct trial){.recorded = false};
    if (!preloading_find(shim, problem)) {
        remark_missing(diagnosis, problem);
        shim[0] = '\0';
        return;
    }
    diagnosis_remark(diagnosis, HEALTH_OK, "the shim is %s", shim);
    examine_trial(diagnosis, shim, trial);
    examine_readers(diagnosis, shim);
}
