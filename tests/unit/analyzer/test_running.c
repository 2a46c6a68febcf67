/* Who could do what was denied to this user. */
#include "outside/running.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void expect_advice(const char *path, const char *advice)
{
    struct advice given = running_advice(path);
    cr_expect_str_eq(given.s, advice);
}

Test(running, what_root_owns_is_no_use_to_ask_of_root)
{
    if (geteuid() == 0)
        expect_advice("/proc/1",
                      "root itself may not: a container or a security module forbids it");
    else
        expect_advice("/proc/1", "do this as root");
}

/* Not every root may: in a namespace of its own there may be no such user. */
static void become(const char *path, uid_t owner, uid_t user)
{
    if (chown(path, owner, (gid_t)-1) != 0 || seteuid(user) != 0) {
        unlink(path);
        cr_skip_test("this root can't be other users");
    }
}

Test(running, what_is_one_s_own_is_left_to_root)
{
    char path[] = "/tmp/timerleak-running-XXXXXX";
    const uid_t nobody = 4242;
    close(mkstemp(path));
    if (geteuid() == 0) {
        become(path, nobody, 0);
        expect_advice(path, "do this as user 4242");
        become(path, nobody, nobody);
    }
    expect_advice(path, "do this as root");
    cr_assert_eq(seteuid(getuid()), 0);
    unlink(path);
}

Test(running, what_is_another_s_is_left_to_both)
{
    char path[] = "/tmp/timerleak-running-XXXXXX";
    if (geteuid() != 0)
        cr_skip_test("only root can make files of other users");
    close(mkstemp(path));
    become(path, 4242, 4243);
    expect_advice(path, "do this as user 4242 or root");
    cr_assert_eq(seteuid(0), 0);
    unlink(path);
}
