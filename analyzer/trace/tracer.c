#include "trace/tracer.h"

#include "base/clock.h"
#include "base/errors.h"
#include "base/memory.h"
#include "trace/already.h"
#include "trace/meaning.h"

#include <stdlib.h>
#include <unistd.h>

#define SECOND 1000000000ull
/* kill -9 of the tracer loses no more than that. */
#define SNAPSHOTS (3 * SECOND)
/* Of so many known stacks one is unwound all the same. */
#define SAMPLE 4096

struct tracer {
    struct host host;
    bool all;         /* every process */
    uint64_t written; /* when that was done last */
};

struct tracer *tracer_new(const struct tracing *tracing)
{
    struct trace_settings settings = {
        .all = tracing->all,
        .self = (uint32_t)getpid(),
        .children = tracing->children,
        .sample = SAMPLE,
    };
    char error[ERROR_SIZE];
    struct probes *probes = probes_open(&settings, error);
    if (!probes) {
        complain("%s", error);
        return NULL;
    }
    struct tracer *tracer = memory_new(1, sizeof(*tracer));
    uint64_t now = clock_now(CLOCK_MONOTONIC);
    tracer->host.probes = probes;
    tracer->host.run = (struct traced_run){
        .pattern = tracing->pattern,
        .session = tracing->session,
        .to_real = clock_now(CLOCK_REALTIME) - now,
        .to_boot = clock_now(CLOCK_BOOTTIME) - now,
    };
    tracer->all = tracing->all;
    tracer->written = now;
    host_begin(&tracer->host);
    mappings_follow();
    tracer->host.sites = sites_new(probes);
    tracer->host.programs = programs_new(probes);
    if (tracing->program)
        programs_meet(tracer->host.programs, tracing->program);
    already_enter(&tracer->host, tracing);
    return tracer;
}

static void write_all(struct tracer *tracer, bool last, uint64_t now)
{
    for (size_t i = 0; i < tracer->host.count; i++)
        host_write(&tracer->host, tracer->host.processes[i], last, now);
    tracer->written = now;
}

/* All that happened before `then` was taken: what is told of code until then can be entered. */
static void caught_up(struct tracer *tracer, uint64_t then)
{
    mappings_read(then);
    for (size_t i = 0; i < tracer->host.count; i++)
        sites_follow(tracer->host.sites, tracer->host.processes[i]);
}

void tracer_turn(struct tracer *tracer, int ms)
{
    uint64_t then = clock_now(CLOCK_MONOTONIC);
    bool all = probes_read(tracer->host.probes, meaning_take, &tracer->host, ms);
    if (all)
        caught_up(tracer, then);
    uint64_t now = clock_now(CLOCK_MONOTONIC);
    if (now - tracer->written < SNAPSHOTS)
        return;
    if (all)
        host_seek(&tracer->host, now);
    write_all(tracer, false, now);
}

bool tracer_idle(const struct tracer *tracer)
{
    return !tracer->all && tracer->host.count == 0;
}

size_t tracer_end(struct tracer *tracer)
{
    uint64_t now = clock_now(CLOCK_MONOTONIC);
    while (!probes_read(tracer->host.probes, meaning_take, &tracer->host, 0) &&
           tracer->host.reached < now)
        ;
    now = clock_now(CLOCK_MONOTONIC);
    write_all(tracer, true, now);
    size_t unwritten = tracer->host.unwritten;
    host_end(&tracer->host);
    sites_free(tracer->host.sites);
    programs_free(tracer->host.programs);
    mappings_stop();
    probes_close(tracer->host.probes);
    free(tracer);
    return unwritten;
}
