/* Coroutines with stacks of 16 KiB that make timers, one for each turn between them. */
#include <sys/mman.h>
#include <ucontext.h>
#include "support/timers.h"
#include "support/transparency.h"

#define STACK (16 * 1024)
#define GUARD (64 * 1024) /* whole pages on any machine */

static ucontext_t caller, coroutine;

static void run(void)
{
    for (int turn = 0; turn < 10; turn++) {
        // expect: timerfd clean created=10 released=10 armed=10
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        swapcontext(&coroutine, &caller);
        arm_timerfd(fd, once(AN_HOUR));
        close(fd);
    }
}

int main(void)
{
    char *stack = mmap(NULL, STACK + GUARD, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    fail_if(stack == MAP_FAILED || mprotect(stack + GUARD, STACK, PROT_READ | PROT_WRITE), "mmap");
    getcontext(&coroutine);
    coroutine.uc_stack.ss_sp = stack + GUARD;
    coroutine.uc_stack.ss_size = STACK;
    coroutine.uc_link = &caller;
    makecontext(&coroutine, run, 0);
    for (int turn = 0; turn < 11; turn++)
        swapcontext(&caller, &coroutine);
    print_process_facts();
    return 0;
}
