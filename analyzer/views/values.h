/*
 * values.h - values, units and percentages exactly as pprof prints them.
 */
#ifndef TIMERLEAK_VIEWS_VALUES_H
#define TIMERLEAK_VIEWS_VALUES_H

#include "base/text.h"
#include "profile/samples.h"

/* Nanoseconds per unit, with its name; counts have {1, ""}. */
struct value_unit {
    double factor;
    const char *name;
};

/* The unit that suits one value of a type. */
struct value_unit value_unit_of(const struct sample_type *type, uint64_t value);

/* One unit for a whole table whose smallest and largest values are these. */
struct value_unit value_unit_common(const struct sample_type *type, uint64_t smallest,
                                    uint64_t largest);

/* "12", "1.50s", "0". */
struct text value_text(uint64_t value, struct value_unit unit);

/* "99.10%", "  100%": five characters and the sign, as columns want it. */
struct text value_percentage(uint64_t value, uint64_t total);

#endif
