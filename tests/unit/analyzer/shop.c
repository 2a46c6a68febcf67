#include "shop.h"

struct plan {
    uint32_t family;
    const char *function;
    uint64_t frames[5]; /* addresses in the program, leaf first */
    size_t depth;
    uint64_t live, released;
    uint64_t step;     /* between creations */
    uint64_t interval; /* 0: one-shot, due in ten minutes after the end */
};

/* What each address is: a handler, a listener, main, a walker that calls itself, a pool. */
#define HANDLER 0x1001
#define LISTENER 0x2001
#define MAIN 0x3001
#define WALKER 0x4001
#define POOL 0x5001

static void create(struct builder *builder, struct site_record *site, const struct plan *plan,
                   uint64_t number)
{
    struct timer_record *timer = builder_create(builder, site, MINUTE + number * plan->step);
    timer->flags = TLK_ARMED;
    timer->armed = 1;
    timer->armed_at = timer->created;
    timer->clock = timer->deadline_clock = 1;
    timer->interval = plan->interval;
    timer->deadline = (int64_t)(timer->created + (plan->interval ? plan->interval : 2 * HOUR));
    if (plan->interval)
        timer->fired = timer->fired_now = (START_MONO + HOUR - timer->created) / plan->interval;
}

static void add(struct builder *builder, uint32_t module, const struct plan *plan)
{
    uint64_t frames[5];
    for (size_t i = 0; i < plan->depth; i++)
        frames[i] = TLK_FRAME(module, plan->frames[i]);
    struct site_record *site =
        builder_site(builder, plan->family, plan->function, frames, plan->depth);
    for (uint64_t i = 0; i < plan->live; i++)
        create(builder, site, plan, i);
    for (uint64_t i = 0; i < plan->released; i++)
        builder_release(builder, builder_create(builder, site, i * SECOND), (i + 1) * SECOND);
}

static struct builder *build(const struct plan *plans, size_t count)
{
    struct builder *builder = builder_new(HOUR);
    uint32_t module = builder_module(builder, "/nowhere/shop", "\1\2\3\4", 4);
    builder_header(builder)->exe = builder_string(builder, "/nowhere/shop");
    builder_header(builder)->nofile_soft = 100; /* fewer than there would be at a time */
    for (size_t i = 0; i < count; i++)
        add(builder, module, &plans[i]);
    return builder;
}

#define BUILD(plans) build(plans, sizeof(plans) / sizeof(*(plans)))

struct builder *shop(void)
{
    const struct plan plans[] = {
        {TLK_TIMERFD, "timerfd_create", {HANDLER, LISTENER, MAIN}, 3, 50, 0, MINUTE, 0},
        {TLK_TIMERFD, "timerfd_create", {HANDLER, WALKER, WALKER, WALKER, MAIN}, 5, 6, 300, 0, 0},
        {TLK_POSIX, "timer_create", {POOL, MAIN}, 2, 4, 0, 0, 5 * SECOND},
        {TLK_POSIX, "timer_create", {WALKER, POOL, MAIN}, 3, 0, 20, 0, 0},
        {TLK_POSIX, "timer_create", {MAIN}, 1, 1, 0, 0, 100 * MS},
    };
    return BUILD(plans);
}

struct builder *shop_later(void)
{
    const struct plan plans[] = {
        {TLK_TIMERFD, "timerfd_create", {HANDLER, LISTENER, MAIN}, 3, 55, 0, MINUTE, 0},
        {TLK_TIMERFD, "timerfd_create", {HANDLER, WALKER, WALKER, WALKER, MAIN}, 5, 2, 300, 0, 0},
        {TLK_POSIX, "timer_create", {POOL, MAIN}, 2, 4, 0, 0, 5 * SECOND},
        {TLK_TIMERFD, "timerfd_create", {POOL, LISTENER, MAIN}, 3, 30, 0, MINUTE, 0},
    };
    return BUILD(plans);
}
