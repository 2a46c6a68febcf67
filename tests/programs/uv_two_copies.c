// library: uv.h
// family: libuv
/*
 * Two copies of libuv in one process, each with a default loop of its own: what is made by the
 * functions of one is run by it. By dlsym() one of them is wrapped; whose functions it are that a
 * program calls by pointers can't be told for two.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>
#include "support/timers.h"

static int fired;

struct copy {
    int (*timer_init)(uv_loop_t *, uv_timer_t *);
    int (*timer_start)(uv_timer_t *, uv_timer_cb, uint64_t, uint64_t);
    uv_loop_t *(*default_loop)(void);
    int (*run)(uv_loop_t *, uv_run_mode);
};

static void fire(uv_timer_t *timer)
{
    (void)timer;
    fired++;
}

static struct copy copy_load(const char *path)
{
    void *libuv = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!libuv)
        exit(99);
    return (struct copy){dlsym(libuv, "uv_timer_init"), dlsym(libuv, "uv_timer_start"),
                         dlsym(libuv, "uv_default_loop"), dlsym(libuv, "uv_run")};
}

/* The file of the library, under another name. */
static void file_copy(const char *to)
{
    Dl_info info;
    void *libuv = dlopen("libuv.so.1", RTLD_NOW | RTLD_LOCAL);
    char command[8192];
    dladdr(dlsym(libuv, "uv_version"), &info);
    snprintf(command, sizeof(command), "cp '%s' %s", info.dli_fname, to);
    if (system(command) != 0)
        exit(99);
}

SITE static void copy_use(const struct copy *copy, uv_timer_t *timer)
{
    // expect: libuv held created=1 live=1 armed=1 fired=1 never-released=1
    copy->timer_init(copy->default_loop(), timer);
    copy->timer_start(timer, fire, 1, 0);
    copy->run(copy->default_loop(), UV_RUN_DEFAULT);
}

int main(void)
{
    char path[64];
    static uv_timer_t timers[2];
    snprintf(path, sizeof(path), "/tmp/libuv-copy-%d.so", getpid());
    file_copy(path);
    struct copy first = copy_load("libuv.so.1"), second = copy_load(path);
    unlink(path);
    printf("two loops: %d\n", first.default_loop() != second.default_loop());
    copy_use(&first, &timers[0]);
    copy_use(&second, &timers[1]);
    printf("%d fired\n", fired);
    return 0;
}
