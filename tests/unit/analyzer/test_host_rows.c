/* What is made of a look at all processes, and how it is shown. The looks are made up. */
#include "base/fit.h"
#include "exports/exports.h"
#include "outside/host_rows.h"
#include "views/views.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define NGINX "/system.slice/nginx.service"
#define CRON "/system.slice/cron.service"

static struct host looks[2];
static struct host_rows rows[2];

static void teardown(void)
{
    for (size_t i = 0; i < 2; i++) {
        host_rows_free(&rows[i]);
        host_free(&looks[i]);
    }
}

/* Of those whose numbers begin at `number`. */
static void add_process(struct host *host, pid_t pid, const char *cgroup, uint32_t number,
                        uint32_t timers, size_t posix)
{
    struct host_process *process;
    host->list = memory_grow(host->list, host->count, &host->room, sizeof(*host->list));
    process = &host->list[host->count++];
    *process = (struct host_process){.pid = pid,
                                     .start = 7,
                                     .name = {"server"},
                                     .command = memory_copy("server --with=\"arguments\""),
                                     .cgroup = memory_copy(cgroup),
                                     .most_descriptors = 1000,
                                     .queued = 5,
                                     .most_queued = UINT64_MAX};
    process->timers =
        (struct kernel_timers){.timers = memory_new(timers + posix, sizeof(struct kernel_timer)),
                               .count = timers + posix,
                               .descriptors = timers + 3};
    for (uint32_t i = 0; i < timers + posix; i++)
        process->timers.timers[i] =
            (struct kernel_timer){.family = i < timers ? TLK_TIMERFD : TLK_POSIX,
                                  .id = i + 3,
                                  .clock = 1,
                                  .left = i % 2 ? 5000000000u : 0,
                                  .ticks = i % 3 == 2,
                                  .number = i < timers ? number + i : 0};
    if (number + timers > host->numbers)
        host->numbers = number + timers;
}

static const struct host_row *row_at(size_t look, size_t place)
{
    cr_assert_lt(place, rows[look].count);
    return &rows[look].list[place];
}

static void expect_order(size_t look, const pid_t *pids, size_t count)
{
    cr_assert_eq(rows[look].count, count);
    for (size_t i = 0; i < count; i++)
        cr_expect_eq(row_at(look, i)->processes[0]->pid, pids[i], "%zu: %d", i,
                     (int)row_at(look, i)->processes[0]->pid);
}

Test(host_rows, what_holds_most_comes_first, .fini = teardown)
{
    add_process(&looks[0], 10, "/", 0, 2, 0);
    add_process(&looks[0], 11, "/", 2, 1, 4);
    add_process(&looks[0], 12, "/", 3, 3, 0);
    host_rows_make(&rows[0], &looks[0], false, NULL);
    expect_order(0, (const pid_t[]){11, 12, 10}, 3);
}

static void grow(bool by_cgroup)
{
    add_process(&looks[0], 10, NGINX, 0, 9, 0);
    add_process(&looks[0], 11, CRON, 9, 1, 0);
    add_process(&looks[0], 12, NGINX, 10, 5, 0);
    add_process(&looks[1], 10, NGINX, 0, 9, 0);
    add_process(&looks[1], 11, CRON, 9, 4, 0);
    add_process(&looks[1], 12, NGINX, 13, 3, 0);
    add_process(&looks[1], 13, NGINX, 16, 2, 0);
    host_rows_make(&rows[0], &looks[0], by_cgroup, NULL);
    host_rows_make(&rows[1], &looks[1], by_cgroup, &rows[0]);
}

Test(host_rows, what_grows_most_comes_before, .fini = teardown)
{
    grow(false);
    expect_order(1, (const pid_t[]){11, 13, 10, 12}, 4);
    cr_expect_eq(row_at(1, 0)->growth, 3);
    cr_expect_eq(row_at(1, 1)->growth, 2, "it is new");
    cr_expect_eq(row_at(1, 2)->growth, 0);
    cr_expect_eq(row_at(1, 3)->growth, -2);
}

Test(host_rows, a_group_grows_by_what_all_of_it_do, .fini = teardown)
{
    grow(true);
    expect_order(1, (const pid_t[]){11, 10}, 2);
    cr_expect_eq(row_at(1, 1)->growth, 0);
    cr_expect_eq(row_at(1, 1)->process_count, 3);
}

