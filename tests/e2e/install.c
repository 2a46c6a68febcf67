/* make install: what it puts somewhere works wherever that is moved, and goes without a trace. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "command.h"
#include "preloaded.h"
#include "subject.h"

/* `make TARGET` for FOLDER/PREFIX. What is built is not looked at, and how make was called. */
static char *make_line(const char *folder, const char *prefix, const char *target)
{
    char *build = built(".");
    char *line = text_make("MAKEFLAGS= make -s -o all BUILD='%s' DESTDIR='%s' PREFIX=%s %s", build,
                           folder, prefix, target);

    free(build);
    return line;
}

/* A folder of its own with the tree "moved", which was installed elsewhere. */
static char *folder_make(void)
{
    char *folder = directory_make();

    free(output_of(make_line(folder, "/usr/local", "install")));
    free(output_of(text_make("cd '%s' && mv usr/local moved && rmdir usr", folder)));
    return folder;
}

static void folder_forget(char *folder)
{
    free(output_of(text_make("rm -rf '%s'", folder)));
    free(folder);
}

Test(install, a_tree_that_was_moved_records_and_reports)
{
    char *folder = folder_make();
    char *program = program_path("state_never_armed");
    char *report = output_of(text_make("cd '%s' && moved/bin/timerleak record -o run.tlk '%s' && "
                                       "moved/bin/timerleak report run.tlk",
                                       folder, program));

    expect_part(report, "never-armed");
    free(report);
    free(program);
    folder_forget(folder);
}

Test(install, pkg_config_finds_gotime_and_the_shim_in_it)
{
    char *folder = folder_make(), *report;

    free(output_of(text_make(
        "cd '%s' && cat >after.c <<'END'\n"
        "#include <gotime.h>\n"
        "#include <timerleak_verify.h>\n"
        "int main(void) { gt_after(GT_MINUTE); return 0; }\n"
        "END\n"
        "export PKG_CONFIG_PATH=$PWD/moved/lib/pkgconfig LD_LIBRARY_PATH=$PWD/moved/lib\n"
        "cc -o after after.c $(pkg-config --cflags --libs gotime timerleak) &&\n"
        "TIMERLEAK_OUTPUT=$PWD/run.tlk LD_PRELOAD=$(pkg-config --variable=shim timerleak) ./after",
        folder)));
    report = output_of(text_make("cd '%s' && moved/bin/timerleak report run.tlk", folder));
    expect_part(report, "gotime/after");
    free(report);
    folder_forget(folder);
}

/* What happened to files of that name, as a mask of inotify(7). */
static uint32_t events_of(int watch, const char *name)
{
    _Alignas(struct inotify_event) char events[4096];
    ssize_t length = read(watch, events, sizeof(events));
    uint32_t mask = 0;

    for (char *next = events; next < events + length;) {
        const struct inotify_event *event = (struct inotify_event *)next;

        if (strcmp(event->name, name) == 0)
            mask |= event->mask;
        next += sizeof(*event) + event->len;
    }
    return mask;
}

Test(install, programs_under_the_shim_keep_the_old_one_or_find_the_new_one_whole)
{
    char *folder = folder_make();
    char *place = text_make("%s/moved/lib/timerleak", folder);
    int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

    inotify_add_watch(watch, place, IN_ALL_EVENTS & ~(IN_ACCESS | IN_OPEN | IN_CLOSE));
    free(output_of(make_line(folder, "/moved", "install")));
    cr_expect_eq(events_of(watch, "libtimerleak.so"), IN_MOVED_TO);
    close(watch);
    free(place);
    folder_forget(folder);
}

Test(install, uninstall_takes_away_its_own_and_nothing_else)
{
    char *folder = folder_make(), *left;

    free(output_of(text_make("touch '%s/moved/lib/libother.so'", folder)));
    free(output_of(make_line(folder, "/moved", "uninstall")));
    left = output_of(text_make("cd '%s' && find . ! -type d -o -name '*timerleak*'", folder));
    cr_expect_str_eq(left, "./moved/lib/libother.so\n");
    free(left);
    left = output_of(text_make("cd '%s' && find . -type d -empty | sort", folder));
    cr_expect_str_eq(left, "./moved/bin\n./moved/include\n./moved/share/doc\n./moved/share/man\n",
                     "what every prefix has stays:\n%s", left);
    free(left);
    folder_forget(folder);
}
