#include "ci.h"

#include "profile/process.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAIN                                                                                       \
    {                                                                                              \
        "main", "/src/main.c", 9, NULL                                                             \
    }

const struct made ci_server[] = {
    {.live = MANY, .armed = true, .frames = {{"accept_client", "/src/net.c", 214, NULL}, MAIN}},
    {.live = MANY, .frames = {{"reconnect", "/src/retry.c", 8, NULL}, MAIN}},
    {.live = 3, .frames = {{"metrics_init", "/src/metrics.c", 31, NULL}, MAIN}},
    {.live = 0, .frames = {{"look_up", "/src/dns.c", 7, NULL}, MAIN}},
};

char *ci_text(gate_export *write, const struct made *sites, size_t count,
              struct gate_options options)
{
    struct gate gate;
    struct profile *profile = made_profile(sites, count);
    gate_judge(&gate, profile, &options, rules_of("leak:^reconnect$"), NULL);
    char *text = gate_text(write, &gate);
    gate_free(&gate);
    profile_free(profile);
    return text;
}

char *ci_server_text(gate_export *write)
{
    return ci_text(write, ci_server, 4, leaks_fail);
}

char *ci_hostile_text(gate_export *write)
{
    return ci_text(write, &hostile, 1, leaks_fail);
}

char *ci_many_text(gate_export *write, size_t count, const char *function)
{
    struct made *sites = calloc(count, sizeof(*sites));
    for (size_t i = 0; i < count; i++)
        sites[i] = (struct made){.live = MANY, .frames = {{function, "/src/f.c", 1, NULL}, MAIN}};
    char *text = ci_text(write, sites, count, leaks_fail);
    free(sites);
    return text;
}

struct gate_options ci_doubtful(void)
{
    struct gate_options options = leaks_fail;
    options.incomplete = true;
    options.max_live = 4;
    return options;
}

char *ci_partial_text(gate_export *write)
{
    struct gate gate;
    struct profile *profile = made_profile(ci_server, 4);
    struct process *process = profile->processes[0];
    process->one_in = 100;
    process->slept = 3 * SECOND;
    process->omitted[TLK_OMIT_ASLEEP] = 7;
    process->omitted[TLK_OMIT_IGNORED] = 2;
    gate_judge(&gate, profile, &leaks_fail, NULL, NULL);
    char *text = gate_text(write, &gate);
    gate_free(&gate);
    profile_free(profile);
    return text;
}

void ci_expect_part(const char *text, const char *part)
{
    cr_expect(strstr(text, part), "\"%s\" is missing in:\n%s", part, text);
}

void ci_expect_no_part(const char *text, const char *part)
{
    cr_expect_not(strstr(text, part), "\"%s\" is in:\n%s", part, text);
}

size_t ci_count_parts(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

void ci_expect_accepted(const char *command, const char *text)
{
    char *path = file_of(text), line[300];
    char probe[100];
    snprintf(probe, sizeof(probe), "command -v %.*s > /dev/null", (int)strcspn(command, " "),
             command);
    if (system(probe) == 0) {
        snprintf(line, sizeof(line), "%s < %s", command, path);
        cr_expect_eq(system(line), 0, "%s does not take:\n%s", command, text);
    }
    unlink(path);
    free(path);
}

json_t *ci_json(char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    cr_assert(json, "%s in:\n%s", error.text, text);
    free(text);
    return json;
}

const char *ci_string(const json_t *json, const char *key)
{
    const char *string = json_string_value(json_object_get(json, key));
    return string ? string : "";
}
