/*
 * simulator                       names the workloads, and the truth about each
 * simulator NAME SECONDS SEED     runs one, and says where it leaked: "PLACE leak", or "PLACE few"
 *
 * "few" is a leak that a run may well be too short to show. One is shown by
 *
 * - four timers that were forgotten in the first three quarters of the run: they had their time to
 *   be seen as those that stay, and four are no accident;
 * - one, where more than a hundred were released and none of those lived nearly as long: the error
 *   path of one in a thousand.
 */
#include "simulator.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_TIMERS 20000
#define ENOUGH_LEFT 4
#define MANY_RELEASED 100
#define TIME_TO_BE_SEEN 0.25
#define NEARLY 0.5
/* Some keys of a cache are asked for again and again: the first tenth gets half of it. */
#define SKEW 3
/* Not woken up more often: many of these run at a time. */
#define NAP 0.0005

/* Of one stream, in all processes. */
struct account {
    const char *place;
    unsigned left, outlived, released;
};

struct state {
    const struct stream *stream;
    struct account *account;
    struct timer timers[MOST_TIMERS];
    unsigned count;
    double next; /* arrival */
    double longest, oldest_left;
};

static struct state states[STREAMS];
static double run; /* seconds */

static double now(void)
{
    static struct timespec start;
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    if (start.tv_sec == 0)
        start = time;
    return (double)(time.tv_sec - start.tv_sec) + (double)(time.tv_nsec - start.tv_nsec) / 1e9;
}

/* ---- laws ---- */

static double exponential(double mean)
{
    return -mean * log(1 - drand48());
}

static double part_end(double until)
{
    return until > 0 ? until : 1;
}

/* Infinity: no more. */
static double arrival_after(const struct stream *stream, double time)
{
    double until = part_end(stream->arrivals.until), rate = stream->arrivals.rate;
    switch (stream->arrivals.law) {
    case AT_START:
        return INFINITY;
    case STEPS:
        time += (until - stream->arrivals.from) * run / rate;
        break;
    case STEADILY:
        time += 1 / rate;
        break;
    case WAVES:
        do
            time += exponential(1 / (2 * rate));
        while (2 * drand48() > 1 - cos(2 * M_PI * stream->arrivals.number * time / run));
        break;
    case POISSON:
    case BURSTS:
        time += exponential(1 / rate);
    }
    return time < until * run ? time : INFINITY;
}

static double arrival_first(const struct stream *stream)
{
    bool at_once = stream->arrivals.law == AT_START || stream->arrivals.law == STEPS;
    double from = stream->arrivals.from * run;
    return at_once ? from : arrival_after(stream, from);
}

static unsigned arrivals_at_once(const struct stream *stream)
{
    bool alone = stream->arrivals.number == 0 || stream->arrivals.law == WAVES;
    return alone ? 1 : (unsigned)stream->arrivals.number;
}

static double lifetime(const struct stream *stream)
{
    double mean = stream->life.mean;
    switch (stream->life.law) {
    case FIXED:
        return mean;
    case PARETO:
        return mean / 3 * pow(1 - drand48(), -1 / 1.5);
    case UPGRADED:
        return drand48() * stream->life.number < 1 ? INFINITY : exponential(mean);
    case EXPONENTIAL:
    case POOLED:
        return exponential(mean);
    default:
        return INFINITY;
    }
}

static bool is_forgotten(const struct stream *stream, double time)
{
    return stream->leak.one_in > 0 && time >= stream->leak.from * run &&
           time <= part_end(stream->leak.until) * run && drand48() * stream->leak.one_in < 1;
}

/* ---- timers ---- */

static void timer_set(const struct timer *timer, double wait, double period)
{
    int64_t ns = (int64_t)(wait * 1e9), every = (int64_t)(period * 1e9);
    struct itimerspec when = {{every / 1000000000, every % 1000000000},
                              {ns / 1000000000, ns % 1000000000}};
    if (timer->family == TIMERFD)
        timerfd_settime(timer->fd, 0, &when, NULL);
    else if (timer->family == POSIX || timer->family == POSIX_CPU)
        timer_settime(timer->posix, 0, &when, NULL);
    else if (ns > 0)
        gt_timer_reset(timer->gotime, ns);
    else
        gt_timer_stop(timer->gotime);
}

