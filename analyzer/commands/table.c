/* table.c - the table of commands. */
#include "commands/commands.h"

#include <string.h>

const struct command commands[] = {
    {"record", "[OPTION...] [--] COMMAND [ARGUMENT...]", "run a program and record its timers",
     OPTION_LIST(OPTION_OUTPUT, OPTION_FAMILIES, OPTION_CHILDREN, OPTION_EXE, OPTION_SAMPLE,
                 OPTION_PORTABLE),
     command_record, NULL, NULL},
    {"report", "[OPTION...] FILE...", "who leaks timers, and on what evidence",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTION_NODECOUNT, OPTION_OUTPUT, OPTION_JSON),
     command_report, serve_report, NULL},
    {"top", "[OPTION...] FILE...", "functions by the timers they hold", OPTION_LIST(OPTIONS_VIEW),
     command_view, serve_view, NULL},
    {"tree", "[OPTION...] FILE...", "functions with their callers and callees",
     OPTION_LIST(OPTIONS_VIEW), command_view, serve_view, NULL},
    {"peek", "REGEX [OPTION...] FILE...", "callers and callees of functions that match",
     OPTION_LIST(OPTIONS_VIEW), command_view, serve_view, NULL},
    {"list", "REGEX [OPTION...] FILE...", "the source of functions that match, with values",
     OPTION_LIST(OPTIONS_VIEW), command_view, serve_view, NULL},
    {"traces", "[OPTION...] FILE...", "all stacks with their values", OPTION_LIST(OPTIONS_VIEW),
     command_view, serve_view, NULL},
    {"tags", "[OPTION...] FILE...", "how many timers are of which kind, state, clock, ...",
     OPTION_LIST(OPTIONS_VIEW), command_view, serve_view, NULL},
    {"svg", "[-o GRAPH.svg] [OPTION...] FILE...", "the graph that export --dot writes, drawn",
     OPTION_LIST(OPTIONS_VIEW, OPTION_CALL_TREE), command_view, serve_view, ".svg"},
    {"weblist", "REGEX [-o LIST.html] [OPTION...] FILE...", "what list shows, as a page",
     OPTION_LIST(OPTIONS_VIEW), command_view, serve_view, ".html"},
    {"export", "[OPTION...] FILE...", "for pprof, speedscope, Graphviz and others",
     OPTION_LIST(OPTIONS_VIEW, OPTIONS_FORMAT, OPTION_CALL_TREE), command_export, serve_export,
     NULL},
    {"html", "[-o REPORT.html] [OPTION...] FILE...", "the report as one page for a browser",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTIONS_PATHS, OPTIONS_BASE, OPTION_OUTPUT),
     command_html, serve_html, ".html"},
    {"web", "[--http=ADDR:PORT] [OPTION...] FILE...",
     "the report as a page, served while the program runs",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTIONS_PATHS, OPTIONS_BASE, OPTION_HTTP),
     command_web, serve_anew, NULL},
    {"timers", "[OPTION...] FILE...", "each live timer and what it waits for",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTION_NODECOUNT, OPTION_OUTPUT), command_timers,
     serve_timers, NULL},
    {"left", "SINCE [OPTION...] FILE...", "live timers made since a moment, with stacks: for tests",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTION_OUTPUT), command_left, NULL, NULL},
    {"growth", "[OPTION...] FILE...", "live timers of each site over the run",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTION_NODECOUNT, OPTION_OUTPUT), command_growth,
     serve_growth, NULL},
    {"wakeups", "[OPTION...] FILE...", "how often the timers of each site expire",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTION_NODECOUNT, OPTION_OUTPUT), command_wakeups,
     serve_wakeups, NULL},
    {"diff", "BASE [OPTION...] FILE...", "sites that are new, grown, shrunk or gone",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTIONS_TAGS, OPTION_SAMPLE_INDEX, OPTION_UNIT,
                 OPTION_NODECOUNT, OPTION_OUTPUT),
     command_diff, serve_anew, NULL},
    {"merge", "-o OUT FILE...", "puts many recordings into one file",
     OPTION_LIST(OPTION_OUTPUT, OPTION_SYMFS, OPTION_WITH_SOURCE, OPTIONS_PATHS), command_merge,
     NULL, NULL},
    {"check", "[OPTION...] FILE...", "exit status 1 if a timer leaks: for CI",
     OPTION_LIST(OPTIONS_FILTERS, OPTION_SYMFS, OPTIONS_GATE), command_check, NULL, NULL},
    {"watch", "[OPTION...] PID|FILE", "a running process's sites as they grow",
     OPTION_LIST(OPTIONS_FILTERS, OPTIONS_CODE, OPTION_NODECOUNT, OPTION_INTERVAL, OPTION_COUNT),
     command_watch, NULL, NULL},
    {"trace", "[OPTION...] [--] [COMMAND [ARGUMENT...]]",
     "record timers from outside, by eBPF: what runs already, static, Go",
     OPTION_LIST(OPTION_OUTPUT, OPTION_CHILDREN, OPTION_PROCESS, OPTION_ALL, OPTION_FOR),
     command_trace, NULL, NULL},
    {"ps", "[OPTION...] [PID...]", "who on this host holds timers, by the kernel's own account",
     OPTION_LIST(OPTION_BY, OPTION_WATCH, OPTION_COUNT, OPTION_NODECOUNT, OPTION_JSON), command_ps,
     NULL, NULL},
    {"verify", "PID [FILE]", "compares a running process's recording with the kernel's list", NULL,
     command_verify, NULL, NULL},
    {"ctl", "PID... [on|off]", "wakes a running process's recording, or puts it to sleep", NULL,
     command_ctl, NULL, NULL},
    {"doctor", "[OPTION...] [--] [COMMAND [ARGUMENT...]]",
     "what works on this machine, and for a program", OPTION_LIST(OPTION_JSON), command_doctor,
     NULL, NULL},
    {"explain", "[WORD]", "what a state, verdict, flag or count means", NULL, command_explain, NULL,
     NULL},
};

const size_t command_count = sizeof(commands) / sizeof(*commands);

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < command_count; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}
