/* A handler on the smallest alternate stack that the kernel allows, plus what the handler needs. */
#include <sys/auxv.h>
#include <sys/mman.h>
#include "support/timers.h"
#include "support/transparency.h"

static void on_signal(int number)
{
    (void)number;
    // expect: timerfd clean created=5 released=5
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    close(fd);
}

/* Room whose lower neighbour can't be touched: who needs more dies. */
static void *guarded(size_t size, size_t page)
{
    char *room = mmap(NULL, size + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    fail_if(room == MAP_FAILED || mprotect(room + page, size, PROT_READ | PROT_WRITE), "mmap");
    return room + page;
}

int main(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t size = (getauxval(AT_MINSIGSTKSZ) + 2048 + page - 1) / page * page;
    stack_t small = {.ss_sp = guarded(size, page), .ss_size = size};
    fail_if(sigaltstack(&small, NULL), "sigaltstack");
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
    sigaction(SIGUSR1, &action, NULL);
    for (int turn = 0; turn < 5; turn++)
        raise(SIGUSR1);
    print_process_facts();
    return 0;
}
