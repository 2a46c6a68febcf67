/*
 * Leaks from functions that it makes while it runs, as an interpreter does: "serve" keeps no frame
 * pointer, "visit" does, and calls itself. With an argument it writes a perf map of them, and
 * prints its name; "linked": it is a link to one, as others may have left it there; "forked": a
 * child leaks by its parent's code; "killed": it comes to a sudden end. "late": the map is written
 * as the last thing that it does, by the C library's own end. A second argument: it waits for the
 * end of its input.
 */
#include "support/timers.h"
#include "support/transparency.h"

#include <stdbool.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* What is called, and what it calls: the next one. */
struct call {
    void (*function)(struct call *call);
    struct call *next;
};

#if defined(__x86_64__)

#define CODE uint8_t

/* sub $8, %rsp; mov 8(%rdi), %rdi; call *(%rdi); add $8, %rsp; ret */
static const CODE serve[] = {0x48, 0x83, 0xec, 8,    0x48, 0x8b, 0x7f, 8,
                             0xff, 0x17, 0x48, 0x83, 0xc4, 8,    0xc3};
/* push %rbp; mov %rsp, %rbp; mov 8(%rdi), %rdi; call *(%rdi); nop; pop %rbp; ret */
static const CODE visit[] = {0x55, 0x48, 0x89, 0xe5, 0x48, 0x8b, 0x7f,
                             8,    0xff, 0x17, 0x90, 0x5d, 0xc3};

#elif defined(__aarch64__)

#define CODE uint32_t

/* stp x29, x30, [sp, #-16]!; ldr x0, [x0, #8]; ldr x1, [x0]; blr x1; ldp x29, x30, [sp], #16; ret
 */
static const CODE serve[] = {0xa9bf7bfd, 0xf9400400, 0xf9400001,
                             0xd63f0020, 0xa8c17bfd, 0xd65f03c0};
/* The same with mov x29, sp before and a nop behind the call. */
static const CODE visit[] = {0xa9bf7bfd, 0x910003fd, 0xf9400400, 0xf9400001,
                             0xd63f0020, 0xd503201f, 0xa8c17bfd, 0xd65f03c0};

#endif

#define VISITS 3
#define VISIT_AT 64 /* bytes behind serve */

static FILE *map;

static void write_map(const char *code)
{
    char name[64];

    snprintf(name, sizeof name, "/tmp/perf-%d.map", (int)getpid());
    map = fopen(name, "w");
    fail_if(!map, name);
    fprintf(map, "%lx %zx py::stale:/srv/stale.py\n", (unsigned long)code, (size_t)4096);
    fprintf(map, "%lx %zx py::serve:/srv/app/loop.py\n", (unsigned long)code, sizeof serve);
    fprintf(map, "%lx %zx JS:*visit /srv/app/visit.js:7:3\n", (unsigned long)code + VISIT_AT,
            sizeof visit);
    printf("%s\n", name);
    fflush(stdout);
}

static void put_link(void)
{
    char name[64], moved[80];

    snprintf(name, sizeof name, "/tmp/perf-%d.map", (int)getpid());
    snprintf(moved, sizeof moved, "%s.moved", name);
    fail_if(rename(name, moved) || symlink(moved, name), name);
    printf("%s\n", moved);
    fflush(stdout);
}

static char *make_code(void)
{
    char *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    fail_if(code == MAP_FAILED, "mmap");
    memcpy(code, serve, sizeof serve);
    memcpy(code + VISIT_AT, visit, sizeof visit);
    fail_if(mprotect(code, 4096, PROT_READ | PROT_EXEC), "mprotect");
    __builtin___clear_cache(code, code + 4096);
    return code;
}

SITE static void open_timeout(struct call *call)
{
    (void)call;
    // expect: timerfd held created=5 never-armed=5
    fail_if(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC) < 0, "timerfd_create");
}

SITE static void run(struct call *calls)
{
    for (int i = 0; i < 5; i++)
        calls->function(calls);
}

static void leak(char *code)
{
    struct call calls[VISITS + 2];

    for (int i = 0; i < VISITS + 2; i++)
        calls[i] = (struct call){(void (*)(struct call *))(uintptr_t)(code + (i > 0) * VISIT_AT),
                                 &calls[i + 1]};
    calls[VISITS + 1] = (struct call){open_timeout, NULL};
    run(calls);
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "";
    char *code = make_code();

    if (*how)
        write_map(code);
    if (*how && strcmp(how, "late") != 0)
        fflush(map);
    if (strcmp(how, "linked") == 0)
        put_link();
    if (strcmp(how, "forked") == 0) {
        pid_t child = fork();

        if (child != 0)
            return waitpid(child, NULL, 0) != child;
    }
    leak(code);
    if (strcmp(how, "killed") == 0)
        kill(getpid(), SIGKILL);
    if (argc > 2) {
        puts("ready");
        fflush(stdout);
        while (getchar() != EOF)
            ;
        return 0;
    }
    print_descriptors();
    return 0;
}
