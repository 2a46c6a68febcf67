/* tracing.c - whether `timerleak trace` works here: it is tried. */
#include "doctor/examinations.h"

#include "launch/preloading.h"

#include <string.h>

/* "timerleak: why it can't be done: what to do". */
static void remark_refused(struct diagnosis *diagnosis, const char *problem)
{
    static const char who[] = "timerleak: ";
    if (strncmp(problem, who, sizeof(who) - 1) == 0)
        problem += sizeof(who) - 1;
    diagnosis_remark(diagnosis, HEALTH_NOTE, "`timerleak trace` does not work here");
    diagnosis_advise(diagnosis, "%s", *problem ? problem : "It recorded nothing of a trial.");
}

void examine_tracing(struct diagnosis *diagnosis)
{
    char path[PATH_MAX];
    struct trial trial;
    if (!preloading_companion(path, TRACER)) {
        diagnosis_remark(diagnosis, HEALTH_NOTE, "`timerleak trace` is not installed");
        diagnosis_advise(diagnosis,
                         "For processes that run already, and for Go: the package timerleak-trace "
                         "or, in the sources, scripts/deps --trace and make.");
        return;
    }
    char *argv[] = {path, "-o", TRIAL_RECORDING, "--", "timeout", "60", "true", NULL};
    trial_run(&trial, NULL, argv);
    if (trial.recorded)
        diagnosis_remark(diagnosis, HEALTH_OK, "`timerleak trace` can watch processes by eBPF");
    else
        remark_refused(diagnosis, trial.problem);
}
