/*
 * status.h - how a command ends.
 */
#ifndef TIMERLEAK_CLI_STATUS_H
#define TIMERLEAK_CLI_STATUS_H

enum exit_status {
    EXIT_OK = 0,
    EXIT_LEAK = 1,       /* check, verify, left, doctor: found what it looks for */
    EXIT_USAGE = 2,      /* wrong command line */
    EXIT_UNREADABLE = 3, /* a recording is missing, empty or unreadable, an output unwritable */

    /* record, which else ends as its program did; as the shell has them */
    EXIT_NOT_EXECUTABLE = 126,
    EXIT_NOT_FOUND = 127,
    EXIT_SIGNAL = 128, /* and the number of the signal */
};

#endif
