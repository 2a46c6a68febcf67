/* ctl.c - the command `timerleak ctl`. */
#include "commands/commands.h"
#include "outside/running.h"

#include "base/clock.h"
#include "base/errors.h"
#include "base/numbers.h"
#include "base/text.h"
#include "profile/families.h"
#include "recording/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_SECOND UINT64_C(1000000000)

enum order { TELL, SLEEP, WAKE };

static const char *ctl_word(const struct tlk_header *header)
{
    return header->asleep ? "asleep" : "awake";
}

static void ctl_tell_omitted(uint64_t count, const char *which)
{
    if (count > 0)
        printf("    %s %s %s not recorded\n", text_plural(count, "timer", "timers").s, which,
               count == 1 ? "was" : "were");
}

static void ctl_tell(pid_t pid, const struct control *control)
{
    const struct tlk_header *header = &control->header;
    uint64_t time = clock_now(CLOCK_MONOTONIC), slept = control_slept(control, time);
    printf("process %d is %s, and has been for %s", (int)pid, ctl_word(header),
           text_duration(elapsed(time, control_since(control))).s);
    if (slept > 0)
        printf("; asleep for %s of %s in all", text_duration(slept).s,
               text_duration(elapsed(time, header->start_mono)).s);
    fputc('\n', stdout);
    uint64_t unwatched = families_of(header, false);
    if (unwatched)
        printf("    timers of %s are not recorded\n", family_list(unwatched, ", ").s);
    if (header->one_in > 1)
        printf("    one timer in %s is recorded\n", text_count(header->one_in).s);
    ctl_tell_omitted(header->omitted[TLK_OMIT_ASLEEP], "made while it was asleep");
    ctl_tell_omitted(header->omitted[TLK_OMIT_SAMPLED], "not drawn for the sample");
    ctl_tell_omitted(header->omitted[TLK_OMIT_IGNORED], "made in blocks that it asked to ignore");
}

static bool ctl_change(pid_t pid, const char *path, struct control *control, enum order order)
{
    bool asleep = order == SLEEP;
    bool already = asleep == (control->header.asleep != 0);
    if (!control_set(control, asleep, clock_now(CLOCK_MONOTONIC))) {
        complain("%s could not be written: %s", path, strerror(errno));
        return false;
    }
    if (already)
        printf("process %d is %s already\n", (int)pid, ctl_word(&control->header));
    else if (asleep)
        printf("process %d is asleep now: what was recorded is followed on\n", (int)pid);
    else
        printf("process %d is awake now: what it makes from now on is recorded\n", (int)pid);
    return true;
}

static bool ctl_run(pid_t pid, const char *path, enum order order)
{
    char error[ERROR_SIZE];
    struct control control;
    enum control_error problem = control_open(&control, path, pid, order != TELL, error);
    if (problem == CONTROL_DENIED)
        complain("%s; %s", error, running_advice(path).s);
    else if (problem != CONTROL_OK)
        complain("%s", error);
    if (problem != CONTROL_OK)
        return false;
    bool done = order == TELL || ctl_change(pid, path, &control, order);
    if (order == TELL)
        ctl_tell(pid, &control);
    control_close(&control);
    return done;
}

/* The word after the processes; TELL if there is none. */
static enum order ctl_order(const char *last)
{
    if (strcmp(last, "on") == 0)
        return WAKE;
    return strcmp(last, "off") == 0 ? SLEEP : TELL;
}

static int ctl_usage(const char *argument)
{
    if (argument)
        complain("\"%s\" is no number of a process: timerleak ctl PID... [on|off]", argument);
    else
        complain("ctl needs the number of a process: timerleak ctl PID... [on|off]");
    return EXIT_USAGE;
}

int command_ctl(const struct command *command, int argc, char **argv)
{
    (void)command;
    enum order order = argc > 1 ? ctl_order(argv[argc - 1]) : TELL;
    int end = order == TELL ? argc : argc - 1, status = EXIT_OK;
    pid_t pid;
    if (end < 2)
        return ctl_usage(NULL);
    for (int i = 1; i < end; i++) {
        if (!running_number(argv[i], &pid))
            return ctl_usage(argv[i]);
    }
    for (int i = 1; i < end; i++) {
        running_number(argv[i], &pid);
        char *path = running_recording(pid);
        if (!path || !ctl_run(pid, path, order))
            status = EXIT_UNREADABLE;
        free(path);
    }
    return status;
}
