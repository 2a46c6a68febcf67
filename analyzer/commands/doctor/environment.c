#include "commands/doctor/environment.h"

#include "base/text.h"
#include "commands/doctor/examinations.h"
#include "profile/profile.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "TIMERLEAK_"
#define LONGEST 32
#define SMALLEST_SIZE (16 * TLK_CHUNK) /* the shim writes none below it */

extern char **environ;

static bool any(const char *value)
{
    (void)value;
    return true;
}

static bool is_families(const char *list)
{
    while (*list != '\0') {
        size_t length = strcspn(list, ",");
        if (!family_find(list, length))
            return false;
        list += length + (list[length] == ',');
    }
    return true;
}

static bool is_number(const char *value, unsigned long least, unsigned long most)
{
    char *end;
    unsigned long number = strtoul(value, &end, 10);
    return end != value && *end == '\0' && *value != '-' && number >= least && number <= most;
}

static bool is_depth(const char *value)
{
    return is_number(value, 1, TLK_MAX_DEPTH);
}

static bool is_one_in(const char *value)
{
    return is_number(value, 1, INT32_MAX);
}

static bool is_size(const char *value)
{
    char *unit;
    unsigned long long size = strtoull(value, &unit, 10);
    const char *place = *unit ? strchr("KMG", *unit) : "";
    if (unit == value || *value == '-' || !place || (*unit && unit[1]))
        return false;
    int shift = *unit == 'G' ? 30 : *unit == 'M' ? 20 : *unit == 'K' ? 10 : 0;
    return size >= SMALLEST_SIZE >> shift;
}

static bool is_switch(const char *value)
{
    return strcmp(value, "0") == 0 || strcmp(value, "1") == 0;
}

static const struct variable {
    const char *name; /* after the prefix */
    bool (*takes)(const char *value);
    const char *wanted;
    const char *meaning;
} variables[] = {
    {"SHIM", any, "", "names the shim to preload"},
    {"OUTPUT", any, "", "names recordings where the shim is preloaded by hand; `record` has -o"},
    {"COMMAND", any, "", "names the command that tests run which include timerleak_verify.h"},
    {"SESSION", any, "", "marks a run of `record`; leave it to that"},
    {"ONLY_PID", any, "", "records one process alone, as `record --children=no` has it"},
    {"FAMILIES", is_families, "names of families, with commas between them",
     "records these kinds of timer alone"},
    {"SIZE", is_size, "bytes, perhaps with K, M or G, and at least 1M", "limits a recording"},
    {"DEPTH", is_depth, "a number from 1 to 128", "is how many frames of a stack are kept"},
    {"SAMPLE", is_one_in, "a whole number", "records one timer of so many"},
    {"ENABLED", is_switch, "0 or 1", "says whether recordings start awake (1): timerleak-ctl(1)"},
    {"EXE", any, "", "records programs of these names alone"},
};

#define VARIABLES (sizeof(variables) / sizeof(*variables))

const char *environment_name(size_t index)
{
    return index < VARIABLES ? variables[index].name : NULL;
}

void environment_forget(void)
{
    for (size_t i = 0; i < VARIABLES; i++) {
        char name[LONGEST];
        snprintf(name, sizeof(name), PREFIX "%s", variables[i].name);
        unsetenv(name);
    }
}

static const char *nearest_name(const char *name)
{
    const char *names[VARIABLES];
    for (size_t i = 0; i < VARIABLES; i++)
        names[i] = variables[i].name;
    return text_nearest(name, names, VARIABLES);
}

/* NULL: means nothing. */
static const struct variable *find_variable(const char *name)
{
    for (size_t i = 0; i < VARIABLES; i++) {
        if (strcmp(variables[i].name, name) == 0)
            return &variables[i];
    }
    return NULL;
}

static void remark_unknown(struct diagnosis *diagnosis, const char *name)
{
    const char *nearest = nearest_name(name);
    diagnosis_remark(diagnosis, nearest ? HEALTH_MEND : HEALTH_NOTE,
                     PREFIX "%s is set, and means nothing to timerleak", name);
    if (nearest)
        diagnosis_advise(diagnosis, "Did you mean " PREFIX "%s?", nearest);
}

static void remark_variable(struct diagnosis *diagnosis, const char *name, const char *value)
{
    const struct variable *variable = find_variable(name);
    if (!variable) {
        remark_unknown(diagnosis, name);
    } else if (variable->takes(value)) {
        diagnosis_remark(diagnosis, HEALTH_NOTE, PREFIX "%s=%s %s", name, value, variable->meaning);
    } else {
        diagnosis_remark(diagnosis, HEALTH_MEND, PREFIX "%s=%s is not understood", name, value);
        diagnosis_advise(diagnosis, "It takes %s.", variable->wanted);
    }
}

/* From *at on, the value of the next of ours, and its name; NULL when there is no more. */
static const char *next_setting(char ***at, char name[LONGEST])
{
    for (; **at; (*at)++) {
        const char *start = **at + strlen(PREFIX), *value = strchr(**at, '=');
        if (strncmp(**at, PREFIX, strlen(PREFIX)) == 0 && value) {
            snprintf(name, LONGEST, "%.*s", (int)(value - start), start);
            (*at)++;
            return value + 1;
        }
    }
    return NULL;
}

static bool examine_settings(struct diagnosis *diagnosis)
{
    char name[LONGEST], **at = environ;
    const char *value = next_setting(&at, name);
    bool found = value != NULL;
    for (; value; value = next_setting(&at, name))
        remark_variable(diagnosis, name, value);
    return found;
}

void environment_complain(FILE *to)
{
    char name[LONGEST], **at = environ;
    const char *value;
    while ((value = next_setting(&at, name))) {
        const struct variable *variable = find_variable(name);
        const char *nearest = variable ? NULL : nearest_name(name);
        if (variable && !variable->takes(value))
            fprintf(to, "timerleak: " PREFIX "%s=%s is not understood: it takes %s\n", name, value,
                    variable->wanted);
        else if (nearest)
            fprintf(to, "timerleak: " PREFIX "%s means nothing; did you mean " PREFIX "%s?\n", name,
                    nearest);
    }
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
