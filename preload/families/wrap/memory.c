#include "families/wrap/memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>

#define CHUNK 65536u

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* A signal handler forks, which interrupted this thread with the lock, or on its way to it. */
static __thread __attribute__((tls_model("initial-exec"))) volatile unsigned held, gone_without;
static char *chunk;
static size_t chunk_left;

static void fork_begins(void)
{
    if (held)
        gone_without++;
    else
        memory_lock();
}

static void fork_ends(void)
{
    if (gone_without)
        gone_without--;
    else
        memory_unlock();
}

static void memory_keep_over_fork(void)
{
    pthread_atfork(fork_begins, fork_ends, fork_ends);
}

void memory_start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, memory_keep_over_fork);
}

void memory_lock(void)
{
    held = 1;
    pthread_mutex_lock(&lock);
}

void memory_unlock(void)
{
    pthread_mutex_unlock(&lock);
    held = 0;
}

void *memory_map(size_t size)
{
    int saved = errno;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    errno = saved;
    return memory == MAP_FAILED ? NULL : memory;
}

void *memory_take(size_t size)
{
    void *taken;

    size = (size + 15) & ~(size_t)15;
    if (size > chunk_left) {
        size_t fresh = size > CHUNK ? size : CHUNK;
        char *memory = memory_map(fresh);

        if (!memory)
            return NULL;
        chunk = memory;
        chunk_left = fresh;
    }
    taken = chunk;
    chunk += size;
    chunk_left -= size;
    return taken;
}
