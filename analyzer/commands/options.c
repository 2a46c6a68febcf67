#include "commands/options.h"

#include "base/text.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum kind { FLAG, STRING, COUNT, FRACTION };

struct option {
    const char *name;
    enum kind kind;
    size_t field; /* offset in struct settings */
    const char *value;
    const char *help;
};

#define FIELD(name) offsetof(struct settings, name)

static const struct option options[OPTIONS] = {
    [OPTION_JSON] = {"json", FLAG, FIELD(json), NULL, "write JSON (schema timerleak/1)"},
    [OPTION_OUTPUT] = {"o", STRING, FIELD(output), "FILE", "write to FILE"},
    [OPTION_FAMILIES] = {"families", STRING, FIELD(families), "LIST",
                         "only these kinds of timer: posix,timerfd,itimer"},
    [OPTION_FOCUS] = {"focus", STRING, FIELD(focus), "REGEX",
                      "only stacks with a function, file or module that matches"},
    [OPTION_IGNORE] = {"ignore", STRING, FIELD(ignore), "REGEX", "no stacks that match"},
    [OPTION_SAMPLE_INDEX] = {"sample_index", STRING, FIELD(sample_index), "TYPE",
                             "the value to show: live, created, fired, age, never_fired, ..."},
    [OPTION_NODECOUNT] = {"nodecount", COUNT, FIELD(nodecount), "N", "show at most N entries"},
    [OPTION_NODEFRACTION] = {"nodefraction", FRACTION, FIELD(nodefraction), "F",
                             "hide entries below F of the total (0.005)"},
    [OPTION_CUM] = {"cum", FLAG, FIELD(cum), NULL, "sort by cum, not by flat"},
    [OPTION_FLAT] = {"flat", FLAG, FIELD(flat), NULL, "sort by flat"},
    [OPTION_CHILDREN] = {"children", STRING, FIELD(children), "yes|no",
                         "record child processes too (yes)"},
};

void settings_init(struct settings *settings)
{
    /* pprof's default: what has less than half a percent is noise. */
    *settings = (struct settings){.nodecount = -1, .nodefraction = 0.005};
}

static bool named(const struct option *option, const char *name, size_t length)
{
    return strlen(option->name) == length && memcmp(option->name, name, length) == 0;
}

static const struct option *find(const char *name, size_t length, uint64_t accepted)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        if ((accepted & OPTION_BIT(i)) && named(&options[i], name, length))
            return &options[i];
    }
    return NULL;
}

static void complain_unknown(const char *argument, const char *name, uint64_t accepted)
{
    const char *names[OPTIONS];
    size_t count = 0;
    for (size_t i = 0; i < OPTIONS; i++) {
        if (accepted & OPTION_BIT(i))
            names[count++] = options[i].name;
    }
    const char *nearest = text_nearest(name, names, count);
    fprintf(stderr, "timerleak: unknown option %s", argument);
    if (nearest)
        fprintf(stderr, "; did you mean --%s?", nearest);
    fputc('\n', stderr);
}

static bool set_flag(bool *flag, const char *value)
{
    if (!value || strcmp(value, "true") == 0 || strcmp(value, "1") == 0)
        *flag = true;
    else if (strcmp(value, "false") == 0 || strcmp(value, "0") == 0)
        *flag = false;
    else
        return false;
    return true;
}

static bool set_value(const struct option *option, struct settings *settings, const char *value)
{
    char *field = (char *)settings + option->field, *end;
    errno = 0;
    switch (option->kind) {
    case FLAG:
        return set_flag((bool *)(void *)field, value);
    case STRING:
        *(const char **)(void *)field = value;
        return true;
    case COUNT:
        *(long *)(void *)field = strtol(value, &end, 10);
        return *value && !*end && errno == 0 && *(long *)(void *)field >= -1;
    case FRACTION:
        *(double *)(void *)field = strtod(value, &end);
        return *value && !*end && *(double *)(void *)field >= 0 && *(double *)(void *)field <= 1;
    }
    return false;
}

/* Takes argv[i], and its value if that is argv[i + 1]; returns how many, 0 after a complaint. */
static int take(char **argv, int i, int argc, uint64_t accepted, struct settings *settings)
{
    const char *name = argv[i] + strspn(argv[i], "-");
    size_t length = strcspn(name, "=");
    const char *value = name[length] ? name + length + 1 : NULL;
    const struct option *option = find(name, length, accepted);
    int taken = 1;
    if (!option) {
        complain_unknown(argv[i], name, accepted);
        return 0;
    }
    if (!value && option->kind != FLAG) {
        if (i + 1 == argc) {
            fprintf(stderr, "timerleak: --%s needs a value: %s\n", option->name, option->value);
            return 0;
        }
        value = argv[i + 1];
        taken = 2;
    }
    if (!set_value(option, settings, value)) {
        fprintf(stderr, "timerleak: --%s does not take \"%s\"\n", option->name, value);
        return 0;
    }
    return taken;
}

static bool is_option(const char *argument)
{
    return argument[0] == '-' && argument[1] != '\0';
}

static int parse(int argc, char **argv, uint64_t accepted, struct settings *settings, bool before)
{
    int kept = 0, i = 1;
    while (i < argc && !(before && !is_option(argv[i]))) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (!is_option(argv[i])) {
            argv[1 + kept++] = argv[i++];
            continue;
        }
        int taken = take(argv, i, argc, accepted, settings);
        if (!taken)
            return -1;
        i += taken;
    }
    while (i < argc)
        argv[1 + kept++] = argv[i++];
    return kept;
}

int options_parse(int argc, char **argv, uint64_t accepted, struct settings *settings)
{
    return parse(argc, argv, accepted, settings, false);
}

int options_parse_before(int argc, char **argv, uint64_t accepted, struct settings *settings)
{
    return parse(argc, argv, accepted, settings, true);
}

void options_help(FILE *to, uint64_t accepted)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        if (!(accepted & OPTION_BIT(i)))
            continue;
        char left[40];
        const struct option *option = &options[i];
        snprintf(left, sizeof(left), "%s%s%s%s", strlen(option->name) > 1 ? "--" : "-",
                 option->name, option->value ? " " : "", option->value ? option->value : "");
        fprintf(to, "  %-22s %s\n", left, option->help);
    }
}
