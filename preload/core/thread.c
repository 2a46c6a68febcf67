#include "core/thread.h"

#include <dlfcn.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/machine.h"

#define STACK_LARGEST 8388608 /* assumed of a main stack without limit */

__thread struct thread thread;

static uintptr_t main_stack_low, main_stack_high;
static uintptr_t main_descriptor;
static uint32_t id_place; /* of a thread's number, in what pthread_self() points to; 0: unknown */

static uintptr_t thread_descriptor(void)
{
    return (uintptr_t)__builtin_thread_pointer();
}

/*
 * Where this thread's stack lies. Asking pthread_getattr_np() would allocate; but glibc keeps the
 * descriptor of a thread at the top of its stack, and in it, side by side, the stack's address, its
 * size and how much of it is guard. They are found by what they say: a range of whole pages that
 * holds the descriptor itself.
 */
void thread_find_stack(void)
{
    uintptr_t own = thread_descriptor();
    const uintptr_t *word = (const uintptr_t *)machine_descriptor_start(own);
    const uintptr_t *end = (const uintptr_t *)machine_descriptor_end(own);

    thread.stack_low = thread.stack_high = 1;
    if (own == main_descriptor) {
        thread.stack_low = main_stack_low;
        thread.stack_high = main_stack_high;
        return;
    }
    for (; word + 2 < end; word++) {
        uintptr_t start = word[0], size = word[1], guard = word[2];

        if (start % 4096 == 0 && size >= 16384 && guard < size && start < own &&
            size < ((uintptr_t)1 << 40) && own - start < size && own - start > size / 2) {
            thread.stack_low = start + guard;
            thread.stack_high = start + size;
            return;
        }
    }
}

static uint32_t id_at(uint32_t place)
{
    return *(const uint32_t *)((uintptr_t)pthread_self() + place);
}

uint32_t thread_id(void)
{
    return id_place ? id_at(id_place) : 0;
}

/* glibc tells debuggers: how many bits it has, how many there are, and where. */
static void thread_find_id(void)
{
    const uint32_t *field = dlsym(RTLD_DEFAULT, "_thread_db_pthread_tid");

    if (field && field[0] == 32 && field[1] == 1 && field[2] < MACHINE_BELOW_POINTER &&
        id_at(field[2]) == (uint32_t)gettid())
        id_place = field[2];
}

void thread_start(void)
{
    struct rlimit limit = {.rlim_cur = STACK_LARGEST};

    getrlimit(RLIMIT_STACK, &limit);
    if (limit.rlim_cur == RLIM_INFINITY)
        limit.rlim_cur = STACK_LARGEST;
    main_descriptor = thread_descriptor();
    main_stack_high = (uintptr_t)__libc_stack_end;
    main_stack_low = main_stack_high - limit.rlim_cur;
    thread_find_id();
    thread_find_stack();
}
