/* shim.c - whether the shim is there, can be read, and records. */
#include "doctor/examinations.h"

#include "launch/preloading.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
