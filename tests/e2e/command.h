/*
 * command.h - runs a command with its output captured.
 */
#ifndef E2E_COMMAND_H
#define E2E_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct command {
    const char *const *argv; /* argv[0] is the path; ends with NULL */
    const char *const
        *environment;      /* NAME=VALUE over the tests' own; ends with NULL; may be NULL */
    void (*prepare)(void); /* called in the child before exec; may be NULL */
};

struct stream {
    int fd;     /* -1 after the end */
    char *text; /* what came so far, NUL-terminated */
    size_t length;
};

struct running {
    pid_t pid;
    int input; /* standard input of the command is read from here */
    struct stream out, err;
};

struct outcome {
    pid_t pid;
    int status; /* as wait tells it */
    char *out;  /* NUL-terminated */
    char *err;
};

/*
 * Runs a command to its end, and waits for everything that it left behind. No other descriptor
 * than 0, 1 and 2 is open in it, no signal is blocked, and those of a terminal aren't ignored. One
 * that hangs is killed after two minutes. The test fails when there is no such command.
 * outcome_forget() releases what the outcome holds.
 */
struct outcome command_run(const struct command *command);
void outcome_forget(struct outcome *outcome);

/*
 * The same in steps: between them the command runs, and its input stays open.
 * command_wait_for() returns once the command has printed TEXT; false if it ends without.
 * command_read() waits for more of what it prints; false when there is no more.
 */
struct running command_start(const struct command *command);
bool command_wait_for(struct running *running, const char *text);
bool command_read(struct running *running);

/* command_start() in a session of its own, on a terminal, instead of pipes: see terminal.h. */
struct running command_start_on(const struct command *command, int terminal);
struct outcome command_finish(struct running *running);

/* The exit status as a shell gives it: 128 + N for death by signal N. */
int outcome_code(const struct outcome *outcome);

/* $TIMERLEAK_BUILD/NAME, the caller frees it. */
char *built(const char *name);

/* A new empty directory below /tmp; directory_remove() removes it with its files. */
char *directory_make(void);
void directory_remove(char *path);

/* printf into memory, which the caller frees. */
char *text_make(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
