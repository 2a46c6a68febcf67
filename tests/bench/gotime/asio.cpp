/* asio.cpp - Boost.Asio's steady timers. What was aborted is handed out by the next poll. */
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "shots.h"

namespace asio = boost::asio;

struct item {
    asio::steady_timer *timer;
};

static const bool thread_safe = true;
static asio::io_context context;
static auto guard = asio::make_work_guard(context);

static void engine_open(const char *)
{
}

static void item_wait(struct item *item, int64_t duration, struct shot *shot)
{
    item->timer->expires_after(std::chrono::nanoseconds(duration));
    item->timer->async_wait([shot](const boost::system::error_code &error) {
        if (!error)
            shot_fire(shot);
    });
}

static void item_start(struct item *item, int64_t duration, struct shot *shot)
{
    item->timer = new asio::steady_timer(context);
    item_wait(item, duration, shot);
}

static void item_stop(struct item *item)
{
    item->timer->cancel();
    delete item->timer;
}

static struct shot nobody_waits;

static void item_reset(struct item *item, int64_t duration)
{
    item_wait(item, duration, &nobody_waits);
}

static void batch_end(void)
{
    context.poll();
}

static void clock_refresh(void)
{
}

static void shots_wait(struct item *)
{
    guard.reset();
    context.run();
}

#include "suites.h"
