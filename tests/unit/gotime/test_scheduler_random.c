/* The scheduler at random, beside a naive model of it, checked after every step. */
#include "gotime/gotime.h"
#include "gotime/parts.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define TASKS 40
#define STEPS 20000

static struct model {
    gt_task task;
    int64_t due, period; /* 0: there is none */
    int runs, expected;
} models[TASKS];

static void count_run(void *model)
{
    ((struct model *)model)->runs++;
}

static void random_step(struct model *model)
{
    int64_t period = 1 + rand() % 50;

    if (model->period && rand() % 3 == 0) {
        cr_assert_eq(gt_scheduler_stop(model->task), 0);
        model->period = 0;
        return;
    }
    if (model->period)
        cr_assert_eq(gt_scheduler_reset(model->task, period), 0);
    else
        model->task = gt_scheduler_start(period, count_run, model);
    model->period = period;
    model->due = gt_now() + period;
}

static void random_time(void)
{
    gt_clock_mock_advance(rand() % 20);
    for (struct model *model = models; model < models + TASKS; model++)
        for (; model->period && model->due <= gt_now(); model->due += model->period)
            model->expected++;
}

Test(scheduler_random, counts_the_same_runs, .timeout = 60)
{
    cr_assert_eq(gt_clock_mock(1000), 0);
    srand(1);
    for (int step = 0; step < STEPS; step++) {
        const char *wrong;

        random_step(&models[rand() % TASKS]);
        random_time();
        wrong = scheduler_check();
        cr_assert_null(wrong, "step %d: %s", step, wrong);
        for (int i = 0; i < TASKS; i++)
            if (models[i].runs != models[i].expected)
                cr_assert_fail("step %d, task %d: %d runs, not %d", step, i, models[i].runs,
                               models[i].expected);
    }
}
