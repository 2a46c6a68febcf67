/* ps.c - the command `timerleak ps`: who on this host holds timers. */
#include "cli/arguments.h"
#include "cli/screen.h"
#include "commands/commands.h"
#include "exports/exports.h"
#include "outside/running.h"

#include "base/errors.h"
#include "base/memory.h"
#include "base/terminal.h"
#include "views/views.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct ps_look {
    struct host host;
    struct host_rows rows;
};

struct ps {
    struct settings settings;
    char **processes; /* that were asked for */
    int process_count;
    struct ps_look first, latest;
    size_t looks;
};

static bool ps_is_watch(const struct ps *ps)
{
    return ps->settings.watch > 0;
}

static void ps_look_free(struct ps_look *look)
{
    host_rows_free(&look->rows);
    host_free(&look->host);
}

/* Those that were asked for; false after a complaint, or if a watch has seen the end of one. */
static bool ps_read_processes(const struct ps *ps, struct host *host)
{
    pid_t pid;
    *host = (struct host){0};
    for (int i = 0; i < ps->process_count; i++) {
        if (!running_number(ps->processes[i], &pid) || host_add(host, pid))
            continue;
        if (ps->looks == 0)
            running_complain(pid, errno);
        host_free(host);
        return false;
    }
    host_tell_apart(host);
    return true;
}

static bool ps_take_look(struct ps *ps)
{
    struct ps_look look;
    bool by_cgroup = strcmp(ps->settings.by, "cgroup") == 0;
    if (ps->process_count == 0)
        host_read(&look.host);
    else if (!ps_read_processes(ps, &look.host))
        return false;
    host_rows_make(&look.rows, &look.host, by_cgroup, ps->looks > 0 ? &ps->first.rows : NULL);
    if (ps->looks > 1)
        ps_look_free(&ps->latest);
    if (ps->looks++ == 0)
        ps->first = look;
    else
        ps->latest = look;
    return true;
}

static bool ps_is_over(const struct ps *ps)
{
    return !ps_is_watch(ps) || ps->looks == (size_t)ps->settings.count;
}

/* As of `watch`: a terminal has no room for more, a log says what grew. */
static struct host_view ps_make_view(const struct ps *ps)
{
    const struct ps_look *look = ps->looks > 1 ? &ps->latest : &ps->first;
    struct host_view view = {.host = &look->host,
                             .rows = &look->rows,
                             .looks = ps_is_watch(ps) ? ps->looks : 0,
                             .most = ps->settings.nodecount,
                             .timers = ps->process_count > 0};
    if (screen_is_terminal())
        view.keys = screen_has_keys() && !ps_is_over(ps);
    else
        view.changed = ps->looks > 1 && !ps_is_over(ps);
    return view;
}

static bool ps_write_json(const struct ps *ps)
{
    const struct host_view view = ps_make_view(ps);
    host_write_json(stdout, &view);
    return fflush(stdout) == 0;
}

static bool ps_show(const struct ps *ps)
{
    char *text;
    size_t size;
    const struct host_view view = ps_make_view(ps);
    if (ps->settings.json)
        return ps_write_json(ps);
    if (!ps_is_watch(ps)) {
        host_print(stdout, &view);
        return true;
    }
    FILE *to = memory_stream(&text, &size);
    if (screen_is_terminal())
        terminal_lead(to, terminal_columns(stdout));
    else if (ps->looks > 1)
        fputc('\n', to);
    host_print(to, &view);
    terminal_lead(NULL, 0);
    fclose(to);
    bool shown = screen_show(text);
    free(text);
    return shown;
}

/* Whether another look is to be taken. */
static bool ps_await_look(const struct ps *ps)
{
    for (;;) {
        switch (screen_wait()) {
        case SCREEN_DUE:
        case SCREEN_LOOK:
            return true;
        case SCREEN_QUIT:
            return false;
        case SCREEN_SORT:
        case SCREEN_REDRAW:
            break;
        }
        if (!ps_show(ps))
            return true;
    }
}

static int ps_follow(struct ps *ps)
{
    if (!ps_take_look(ps))
        return EXIT_UNREADABLE;
    if (ps_is_watch(ps) && !screen_open(ps->settings.watch)) {
        complain("the terminal can't be watched: %s", strerror(errno));
        return EXIT_UNREADABLE;
    }
    do {
        if (!ps_show(ps))
            return EXIT_UNREADABLE; /* main() says why */
    } while (!ps_is_over(ps) && ps_await_look(ps) && ps_take_look(ps));
    return EXIT_OK;
}

static bool ps_parse(struct ps *ps, const struct command *command, int argc, char **argv)
{
    pid_t pid;
    settings_init(&ps->settings);
    ps->process_count = arguments_parse(argc, argv, command->options, &ps->settings);
    ps->processes = argv + 1;
    for (int i = 0; i < ps->process_count; i++) {
        if (!running_number(argv[1 + i], &pid)) {
            complain("\"%s\" is no number of a process: timerleak ps [PID...]", argv[1 + i]);
            return false;
        }
    }
    if (ps->process_count > 0 && strcmp(ps->settings.by, "process") != 0) {
        complain("--by groups all processes of the host: it takes no number of one");
        return false;
    }
    return ps->process_count >= 0;
}

int command_ps(const struct command *command, int argc, char **argv)
{
    struct ps ps = {0};
    if (!ps_parse(&ps, command, argc, argv))
        return EXIT_USAGE;
    int status = ps_follow(&ps);
    screen_close();
    if (ps.looks > 0)
        ps_look_free(&ps.first);
    if (ps.looks > 1)
        ps_look_free(&ps.latest);
    return status;
}
