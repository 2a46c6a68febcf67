/*
 * A timer made before libc is initialized, by a program that has set a variable of its own before:
 * the environment is that alone, until libc puts what the program was started with in its place.
 */
#include "support/timers.h"
#include "support/transparency.h"

static int early;

static void before_constructors(int argc, char **argv, char **environment)
{
    (void)argc, (void)argv, (void)environment;
    setenv("SET_EARLY", "yes", 1);
    // expect: timerfd held created=1 released=0 never-armed=1
    early = timerfd_create(CLOCK_MONOTONIC, 0);
}

__attribute__((section(".preinit_array"),
               used)) static void (*const first)(int, char **, char **) = before_constructors;

int main(void)
{
    // expect-process: created=1 inherited=0 live=1
    printf("early %d\n", early >= 0);
    print_process_facts();
    return 0;
}
