#include "recordings.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

json_t *report_read(const char *file, char **error)
{
    char *timerleak = built("timerleak");
    const char *const argv[] = {timerleak, "report", "--json", file, NULL};
    struct outcome outcome = command_run(&(struct command){.argv = argv});
    json_error_t problem;
    json_t *report = NULL;

    if (outcome_code(&outcome))
        *error = text_make("%s: report --json ends with %d: %s", file, outcome_code(&outcome),
                           outcome.err);
    else if (!(report = json_loads(outcome.out, 0, &problem)))
        *error = text_make("%s: report --json is no JSON: %s", file, problem.text);
    outcome_forget(&outcome);
    free(timerleak);
    return report;
}

long long number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_is_integer(value) ? json_integer_value(value) : -1;
}

const char *text_of(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value ? value : "";
}

/* Of packages that make timers for who calls them. */
static bool is_gos_own(const char *function)
{
    return !strncmp(function, "time.", 5) || !strncmp(function, "context.", 8);
}

const json_t *frame_of(const json_t *site, size_t i)
{
    const json_t *stack = json_object_get(site, "stack"), *frame = json_array_get(stack, 1);
    const char *library = text_of(frame, "module");
    bool loops = *text_of(site, "loop"), go = !strcmp(text_of(site, "family"), "go");
    size_t skipped = 0;

    while (i > 0 && ((loops && !strcmp(text_of(frame, "module"), library)) ||
                     (go && is_gos_own(text_of(frame, "function")))))
        frame = json_array_get(stack, 1 + ++skipped);
    return json_array_get(stack, i + skipped);
}

long long unbalanced(const json_t *site)
{
    return number_of(site, "created") + number_of(site, "inherited") - number_of(site, "released") -
           number_of(site, "live");
}

static long long pid_of(const struct recording *recording)
{
    return number_of(json_object_get(recording->report, "process"), "pid");
}

/*
 * Processes in the order in which they were made: pids count up from the first one's, and begin
 * anew at the bottom. The start of a recording tells little: a parent's may begin at its end.
 */
static int by_making(const void *a, const void *b, void *first_pid)
{
    const struct recording *first = a, *second = b;
    uint32_t since_first = (uint32_t)(pid_of(first) - *(pid_t *)first_pid) & INT32_MAX;
    uint32_t since_second = (uint32_t)(pid_of(second) - *(pid_t *)first_pid) & INT32_MAX;

    if (since_first != since_second)
        return since_first > since_second ? 1 : -1;
    return strcmp(text_of(json_object_get(first->report, "process"), "start"),
                  text_of(json_object_get(second->report, "process"), "start"));
}

static void name_processes(struct recordings *recordings, pid_t pid)
{
    for (size_t i = 0; i < recordings->count; i++) {
        struct recording *recording = &recordings->items[i];
        json_t *argv = json_object_get(json_object_get(recording->report, "process"), "argv");
        const char *first = json_string_value(json_array_get(argv, 1));
        int same = 1;

        if (!first)
            first = pid_of(recording) == pid ? "main" : "child";
        for (size_t j = 0; j < i; j++)
            same += !strncmp(recordings->items[j].name, first, strlen(first));
        if (same == 1)
            snprintf(recording->name, sizeof(recording->name), "%s", first);
        else
            snprintf(recording->name, sizeof(recording->name), "%s%d", first, same);
    }
}

static void read_one(struct recordings *recordings, char *path, FILE *complaints)
{
    char *error = NULL;
    json_t *report = report_read(path, &error);

    if (!report) {
        fprintf(complaints, "%s\n", error);
        free(error);
        free(path);
        return;
    }
    recordings->items =
        realloc(recordings->items, (recordings->count + 1) * sizeof(*recordings->items));
    recordings->items[recordings->count++] = (struct recording){path, report, ""};
}

static struct recordings read_all(const char *directory, pid_t pid, FILE *complaints)
{
    struct recordings recordings = {0};
    DIR *stream = opendir(directory);
    struct dirent *entry;

    while (stream && (entry = readdir(stream)))
        if (strstr(entry->d_name, ".tlk"))
            read_one(&recordings, text_make("%s/%s", directory, entry->d_name), complaints);
    if (stream)
        closedir(stream);
    if (recordings.count > 1)
        qsort_r(recordings.items, recordings.count, sizeof(*recordings.items), by_making, &pid);
    return recordings;
}

struct recordings recordings_read(const char *directory, pid_t pid, FILE *complaints)
{
    struct recordings recordings = read_all(directory, pid, complaints);

    name_processes(&recordings, pid);
    return recordings;
}

struct recordings recordings_read_below(const char *directory, pid_t launcher, FILE *complaints)
{
    struct recordings recordings = read_all(directory, launcher, complaints);

    if (recordings.count)
        name_processes(&recordings, (pid_t)pid_of(&recordings.items[0]));
    return recordings;
}

void recordings_forget(struct recordings *recordings)
{
    for (size_t i = 0; i < recordings->count; i++) {
        free(recordings->items[i].path);
        json_decref(recordings->items[i].report);
    }
    free(recordings->items);
}