/* The number of a process that has ended is given to another. */
Test(host_rows, another_process_of_that_number_is_new, .fini = teardown)
{
    add_process(&looks[0], 10, "/", 0, 9, 0);
    add_process(&looks[1], 10, "/", 0, 9, 0);
    looks[1].list[0].start++;
    host_rows_make(&rows[0], &looks[0], false, NULL);
    host_rows_make(&rows[1], &looks[1], false, &rows[0]);
    cr_expect_eq(row_at(1, 0)->growth, 9);
}

Test(host_rows, a_group_counts_what_it_shares_once, .fini = teardown)
{
    add_process(&looks[0], 10, NGINX, 0, 4, 1);
    add_process(&looks[0], 11, NGINX "/worker", 2, 4, 1);
    add_process(&looks[0], 12, CRON, 0, 1, 0);
    looks[0].list[1].most_descriptors = 10;
    host_rows_make(&rows[0], &looks[0], true, NULL);
    cr_assert_eq(rows[0].count, 2);
    const struct host_row *row = row_at(0, 0);
    cr_expect_eq(row->process_count, 2);
    cr_expect_eq(row->counts.timerfds, 6);
    cr_expect_eq(row->counts.copies, 2);
    cr_expect_eq(row->counts.posix, 2);
    cr_expect_eq(row->descriptors.limit, 10, "the nearest counts");
    cr_expect_eq(rows[0].total.timerfds, 6);
    cr_expect_eq(rows[0].total.copies, 3);
}

Test(host_rows, of_none_there_are_none, .fini = teardown)
{
    host_rows_make(&rows[0], &looks[0], false, NULL);
    host_rows_make(&rows[1], &looks[1], true, &rows[0]);
    cr_expect_eq(rows[0].count + rows[1].count, 0);
}

/* ---- text ---- */

/* `columns` of a terminal; 0: it is none. The caller frees it. */
static char *shown(const struct host_view *view, size_t columns)
{
    char *text;
    size_t size;
    FILE *to = memory_stream(&text, &size);
    setenv("NO_COLOR", "1", 1);
    if (columns > 0)
        terminal_lead(to, columns);
    host_print(to, view);
    terminal_lead(NULL, 0);
    fclose(to);
    return text;
}

static void expect_parts(const struct host_view *view, const char *const parts[])
{
    char *text = shown(view, 0);
    for (; *parts; parts++)
        cr_expect(strstr(text, *parts), "no \"%s\" in:\n%s", *parts, text);
    free(text);
}

static void expect_without(const struct host_view *view, const char *part)
{
    char *text = shown(view, 0);
    cr_expect_null(strstr(text, part), "\"%s\" in:\n%s", part, text);
    free(text);
}

Test(host_rows, are_shown_with_growth_and_without, .fini = teardown)
{
    grow(false);
    looks[1].denied = 3;
    struct host_view view = {.host = &looks[1], .rows = &rows[1], .looks = 2, .most = -1};
    expect_parts(&view, (const char *const[]){
                            "4 processes hold 18 timerfds", "GROWTH", "     11      +3       4 ",
                            "cron.service   server --with=\"arguments\"",
                            "     12      -2       3 ", "3 processes may not be read: ", NULL});
    expect_without(&view, "SIGPENDING");
    expect_without(&view, "COPIES");
    view.changed = true;
    expect_without(&view, "     10 ");
    view.changed = false;
    view.most = 1;
    expect_parts(&view, (const char *const[]){"3 processes not shown", NULL});
    view.looks = 0;
    expect_without(&view, "GROWTH");
}

Test(host_rows, of_groups_are_shown_by_their_units, .fini = teardown)
{
    grow(true);
    const struct host_view view = {.host = &looks[1], .rows = &rows[1], .most = -1};
    expect_parts(&view,
                 (const char *const[]){"PROCESSES", "        3 ", "  nginx.service\n", NULL});
    expect_without(&view, "COMMAND");
}

Test(host_rows, list_the_timers_of_one_process, .fini = teardown)
{
    add_process(&looks[0], 10, "/", 0, 3, 1);
    host_rows_make(&rows[0], &looks[0], false, NULL);
    const struct host_view view = {.host = &looks[0], .rows = &rows[0], .most = -1, .timers = true};
    expect_parts(&view,
                 (const char *const[]){
                     "server (pid 10): 3 timerfds (1 armed, 1 unread, 1 idle), 1 POSIX timer\n",
                     "descriptors: 6 of 1,000\n", ": 5 of unlimited\n",
                     "fd 4           armed  monotonic   in 5.0s    one-shot         0  -\n",
                     "fd 5           unread ", "id 6           ?      ", "timerleak trace -p 10",
                     NULL});
}

