/*
 * options.h - the options of all commands. One table says what there is: command lines, help, the
 * prompt, manual pages and completion follow it. Names, and their meaning, are pprof's wherever
 * pprof has such an option.
 */
#ifndef TIMERLEAK_CLI_OPTIONS_H
#define TIMERLEAK_CLI_OPTIONS_H

#include "profile/places.h"

#include <stdbool.h>
#include <stdio.h>

enum option_id {
    OPTION_JSON,
    OPTION_OUTPUT,
    OPTION_FAMILIES,
    OPTION_CHILDREN,
    OPTION_EXE,
    OPTION_SAMPLE,
    OPTION_PORTABLE,
    OPTION_PROCESS,
    OPTION_ALL,
    OPTION_FOR,
    OPTION_SAMPLE_INDEX,
    OPTION_FOCUS,
    OPTION_IGNORE,
    OPTION_SHOW,
    OPTION_HIDE,
    OPTION_SHOW_FROM,
    OPTION_TAGFOCUS,
    OPTION_TAGIGNORE,
    OPTION_FLAT,
    OPTION_CUM,
    OPTION_NAMES,
    OPTION_NODECOUNT,
    OPTION_NODEFRACTION,
    OPTION_EDGEFRACTION,
    OPTION_TRIM,
    OPTION_FUNCTIONS,
    OPTION_FILEFUNCTIONS,
    OPTION_FILES,
    OPTION_LINES,
    OPTION_ADDRESSES,
    OPTION_NOINLINES,
    OPTION_CALL_TREE,
    OPTION_UNIT,
    OPTION_RELATIVE_PERCENTAGES,
    OPTION_COMPACT_LABELS,
    OPTION_SOURCE_PATH,
    OPTION_TRIM_PATH,
    OPTION_SYMFS,
    OPTION_WITH_SOURCE,
    OPTION_BASE,
    OPTION_DIFF_BASE,
    OPTION_NORMALIZE,
    OPTION_DROP_NEGATIVE,
    OPTION_PPROF,
    OPTION_LEGACY,
    OPTION_COLLAPSED,
    OPTION_SPEEDSCOPE,
    OPTION_CSV,
    OPTION_DOT,
    OPTION_HTTP,
    OPTION_BASELINE,
    OPTION_UPDATE_BASELINE,
    OPTION_SUPPRESSIONS,
    OPTION_GEN_SUPPRESSIONS,
    OPTION_FAIL_ON,
    OPTION_MAX_LIVE,
    OPTION_MAX_DROPPED,
    OPTION_ALLOW_EMPTY,
    OPTION_SARIF,
    OPTION_JUNIT,
    OPTION_GITLAB,
    OPTION_MARKDOWN,
    OPTION_PROMETHEUS,
    OPTION_JSON_FILE, /* called as OPTION_JSON is: no command takes both */
    OPTION_GITHUB,
    OPTION_SOURCE_ROOT,
    OPTION_BY,
    OPTION_WATCH,
    OPTION_INTERVAL,
    OPTION_COUNT,
    OPTIONS
};

/*
 * A list of options ends with OPTIONS; NULL is an empty one. Whatever its order, options are shown
 * in that of their ids. The groups below are written into lists, and into other groups.
 */
#define OPTION_LIST(...) ((const enum option_id[]){__VA_ARGS__, OPTIONS})
/* What chooses sites. */
#define OPTIONS_FILTERS OPTION_FAMILIES, OPTION_FOCUS, OPTION_IGNORE
/* What chooses samples, beside those. */
#define OPTIONS_TAGS OPTION_TAGFOCUS, OPTION_TAGIGNORE
/* What a sample weighs, and how that is written. */
#define OPTIONS_VALUE OPTION_SAMPLE_INDEX, OPTION_UNIT, OPTION_RELATIVE_PERCENTAGES
/* What is left of its stack. */
#define OPTIONS_FRAMES OPTION_SHOW, OPTION_HIDE, OPTION_SHOW_FROM, OPTION_NOINLINES
#define OPTIONS_GRANULARITY                                                                        \
    OPTION_FUNCTIONS, OPTION_FILEFUNCTIONS, OPTION_FILES, OPTION_LINES, OPTION_ADDRESSES
/* What code is called, and where binaries are that name it. */
#define OPTIONS_CODE OPTION_NAMES, OPTION_SYMFS
/* What is left of a graph, and in which order. */
#define OPTIONS_GRAPH                                                                              \
    OPTION_NODECOUNT, OPTION_NODEFRACTION, OPTION_EDGEFRACTION, OPTION_TRIM, OPTION_CUM, OPTION_FLAT
/* What is read to compare with, and how that is done. */
#define OPTIONS_BASE OPTION_BASE, OPTION_DIFF_BASE
#define OPTIONS_COMPARISON OPTION_NORMALIZE, OPTION_DROP_NEGATIVE
/* Where source files are. */
#define OPTIONS_PATHS OPTION_SOURCE_PATH, OPTION_TRIM_PATH
/* What it is exported as. */
#define OPTIONS_FORMAT                                                                             \
    OPTION_PPROF, OPTION_LEGACY, OPTION_COLLAPSED, OPTION_SPEEDSCOPE, OPTION_CSV, OPTION_DOT,      \
        OPTION_JSON
