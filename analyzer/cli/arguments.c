#include "cli/arguments.h"

#include "base/errors.h"
#include "base/text.h"
#include "cli/status.h"

#include <string.h>

/* A command line as far as it is read. */
struct parsing {
    int argc;
    char **argv;
    const enum option_id *accepted;
    struct settings *settings;
    bool chosen[OPTIONS]; /* those that made a choice */
};

/* The name alone is compared: a value would make it unlike any. */
static void complain_unknown(const char *argument, const char *name, size_t length,
                             const enum option_id *accepted)
{
    const char *names[OPTIONS];
    char word[64];
    size_t count = 0;
    snprintf(word, sizeof(word), "%.*s", (int)length, name);
    for (enum option_id id = 0; id < OPTIONS; id++) {
        if (options_have(accepted, id))
            names[count++] = option_name(id);
    }
    const char *nearest = text_nearest(word, names, count);
    if (nearest)
        complain("unknown option %s; did you mean %s%s?", argument, option_dashes(nearest),
                 nearest);
    else
        complain("unknown option %s", argument);
}

/* As in pprof: of several choices none is a guess. */
static bool arguments_choose(struct parsing *parsing, enum option_id id, const char *value)
{
    if (!option_chooses(id, value))
        return true;
    for (enum option_id other = 0; other < OPTIONS; other++) {
        if (parsing->chosen[other] && option_excludes(other, id)) {
            complain("--%s and --%s exclude each other", option_name(other), option_name(id));
            return false;
        }
    }
    parsing->chosen[id] = true;
    return true;
}

/* An option as it is written: "-name", "--name" or "--name=value". */
struct written {
    const char *name, *value; /* value: NULL if it has none here */
    size_t length;            /* of the name */
    enum option_id id;        /* OPTIONS if that is not accepted */
};

static struct written read_option(const char *argument, const enum option_id *accepted)
{
    struct written option = {.name = argument + strspn(argument, "-")};
    option.length = strcspn(option.name, "=");
    if (option.name[option.length])
        option.value = option.name + option.length + 1;
    option.id = option_find(option.name, option.length, accepted);
    return option;
}

/* Whether its value is the argument after it. */
static bool option_takes_next(const struct written *option)
{
    return option->id != OPTIONS && !option->value && !option_is_flag(option->id);
}

/* Takes argv[i], and its value if that is argv[i + 1]; returns how many, 0 after a complaint. */
static int arguments_take(struct parsing *parsing, int i)
{
    const char *argument = parsing->argv[i];
    struct written option = read_option(argument, parsing->accepted);
    enum option_id id = option.id;
    int taken = 1;
    if (id == OPTIONS) {
        complain_unknown(argument, option.name, option.length, parsing->accepted);
        return 0;
    }
    if (option_takes_next(&option)) {
        if (i + 1 == parsing->argc) {
            complain("%s%s needs a value: %s", option_dashes(option_name(id)), option_name(id),
                     option_value(id));
            return 0;
        }
        option.value = parsing->argv[i + 1];
        taken = 2;
    }
    if (!option_set(id, parsing->settings, option.value)) {
        complain("%s%s does not take \"%s\": %s", option_dashes(option_name(id)), option_name(id),
                 option.value, option_help(id));
        return 0;
    }
    return arguments_choose(parsing, id, option.value) ? taken : 0;
}

static bool is_option(const char *argument)
{
    return argument[0] == '-' && argument[1] != '\0';
}

bool arguments_is_help(const char *argument)
{
    const char *name = argument + strspn(argument, "-");
    return is_option(argument) && (strcmp(name, "help") == 0 || strcmp(name, "h") == 0);
}

bool arguments_ask_help(int argc, char **argv, const enum option_id *accepted, bool before)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (arguments_is_help(argv[i]))
            return true;
        if (!is_option(argv[i]) && before)
            return false;
        if (is_option(argv[i])) {
            struct written option = read_option(argv[i], accepted);
            i += option_takes_next(&option);
        }
    }
    return false;
}

static int arguments_read(int argc, char **argv, const enum option_id *accepted,
                          struct settings *settings, bool before)
{
    struct parsing parsing = {argc, argv, accepted, settings, {false}};
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
        int taken = arguments_take(&parsing, i);
        if (!taken)
            return -1;
        i += taken;
    }
    while (i < argc)
        argv[1 + kept++] = argv[i++];
    return kept;
}

int arguments_parse(int argc, char **argv, const enum option_id *accepted,
                    struct settings *settings)
{
    return arguments_read(argc, argv, accepted, settings, false);
}

int arguments_parse_before(int argc, char **argv, const enum option_id *accepted,
                           struct settings *settings)
{
    return arguments_read(argc, argv, accepted, settings, true);
}

int arguments_unknown(const char *what, const char *word, const char *const *names, size_t count,
                      const char *help)
{
    const char *nearest = text_nearest(word, names, count);
    if (nearest)
        complain("%s \"%s\"; did you mean \"%s\"? Try: %s", what, word, nearest, help);
    else
        complain("%s \"%s\". Try: %s", what, word, help);
    return EXIT_USAGE;
}
