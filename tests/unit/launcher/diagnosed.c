#include "diagnosed.h"

#include <criterion/criterion.h>

#include <string.h>

const struct remark *diagnosed(const struct diagnosis *diagnosis, const char *part)
{
    for (size_t i = 0; i < diagnosis->count; i++) {
        const struct remark *remark = &diagnosis->remarks[i];
        if (strstr(remark->text, part) || (remark->advice && strstr(remark->advice, part)))
            return remark;
    }
    return NULL;
}

const struct remark *expect_diagnosed(const struct diagnosis *diagnosis, enum health health,
                                      const char *part)
{
    const struct remark *remark = diagnosed(diagnosis, part);
    if (remark == NULL)
        diagnosis_print(stderr, diagnosis);
    cr_assert_not_null(remark, "nothing is said of \"%s\"", part);
    cr_expect_eq(remark->health, health, "%s: health is %d", remark->text, remark->health);
    return remark;
}

void expect_not_diagnosed(const struct diagnosis *diagnosis, const char *part)
{
    const struct remark *remark = diagnosed(diagnosis, part);
    cr_expect_null(remark, "%s", remark->text);
}
