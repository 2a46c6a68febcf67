#include "shape.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

struct shape shape_begin(uint64_t duration)
{
    struct shape shape = {.builder = builder_new(duration)};
    shape.site = builder_plain_site(shape.builder, TLK_TIMERFD, 0x1000);
    return shape;
}

struct timer_record *shape_make(struct shape *shape, uint64_t when)
{
    return builder_create(shape->builder, shape->site, when);
}

void shape_release(struct shape *shape, uint64_t when, uint64_t life)
{
    builder_release(shape->builder, shape_make(shape, when), when + life);
}

void shape_expect(struct shape *shape, enum verdict verdict, const char *why)
{
    struct profile *profile = loaded(shape->builder);
    struct finding *finding = &loaded_site(profile)->finding;
    cr_expect_eq(finding->verdict, verdict, "%s, because %s", verdict_name(finding->verdict),
                 finding->why);
    cr_expect(strstr(finding->why, why), "\"%s\" lacks \"%s\"", finding->why, why);
    profile_free(profile);
}
