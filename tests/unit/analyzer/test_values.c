/* Values, units and percentages, as pprof's own measurement package prints them. */
#include "views/values.h"

#include <criterion/criterion.h>

#define US INT64_C(1000)
#define MS (1000 * US)
#define SECOND (1000 * MS)
#define HOUR (3600 * SECOND)

static void expect_time(int64_t value, const char *text)
{
    struct text got = value_text(value, "nanoseconds", MEASURE_AUTO);
    cr_expect_str_eq(got.s, text, "%s, not %s", got.s, text);
}

Test(values, times_in_the_unit_that_suits)
{
    expect_time(0, "0");
    expect_time(999, "999ns");
    expect_time(1500, "1.50us");
    expect_time(2 * MS, "2ms");
    expect_time(90 * SECOND, "90s");
    expect_time(HOUR * 3 / 2, "1.50hrs");
    expect_time(-2 * MS, "-2ms");
}

Test(values, in_the_unit_that_is_wanted)
{
    cr_expect_str_eq(value_text(1500 * MS, "nanoseconds", "seconds").s, "1.50s");
    cr_expect_str_eq(value_text(1500 * MS, "nanoseconds", "MS").s, "1500ms");
    cr_expect_str_eq(value_text(1, "nanoseconds", "hours").s, "0");
    cr_expect_str_eq(value_text(1500 * MS, "nanoseconds", "apples").s, "1.50s");
    cr_expect_str_eq(value_text(2048, "bytes", MEASURE_AUTO).s, "2kB");
}

Test(values, counts)
{
    cr_expect_str_eq(value_text(48211, "count", MEASURE_AUTO).s, "48211");
    cr_expect_str_eq(value_text(-7, "count", "count").s, "-7");
    cr_expect_str_eq(value_text(7, "count", "apples").s, "7apples");
}

Test(values, percentages)
{
    cr_expect_str_eq(value_percentage(1, 3).s, "33.33%");
    cr_expect_str_eq(value_percentage(-1, 3).s, "33.33%");
    cr_expect_str_eq(value_percentage(1, 1000).s, "  0.1%");
    cr_expect_str_eq(value_percentage(0, 0).s, "    0%");
    cr_expect_str_eq(value_percentage(99999, 100000).s, "  100%");
}

/* The smallest value may go down to 0.01 of the common unit, not further. */
Test(values, one_unit_for_a_table)
{
    cr_expect_str_eq(value_unit_common(20 * MS, 2 * SECOND, "nanoseconds"), "ms");
    cr_expect_str_eq(value_unit_common(19 * MS, 2 * SECOND, "nanoseconds"), "s");
    cr_expect_str_eq(value_unit_common(5 * SECOND, 9 * SECOND, "nanoseconds"), "s");
    cr_expect_str_eq(value_unit_common(0, 9 * SECOND, "nanoseconds"), "s");
    cr_expect_str_eq(value_unit_common(5, 9, "count"), "count");
}
