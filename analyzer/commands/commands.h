/*
 * commands.h - the commands: one file each, and one row each in table.c. Help, manual pages and
 * completion follow that table.
 */
#ifndef TIMERLEAK_COMMANDS_H
#define TIMERLEAK_COMMANDS_H

#include "cli/options.h"
#include "cli/status.h"

#include <stdbool.h>
#include <stdint.h>

struct command {
    const char *name;
    const char *synopsis; /* what follows the name on a command line */
    const char *summary;  /* one line */
    uint64_t options;     /* set of OPTION_BITs */
    int (*run)(int argc, char **argv);
};

#define COMMANDS 23

extern const struct command commands[COMMANDS]; /* in the order in which help names them */

/* NULL: there is none of that name. */
const struct command *command_find(const char *name);

/* Whether it takes another command, of which all is that follows it. */
bool command_takes_another(const struct command *command);

/*
 * Each gets its own name in argv[0] and returns an enum exit_status (record: that of the program
 * that it ran). It may reorder argv.
 */
int command_record(int argc, char **argv);
int command_report(int argc, char **argv);
int command_view(int argc, char **argv); /* pprof's: top, tree, peek, list, traces, tags */
int command_export(int argc, char **argv);
int command_timers(int argc, char **argv);
int command_left(int argc, char **argv);
int command_growth(int argc, char **argv);
int command_wakeups(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_merge(int argc, char **argv);
int command_check(int argc, char **argv);
int command_prompt(int argc, char **argv); /* no command, but files alone, on a terminal */
int command_verify(int argc, char **argv);
int command_ctl(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_html(int argc, char **argv);
int command_web(int argc, char **argv);
int command_watch(int argc, char **argv);

/* The options that each takes. */
#define RECORD_OPTIONS                                                                             \
    (OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_FAMILIES) | OPTION_BIT(OPTION_CHILDREN) |       \
     OPTION_BIT(OPTION_EXE) | OPTION_BIT(OPTION_SAMPLE))
#define DOCTOR_OPTIONS OPTION_BIT(OPTION_JSON)
#define REPORT_OPTIONS                                                                             \
    (OPTION_BIT(OPTION_JSON) | OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_NODECOUNT) |          \
     OPTIONS_FILTERS)
#define EXPORT_OPTIONS (VIEW_OPTIONS | OPTIONS_FORMAT | OPTION_BIT(OPTION_CALL_TREE))
#define TIMERS_OPTIONS (OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_NODECOUNT) | OPTIONS_FILTERS)
#define LEFT_OPTIONS (OPTION_BIT(OPTION_OUTPUT) | OPTIONS_FILTERS)
#define GROWTH_OPTIONS TIMERS_OPTIONS
#define WAKEUPS_OPTIONS TIMERS_OPTIONS
#define DIFF_OPTIONS                                                                               \
    (TIMERS_OPTIONS | OPTION_BIT(OPTION_SAMPLE_INDEX) | OPTION_BIT(OPTION_TAGFOCUS) |              \
     OPTION_BIT(OPTION_TAGIGNORE) | OPTION_BIT(OPTION_UNIT))
#define MERGE_OPTIONS OPTION_BIT(OPTION_OUTPUT)
#define CHECK_OPTIONS (OPTIONS_FILTERS | OPTIONS_GATE)
#define PAGE_OPTIONS                                                                               \
    (OPTIONS_FILTERS | OPTION_BIT(OPTION_SOURCE_PATH) | OPTION_BIT(OPTION_TRIM_PATH))
#define HTML_OPTIONS (PAGE_OPTIONS | OPTION_BIT(OPTION_OUTPUT))
#define WEB_OPTIONS (PAGE_OPTIONS | OPTION_BIT(OPTION_HTTP))
#define WATCH_OPTIONS                                                                              \
    (OPTIONS_FILTERS | OPTION_BIT(OPTION_NODECOUNT) | OPTION_BIT(OPTION_INTERVAL) |                \
     OPTION_BIT(OPTION_COUNT))

#endif
