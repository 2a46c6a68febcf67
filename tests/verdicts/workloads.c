/*
 * workloads.c - the corpus: healthy workloads and leaky ones, and the truth about each in words.
 * Whoever believes the words believes the verdict: a row is changed where it says something untrue,
 * never because an analyzer judges it wrongly.
 */
#include "simulator.h"

#include <signal.h>
#include <sys/timerfd.h>

/* What a row does not tell is 0. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* A function that makes timers: what truth and verdict are about. The name keeps them apart. */
#define PLACE(function)                                                                            \
    static __attribute__((noinline)) void function(struct timer *timer, double wait)               \
    {                                                                                              \
        struct sigevent quiet = {.sigev_notify = SIGEV_NONE};                                      \
        int64_t ns = (int64_t)(wait * 1e9);                                                        \
        timer->place = #function;                                                                  \
        switch (timer->family) {                                                                   \
        case TIMERFD:                                                                              \
            timer->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);               \
            timer->made = timer->fd >= 0;                                                          \
            break;                                                                                 \
        case POSIX:                                                                                \
            timer->made = timer_create(CLOCK_MONOTONIC, &quiet, &timer->posix) == 0;               \
            break;                                                                                 \
        case GOTIME:                                                                               \
            timer->gotime = gt_timer_new(ns);                                                      \
            timer->made = true;                                                                    \
            break;                                                                                 \
        case GOTIME_AFTER:                                                                         \
            gt_after(ns);                                                                          \
            timer->made = true;                                                                    \
        }                                                                                          \
    }

PLACE(cache_put)
PLACE(conf_load)
PLACE(dns_lookup)
PLACE(job_start)
PLACE(metrics_start)
PLACE(net_reconnect)
PLACE(net_request)
PLACE(pool_grow)
PLACE(retry_schedule)
PLACE(session_login)
PLACE(upstream_found)

#define MINUTE 60
#define HOUR 3600
#define DAY (24 * HOUR)

/* What most servers do besides. */
/* clang-format off */
#define METRICS metrics_start, {AT_START, 0, 1}, {FOREVER}, {TICKING, .1}
#define LOOKUPS dns_lookup, {POISSON, 40}, {EXPONENTIAL, .004}, {SET_ONCE, 0, 5}
/* clang-format on */

