#include "views/labels.h"

#include "profile/process.h"
#include "views/values.h"

#include <string.h>
#include <time.h>

#define NS_PER_SECOND UINT64_C(1000000000)

uint64_t labels_total(const struct profile *profile, const struct sample_type *type)
{
    return sample_value(&profile->totals, type);
}

static void print_time(FILE *to, uint64_t real)
{
    char text[64];
    time_t seconds = (time_t)(real / NS_PER_SECOND);
    struct tm local;
    if (localtime_r(&seconds, &local) && strftime(text, sizeof(text), "%F %T %Z", &local))
        fprintf(to, "Time: %s\n", text);
}

/* As a merged profile has it: the earliest start, and the times of all processes together. */
static void print_duration(FILE *to, const struct profile *profile, const struct sample_type *type,
                           uint64_t total)
{
    static const struct sample_type time = {"duration", "nanoseconds", 0};
    uint64_t duration = 0, start = UINT64_MAX;
    for (size_t i = 0; i < profile->process_count; i++) {
        duration += process_duration(profile->processes[i]);
        if (profile->processes[i]->start_real < start)
            start = profile->processes[i]->start_real;
    }
    print_time(to, start);
    fprintf(to, "Duration: %s, Total samples = %s ",
            value_text(duration, value_unit_of(&time, duration)).s,
            value_text(total, value_unit_of(type, total)).s);
    if (strcmp(type->unit, "nanoseconds") == 0 && total > 0)
        fprintf(to, "(%s)", value_percentage(total, duration).s);
    fputc('\n', to);
}

static const char *build_id(const struct profile *profile, const char *path)
{
    for (size_t i = 1; i < profile->module_count; i++) {
        if (strcmp(profile->modules[i]->path, path) == 0)
            return profile->modules[i]->build_id;
    }
    return "";
}

void labels_print(FILE *to, const struct profile *profile, const struct sample_type *type,
                  uint64_t total)
{
    const struct process *process = profile->processes[0];
    const char *id = build_id(profile, process->exe);
    fprintf(to, "File: %s\n", process->name);
    if (*id)
        fprintf(to, "Build ID: %s\n", id);
    fprintf(to, "Type: %s\n", type->name);
    print_duration(to, profile, type, total);
}
