/* The environment is cleared before exec: the new image is not recorded, and runs as it would. */
#include "support/timers.h"
#include "support/transparency.h"

int main(int argc, char **argv)
{
    if (argc > 1) {
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        printf("%s: LD_PRELOAD %s, ONE %s\n", argv[1], getenv("LD_PRELOAD") ? "set" : "unset",
               getenv("ONE"));
        close(fd);
        print_process_facts();
        return 6;
    }
    // expect-process: end=execed
    // expect: timerfd clean created=1 released=1
    close(timerfd_create(CLOCK_MONOTONIC, 0));
    clearenv();
    setenv("ONE", "1", 1);
    unsetenv("LD_PRELOAD");
    execl("/proc/self/exe", argv[0], "unrecorded", NULL);
    return 97;
}
