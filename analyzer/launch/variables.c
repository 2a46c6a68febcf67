#include "launch/variables.h"

#include "base/errors.h"
#include "base/text.h"
#include "launch/launch.h"
#include "profile/families.h"
#include "recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool takes_any(const char *value)
{
    (void)value;
    return true;
}

static bool is_families(const char *list)
{
    uint64_t families;
    struct text unknown;
    return family_parse(list, &families, &unknown);
}

static bool takes_number(const char *value, unsigned long least, unsigned long most)
{
    char *end;
    unsigned long number = strtoul(value, &end, 10);
    return end != value && *end == '\0' && *value != '-' && number >= least && number <= most;
}

static bool takes_depth(const char *value)
{
    return takes_number(value, 1, TLK_MAX_DEPTH);
}

static bool takes_one_in(const char *value)
{
    return takes_number(value, 1, INT32_MAX);
}

static bool takes_size(const char *value)
{
    char *unit;
    unsigned long long size = strtoull(value, &unit, 10);
    const char *place = *unit ? strchr("KMG", *unit) : "";
    if (unit == value || *value == '-' || !place || (*unit && unit[1]))
        return false;
    int shift = *unit == 'G' ? 30 : *unit == 'M' ? 20 : *unit == 'K' ? 10 : 0;
    return size > (TLK_SMALLEST - 1) >> shift;
}

static bool takes_switch(const char *value)
{
    return strcmp(value, "0") == 0 || strcmp(value, "1") == 0;
}

static const struct variable variables[] = {
    {"SHIM", takes_any, "", "names the shim to preload"},
    {"OUTPUT", takes_any, "",
     "names recordings where the shim is preloaded by hand; `record` has -o"},
    {"COMMAND", takes_any, "", "names the command that tests run which include timerleak_verify.h"},
    {"SESSION", takes_any, "", "marks a run of `record`; leave it to that"},
    {"ONLY_PID", takes_any, "", "records one process alone, as `record --children=no` has it"},
    {"PRELOAD", takes_any, "", "is what children have preloaded; leave it to `record`"},
    {"FAMILIES", is_families, "names of families, with commas between them",
     "records these kinds of timer alone"},
    {"SIZE", takes_size, "bytes, perhaps with K, M or G, and at least 64K", "limits a recording"},
    {"DEPTH", takes_depth, "a number from 1 to 128", "is how many frames of a stack are kept"},
    {"SAMPLE", takes_one_in, "a whole number", "records one timer of so many"},
    {"ENABLED", takes_switch, "0 or 1",
     "says whether recordings start awake (1): timerleak-ctl(1)"},
    {"EXE", takes_any, "", "records programs of these names alone"},
    {"BINARY_PATH", takes_any, "", "lists where binaries and debug files are looked for"},
    {"CACHE", takes_any, "", "is where names are kept for later reports; off: nowhere"},
};

#define VARIABLES (sizeof(variables) / sizeof(*variables))

const struct variable *variable_at(size_t index)
{
    return index < VARIABLES ? &variables[index] : NULL;
}

const struct variable *variable_find(const char *name)
{
    for (size_t i = 0; i < VARIABLES; i++) {
        if (strcmp(variables[i].name, name) == 0)
            return &variables[i];
    }
    return NULL;
}

const char *variable_nearest(const char *name)
{
    const char *names[VARIABLES];
    for (size_t i = 0; i < VARIABLES; i++)
        names[i] = variables[i].name;
    return text_nearest(name, names, VARIABLES);
}

const char *variable_next(char ***at, char name[VARIABLE_NAME_SIZE])
{
    size_t prefix = strlen(VARIABLE_PREFIX);
    for (; **at; (*at)++) {
        const char *setting = **at, *value = strchr(setting, '=');
        if (strncmp(setting, VARIABLE_PREFIX, prefix) == 0 && value) {
            setting += prefix;
            snprintf(name, VARIABLE_NAME_SIZE, "%.*s", (int)(value - setting), setting);
            (*at)++;
            return value + 1;
        }
    }
    return NULL;
}

void variables_complain(void)
{
    char name[VARIABLE_NAME_SIZE], **at = environ;
    const char *value;
    while ((value = variable_next(&at, name))) {
        const struct variable *variable = variable_find(name);
        const char *nearest = variable ? NULL : variable_nearest(name);
        if (variable && !variable->takes(value))
            complain(VARIABLE_PREFIX "%s=%s is not understood: it takes %s", name, value,
                     variable->wanted);
        else if (nearest)
            complain(VARIABLE_PREFIX "%s means nothing; did you mean " VARIABLE_PREFIX "%s?", name,
                     nearest);
    }
}

void variables_forget(void)
{
    for (size_t i = 0; i < VARIABLES; i++) {
        char name[VARIABLE_NAME_SIZE + sizeof(VARIABLE_PREFIX)];
        snprintf(name, sizeof(name), VARIABLE_PREFIX "%s", variables[i].name);
        unsetenv(name);
    }
}