/* What lets a build pass, and who is told. */
#define OPTIONS_GATE                                                                               \
    OPTION_BASELINE, OPTION_UPDATE_BASELINE, OPTION_SUPPRESSIONS, OPTION_GEN_SUPPRESSIONS,         \
        OPTION_FAIL_ON, OPTION_MAX_LIVE, OPTION_MAX_DROPPED, OPTION_ALLOW_EMPTY, OPTION_SARIF,     \
        OPTION_JUNIT, OPTION_GITLAB, OPTION_MARKDOWN, OPTION_PROMETHEUS, OPTION_JSON_FILE,         \
        OPTION_GITHUB, OPTION_SOURCE_ROOT

/* What of a view can be set once recordings are read: at the prompt. */
#define OPTIONS_PROMPT                                                                             \
    OPTION_FOCUS, OPTION_IGNORE, OPTIONS_TAGS, OPTIONS_VALUE, OPTIONS_FRAMES, OPTIONS_GRANULARITY, \
        OPTIONS_GRAPH, OPTIONS_COMPARISON, OPTIONS_PATHS, OPTION_COMPACT_LABELS, OPTION_NAMES
/* As in pprof: all views take all of its options, and follow those that mean something to them. */
#define OPTIONS_VIEW OPTIONS_PROMPT, OPTION_SYMFS, OPTION_FAMILIES, OPTIONS_BASE, OPTION_OUTPUT

enum sort_order { SORT_FLAT, SORT_CUM };

enum export_format {
    EXPORT_NONE,
    EXPORT_PPROF,
    EXPORT_LEGACY,
    EXPORT_COLLAPSED,
    EXPORT_SPEEDSCOPE,
    EXPORT_CSV,
    EXPORT_DOT,
};

/* NULL: not given. */
struct settings {
    bool json;
    const char *output; /* standard output */
    const char *families;
    const char *children;
    const char *exe;
    long sample; /* -1 */
    bool portable;
    long process; /* -1: none */
    bool all;
    double duration;          /* seconds; 0: no end */
    const char *sample_index; /* live */
    const char *focus, *ignore, *show, *hide, *show_from;
    const char *tagfocus, *tagignore;
    enum sort_order sort;
    const char *names; /* short */
    long nodecount;    /* -1: what the command thinks right */
    double nodefraction, edgefraction;
    bool trim;
    enum granularity granularity;
    bool noinlines, call_tree;
    const char *unit;
    bool relative_percentages, compact_labels;
    const char *source_path, *trim_path;
    bool with_source;
    const char *symfs;            /* where the recorded machine's root lies */
    const char *base, *diff_base; /* recordings, or folders of them */
    bool normalize, drop_negative;
    enum export_format format;
    const char *http; /* 127.0.0.1, any port that is free */
    const char *baseline, *suppressions;
    bool update_baseline, gen_suppressions;
    const char *fail_on;        /* leak */
    long max_live, max_dropped; /* -1: any number */
    bool allow_empty, github;
    const char *sarif, *junit, *gitlab, *markdown, *prometheus, *json_file; /* "-": see check.c */
    const char *source_root; /* the working directory */
    const char *by;          /* process */
    double watch;            /* seconds; 0: look once */
    double interval;         /* seconds, 2 */
    long count;              /* 0: no end */
};

/* What is set when nothing is said. */
void settings_init(struct settings *settings);

bool options_have(const enum option_id *list, enum option_id id);
size_t options_count(const enum option_id *list); /* of several that are the same, one */

/* A line for each accepted option. */
void options_help(FILE *to, const enum option_id *accepted);

/* ---- each by itself ---- */

/* Name and help of an option; NULL beyond the last. */
const char *option_name(enum option_id id);
const char *option_help(enum option_id id);

/* What is written in front of a name: "-" if it has one letter, else "--". */
const char *option_dashes(const char *name);

/* What stands for its value: "REGEX"; NULL if it takes none. */
const char *option_value(enum option_id id);

/* Units that times can be asked for in, with blanks between them. */
#define OPTION_UNITS "minimum auto ns us ms s hrs"

/* The option of that name, or another that is understood, of `length` bytes, among those accepted;
 * OPTIONS if there is none. */
enum option_id option_find(const char *name, size_t length, const enum option_id *accepted);

/* Whether it can do without a value. */
bool option_is_flag(enum option_id id);

/*
 * Sets an option; `value` outlives the settings, NULL sets a flag. False if the option does not
 * take that value.
 */
bool option_set(enum option_id id, struct settings *settings, const char *value);

/* Options like --lines and --files make one choice: whether this value does; whether both do. */
bool option_chooses(enum option_id id, const char *value);
bool option_excludes(enum option_id id, enum option_id other);

/* Sets it to what it is when nothing is said. */
void option_reset(enum option_id id, struct settings *settings);

/* "--focus=main", which the caller frees; NULL if it is as when nothing is said. */
char *option_written(enum option_id id, const struct settings *settings);

/* "focus = main", a line for each accepted option. */
void options_show(FILE *to, const enum option_id *accepted, const struct settings *settings);

#endif
