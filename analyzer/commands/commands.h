/*
 * commands.h - the commands: one file each, and one row each in the table of main.c.
 */
#ifndef TIMERLEAK_COMMANDS_H
#define TIMERLEAK_COMMANDS_H

#include "commands/options.h"

#include <stdint.h>

enum exit_status {
    EXIT_OK = 0,
    EXIT_LEAK = 1,       /* check, verify: found what it looks for */
    EXIT_USAGE = 2,      /* wrong command line */
    EXIT_UNREADABLE = 3, /* a recording is missing, empty or unreadable */
};

struct command {
    const char *name;
    const char *synopsis; /* what follows the name on a command line */
    const char *summary;  /* one line */
    uint64_t options;     /* set of OPTION_BITs */
    int (*run)(int argc, char **argv);
};

/*
 * Each gets its own name in argv[0] and returns an enum exit_status (record: that of the program
 * that it ran). It may reorder argv.
 */
int command_record(int argc, char **argv);
int command_report(int argc, char **argv);
int command_top(int argc, char **argv);
int command_traces(int argc, char **argv);
int command_timers(int argc, char **argv);
int command_check(int argc, char **argv);
int command_verify(int argc, char **argv);
int command_explain(int argc, char **argv);

/* The options that each takes. */
#define RECORD_OPTIONS                                                                             \
    (OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_FAMILIES) | OPTION_BIT(OPTION_CHILDREN))
#define REPORT_OPTIONS                                                                             \
    (OPTION_BIT(OPTION_JSON) | OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_NODECOUNT) |          \
     OPTIONS_FILTERS)
#define TOP_OPTIONS                                                                                \
    (OPTION_BIT(OPTION_SAMPLE_INDEX) | OPTION_BIT(OPTION_NODECOUNT) |                              \
     OPTION_BIT(OPTION_NODEFRACTION) | OPTION_BIT(OPTION_CUM) | OPTION_BIT(OPTION_FLAT) |          \
     OPTION_BIT(OPTION_OUTPUT) | OPTIONS_FILTERS)
#define TRACES_OPTIONS                                                                             \
    (OPTION_BIT(OPTION_SAMPLE_INDEX) | OPTION_BIT(OPTION_OUTPUT) | OPTIONS_FILTERS)
#define TIMERS_OPTIONS (OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_NODECOUNT) | OPTIONS_FILTERS)
#define CHECK_OPTIONS OPTIONS_FILTERS

#endif