static void timer_release(const struct timer *timer)
{
    if (timer->family == TIMERFD)
        close(timer->fd);
    else if (timer->family == POSIX || timer->family == POSIX_CPU)
        timer_delete(timer->posix);
    else
        gt_timer_free(timer->gotime);
}

static void timer_begin(struct state *state, struct timer *timer, double time)
{
    const struct stream *stream = state->stream;
    bool ticking = stream->use.usage == TICKING;
    timer_set(timer, ticking ? stream->use.every : stream->use.wait,
              ticking ? stream->use.every : 0);
    timer->idle = false;
    timer->used = time;
    timer->due = stream->use.usage == SET_ONCE ? INFINITY : time + stream->use.every;
    timer->ends = time + lifetime(stream);
}

static void timer_use(const struct stream *stream, struct timer *timer, double time)
{
    uint64_t expirations;
    timer->due = time + stream->use.every;
    if (stream->use.usage == SET_ANEW) {
        timer_set(timer, stream->use.wait, 0);
    } else if (stream->use.usage == DISARMED) {
        timer_set(timer, 0, 0);
        timer->due = INFINITY;
    } else if (timer->family == TIMERFD) {
        (void)!read(timer->fd, &expirations, sizeof(expirations));
    }
}

static void account_left(struct state *state, double created, double time)
{
    if (time <= run * (1 - TIME_TO_BE_SEEN))
        __atomic_add_fetch(&state->account->left, 1, __ATOMIC_RELAXED);
    if (created < state->oldest_left)
        state->oldest_left = created;
}

static void timer_forget(struct state *state, struct timer *timer, double time)
{
    timer->forgotten = true;
    timer->ends = INFINITY;
    if (state->stream->use.usage != TICKING)
        timer->due = INFINITY;
    account_left(state, timer->created, time);
}

/* May put another in its place. */
static void timer_end(struct state *state, struct timer *timer, double time)
{
    if (is_forgotten(state->stream, time)) {
        timer_forget(state, timer, time);
    } else if (state->stream->life.law == POOLED) {
        timer_set(timer, 0, 0);
        timer->idle = true;
        timer->due = timer->ends = INFINITY;
    } else {
        timer_release(timer);
        __atomic_add_fetch(&state->account->released, 1, __ATOMIC_RELAXED);
        state->longest = fmax(state->longest, time - timer->created);
        *timer = state->timers[--state->count];
    }
}

/* ---- streams ---- */

/* Each path is a stack of its own: left or right, as its binary digits say. */
static __attribute__((noinline)) void through(const struct stream *stream, struct timer *timer,
                                              unsigned path)
{
    if (path <= 1) {
        stream->place(timer, stream->use.wait);
        __asm__ volatile("# there"); /* or the calls would be merged into one */
    } else if (path % 2) {
        through(stream, timer, path / 2);
        __asm__ volatile("# left");
    } else {
        through(stream, timer, path / 2);
        __asm__ volatile("# right");
    }
}

static struct timer *make(struct state *state, double time)
{
    struct timer *timer = &state->timers[state->count];
    unsigned path = 1 + (unsigned)(drand48() * state->stream->paths);
    *timer = (struct timer){.family = state->stream->family, .created = time};
    through(state->stream, timer, path);
    state->account->place = timer->place;
    if (!timer->made)
        return NULL;
    if (timer->family == GOTIME_AFTER) { /* it ends by itself, and nobody holds it */
        if (is_forgotten(state->stream, time))
            account_left(state, time, time);
        return NULL;
    }
    if (++state->count == MOST_TIMERS)
        abort();
    return timer;
}

static struct timer *find(struct state *state, bool idle, unsigned key)
{
    for (struct timer *timer = state->timers; timer < state->timers + state->count; timer++)
        if (timer->idle == idle && timer->key == key && !timer->forgotten)
            return timer;
    return NULL;
}

static void evict(struct state *state, double time)
{
    struct timer *oldest = NULL;
    unsigned live = 0;
    for (struct timer *timer = state->timers; timer < state->timers + state->count; timer++) {
        if (timer->forgotten)
            continue;
        live++;
        if (!oldest || timer->used < oldest->used)
            oldest = timer;
    }
    if (oldest && live >= state->stream->life.number)
        timer_end(state, oldest, time);
}

