/*
 * A program that bounds its own address space, or how much of it is private, has all of that but a
 * small part: the shim takes none before, and little after.
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include "support/status.h"
#include "support/timers.h"
#include "support/transparency.h"

#define ALLOWED ((rlim_t)128 << 20)
#define NEEDED ((size_t)64 << 20)

static void limit(int resource, const char *what)
{
    struct rlimit limit = {(status_kb(what) << 10) + ALLOWED, RLIM_INFINITY};
    fail_if(setrlimit(resource, &limit), "setrlimit");
}

int main(void)
{
    limit(RLIMIT_AS, "VmSize:");
    limit(RLIMIT_DATA, "VmData:");
    // expect: timerfd held created=1 never-armed=1
    fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
    fail_if(mmap(NULL, NEEDED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                MAP_FAILED,
            "mmap");
    print_process_facts();
    return 0;
}
