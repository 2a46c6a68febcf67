#include "doctor/examinations.h"
#include "launch/variables.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void remark_unknown(struct diagnosis *diagnosis, const char *name)
{
    const char *nearest = variable_nearest(name);
    diagnosis_remark(diagnosis, nearest ? HEALTH_MEND : HEALTH_NOTE,
                     VARIABLE_PREFIX "%s is set, and means nothing to timerleak", name);
    if (nearest)
        diagnosis_advise(diagnosis, "Did you mean " VARIABLE_PREFIX "%s?", nearest);
}

static void remark_variable(struct diagnosis *diagnosis, const char *name, const char *value)
{
    const struct variable *variable = variable_find(name);
    if (!variable) {
        remark_unknown(diagnosis, name);
    } else if (variable->takes(value)) {
        diagnosis_remark(diagnosis, HEALTH_NOTE, VARIABLE_PREFIX "%s=%s %s", name, value,
                         variable->meaning);
    } else {
        diagnosis_remark(diagnosis, HEALTH_MEND, VARIABLE_PREFIX "%s=%s is not understood", name,
                         value);
        diagnosis_advise(diagnosis, "It takes %s.", variable->wanted);
    }
}

static bool examine_settings(struct diagnosis *diagnosis)
{
    char name[VARIABLE_NAME_SIZE], **at = environ;
    const char *value = variable_next(&at, name);
    bool found = value != NULL;
    for (; value; value = variable_next(&at, name))
        remark_variable(diagnosis, name, value);
    return found;
}

/* The loader complains of what it can't find, in every program that is started. */
static void examine_preload(struct diagnosis *diagnosis, const char *list)
{
    diagnosis_remark(diagnosis, HEALTH_NOTE, "LD_PRELOAD is set already: %s", list);
    diagnosis_advise(diagnosis, "`timerleak record` keeps it, and adds the shim at its end.");
    while (*(list += strspn(list, ": ")) != '\0') {
        char path[PATH_MAX];
        size_t length = strcspn(list, ": ");
        snprintf(path, sizeof(path), "%.*s", (int)length, list);
        list += length;
        if (strchr(path, '/') && access(path, R_OK) != 0) {
            diagnosis_remark(diagnosis, HEALTH_MEND, "LD_PRELOAD names %s, which can't be read",
                             path);
            diagnosis_advise(diagnosis, "Take it out: each program that starts complains of it.");
        }
    }
}

void examine_environment(struct diagnosis *diagnosis)
{
    const char *preload = getenv("LD_PRELOAD");
    bool set = examine_settings(diagnosis);
    if (preload && *preload)
        examine_preload(diagnosis, preload);
    else if (!set)
        diagnosis_remark(diagnosis, HEALTH_OK,
                         "the environment has neither TIMERLEAK_* variables nor LD_PRELOAD");
}