static void replace(struct state *state, double time)
{
    for (unsigned i = state->count; i-- > 0;)
        if (!state->timers[i].forgotten)
            timer_end(state, &state->timers[i], time);
}

static void arrive(struct state *state, double time)
{
    const struct stream *stream = state->stream;
    unsigned key =
        stream->life.law == CACHED ? (unsigned)(pow(drand48(), SKEW) * stream->life.keys) : 0;
    struct timer *timer = NULL;
    if (stream->life.law == POOLED || stream->life.law == CACHED)
        timer = find(state, stream->life.law == POOLED, key);
    if (!timer && stream->life.law == CACHED)
        evict(state, time);
    if (!timer)
        timer = make(state, time);
    if (!timer)
        return;
    timer->key = key;
    timer_begin(state, timer, time);
    if (timer->ends <= time)
        timer_end(state, timer, time);
}

/* Does all that is due, and says when it is due next. */
static double stream_step(struct state *state, double time)
{
    double due;
    while (state->next <= time) {
        if (state->stream->life.law == REPLACED)
            replace(state, time);
        for (unsigned i = arrivals_at_once(state->stream); i > 0; i--)
            arrive(state, time);
        state->next = arrival_after(state->stream, state->next);
    }
    for (unsigned i = state->count; i-- > 0;) {
        struct timer *timer = &state->timers[i];
        if (timer->due <= time)
            timer_use(state->stream, timer, time);
        if (timer->ends <= time)
            timer_end(state, timer, time);
    }
    due = state->next;
    for (unsigned i = 0; i < state->count; i++)
        due = fmin(due, fmin(state->timers[i].due, state->timers[i].ends));
    return due;
}

static void wait_until(double due)
{
    double left = fmax(due - now(), NAP);
    struct timespec pause = {(time_t)left, (long)((left - floor(left)) * 1e9)};
    nanosleep(&pause, NULL);
}

static void process_run(const struct workload *workload, struct account *accounts)
{
    unsigned count = 0;
    while (count < STREAMS && workload->streams[count].place) {
        struct state *state = &states[count];
        state->stream = &workload->streams[count];
        state->account = &accounts[count++];
        state->next = arrival_first(state->stream);
        state->oldest_left = INFINITY;
    }
    for (double time = now(); time < run; time = now()) {
        double due = run;
        for (unsigned i = 0; i < count; i++)
            due = fmin(due, stream_step(&states[i], time));
        wait_until(due);
    }
    for (unsigned i = 0; i < count; i++)
        if ((run - states[i].oldest_left) * NEARLY > states[i].longest)
            __atomic_add_fetch(&accounts[i].outlived, 1, __ATOMIC_RELAXED);
}

static void workload_run(const struct workload *workload, long seed)
{
    struct account *accounts = mmap(NULL, STREAMS * sizeof(*accounts), PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct rlimit limit = {workload->descriptors, workload->descriptors};
    if (workload->descriptors > 0)
        setrlimit(RLIMIT_NOFILE, &limit);
    srand48(seed);
    for (unsigned child = 1; child <= workload->children; child++) {
        if (fork() > 0)
            continue;
        srand48(seed * 1000 + child);
        process_run(workload, accounts);
        _exit(0);
    }
    if (workload->children == 0)
        process_run(workload, accounts);
    while (wait(NULL) > 0)
        ;
    for (unsigned i = 0; i < STREAMS; i++) {
        const struct account *account = &accounts[i];
        bool shown = account->left >= ENOUGH_LEFT ||
                     (account->outlived > 0 && account->released > MANY_RELEASED);
        if (workload->streams[i].leak.one_in > 0 && account->place)
            printf("%s %s\n", account->place, shown ? "leak" : "few");
    }
}

int main(int argc, char **argv)
{
    const struct workload *workload = workloads;
    if (argc != 4) {
        for (; workload->name; workload++)
            printf("%-24s %s\n", workload->name, workload->truth);
        return 0;
    }
    while (workload->name && strcmp(workload->name, argv[1]) != 0)
        workload++;
    if (!workload->name)
        return 2;
    run = atof(argv[2]);
    now();
    workload_run(workload, atol(argv[3]));
    return 0;
}
