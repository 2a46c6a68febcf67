/* trace.c - the command `timerleak trace`, but for what needs libbpf: that is a program of its own.
 */
#include "commands/commands.h"

#include "base/errors.h"
#include "launch/preloading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int command_trace(const struct command *command, int argc, char **argv)
{
    char path[PATH_MAX];
    (void)command;
    (void)argc;
    if (!preloading_companion(path, TRACER)) {
        complain(TRACER " is missing, which `trace` needs: install the package " TRACER
                        ", or, in timerleak's sources, run scripts/deps --trace and then make");
        return EXIT_NOT_EXECUTABLE;
    }
    execv(path, argv);
    complain("%s can't be run: %s", path, strerror(errno));
    return EXIT_NOT_EXECUTABLE;
}
