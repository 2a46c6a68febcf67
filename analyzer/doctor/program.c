/* program.c - the file that a command runs: whether it can be recorded, and what will be known. */
#include "doctor/examinations.h"

#include "launch/traceable.h"

static void remark_obstacle(struct diagnosis *diagnosis, const struct traceable *judged,
                            const char *command)
{
    const char *name = judged->program[0] ? judged->program : command;
    if (judged->interpreted)
        diagnosis_remark(diagnosis, HEALTH_NO, "%s is a script for %s, which %s", command, name,
                         traceable_why(judged));
    else
        diagnosis_remark(diagnosis, HEALTH_NO, "%s %s", name, traceable_why(judged));
    diagnosis_advise(diagnosis, "%s", traceable_remedy(judged));
}

static void remark_program(struct diagnosis *diagnosis, const struct traceable *judged,
                           const char *command)
{
    if (!judged->interpreted) {
        diagnosis_remark(diagnosis, HEALTH_OK, "%s can be recorded", judged->program);
        return;
    }
    diagnosis_remark(diagnosis, HEALTH_NOTE, "%s is a script: what follows is about %s", command,
                     judged->program);
    diagnosis_advise(diagnosis, "Programs that it starts are recorded as well. Have one examined "
                                "by its own name.");
}

static void remark_go(struct diagnosis *diagnosis, const struct traceable *judged)
{
    if (judged->obstacle != TRACE_GO)
        return;
    diagnosis_remark(diagnosis, HEALTH_NOTE, "it %s", traceable_why(judged));
    diagnosis_advise(diagnosis, "%s", traceable_remedy(judged));
}

static void remark_sanitizer(struct diagnosis *diagnosis, const struct traceable *judged)
{
    if (judged->sanitizer[0] == '\0')
        return;
    diagnosis_remark(diagnosis, HEALTH_NOTE,
                     "it wants %s to be loaded first: `timerleak record` sees to it",
                     judged->sanitizer);
    diagnosis_advise(diagnosis, "By hand, write LD_PRELOAD=%s:SHIM.", judged->sanitizer);
}

/* What can't be loaded into has no use for the rest; a copy of a privileged one can be recorded. */
static bool is_worth_more(const struct traceable *judged)
{
    return traceable_loads(judged) || judged->obstacle == TRACE_SETID ||
           judged->obstacle == TRACE_CAPABILITIES;
}

void examine_program(struct diagnosis *diagnosis, const char *command, const char *shim)
{
    struct traceable judged;
    diagnosis_group(diagnosis, "program");
    traceable_judge(&judged, command, shim);
    if (traceable_loads(&judged))
        remark_program(diagnosis, &judged, command);
    else
        remark_obstacle(diagnosis, &judged, command);
    if (!is_worth_more(&judged))
        return;
    remark_go(diagnosis, &judged);
    remark_sanitizer(diagnosis, &judged);
    examine_names(diagnosis, judged.program, "the program",
                  judged.interpreted ? HEALTH_NOTE : HEALTH_MEND);
    examine_calls(diagnosis, judged.program, shim);
}