const struct workload workloads[] = {
    /* ---- healthy ---- */

    {"requests",
     "no leak: requests close their timeouts with the answer",
     {{net_request, {POISSON, 200}, {EXPONENTIAL, .02}, {SET_ONCE, 0, 30}}, {METRICS}}},
    {"requests_posix",
     "no leak: one request each 10 ms, which takes 5 ms, and deletes its POSIX timer",
     {{net_request, {STEADILY, 100}, {FIXED, .005}, {SET_ONCE, 0, 30}, .family = POSIX},
      {METRICS}}},
    {"requests_fast",
     "no leak: 3,000 requests a second, each is answered, and its timeout closed, at once",
     {{net_request, {POISSON, 3000}, {FIXED, 0}, {SET_ONCE, 0, 30}}, {METRICS}}},
    {"requests_heavy_tail",
     "no leak: requests take 20 ms on the average, and a few a second or more; all close their "
     "timeouts",
     {{net_request, {POISSON, 200}, {PARETO, .02}, {SET_ONCE, 0, 30}}, {METRICS}}},
    {"uploads_heavy_tail",
     "no leak: uploads take .2 s on the average, some many seconds; progress sets each one anew",
     {{net_request, {POISSON, 40}, {PARETO, .2}, {SET_ANEW, .05, 30}}, {LOOKUPS}}},
    {"uploads_posix",
     "no leak: the same with POSIX timers, which are set once, for a day",
     {{net_request, {POISSON, 40}, {PARETO, .2}, {SET_ONCE, 0, DAY}, .family = POSIX}, {LOOKUPS}}},
    {"requests_disarmed",
     "no leak: an answer disarms the timeout, which is closed .1 s later, with its connection",
     {{net_request, {POISSON, 100}, {EXPONENTIAL, .15}, {DISARMED, .05, 30}}, {METRICS}}},
    {"timeouts_fire",
     "no leak: each timeout fires after 20 ms, and is closed when its job is cleaned up",
     {{job_start, {POISSON, 60}, {EXPONENTIAL, .2}, {SET_ONCE, 0, .02}}, {METRICS}}},
    {"bursts",
     "no leak: some three times a second there come 50 jobs at once, and take 80 ms",
     {{job_start, {BURSTS, 3, 50}, {EXPONENTIAL, .08}, {SET_ONCE, 0, 30}}, {LOOKUPS}}},
    {"long_polls",
     "no leak: polls are answered after one second, 30 of them a second",
     {{net_request, {POISSON, 30}, {FIXED, 1}, {SET_ONCE, 0, 30}}, {LOOKUPS}}},
    {"waves",
     "no leak: load rises and falls three times, requests take .1 s",
     {{net_request, {WAVES, 100, 3}, {EXPONENTIAL, .1}, {SET_ONCE, 0, 30}}, {METRICS}}},
    {"waves_end_on_crest",
     "no leak: load rises from nothing to the end, where 200 a second come and take .3 s",
     {{net_request, {WAVES, 100, .5}, {EXPONENTIAL, .3}, {SET_ONCE, 0, 30}}, {METRICS}}},
    {"warm_up",
     "no leak: requests take 3 s on the average, and the first of them came at the start",
     {{net_request, {POISSON, 30}, {EXPONENTIAL, 3}, {SET_ONCE, 0, 30}}, {METRICS}}},
    {"load_begins_late",
     "no leak: nothing but lookups in the first half, then requests of .3 s",
     {{net_request, {POISSON, 100, .from = .5}, {EXPONENTIAL, .3}, {SET_ONCE, 0, 30}}, {LOOKUPS}}},
    {"load_ends",
     "no leak: requests in the first half, all of them answered, then nothing but lookups",
     {{net_request, {POISSON, 100, .until = .5}, {EXPONENTIAL, .1}, {SET_ONCE, 0, 30}}, {LOOKUPS}}},
    {"sessions",
     "no leak: sessions last .5 s, what users do sets their idle timer anew, logout closes it",
     {{session_login, {POISSON, 40}, {EXPONENTIAL, .5}, {SET_ANEW, .1, MINUTE}}, {METRICS}}},
    {"sessions_time_out",
     "no leak: sessions end when their timeout of .5 s has fired, and close it then",
     {{session_login, {POISSON, 40}, {FIXED, .5}, {SET_ONCE, 0, .5}}, {METRICS}}},
    {"sessions_stay",
     "no leak: users come, and stay, and do something each .2 s, which sets their idle timer anew",
     {{session_login, {POISSON, 20}, {FOREVER}, {SET_ANEW, .2, MINUTE}}, {LOOKUPS}}},
    {"sessions_stay_posix",
     "no leak: the same with POSIX timers",
     {{session_login, {POISSON, 20}, {FOREVER}, {SET_ANEW, .2, MINUTE}, .family = POSIX},
      {LOOKUPS}}},
    {"logins",
     "no leak: logins that last 40 s, with a timeout of 60 s: none ends in this run",
     {{session_login, {POISSON, 10}, {FIXED, 40}, {SET_ONCE, 0, MINUTE}}, {LOOKUPS}}},
    {"upgrades",
     "no leak: one request in 30 becomes a websocket, which stays, and whose traffic sets it anew",
     {{net_request, {POISSON, 200}, {UPGRADED, .02, 30}, {SET_ANEW, .1, 30}}, {METRICS}}},
    {"startup_hundred",
     "no leak: a hundred timers are made at the start, for later, and kept",
     {{job_start, {AT_START, 0, 100}, {FOREVER}, {SET_ONCE, 0, HOUR}}, {LOOKUPS}}},
    {"startup_tickers",
     "no leak: 20 tickers are made at the start, and kept; others come and go at the same place",
     {{job_start, {AT_START, 0, 20}, {FOREVER}, {TICKING, .1}},
      {job_start, {POISSON, 40}, {EXPONENTIAL, .02}, {SET_ONCE, 0, 30}},
      {LOOKUPS}}},
    {"workers_start",
     "no leak: 12 workers are started in the first fifth, and tick to the end",
     {{job_start, {STEPS, 12, 1, .until = .2}, {FOREVER}, {TICKING, .05}}, {LOOKUPS}}},
    {"reloads",
     "no leak: eight reloads make four health checks anew, and close those of before",
     {{conf_load, {STEPS, 9, 4}, {REPLACED}, {TICKING, .1}}, {LOOKUPS}}},
    {"reconnects",
     "no leak: each reconnect makes a poller, and closes the one of before",
     {{net_reconnect, {POISSON, 8}, {REPLACED}, {TICKING, .02}}, {METRICS}}},
    {"retry_storm",
     "no leak: in an outage 300 retries a second wait for .1 s; all are done when it is over",
     {{retry_schedule,
       {POISSON, 300, .from = .4, .until = .6},
       {EXPONENTIAL, .1},
       {SET_ONCE, 0, 5}},
      {net_request, {POISSON, 100}, {EXPONENTIAL, .02}, {SET_ONCE, 0, 30}},
      {METRICS}}},
    {"outage_at_end",
     "no leak: the run ends in an outage, with retries that wait for .5 s, and are then closed",
     {{retry_schedule, {POISSON, 100, .from = .7}, {FIXED, .5}, {SET_ONCE, 0, .5}}, {LOOKUPS}}},
    {"pool",
     "no leak: a pool grows when none of its timers is idle; each is taken and put back",
     {{pool_grow, {POISSON, 100}, {POOLED, .05}, {SET_ONCE, 0, 30}}, {METRICS}}},
    {"pool_in_waves",
     "no leak: the same under a load that rises to the end",
     {{pool_grow, {WAVES, 100, .5}, {POOLED, .2}, {SET_ONCE, 0, 30}}, {METRICS}}},
    {"upstreams_found",
     "no leak: six upstreams are found one by one, each is asked each 50 ms from then on",
     {{upstream_found, {STEPS, 6, 1, .until = .7}, {FOREVER}, {SET_ANEW, .05, 1}}, {LOOKUPS}}},
    {"cache_fills",
     "no leak: the run is too short to fill a cache, whose hits set entries anew",
     {{cache_put, {POISSON, 200}, {CACHED, 0, 1000, 500}, {SET_ONCE, 0, MINUTE}}, {METRICS}}},
    {"cache_evicts",
     "no leak: 40 entries, the one not used for longest makes room, some are used throughout",
     {{cache_put, {POISSON, 200}, {CACHED, 0, 40, 80}, {SET_ONCE, 0, MINUTE}}, {METRICS}}},
    {"limit_met_and_over",
     "no leak: bursts meet the limit of descriptors, but all that was made is closed .1 s later",
     {{job_start, {BURSTS, 3, 60}, {FIXED, .1}, {SET_ONCE, 0, 30}}, {METRICS}},
     .descriptors = 48},
    {"go_after",
     "no leak: 500 timeouts a second, each ends by itself after 20 ms",
     {{net_request, {POISSON, 500}, {FIXED, 0}, {SET_ONCE, 0, .02}, .family = GOTIME_AFTER}}},
    {"go_after_a_second",
     "no leak: 50 timeouts a second, each ends by itself after one second",
     {{net_request, {POISSON, 50}, {FIXED, 0}, {SET_ONCE, 0, 1}, .family = GOTIME_AFTER}}},
    {"go_timers",
     "no leak: requests free their timers with the answer",
     {{net_request, {POISSON, 200}, {EXPONENTIAL, .05}, {SET_ONCE, 0, 30}, .family = GOTIME},
      {LOOKUPS}}},
    {"prefork",
     "no leak: four children, whose requests close their timeouts",
     {{net_request, {POISSON, 50}, {EXPONENTIAL, .05}, {SET_ONCE, 0, 30}}, {METRICS}},
     .children = 4},
    {"prefork_sessions",
     "no leak: four children, in which sessions stay, and are used",
     {{session_login, {POISSON, 8}, {FOREVER}, {SET_ANEW, .2, MINUTE}}, {LOOKUPS}},
     .children = 4},
    {"many_paths",
     "no leak: 40 paths lead to where requests make timeouts, and all of them close these",
     {{net_request, {POISSON, 200}, {EXPONENTIAL, .05}, {SET_ONCE, 0, 30}, .paths = 40},
      {METRICS}}},

    /* ---- leaky ---- */

    {"leak_1_in_2",
     "leak at net_request: every other answer is an error, whose path forgets the timeout",
     {{net_request, {POISSON, 100}, {EXPONENTIAL, .02}, {SET_ONCE, 0, 30}, {2}}, {METRICS}}},
    {"leak_1_in_10",
     "leak at net_request: one answer in 10",
     {{net_request, {POISSON, 200}, {EXPONENTIAL, .02}, {SET_ONCE, 0, 30}, {10}}, {METRICS}}},
    {"leak_1_in_10_posix",
     "leak at net_request: one answer in 10, POSIX timers",
     {{net_request, {STEADILY, 100}, {FIXED, .005}, {SET_ONCE, 0, 30}, {10}, POSIX}, {METRICS}}},
    {"leak_1_in_100",
     "leak at net_request: one answer in 100",
     {{net_request, {POISSON, 500}, {EXPONENTIAL, .02}, {SET_ONCE, 0, 30}, {100}}, {METRICS}}},
    {"leak_1_in_1000",
     "leak at net_request: one answer in 1,000",
     {{net_request, {POISSON, 1500}, {EXPONENTIAL, .005}, {SET_ONCE, 0, 30}, {1000}}, {METRICS}}},
    {"leak_fast",
     "leak at net_request: 3,000 requests a second, which are answered at once, one in 1,000 "
     "wrongly",
     {{net_request, {POISSON, 3000}, {FIXED, 0}, {SET_ONCE, 0, 30}, {1000}}, {METRICS}}},
    {"leak_heavy_tail",
     "leak at net_request: one in 10 requests, which take 20 ms on the average, and a few a second "
     "or more",
     {{net_request, {POISSON, 200}, {PARETO, .02}, {SET_ONCE, 0, 30}, {10}}, {METRICS}}},
    {"leak_uploads",
     "leak at net_request: one in 5 uploads, of which some take many seconds; only they are used",
     {{net_request, {POISSON, 40}, {PARETO, .2}, {SET_ANEW, .05, 30}, {5}}, {LOOKUPS}}},
    {"leak_disarmed",
     "leak at net_request: an answer disarms the timeout, but one connection in 4 never closes it",
     {{net_request, {POISSON, 100}, {EXPONENTIAL, .15}, {DISARMED, .05, 30}, {4}}, {METRICS}}},
    {"leak_tickers",
     "leak at net_request: one request in 50 forgets its ticker, which the loop goes on to read",
     {{net_request, {POISSON, 200}, {EXPONENTIAL, .05}, {TICKING, .02}, {50}}, {METRICS}}},
    {"leak_fired",
     "leak at job_start: timeouts fire after 20 ms, one job in 10 is not cleaned up",
     {{job_start, {POISSON, 60}, {EXPONENTIAL, .2}, {SET_ONCE, 0, .02}, {10}}, {METRICS}}},
    {"leak_all_fired",
     "leak at job_start: timeouts fire after .1 s, and none is ever closed",
     {{job_start, {POISSON, 30}, {FIXED, .1}, {SET_ONCE, 0, .1}, {1}}, {LOOKUPS}}},
    {"leak_upgrades",
     "leak at net_request: one answer in 20; one request in 30 becomes a websocket, which is used",
     {{net_request, {POISSON, 200}, {UPGRADED, .02, 30}, {SET_ANEW, .1, 30}, {20}}, {METRICS}}},
    {"leak_bursts",
     "leak at job_start: one in 10 of the jobs that come in bursts",
     {{job_start, {BURSTS, 3, 50}, {EXPONENTIAL, .08}, {SET_ONCE, 0, 30}, {10}}, {LOOKUPS}}},
    {"leak_waves",
     "leak at net_request: one in 20, under a load that rises and falls three times",
     {{net_request, {WAVES, 100, 3}, {EXPONENTIAL, .1}, {SET_ONCE, 0, 30}, {20}}, {METRICS}}},
    {"leak_ends_on_trough",
     "leak at net_request: one in 20, and load falls to nothing at the end",
     {{net_request, {WAVES, 100, 1}, {EXPONENTIAL, .05}, {SET_ONCE, 0, 30}, {20}}, {LOOKUPS}}},
    {"leak_warm_up",
     "leak at net_request: one in 3, but requests take 3 s on the average, from the start on",
     {{net_request, {POISSON, 30}, {EXPONENTIAL, 3}, {SET_ONCE, 0, 30}, {3}}, {METRICS}}},
    {"leak_begins_late",
     "leak at net_request: from .5 of the run on, one in 4",
     {{net_request, {POISSON, 100}, {EXPONENTIAL, .05}, {SET_ONCE, 0, 30}, {4, .from = .5}},
      {METRICS}}},
    {"leak_ends_early",
     "leak at net_request: one in 4 until .4 of the run, then all is well",
     {{net_request, {POISSON, 100}, {EXPONENTIAL, .05}, {SET_ONCE, 0, 30}, {4, .until = .4}},
      {METRICS}}},
    {"leak_load_ends",
     "leak at net_request: none of the timeouts is closed; they fire; from .4 on there is no load",
     {{net_request, {POISSON, 50, .until = .4}, {FIXED, .1}, {SET_ONCE, 0, .1}, {1}}, {LOOKUPS}}},
    {"leak_at_start",
     "leak at job_start: of a hundred jobs at the start every other one leaves its timer, which "
     "fired",
     {{job_start, {AT_START, 0, 100}, {EXPONENTIAL, .1}, {SET_ONCE, 0, .05}, {2}}, {LOOKUPS}}},
    {"leak_sessions",
     "leak at session_login: one logout in 5 forgets the idle timer, which nobody sets any more",
     {{session_login, {POISSON, 40}, {EXPONENTIAL, .5}, {SET_ANEW, .1, MINUTE}, {5}}, {METRICS}}},
    {"leak_sessions_posix",
     "leak at session_login: the same with POSIX timers",
     {{session_login, {POISSON, 40}, {EXPONENTIAL, .5}, {SET_ANEW, .1, MINUTE}, {5}, POSIX},
      {METRICS}}},
    {"leak_all_sessions",
     "leak at session_login: each session of .2 s leaves its idle timer, which is due in an hour",
     {{session_login, {POISSON, 20}, {FIXED, .2}, {SET_ANEW, .05, HOUR}, {1}}, {LOOKUPS}}},
    {"leak_reloads",
     "leak at conf_load: eight reloads make four checks anew, and forget one in four of before",
     {{conf_load, {STEPS, 9, 4}, {REPLACED}, {TICKING, .1}, {4}}, {LOOKUPS}}},
    {"leak_one_per_reload",
     "leak at conf_load: ten reloads make one check anew, and forget the one of before",
     {{conf_load, {STEPS, 11, 1}, {REPLACED}, {TICKING, .1}, {1}}, {LOOKUPS}}},
    {"leak_reconnects",
     "leak at net_reconnect: each makes a poller, and the one of before is still polled",
     {{net_reconnect, {POISSON, 8}, {REPLACED}, {TICKING, .02}, {1}}, {METRICS}}},
    {"leak_some_reconnects",
     "leak at net_reconnect: one poller in 3 is not stopped, and is still polled",
     {{net_reconnect, {POISSON, 12}, {REPLACED}, {TICKING, .02}, {3}}, {METRICS}}},
    {"leak_retry_storm",
     "leak at retry_schedule: one in 10 retries of an outage in the middle of the run",
     {{retry_schedule,
       {POISSON, 300, .from = .4, .until = .6},
       {EXPONENTIAL, .1},
       {SET_ONCE, 0, 5},
       {10}},
      {net_request, {POISSON, 100}, {EXPONENTIAL, .02}, {SET_ONCE, 0, 30}},
      {METRICS}}},
    {"leak_pool",
     "leak at pool_grow: one in 10 is not put back, so that the pool has to grow",
     {{pool_grow, {POISSON, 100}, {POOLED, .05}, {SET_ONCE, 0, 30}, {10}}, {METRICS}}},
    {"leak_cache",
     "leak at cache_put: one in 5 evictions forgets the timer",
     {{cache_put, {POISSON, 200}, {CACHED, 0, 40, 80}, {SET_ONCE, 0, MINUTE}, {5}}, {METRICS}}},
    {"leak_to_limit",
     "leak at net_request: one in 2, until no descriptors are left, and nothing can be made any "
     "more",
     {{net_request, {POISSON, 150}, {EXPONENTIAL, .02}, {SET_ONCE, 0, 30}, {2}}, {METRICS}},
     .descriptors = 64},
    {"leak_to_limit_at_once",
     "leak at job_start: nothing is ever closed, and no descriptors are left after a quarter",
     {{job_start, {POISSON, 150}, {FIXED, .02}, {SET_ONCE, 0, .02}, {1}}, {METRICS}},
     .descriptors = 64},
    {"leak_go_after",
     "leak at net_request: 20,000 timeouts of an hour a second are never waited for; 5 GB by then",
     {{net_request,
       {BURSTS, 100, 200},
       {FIXED, 0},
       {SET_ONCE, 0, HOUR},
       {1},
       .family = GOTIME_AFTER}}},
    {"leak_go_timers",
     "leak at net_request: one answer in 10 stops its timer, and does not free it",
     {{net_request, {POISSON, 200}, {EXPONENTIAL, .05}, {DISARMED, .01, 30}, {10}, GOTIME},
      {LOOKUPS}}},
    {"leak_prefork",
     "leak at net_request: one answer in 10, in each of four children",
     {{net_request, {POISSON, 50}, {EXPONENTIAL, .05}, {SET_ONCE, 0, 30}, {10}}, {METRICS}},
     .children = 4},
    {"leak_prefork_few",
     "leak at net_request: one answer in 50, in each of eight children",
     {{net_request, {POISSON, 30}, {EXPONENTIAL, .02}, {SET_ONCE, 0, 30}, {50}}, {METRICS}},
     .children = 8},
    {"leak_prefork_reconnects",
     "leak at net_reconnect: each makes a poller, and keeps the one of before, in four children",
     {{net_reconnect, {POISSON, 4}, {REPLACED}, {TICKING, .02}, {1}}, {METRICS}},
     .children = 4},
    {"leak_many_paths",
     "leak at net_request: one answer in 10, and 40 paths lead there",
     {{net_request, {POISSON, 200}, {EXPONENTIAL, .05}, {SET_ONCE, 0, 30}, {10}, .paths = 40},
      {METRICS}}},
    {"leak_all_on_many_paths",
     "leak at job_start: none is closed, and 200 paths lead there, most of them once or twice",
     {{job_start, {POISSON, 60}, {FIXED, .05}, {SET_ONCE, 0, .05}, {1}, .paths = 200}, {LOOKUPS}}},
    {0}};
