/* A test that hangs ends, and is named, within a minute, unless it or its suite has another limit.
 */
#include <criterion/criterion.h>
#include <criterion/hooks.h>

#ifndef LIMIT
#define LIMIT 60 /* s */
#endif

ReportHook(PRE_ALL)(struct criterion_test_set *set)
{
    FOREACH_SET(struct criterion_suite_set * suite, set->suites)
    {
        if (suite->suite.data && suite->suite.data->timeout > 0)
            continue;
        FOREACH_SET(struct criterion_test * test, suite->tests)
        {
            if (test->data->timeout <= 0)
                test->data->timeout = LIMIT;
        }
    }
}