Test(host_rows, fit_terminals, .fini = teardown)
{
    grow(false);
    add_process(&looks[1], 14, NGINX, 18, 2, 3);
    host_rows_free(&rows[1]);
    host_rows_make(&rows[1], &looks[1], false, &rows[0]);
    const struct host_view view = {.host = &looks[1], .rows = &rows[1], .looks = 2, .most = -1};
    for (size_t columns = 40; columns <= 200; columns++) {
        char *text = shown(&view, columns), *rest = text, *line;
        while ((line = strsep(&rest, "\n")))
            cr_expect_leq(fit_columns(line), columns, "%zu columns: %s", columns, line);
        free(text);
    }
}

/* ---- JSON ---- */

static json_t *written(const struct host_view *view)
{
    char *text;
    size_t size;
    json_error_t error;
    FILE *to = memory_stream(&text, &size);
    host_write_json(to, view);
    fclose(to);
    json_t *json = json_loads(text, 0, &error);
    cr_assert(json, "%s", error.text);
    free(text);
    return json;
}

static long long number_at(json_t *json, const char *key)
{
    cr_expect(json_is_integer(json_object_get(json, key)), "%s", key);
    return json_integer_value(json_object_get(json, key));
}

static void expect_text(json_t *json, const char *key, const char *text)
{
    const char *given = json_string_value(json_object_get(json, key));
    cr_expect(given && strcmp(given, text) == 0, "%s: %s", key, given);
}

Test(host_rows, are_written_as_json, .fini = teardown)
{
    grow(false);
    looks[1].denied = 3;
    const struct host_view view = {.host = &looks[1], .rows = &rows[1], .looks = 2, .most = -1};
    json_t *json = written(&view), *list = json_object_get(json, "processes");
    expect_text(json, "schema", "timerleak/1");
    cr_expect_eq(number_at(json, "denied"), 3);
    cr_expect_eq(number_at(json_object_get(json, "totals"), "timerfd"), 18);
    cr_assert_eq(json_array_size(list), 4);
    json_t *first = json_array_get(list, 0);
    cr_expect_eq(number_at(first, "pid"), 11);
    cr_expect_eq(number_at(first, "growth"), 3);
    cr_expect_eq(number_at(json_object_get(first, "states"), "unread"), 1);
    expect_text(first, "cgroup", CRON);
    expect_text(first, "unit", "cron.service");
    expect_text(first, "command", "server --with=\"arguments\"");
    cr_expect_eq(number_at(json_object_get(first, "descriptors"), "limit"), 1000);
    cr_expect(json_is_null(json_object_get(json_object_get(first, "pending_signals"), "limit")));
    cr_expect_null(json_object_get(first, "timers"));
    json_decref(json);
}

Test(host_rows, of_groups_are_written_with_all_their_processes, .fini = teardown)
{
    grow(true);
    const struct host_view view = {.host = &looks[1], .rows = &rows[1], .most = -1};
    json_t *json = written(&view), *group = json_array_get(json_object_get(json, "groups"), 1);
    expect_text(group, "cgroup", NGINX);
    cr_expect_eq(json_array_size(json_object_get(group, "pids")), 3);
    cr_expect_null(json_object_get(group, "growth"), "nothing was watched");
    json_decref(json);
}

Test(host_rows, of_one_process_are_written_with_its_timers, .fini = teardown)
{
    add_process(&looks[0], 10, "/", 0, 3, 1);
    host_rows_make(&rows[0], &looks[0], false, NULL);
    const struct host_view view = {.host = &looks[0], .rows = &rows[0], .most = -1, .timers = true};
    json_t *json = written(&view), *process = json_array_get(json_object_get(json, "processes"), 0),
           *timers = json_object_get(process, "timers");
    cr_assert_eq(json_array_size(timers), 4);
    json_t *timer = json_array_get(timers, 1), *posix = json_array_get(timers, 3);
    expect_text(timer, "state", "armed");
    cr_expect_eq(number_at(timer, "left_ns"), 5000000000);
    cr_expect_eq(json_integer_value(json_array_get(json_object_get(timer, "descriptors"), 0)), 4);
    expect_text(posix, "family", "posix");
    cr_expect_eq(number_at(posix, "id"), 6);
    cr_expect_null(json_object_get(posix, "left_ns"), "that is not known");
    json_decref(json);
}
