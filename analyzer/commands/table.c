/* table.c - the table of commands. */
#include "commands/commands.h"

#include <string.h>

const struct command commands[] = {
    {"record", "[OPTION...] [--] COMMAND [ARGUMENT...]", "run a program and record its timers",
     OPTION_LIST(OPTION_OUTPUT, OPTION_FAMILIES, OPTION_CHILDREN, OPTION_EXE, OPTION_SAMPLE,
                 OPTION_PORTABLE),
     command_record},
    {"report", "[OPTION...] FILE...", "who leaks timers, and on what evidence",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTION_NODECOUNT, OPTION_OUTPUT, OPTION_JSON),
     command_report},
    {"top", "[OPTION...] FILE...", "functions by the timers they hold", OPTION_LIST(OPTIONS_VIEW),
     command_view},
    {"tree", "[OPTION...] FILE...", "functions with their callers and callees",
     OPTION_LIST(OPTIONS_VIEW), command_view},
    {"peek", "REGEX [OPTION...] FILE...", "callers and callees of functions that match",
     OPTION_LIST(OPTIONS_VIEW), command_view},
    {"list", "REGEX [OPTION...] FILE...", "the source of functions that match, with values",
     OPTION_LIST(OPTIONS_VIEW), command_view},
    {"traces", "[OPTION...] FILE...", "all stacks with their values", OPTION_LIST(OPTIONS_VIEW),
     command_view},
    {"tags", "[OPTION...] FILE...", "how many timers are of which kind, state, clock, ...",
     OPTION_LIST(OPTIONS_VIEW), command_view},
    {"export", "[OPTION...] FILE...", "for pprof, speedscope, Graphviz and others",
     OPTION_LIST(OPTIONS_VIEW, OPTIONS_FORMAT, OPTION_CALL_TREE), command_export},
    {"html", "[-o REPORT.html] [OPTION...] FILE...", "the report as one page for a browser",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTIONS_PATHS, OPTIONS_BASE, OPTION_OUTPUT),
     command_html},
    {"web", "[--http=ADDR:PORT] [OPTION...] FILE...",
     "the report as a page, served while the program runs",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTIONS_PATHS, OPTIONS_BASE, OPTION_HTTP),
     command_web},
    {"timers", "[OPTION...] FILE...", "each live timer and what it waits for",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTION_NODECOUNT, OPTION_OUTPUT), command_timers},
    {"left", "SINCE [OPTION...] FILE...", "live timers made since a moment, with stacks: for tests",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTION_OUTPUT), command_left},
    {"growth", "[OPTION...] FILE...", "live timers of each site over the run",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTION_NODECOUNT, OPTION_OUTPUT), command_growth},
    {"wakeups", "[OPTION...] FILE...", "how often the timers of each site expire",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTION_NODECOUNT, OPTION_OUTPUT), command_wakeups},
    {"diff", "BASE [OPTION...] FILE...", "sites that are new, grown, shrunk or gone",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTIONS_TAGS, OPTION_SAMPLE_INDEX, OPTION_UNIT,
                 OPTION_NODECOUNT, OPTION_OUTPUT),
     command_diff},
    {"merge", "-o OUT FILE...", "puts many recordings into one file",
     OPTION_LIST(OPTION_OUTPUT, OPTION_SYMFS, OPTION_WITH_SOURCE, OPTIONS_PATHS), command_merge},
    {"check", "[OPTION...] FILE...", "exit status 1 if a timer leaks: for CI",
     OPTION_LIST(OPTIONS_FILTERS, OPTION_SYMFS, OPTIONS_GATE), command_check},
    {"watch", "[OPTION...] PID|FILE", "a running process's sites as they grow",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTION_NODECOUNT, OPTION_INTERVAL, OPTION_COUNT),
     command_watch},
    {"verify", "PID [FILE]", "compares a running process's recording with the kernel's list", NULL,
     command_verify},
    {"ctl", "PID... [on|off]", "wakes a running process's recording, or puts it to sleep", NULL,
     command_ctl},
    {"doctor", "[OPTION...] [--] [COMMAND [ARGUMENT...]]",
     "what works on this machine, and for a program", OPTION_LIST(OPTION_JSON), command_doctor},
    {"explain", "[WORD]", "what a state, verdict, flag or count means", NULL, command_explain},
};

const size_t command_count = sizeof(commands) / sizeof(*commands);

const struct command prompt = {.options = OPTION_LIST(OPTIONS_VIEW), .run = command_prompt};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < command_count; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

bool command_takes_another(const struct command *command)
{
    return strstr(command->synopsis, "COMMAND");
}
