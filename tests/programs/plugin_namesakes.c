// build: -shared -fPIC
/* Functions that have names of libuv's and of libevent's, and nothing else of theirs. */
#include <stdarg.h>
#include <stdio.h>

double uv_timer_init(double first, double second);
int uv_close(const char *first, ...) __attribute__((format(printf, 1, 2)));
int plugin_run(void);
struct many {
    int values[9];
} event_free(struct many many);

double uv_timer_init(double first, double second)
{
    return first * 10 + second;
}

int uv_close(const char *first, ...)
{
    va_list rest;
    va_start(rest, first);
    int length = vprintf(first, rest);
    va_end(rest);
    return length;
}

struct many event_free(struct many many)
{
    many.values[8]++;
    return many;
}

int plugin_run(void)
{
    printf("init %g\n", uv_timer_init(1, 2));
    printf("close %d\n", uv_close("%g %d %d %d %d %d %d\n", 0.5, 1, 2, 3, 4, 5, 6));
    printf("free %d\n", event_free((struct many){{0, 1, 2, 3, 4, 5, 6, 7, 8}}).values[8]);
    return 0;
}
