/* main.c - the table of commands. */
#include "base/text.h"
#include "commands/commands.h"
#include "commands/options.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define VERSION "0.1.0"

static const struct command commands[] = {
    {"record", "[OPTION...] [--] COMMAND [ARGUMENT...]", "run a program and record its timers",
     RECORD_OPTIONS, command_record},
    {"report", "[OPTION...] FILE...", "who leaks timers, and why it is thought so", REPORT_OPTIONS,
     command_report},
    {"top", "[OPTION...] FILE...", "functions by the timers they hold", TOP_OPTIONS, command_top},
    {"traces", "[OPTION...] FILE...", "all stacks with their values", TRACES_OPTIONS,
     command_traces},
    {"timers", "[OPTION...] FILE...", "each live timer and what it waits for", TIMERS_OPTIONS,
     command_timers},
    {"check", "[OPTION...] FILE...", "exit status 1 if a timer leaks: for CI", CHECK_OPTIONS,
     command_check},
    {"verify", "PID [FILE]", "a running process's recording beside the kernel's list", 0,
     command_verify},
    {"explain", "[WORD]", "what a state, verdict, flag or count means", 0, command_explain},
};

#define COMMANDS (sizeof(commands) / sizeof(*commands))

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

static int help(void)
{
    printf("timerleak finds timers that are created and never released.\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  timerleak %-8s %s\n", commands[i].name, commands[i].summary);
    printf("\n\"timerleak help COMMAND\" shows its options. FILE may be a folder of recordings.\n"
           "Exit status: 0, 1 a leak (check), 2 wrong command line, 3 no readable recording.\n");
    return EXIT_OK;
}

static int help_command(const struct command *command)
{
    printf("timerleak %s %s\n%s\n", command->name, command->synopsis, command->summary);
    if (command->options)
        fputc('\n', stdout);
    options_help(stdout, command->options);
    return EXIT_OK;
}

static int unknown(const char *name)
{
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i].name;
    const char *nearest = text_nearest(name, names, COMMANDS);
    fprintf(stderr, "timerleak: there is no command \"%s\"", name);
    if (nearest)
        fprintf(stderr, "; did you mean \"%s\"?", nearest);
    fprintf(stderr, " Try: timerleak help\n");
    return EXIT_USAGE;
}

static bool asks_for_help(const char *argument)
{
    return strcmp(argument, "help") == 0 || strcmp(argument, "--help") == 0 ||
           strcmp(argument, "-help") == 0 || strcmp(argument, "-h") == 0;
}

static int run_help(int argc, char **argv)
{
    if (argc < 3)
        return help();
    const struct command *command = find(argv[2]);
    return command ? help_command(command) : unknown(argv[2]);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        help();
        return EXIT_USAGE;
    }
    if (asks_for_help(argv[1]))
        return run_help(argc, argv);
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-version") == 0) {
        printf("timerleak " VERSION "\n");
        return EXIT_OK;
    }
    const struct command *command = find(argv[1]);
    if (!command)
        return unknown(argv[1]);
    if (argc > 2 && argv[2][0] == '-' && asks_for_help(argv[2]))
        return help_command(command);
    return command->run(argc - 1, argv + 1);
}
