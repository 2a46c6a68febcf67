#include "cli/options.h"

#include "base/measure.h"
#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum kind { FLAG, STRING, WORD, UNIT, COUNT, FRACTION, SECONDS, PERIOD, CHOICE };

struct option {
    const char *name;
    enum kind kind;
    size_t field; /* offset in struct settings */
    const char *value;
    const char *help;
    const char *also; /* another name for it, NULL: none */
};

#define LEAST_SECONDS 0.1
#define USUAL_SECONDS 2
#define MOST_SECONDS (24 * 60 * 60)

#define FIELD(name) offsetof(struct settings, name)
#define ROW(name, kind, field, value, help)                                                        \
    {                                                                                              \
        name, kind, FIELD(field), value, help, NULL                                                \
    }
#define FLAG_ROW(name, field, help) ROW(name, FLAG, field, NULL, help)
#define CHOICE_ROW(name, field, help) ROW(name, CHOICE, field, NULL, help)

static const struct option options[OPTIONS] = {
    [OPTION_JSON] = FLAG_ROW("json", json, "write JSON (schema timerleak/1)"),
    [OPTION_OUTPUT] = ROW("o", STRING, output, "FILE", "write to FILE"),
    [OPTION_FAMILIES] = {"families", STRING, FIELD(families), "LIST",
                         "only these kinds of timer: timerfd,libuv,...; or all", "family"},
    [OPTION_CHILDREN] =
        ROW("children", STRING, children, "yes|no", "record child processes too (yes)"),
    [OPTION_EXE] =
        ROW("exe", STRING, exe, "LIST", "only programs of these names, which may hold * and ?"),
    [OPTION_SAMPLE] =
        ROW("sample", COUNT, sample, "N", "record one timer in N; counts are estimated from those"),
    [OPTION_PORTABLE] =
        FLAG_ROW("portable", portable, "keep names with it, to be read on another machine"),
    [OPTION_PROCESS] =
        ROW("p", COUNT, process, "PID", "a process that runs already, and its children"),
    [OPTION_ALL] = FLAG_ROW("a", all, "all processes of this machine"),
    [OPTION_FOR] = ROW("for", SECONDS, duration, "SECONDS", "end after so long"),
    [OPTION_SAMPLE_INDEX] = ROW("sample_index", STRING, sample_index, "TYPE",
                                "value: live, created, armed, fired, age, wakeups, ..."),
    [OPTION_FOCUS] = ROW("focus", STRING, focus, "REGEX",
                         "only stacks in which a function, file or module matches"),
    [OPTION_IGNORE] = ROW("ignore", STRING, ignore, "REGEX", "no stacks that match"),
    [OPTION_SHOW] = ROW("show", STRING, show, "REGEX", "only frames that match"),
    [OPTION_HIDE] = ROW("hide", STRING, hide, "REGEX", "no frames that match"),
    [OPTION_SHOW_FROM] =
        ROW("show_from", STRING, show_from, "REGEX", "no frames above the highest that matches"),
    [OPTION_TAGFOCUS] = ROW("tagfocus", STRING, tagfocus, "TAGS",
                            "only timers so labelled: verdict=leak, age=10s:"),
    [OPTION_TAGIGNORE] = ROW("tagignore", STRING, tagignore, "TAGS", "no timers so labelled"),
    [OPTION_FLAT] = CHOICE_ROW("flat", sort, "sort by flat (the default)"),
    [OPTION_CUM] = CHOICE_ROW("cum", sort, "sort by cum"),
    [OPTION_NAMES] = ROW("names", WORD, names, "short|full",
                         "C++ names: as much as tells them apart (short), or all"),
    [OPTION_NODECOUNT] = ROW("nodecount", COUNT, nodecount, "N", "show at most N entries"),
    [OPTION_NODEFRACTION] = ROW("nodefraction", FRACTION, nodefraction, "F",
                                "hide entries below F of the total (0.005)"),
    [OPTION_EDGEFRACTION] =
        ROW("edgefraction", FRACTION, edgefraction, "F", "hide calls below F of the total (0.001)"),
    [OPTION_TRIM] = FLAG_ROW("trim", trim, "keep to these three limits; =false: show all"),
    [OPTION_FUNCTIONS] =
        CHOICE_ROW("functions", granularity, "an entry for each function (the default)"),
    [OPTION_FILEFUNCTIONS] =
        CHOICE_ROW("filefunctions", granularity, "an entry for each function of each file"),
    [OPTION_FILES] = CHOICE_ROW("files", granularity, "an entry for each file"),
    [OPTION_LINES] = CHOICE_ROW("lines", granularity, "an entry for each line"),
    [OPTION_ADDRESSES] = CHOICE_ROW("addresses", granularity, "an entry for each address"),
    [OPTION_NOINLINES] =
        FLAG_ROW("noinlines", noinlines, "count inlined functions as the one they are in"),
    [OPTION_CALL_TREE] =
        FLAG_ROW("call_tree", call_tree, "--dot: a node for each path to a function"),
    [OPTION_UNIT] =
        ROW("unit", UNIT, unit, "UNIT", "unit of times: ns, us, ms, s, hrs, auto (minimum)"),
    [OPTION_RELATIVE_PERCENTAGES] = FLAG_ROW("relative_percentages", relative_percentages,
                                             "of what the filters leave, not of all"),
    [OPTION_COMPACT_LABELS] =
        FLAG_ROW("compact_labels", compact_labels, "fewer lines above the table"),
    [OPTION_SOURCE_PATH] = ROW("source_path", STRING, source_path, "DIR:DIR",
                               "where source files are (the working directory)"),
    [OPTION_TRIM_PATH] = ROW("trim_path", STRING, trim_path, "DIR:DIR",
                             "what to cut off the paths of source files first"),
    [OPTION_SYMFS] =
        ROW("symfs", STRING, symfs, "DIR", "root of what was recorded, for its binaries"),
    [OPTION_WITH_SOURCE] =
        FLAG_ROW("with-source", with_source, "put source lines around all places into it, too"),
    [OPTION_BASE] = ROW("base", STRING, base, "FILE", "show what is more than in FILE"),
    [OPTION_DIFF_BASE] =
        ROW("diff_base", STRING, diff_base, "FILE", "the same, in percent of what FILE has"),
    [OPTION_NORMALIZE] = FLAG_ROW("normalize", normalize, "scale to the sums of the base"),
    [OPTION_DROP_NEGATIVE] =
        FLAG_ROW("drop_negative", drop_negative, "no entries with less than in the base"),
    [OPTION_PPROF] = CHOICE_ROW("pprof", format, "profile.proto, in a file whose name is printed"),
    [OPTION_LEGACY] =
        CHOICE_ROW("legacy", format, "for google-pprof --inuse_objects: a heap profile"),
    [OPTION_COLLAPSED] = CHOICE_ROW("collapsed", format, "collapsed stacks, for flame graphs"),
    [OPTION_SPEEDSCOPE] = CHOICE_ROW("speedscope", format, "for speedscope"),
    [OPTION_CSV] = CHOICE_ROW("csv", format, "a table with a row for each sample"),
    [OPTION_DOT] = CHOICE_ROW("dot", format, "for Graphviz: dot -Tsvg"),
    [OPTION_HTTP] =
        ROW("http", STRING, http, "ADDR:PORT", "where to serve (127.0.0.1, any free port)"),
    [OPTION_BASELINE] = ROW("baseline", STRING, baseline, "FILE", "sites in this file do not fail"),
    [OPTION_UPDATE_BASELINE] =
        FLAG_ROW("update-baseline", update_baseline, "write what is found now into that file"),
    [OPTION_SUPPRESSIONS] = ROW("suppressions", STRING, suppressions, "FILE",
                                "what does not count: see timerleak explain suppressions"),
    [OPTION_GEN_SUPPRESSIONS] =
        FLAG_ROW("gen-suppressions", gen_suppressions, "print rules for what fails"),
    [OPTION_FAIL_ON] = ROW("fail-on", STRING, fail_on, "LIST",
                           "what fails: leak (the default), growing, held, states"),
    [OPTION_MAX_LIVE] = ROW("max-live", COUNT, max_live, "N",
                            "fail if more than N timers live, suppressed ones aside"),
    [OPTION_MAX_DROPPED] = ROW("max-dropped", COUNT, max_dropped, "N",
                               "events that a recording may have lost (0); -1: any"),
    [OPTION_ALLOW_EMPTY] =
        FLAG_ROW("allow-empty", allow_empty, "pass if no timer was created at all"),
    [OPTION_SARIF] = ROW("sarif", STRING, sarif, "OUT",
                         "write SARIF, for GitHub; OUT may be -: standard output"),
    [OPTION_JUNIT] = ROW("junit", STRING, junit, "OUT", "write JUnit XML"),
    [OPTION_GITLAB] = ROW("gitlab", STRING, gitlab, "OUT", "write GitLab's code quality"),
    [OPTION_MARKDOWN] = ROW("markdown", STRING, markdown, "OUT", "write a summary, for a comment"),
    [OPTION_PROMETHEUS] =
        ROW("prometheus", STRING, prometheus, "OUT", "write metrics, for the textfile collector"),
    [OPTION_JSON_FILE] = ROW("json", STRING, json_file, "OUT", "write JSON (schema timerleak/1)"),
    [OPTION_GITHUB] = FLAG_ROW("github", github, "print annotations for GitHub Actions"),
    [OPTION_SOURCE_ROOT] = ROW("source-root", STRING, source_root, "DIR",
                               "where the repository is (the working directory)"),
    [OPTION_BY] = ROW("by", WORD, by, "process|cgroup",
                      "a row for each process, or container or systemd unit"),
    [OPTION_WATCH] =
        ROW("watch", PERIOD, watch, NULL, "show what grows, looking every 2 seconds, or =SECONDS"),
    [OPTION_INTERVAL] =
        ROW("interval", SECONDS, interval, "SECONDS", "time between two looks, 0.1 or more (2)"),
    [OPTION_COUNT] = ROW("count", COUNT, count, "N", "end after N looks"),
};

