/* main.c - finds the command that is asked for, or says what there is. */
#include "base/text.h"
#include "base/version.h"
#include "commands/commands.h"
#include "commands/options.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int help(void)
{
    printf("timerleak finds timers that are created and never released.\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  timerleak %-8s %s\n", commands[i].name, commands[i].summary);
    printf("\n\"timerleak help COMMAND\" shows its options. FILE may be a folder of recordings.\n"
           "On a terminal, \"timerleak FILE...\" alone asks what to show.\n"
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

/* Files alone, with options perhaps, are looked at at a prompt. */
static bool is_prompt(int argc, char **argv)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && access(argv[argc - 1], F_OK) == 0;
}

static int unknown(const char *name)
{
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i].name;
    const char *nearest = text_nearest(name, names, COMMANDS);
    fprintf(stderr, "timerleak: there is no command \"%s\"", name);
    if (nearest)
        fprintf(stderr, "; did you mean \"%s\"", nearest);
    fprintf(stderr, ". Try: timerleak help\n");
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
    const struct command *command = command_find(argv[2]);
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
        printf("timerleak " TIMERLEAK_VERSION "\n");
        return EXIT_OK;
    }
    const struct command *command = command_find(argv[1]);
    if (!command)
        return is_prompt(argc, argv) ? command_prompt(argc, argv) : unknown(argv[1]);
    if (argc > 2 && argv[2][0] == '-' && asks_for_help(argv[2]))
        return help_command(command);
    return command->run(argc - 1, argv + 1);
}
