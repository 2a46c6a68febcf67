/* table.c - the table of commands. */
#include "commands/commands.h"

#include <string.h>

const struct command commands[COMMANDS] = {
    {"record", "[OPTION...] [--] COMMAND [ARGUMENT...]", "run a program and record its timers",
     RECORD_OPTIONS, command_record},
    {"report", "[OPTION...] FILE...", "who leaks timers, and why it is thought so", REPORT_OPTIONS,
     command_report},
    {"top", "[OPTION...] FILE...", "functions by the timers they hold", VIEW_OPTIONS, command_view},
    {"tree", "[OPTION...] FILE...", "functions with their callers and callees", VIEW_OPTIONS,
     command_view},
    {"peek", "REGEX [OPTION...] FILE...", "the same for functions that match", VIEW_OPTIONS,
     command_view},
    {"list", "REGEX [OPTION...] FILE...", "the source of functions that match, with values",
     VIEW_OPTIONS, command_view},
    {"traces", "[OPTION...] FILE...", "all stacks with their values", VIEW_OPTIONS, command_view},
    {"tags", "[OPTION...] FILE...", "how many timers are of which kind, state, clock, ...",
     VIEW_OPTIONS, command_view},
    {"export", "[OPTION...] FILE...", "for pprof, speedscope, Graphviz and others", EXPORT_OPTIONS,
     command_export},
    {"html", "[-o REPORT.html] [OPTION...] FILE...", "the report as one page for a browser",
     HTML_OPTIONS, command_html},
    {"web", "[--http=ADDR:PORT] [OPTION...] FILE...", "the same served, and followed as it grows",
     WEB_OPTIONS, command_web},
    {"timers", "[OPTION...] FILE...", "each live timer and what it waits for", TIMERS_OPTIONS,
     command_timers},
    {"left", "SINCE [OPTION...] FILE...", "those made since a moment, with stacks: for tests",
     LEFT_OPTIONS, command_left},
    {"growth", "[OPTION...] FILE...", "live timers of each site over the run", GROWTH_OPTIONS,
     command_growth},
    {"wakeups", "[OPTION...] FILE...", "how often the timers of each site expire", WAKEUPS_OPTIONS,
     command_wakeups},
    {"diff", "BASE [OPTION...] FILE...", "sites that are new, grown, shrunk or gone", DIFF_OPTIONS,
     command_diff},
    {"merge", "-o OUT FILE...", "puts many recordings into one file", MERGE_OPTIONS, command_merge},
    {"check", "[OPTION...] FILE...", "exit status 1 if a timer leaks: for CI", CHECK_OPTIONS,
     command_check},
    {"watch", "[OPTION...] PID|FILE", "a running process's sites as they grow", WATCH_OPTIONS,
     command_watch},
    {"verify", "PID [FILE]", "a running process's recording beside the kernel's list", 0,
     command_verify},
    {"ctl", "PID... [on|off]", "wakes a running process's recording, or puts it to sleep", 0,
     command_ctl},
    {"doctor", "[OPTION...] [--] [COMMAND [ARGUMENT...]]",
     "what works on this machine, and for a program", DOCTOR_OPTIONS, command_doctor},
    {"explain", "[WORD]", "what a state, verdict, flag or count means", 0, command_explain},
};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

bool command_takes_another(const struct command *command)
{
    return strstr(command->synopsis, "COMMAND");
}
