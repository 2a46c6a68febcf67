#include "core/settings.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "core/machine.h"
#include "recording.h"

#define DEFAULT_OUTPUT "%e.%p.tlk"
#define DEFAULT_DEPTH 64

static size_t parse_size(const char *text)
{
    char *unit;
    size_t size;

    if (!text)
        return 0;
    size = strtoull(text, &unit, 10);
    switch (*unit) {
    case 'G':
        size *= 1024; /* fall through */
    case 'M':
        size *= 1024; /* fall through */
    case 'K':
        size *= 1024;
    }
    return size;
}

/* What the process was started with, where the kernel put it. */
static char **first_environment(void)
{
    char **one = (char **)__libc_stack_end + 1;

    while (*one++)
        ;
    return one;
}

static const char *environment_find(char **environment, const char *name)
{
    size_t length = strlen(name);

    for (; environment && *environment; environment++)
        if (!strncmp(*environment, name, length) && (*environment)[length] == '=')
            return *environment + length + 1;
    return NULL;
}

/*
 * Timers may be made before libc's own initialization has set `environ`, which is empty then, or
 * has what the program itself has put there since.
 */
static const char *environment_get(const char *name)
{
    const char *value = environment_find(environ, name);

    return value ? value : environment_find(first_environment(), name);
}

/* Nothing is allocated for it: the environment is the program's. */
void settings_hand_on_preload(void)
{
    static char preload[16384] = "LD_PRELOAD=";
    const size_t name = sizeof("LD_PRELOAD=") - 1;
    char **each = environ ? environ : first_environment();
    const char *value = environment_find(each, "TIMERLEAK_PRELOAD");

    if (!value || strlen(value) >= sizeof(preload) - name || getauxval(AT_SECURE))
        return;
    strcpy(preload + name, value);
    for (; *each; each++)
        if (!strncmp(*each, preload, name))
            *each = preload;
}

/* A relative name counts from where the program was started, not from where it may go later. */
static bool set_output(struct settings *settings, const char *name)
{
    size_t length = 0;

    if (name[0] != '/') {
        if (!getcwd(settings->output, sizeof(settings->output) - 1))
            return false;
        length = strlen(settings->output);
        settings->output[length++] = '/';
    }
    if (length + strlen(name) >= sizeof(settings->output))
        return false;
    strcpy(settings->output + length, name);
    return true;
}

bool settings_read(struct settings *settings)
{
    const char *output = environment_get("TIMERLEAK_OUTPUT");
    const char *session = environment_get("TIMERLEAK_SESSION");
    const char *only_pid = environment_get("TIMERLEAK_ONLY_PID");
    const char *depth = environment_get("TIMERLEAK_DEPTH");
    const char *sample = environment_get("TIMERLEAK_SAMPLE");
    const char *enabled = environment_get("TIMERLEAK_ENABLED");
    const char *families = environment_get("TIMERLEAK_FAMILIES");

    if (getauxval(AT_SECURE))
        return false;
    settings->session = session ? strtoull(session, NULL, 16) : 0;
    settings->only_pid = only_pid ? atoi(only_pid) : 0;
    snprintf(settings->families, sizeof(settings->families), "%s", families ? families : "");
    settings->size = parse_size(environment_get("TIMERLEAK_SIZE"));
    settings->one_in = sample && atoi(sample) > 0 ? (uint32_t)atoi(sample) : 1;
    settings->asleep = enabled && strcmp(enabled, "0") == 0;
    settings->depth = depth ? (uint32_t)atoi(depth) : DEFAULT_DEPTH;
    if (settings->depth < 1 || settings->depth > TLK_MAX_DEPTH)
        settings->depth = DEFAULT_DEPTH;
    return set_output(settings, output && *output ? output : DEFAULT_OUTPUT);
}

static bool is_chosen(const char *pattern, const char *program, const char *exe)
{
    const char *slash = strrchr(exe, '/');

    return strchr(pattern, '/') ? fnmatch(pattern, exe, 0) == 0
                                : fnmatch(pattern, program, 0) == 0 ||
                                      fnmatch(pattern, slash ? slash + 1 : exe, 0) == 0;
}

bool settings_choosy(void)
{
    const char *list = environment_get("TIMERLEAK_EXE");

    return list && *list;
}

bool settings_choose(const char *program, const char *exe)
{
    const char *list = environment_get("TIMERLEAK_EXE");
    char pattern[4096];

    if (!settings_choosy())
        return true;
    while (*list) {
        size_t length = strcspn(list, ",");

        snprintf(pattern, sizeof(pattern), "%.*s", (int)length, list);
        if (is_chosen(pattern, program, exe))
            return true;
        list += length + (list[length] == ',');
    }
    return false;
}
