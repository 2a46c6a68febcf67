/* scripts/run-suites: a test that hangs is named, and fails; what failed is named last. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "command.h"
#include "subject.h"

#define RUN                                                                                        \
    "printf '%%s\\n' '#include <criterion/criterion.h>' '#include <unistd.h>' '%s' > "             \
    "'%s/suite.c' "                                                                                \
    "&& cc -D_GNU_SOURCE -DLIMIT=1 -o '%s/suite' '%s/suite.c' tests/limit.c -lcriterion "          \
    "&& { env -i PATH=\"$PATH\" scripts/run-suites '%s/suite' %s || true; }"

/* What is said of a suite of these tests, and of others. */
static char *said_of(const char *tests, const char *others)
{
    char *folder = directory_make();
    char *out = output_of(text_make(RUN, tests, folder, folder, folder, folder, others));

    directory_remove(folder);
    return out;
}

Test(suites, a_test_that_hangs_is_named, .timeout = 60)
{
    char *out = said_of("Test(one, hangs) { pause(); } "
                        "Test(one, is_longer, .timeout = 60) { sleep(2); }",
                        "");

    expect_part(out, "one::hangs: Timed out.");
    expect_part(out, "\nfailed: one::hangs\n1 passed, 1 failed\n");
    free(out);
}

/* By what it said, too: those of a parameterized test have one name. */
Test(suites, what_failed_is_named_last, .timeout = 60)
{
    char *out = said_of("Test(one, fails) { cr_expect(0, \"of 7:\\n8\"); } Test(one, succeeds) {}",
                        "false");

    expect_part(out, "/suite.c:3: of 7:\nfailed: one::fails\n"
                     "failed: false ended with status 1 outside its tests\n1 passed, 2 failed\n");
    free(out);
}