/* What a CHOICE sets its field to. */
static const int choices[OPTIONS] = {
    [OPTION_FLAT] = SORT_FLAT,
    [OPTION_CUM] = SORT_CUM,
    [OPTION_FUNCTIONS] = GRANULARITY_FUNCTIONS,
    [OPTION_FILEFUNCTIONS] = GRANULARITY_FILEFUNCTIONS,
    [OPTION_FILES] = GRANULARITY_FILES,
    [OPTION_LINES] = GRANULARITY_LINES,
    [OPTION_ADDRESSES] = GRANULARITY_ADDRESSES,
    [OPTION_PPROF] = EXPORT_PPROF,
    [OPTION_LEGACY] = EXPORT_LEGACY,
    [OPTION_COLLAPSED] = EXPORT_COLLAPSED,
    [OPTION_SPEEDSCOPE] = EXPORT_SPEEDSCOPE,
    [OPTION_CSV] = EXPORT_CSV,
    [OPTION_DOT] = EXPORT_DOT,
};

static int choice_of(const struct option *option)
{
    return choices[option - options];
}

void settings_init(struct settings *settings)
{
    /* pprof's defaults: what has less than half a percent is noise. */
    *settings = (struct settings){.nodecount = -1,
                                  .sample = -1,
                                  .process = -1,
                                  .max_live = -1,
                                  .nodefraction = 0.005,
                                  .edgefraction = 0.001,
                                  .trim = true,
                                  .by = "process",
                                  .interval = USUAL_SECONDS,
                                  .names = "short",
                                  .unit = "minimum"};
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

static bool set_number(double *number, const char *value, double least, double most)
{
    char *end;
    *number = strtod(value, &end);
    return *value && !*end && *number >= least && *number <= most;
}

/* One of the words with bars between them. */
static bool is_word_of(const char *words, const char *value)
{
    size_t length;
    for (; *words; words += length + (words[length] == '|')) {
        length = strcspn(words, "|");
        if (text_is(words, length, value))
            return true;
    }
    return false;
}

static bool set_value(const struct option *option, struct settings *settings, const char *value)
{
    char *field = (char *)settings + option->field, *end;
    bool chosen;
    errno = 0;
    switch (option->kind) {
    case FLAG:
        return set_flag((bool *)(void *)field, value);
    case STRING:
        *(const char **)(void *)field = value;
        return true;
    case WORD:
        *(const char **)(void *)field = value;
        return is_word_of(option->value, value);
    case UNIT:
        *(const char **)(void *)field = value;
        return measure_knows(value);
    case COUNT:
        *(long *)(void *)field = strtol(value, &end, 10);
        return *value && !*end && errno == 0 && *(long *)(void *)field >= -1;
    case CHOICE:
        if (!set_flag(&chosen, value))
            return false;
        if (chosen)
            *(int *)(void *)field = choice_of(option);
        return true;
    case FRACTION:
        return set_number((double *)(void *)field, value, 0, 1);
    case PERIOD:
        if (!value) {
            *(double *)(void *)field = USUAL_SECONDS;
            return true;
        }
        return set_number((double *)(void *)field, value, LEAST_SECONDS, MOST_SECONDS);
    case SECONDS:
        return set_number((double *)(void *)field, value, LEAST_SECONDS, MOST_SECONDS);
    }
    return false;
}

static bool needs_value(const struct option *option)
{
    return option->kind != FLAG && option->kind != CHOICE && option->kind != PERIOD;
}

bool options_have(const enum option_id *list, enum option_id id)
{
    while (list && *list != OPTIONS && *list != id)
        list++;
    return list && *list != OPTIONS;
}

size_t options_count(const enum option_id *list)
{
    size_t count = 0;
    for (enum option_id id = 0; id < OPTIONS; id++)
        count += options_have(list, id);
    return count;
}

void options_help(FILE *to, const enum option_id *accepted)
{
    for (enum option_id id = 0; id < OPTIONS; id++) {
        if (!options_have(accepted, id))
            continue;
        char left[40];
        const struct option *option = &options[id];
        snprintf(left, sizeof(left), "%s%s%s%s", option_dashes(option->name), option->name,
                 option->value ? " " : "", option->value ? option->value : "");
        fprintf(to, "  %-22s %s\n", left, option->help);
    }
}

const char *option_dashes(const char *name)
{
    return strlen(name) > 1 ? "--" : "-";
}

const char *option_name(enum option_id id)
{
    return id < OPTIONS ? options[id].name : NULL;
}

const char *option_help(enum option_id id)
{
    return id < OPTIONS ? options[id].help : NULL;
}

const char *option_value(enum option_id id)
{
    return id < OPTIONS ? options[id].value : NULL;
}

static bool option_is_called(const char *name, const char *called, size_t length)
{
    return name && strlen(name) == length && memcmp(name, called, length) == 0;
}

enum option_id option_find(const char *name, size_t length, const enum option_id *accepted)
{
    for (enum option_id id = 0; id < OPTIONS; id++) {
        if (options_have(accepted, id) && (option_is_called(options[id].name, name, length) ||
                                           option_is_called(options[id].also, name, length)))
            return id;
    }
    return OPTIONS;
}

bool option_is_flag(enum option_id id)
{
    return !needs_value(&options[id]);
}

bool option_set(enum option_id id, struct settings *settings, const char *value)
{
    return (value || !needs_value(&options[id])) && set_value(&options[id], settings, value);
}

bool option_chooses(enum option_id id, const char *value)
{
    bool chosen;
    return options[id].kind == CHOICE && set_flag(&chosen, value) && chosen;
}

bool option_excludes(enum option_id id, enum option_id other)
{
    return id != other && options[id].kind == CHOICE && options[id].field == options[other].field;
}

static size_t size_of(enum kind kind)
{
    switch (kind) {
    case FLAG:
        return sizeof(bool);
    case STRING:
    case WORD:
    case UNIT:
        return sizeof(const char *);
    case COUNT:
        return sizeof(long);
    case FRACTION:
    case SECONDS:
    case PERIOD:
        return sizeof(double);
    case CHOICE:
        return sizeof(int);
    }
    return 0;
}

void option_reset(enum option_id id, struct settings *settings)
{
    struct settings unset;
    const struct option *option = &options[id];
    settings_init(&unset);
    memcpy((char *)settings + option->field, (const char *)&unset + option->field,
           size_of(option->kind));
}

static void show_value(FILE *to, const struct option *option, const struct settings *settings)
{
    const char *field = (const char *)settings + option->field, *text;
    switch (option->kind) {
    case FLAG:
        fputs(*(const bool *)(const void *)field ? "true" : "false", to);
        break;
    case CHOICE:
        fputs(*(const int *)(const void *)field == choice_of(option) ? "true" : "false", to);
        break;
    case COUNT:
        fprintf(to, "%ld", *(const long *)(const void *)field);
        break;
    case FRACTION:
    case SECONDS:
    case PERIOD:
        fprintf(to, "%g", *(const double *)(const void *)field);
        break;
    case STRING:
    case WORD:
    case UNIT:
        text = *(const char *const *)(const void *)field;
        fputs(text ? text : "\"\"", to);
        break;
    }
}

static char *value_text(const struct option *option, const struct settings *settings)
{
    char *text;
    size_t size;
    FILE *to = memory_stream(&text, &size);
    show_value(to, option, settings);
    fclose(to);
    return text;
}

char *option_written(enum option_id id, const struct settings *settings)
{
    struct settings unset;
    char *written = NULL;
    settings_init(&unset);
    char *value = value_text(&options[id], settings), *usual = value_text(&options[id], &unset);
    if (strcmp(value, usual) != 0 &&
        asprintf(&written, "%s%s=%s", option_dashes(options[id].name), options[id].name, value) < 0)
        memory_exhausted();
    free(value);
    free(usual);
    return written;
}

void options_show(FILE *to, const enum option_id *accepted, const struct settings *settings)
{
    for (enum option_id id = 0; id < OPTIONS; id++) {
        if (!options_have(accepted, id))
            continue;
        fprintf(to, "  %-22s = ", options[id].name);
        show_value(to, &options[id], settings);
        fputc('\n', to);
    }
}
