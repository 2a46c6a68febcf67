#include "callbacks.h"

#include "engine_check.h"

#include <criterion/criterion.h>

struct gate gate;

void begin(void)
{
    gate.begun = gt_chan_make(0, 1000);
    gate.go = gt_chan_make(0, 1000);
}

void begin_mocked(void)
{
    begin();
    cr_assert_eq(gt_clock_mock(0), 0);
}

void end(void)
{
    engine_check();
    cr_expect_eq(gt_shutdown(), 0);
}

void count(void *argument)
{
    struct gate *of = argument;

    of->thread = pthread_self();
    __atomic_add_fetch(&of->calls, 1, __ATOMIC_SEQ_CST);
    gt_chan_send(of->begun, NULL);
}

void block(void *argument)
{
    struct gate *of = argument;

    count(of);
    gt_chan_recv(of->go, NULL);
}

void block_twice(void *argument)
{
    block(argument);
    count(argument);
}

static void destroy(void *argument)
{
    struct gate *of = argument;

    __atomic_add_fetch(&of->destroyed, 1, __ATOMIC_SEQ_CST);
    gt_chan_send(of->begun, NULL);
}

gt_timer start(int64_t duration, void (*function)(void *), unsigned flags)
{
    struct gt_func func = {
        .function = function, .argument = &gate, .destroy = destroy, .flags = flags};

    return gt_after_func_with(duration, &func);
}

void await_signs(int signs)
{
    for (int i = 0; i < signs; i++)
        cr_assert_eq(gt_chan_recv(gate.begun, NULL), 0);
}

void let_go(int callbacks)
{
    for (int i = 0; i < callbacks; i++)
        gt_chan_send(gate.go, NULL);
}
