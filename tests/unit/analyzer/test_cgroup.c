/* Containers and units, by the text of /proc/PID/cgroup. */
#include "outside/cgroup.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void expect_path(const char *text, const char *expected)
{
    char *path = cgroup_path(text);
    cr_expect_str_eq(path, expected);
    free(path);
}

Test(cgroup, the_path_that_tells_most)
{
    expect_path("0::/system.slice/nginx.service\n", "/system.slice/nginx.service");
    expect_path("9:pids:/system.slice\n1:name=systemd:/system.slice/cron.service\n0::/\n",
                "/system.slice/cron.service");
    expect_path("1:name=systemd:/\n4:memory:/docker/" ID "\n0::/\n", "/docker/" ID);
    expect_path("4:cpu,cpuacct:/a:b\n", "/a:b");
    expect_path("1:name=systemd:/a\n0::/b\n", "/b");
}

Test(cgroup, in_none_it_is_the_root)
{
    expect_path("", "/");
    expect_path("0::/\n", "/");
    expect_path("9:cpu:/\n0::/\n", "/");
    expect_path("nonsense\n:\n1:2\n", "/");
}

Test(cgroup, control_characters_do_not_reach_the_terminal)
{
    expect_path("0::/a\033[31mb\n", "/a?[31mb");
}

static void expect_name(const char *path, const char *expected)
{
    const struct cgroup_name name = cgroup_name(path);
    cr_expect_str_eq(name.s, expected, "%s: %s", path, name.s);
}

Test(cgroup, is_called_as_people_call_it)
{
    expect_name("/system.slice/nginx.service", "nginx.service");
    expect_name("/user.slice/user-0.slice/session-3.scope", "session-3.scope");
    expect_name("/system.slice/docker-" ID ".scope", "docker-0123456789ab");
    expect_name("/docker/" ID, "docker-0123456789ab");
    expect_name("/../" ID, "0123456789ab");
    expect_name("/machine.slice/libpod-" ID ".scope/container", "libpod-0123456789ab");
    expect_name("/kubepods.slice/kubepods-burstable.slice/cri-containerd-" ID ".scope",
                "cri-containerd-0123456789ab");
    expect_name("/kubepods/burstable/pod6f1e0c6e-1/" ID, "kubepods-0123456789ab");
    expect_name("/user.slice", "user.slice");
    expect_name("/lxc/web", "web");
    expect_name("/", "/");
    expect_name("", "/");
}

Test(cgroup, a_name_that_is_too_long_is_cut)
{
    char path[400] = "/";
    memset(path + 1, 'x', sizeof(path) - 10);
    strcpy(path + sizeof(path) - 9, ".service");
    cr_expect_eq(strlen(cgroup_name(path).s), sizeof(struct cgroup_name) - 1);
}

static void expect_unit(const char *path, const char *unit)
{
    cr_expect_eq(cgroup_unit(path), strlen(unit), "%s: %zu", path, cgroup_unit(path));
}

Test(cgroup, groups_within_a_unit_are_of_it)
{
    expect_unit("/system.slice/php.service/worker-1", "/system.slice/php.service");
    expect_unit("/docker/" ID "/init", "/docker/" ID);
    expect_unit("/docker/" ID "/system.slice/cron.service",
                "/docker/" ID "/system.slice/cron.service");
    expect_unit("/user.slice/user-0.slice/user@0.service/app.slice",
                "/user.slice/user-0.slice/user@0.service");
    expect_unit("/lxc/web", "/lxc/web");
    expect_unit("/", "/");
}
