/* scripts/deps, and what make says where it has not run yet. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "subject.h"

/*
 * In a mount namespace of its own, a system that has each header, but as one of another package,
 * and whose pkg-config knows nothing; apt-get only tells what it would do.
 */
#define ELSEWHERE                                                                                  \
    "unshare -m sh -ec 'mount -t tmpfs tmpfs /usr/include; cd /usr/include; "                      \
    "for folder in linux node diet x86_64-linux-musl; do "                                         \
    "for file in stdio seccomp uv ev event2/event jansson microhttpd zlib gelf libunwind "         \
    "elfutils/libdw libiberty/demangle editline/readline protobuf-c/protobuf-c "                   \
    "criterion/criterion glib-2.0/glib; do "                                                       \
    "mkdir -p $(dirname $folder/$file); : > $folder/$file.h; done; done; "                         \
    "cd \"$OLDPWD\"; for stub in pkg-config:false apt-get:\"echo \\\"\\$@\\\"\"; do "              \
    "printf \"#!/bin/sh\\n%%s\\n\" \"${stub#*:}\" > \"%s/${stub%%%%:*}\"; "                        \
    "chmod +x \"%s/${stub%%%%:*}\"; done; PATH=\"%s:$PATH\" scripts/deps --ci --bench'"

static char *install_line(const char *out)
{
    const char *line = from(out, "-q -y");

    return strndup(line, strcspn(line, "\n"));
}

Test(deps, headers_of_other_packages_are_not_taken_for_ours, .timeout = 60)
{
    char *able = tried(strdup("unshare -m mount -t tmpfs tmpfs /usr/include"));

    if (!able)
        cr_skip_test("no file system can be mounted here");
    free(able);

    char *bin = directory_make();
    char *out = output_of(text_make(ELSEWHERE, bin, bin, bin)), *line = install_line(out);
    char *developing =
        output_of(strdup("awk '$1 ~ /^(pc:[a-z]|[a-z].*\\.h)/ { print $2 }' scripts/deps"));
    size_t asked = 0;

    for (char *package = strtok(developing, "\n"); package; package = strtok(NULL, "\n"), asked++)
        expect_part(line, package);
    cr_expect_geq(asked, 19);
    free(developing);
    free(line);
    free(out);
    directory_remove(bin);
}

Test(deps, nothing_is_said_where_all_is_there, .timeout = 60)
{
    char *out = output_of(strdup("scripts/deps"));

    cr_expect_str_empty(out);
    free(out);
}

Test(deps, make_without_a_compiler_names_them, .timeout = 60)
{
    char *build = directory_make();
    char *out = output_of(text_make("MAKEFLAGS= make CC=no-such-cc BUILD='%s' 2>&1 || true; "
                                    "rm -rf '%s'/*",
                                    build, build));

    expect_part(out, "there is no no-such-cc: scripts/deps installs what is missing\n");
    cr_expect_null(strstr(out, "No such file"), "%s", out);
    free(out);
    directory_remove(build);
}
