/* scripts/run-suites: a test that hangs is named, and fails. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "command.h"
#include "subject.h"

#define HANGS                                                                                      \
    "printf '%%s\\n' '#include <criterion/criterion.h>' '#include <unistd.h>' "                    \
    "'Test(one, hangs) { pause(); }' 'Test(one, is_longer, .timeout = 60) { sleep(2); }' "         \
    "> '%s/hangs.c' && cc -D_GNU_SOURCE -DLIMIT=1 -o '%s/hangs' '%s/hangs.c' tests/limit.c "       \
    "-lcriterion && { env -i PATH=\"$PATH\" scripts/run-suites '%s/hangs' || true; }"

Test(suites, a_test_that_hangs_is_named, .timeout = 60)
{
    char *folder = directory_make();
    char *out = output_of(text_make(HANGS, folder, folder, folder, folder));

    expect_part(out, "one::hangs: Timed out.");
    expect_part(out, "\n1 passed, 1 failed\n");
    free(out);
    directory_remove(folder);
}
