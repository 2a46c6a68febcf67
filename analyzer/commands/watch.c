/* watch.c - the command `timerleak watch`: a recording followed while its process runs. */
#include "cli/arguments.h"
#include "cli/input.h"
#include "cli/screen.h"
#include "commands/commands.h"
#include "outside/running.h"

#include "base/errors.h"
#include "base/memory.h"
#include "base/progress.h"
#include "base/terminal.h"
#include "profile/filter.h"
#include "symbols/roots.h"
#include "views/views.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct watch {
    struct settings settings;
    char *path;
    struct profile *profile;
    struct trend *trend;
    enum trend_order order;
    bool ran;        /* at a look */
    int looks_ended; /* how many in a row found that the process is gone */
};

static int watch_fail(const char *error, int status)
{
    complain("%s", error);
    return status;
}

static int watch_filter_sites(struct watch *watch)
{
    char error[ERROR_SIZE];
    const struct filter filter = {watch->settings.families, watch->settings.focus,
                                  watch->settings.ignore};
    if (!profile_filter(watch->profile, &filter, error))
        return watch_fail(error, EXIT_USAGE);
    return EXIT_OK;
}

static int watch_take_look(struct watch *watch)
{
    char error[ERROR_SIZE];
    struct recording *recording = recording_open(watch->path, error);
    if (!recording)
        return watch_fail(error, EXIT_UNREADABLE);
    profile_renew(watch->profile);
    progress_begin();
    profile_add(watch->profile, recording);
    recording_close(recording);
    int status = watch_filter_sites(watch);
    progress_end();
    if (status != EXIT_OK)
        return status;
    trend_look(watch->trend, watch->profile);
    trend_sort(watch->trend, watch->order);
    watch->ran |= watch->profile->processes[0]->alive;
    watch->looks_ended = watch->profile->processes[0]->alive ? 0 : watch->looks_ended + 1;
    return EXIT_OK;
}

/*
 * An exec may still fail, and who launched a process that is killed notes that a moment later: both
 * are the end if they are so at the next look too.
 */
static bool watch_has_ended(const struct watch *watch)
{
    enum tlk_end end = watch->profile->processes[0]->end;
    bool certain = !watch->ran || end == TLK_EXITED || end == TLK_KILLED;
    return watch->looks_ended > (certain ? 0 : 1);
}

static bool watch_is_over(const struct watch *watch)
{
    return watch_has_ended(watch) || watch->trend->looks == (size_t)watch->settings.count;
}

/* A terminal has no room for more; a log says between its first and last look what moved. */
static struct watch_view watch_make_view(const struct watch *watch, bool last)
{
    struct watch_view view = {.profile = watch->profile,
                              .trend = watch->trend,
                              .order = watch->order,
                              .most = watch->settings.nodecount};
    if (screen_is_terminal()) {
        long lines = (long)screen_lines();
        view.most = view.most < 0 || view.most > lines ? lines : view.most;
        view.keys = screen_has_keys() && !last;
    } else {
        view.changed = watch->trend->looks > 1 && !last;
    }
    return view;
}

static bool watch_show(const struct watch *watch)
{
    char *text;
    size_t size;
    struct watch_view view = watch_make_view(watch, watch_is_over(watch));
    FILE *to = memory_stream(&text, &size);
    if (screen_is_terminal())
        terminal_lead(to, terminal_columns(stdout));
    if (!screen_is_terminal() && watch->trend->looks > 1)
        fputc('\n', to);
    watch_print(to, &view);
    terminal_lead(NULL, 0);
    fclose(to);
    bool shown = screen_show(text);
    free(text);
    return shown;
}

/* Whether another look is to be taken; until then the screen is kept as it should be. */
static bool watch_await_look(struct watch *watch)
{
    for (;;) {
        switch (screen_wait()) {
        case SCREEN_DUE:
        case SCREEN_LOOK:
            return true;
        case SCREEN_QUIT:
            return false;
        case SCREEN_SORT:
            watch->order = (watch->order + 1) % TREND_ORDERS;
            trend_sort(watch->trend, watch->order);
            break;
        case SCREEN_REDRAW:
            break;
        }
        if (!watch_show(watch))
            return true;
    }
}

/* The first look may take long: until it is taken, signals do what they always do. */
static int watch_begin(struct watch *watch)
{
    int status = watch_take_look(watch);
    if (status == EXIT_OK && !screen_open(watch->settings.interval)) {
        complain("the terminal can't be watched: %s", strerror(errno));
        status = EXIT_UNREADABLE;
    }
    return status;
}

static int watch_follow(struct watch *watch)
{
    int status = watch_begin(watch);
    while (status == EXIT_OK) {
        if (!watch_show(watch))
            return EXIT_UNREADABLE; /* main() says why */
        if (watch_is_over(watch) || !watch_await_look(watch))
            break;
        status = watch_take_look(watch);
    }
    return status;
}

/* NULL after a complaint. */
static char *watch_find_recording(const char *argument)
{
    pid_t pid;
    return running_number(argument, &pid) ? running_recording(pid) : memory_copy(argument);
}

static int watch_open(struct watch *watch, const struct command *command, int argc, char **argv)
{
    settings_init(&watch->settings);
    int count = arguments_parse(argc, argv, command->options, &watch->settings);
    if (count < 0)
        return EXIT_USAGE;
    roots_set_symfs(watch->settings.symfs);
    input_name_functions(watch->profile, &watch->settings);
    if (count != 1)
        return watch_fail("watch needs a process or its recording: timerleak watch PID|FILE",
                          EXIT_USAGE);
    watch->path = watch_find_recording(argv[1]);
    return watch->path ? EXIT_OK : EXIT_UNREADABLE;
}

int command_watch(const struct command *command, int argc, char **argv)
{
    struct watch watch = {.profile = profile_new(), .trend = trend_new()};
    int status = watch_open(&watch, command, argc, argv);
    if (status == EXIT_OK)
        status = watch_follow(&watch);
    screen_close();
    trend_free(watch.trend);
    profile_free(watch.profile);
    free(watch.path);
    return status;
}
