/* main.c - finds the command that is asked for, or says what there is. */
#include "base/errors.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/version.h"
#include "cli/arguments.h"
#include "commands/commands.h"
#include "symbols/cache.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool file_exists(const char *file)
{
    return access(file, F_OK) == 0;
}

/* Files alone, with options perhaps; what comes first is no mistyped command then. */
static bool names_files(int argc, char **argv)
{
    return (argv[1][0] == '-' || file_exists(argv[1])) && file_exists(argv[argc - 1]);
}

static int prompt_run(int argc, char **argv)
{
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        return prompt.run(&prompt, argc, argv);
    char *word = text_shell_word(argv[argc - 1]);
    complain("only on a terminal it asks what to show of %s. Try: timerleak report %s",
             argv[argc - 1], word);
    free(word);
    return EXIT_USAGE;
}

static int command_unknown(const char *name)
{
    const char **names = memory_new(command_count + 1, sizeof(*names));
    for (size_t i = 0; i < command_count; i++)
        names[i] = commands[i].name;
    names[command_count] = "help";
    int status =
        arguments_unknown("there is no command", name, names, command_count + 1, "timerleak help");
    free(names);
    return status;
}

/* On a name of a command, or none. */
static int help_run(const char *name)
{
    const struct command *command = name ? command_find(name) : NULL;
    if (name && !command)
        return command_unknown(name);
    if (command)
        help_print_command(stdout, command);
    else
        help_print(stdout);
    return EXIT_OK;
}

static int command_line_run(int argc, char **argv)
{
    if (argc < 2) {
        help_print(stdout);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 || arguments_is_help(argv[1]))
        return help_run(argv[2] && !arguments_is_help(argv[2]) ? argv[2] : NULL);
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-version") == 0) {
        printf("timerleak " TIMERLEAK_VERSION "\n");
        return EXIT_OK;
    }
    const struct command *command = command_find(argv[1]);
    if (!command)
        return names_files(argc, argv) ? prompt_run(argc, argv) : command_unknown(argv[1]);
    if (arguments_ask_help(argc - 1, argv + 1, command->options, command_takes_another(command)))
        return help_run(command->name);
    return command->run(command, argc - 1, argv + 1);
}

/* Beyond the limit for files a write fails, and that is told. Who is started is not so patient. */
static void let_it_fail(int number)
{
    (void)number;
}

/* Whatever was printed: who reads half of it must not take it for all. */
int main(int argc, char **argv)
{
    char cache[PATH_MAX];
    errors_clean();
    cache_use(cache_place(cache) ? cache : NULL);
    signal(SIGXFSZ, let_it_fail);
    int status = command_line_run(argc, argv);
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    complain("the output could not be written: %s", strerror(errno ? errno : EIO));
    return EXIT_UNREADABLE;
}
