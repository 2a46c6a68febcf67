/* Prometheus text: its numbers, its names, and that promtool and the dashboard agree with it. */
#include "gotime/gotime.h"
#include "gotime/metrics.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static char *text; /* what was written last */

static void write_text(void)
{
    size_t size;
    FILE *to = open_memstream(&text, &size);

    cr_assert_eq(gt_metrics_write(to), 0);
    fclose(to);
}

static int write_text_with(const struct gt_metrics_options *options)
{
    size_t size;
    FILE *to = open_memstream(&text, &size);
    int result = gt_metrics_write_with(to, options);

    fclose(to);
    return result;
}

static void set_up(void)
{
    cr_assert_eq(gt_clock_mock(1000), 0);
    write_text();
}

TestSuite(metrics, .init = set_up, .timeout = 60);

/* The number behind a series, as written; "" if there is none. */
static const char *value(const char *series)
{
    static char number[32];
    size_t length = strlen(series);
    const char *line = text;

    for (; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
        if (strncmp(line, series, length) == 0 && line[length] == ' ') {
            snprintf(number, sizeof(number), "%.*s", (int)strcspn(line + length + 1, "\n"),
                     line + length + 1);
            return number;
        }
    return "";
}

static void expect(const char *series, const char *number)
{
    cr_expect_str_eq(value(series), number, "%s is '%s', not '%s'", series, value(series), number);
}

static void do_nothing(void *unused)
{
    (void)unused;
}

static const struct gt_func retry = {.function = do_nothing, .name = "retry"};

Test(metrics, count_what_happens)
{
    gt_timer kept = gt_timer_new(100), stopped = gt_timer_new(100), freed = gt_timer_new(100);
    gt_ticker ticker = gt_ticker_new(10);

    gt_timer_stop(stopped);
    gt_timer_free(freed);
    gt_clock_mock_advance(100);
    write_text();
    expect("timer_created_total", "4");
    expect("timer_live", "3");
    expect("timer_fired_total", "11");
    expect("timer_stopped_total", "2");
    expect("timer_lateness_seconds_count", "11");
    expect("timer_lateness_seconds_bucket{le=\"0.00001\"}", "11");
    gt_ticker_free(ticker);
    gt_timer_free(kept);
    gt_timer_free(stopped);
    write_text();
    expect("timer_live", "0");
    expect("timer_created_total", "4");
}

static void *make_and_free(void *unused)
{
    gt_timer_free(gt_timer_new(GT_HOUR));
    return unused;
}

/* Each thread has its timers in a shard of its own. */
Test(metrics, count_the_timers_of_all_threads)
{
    pthread_t thread;

    make_and_free(NULL);
    cr_assert_eq(pthread_create(&thread, NULL, make_and_free, NULL), 0);
    pthread_join(thread, NULL);
    write_text();
    expect("timer_created_total", "2");
    expect("timer_stopped_total", "2");
}

Test(metrics, do_not_count_the_librarys_own_timers)
{
    gt_task task = gt_scheduler_start(10, do_nothing, NULL);

    gt_clock_mock_advance(30);
    write_text();
    expect("timer_created_total", "0");
    expect("timer_fired_total", "0");
    expect("timer_latency_seconds_count", "3");
    expect("timer_lateness_seconds_count", "0");
    gt_scheduler_stop(task);
}

Test(metrics, show_each_name_apart)
{
    gt_timer first = gt_after_func_with(100, &retry), second = gt_after_func_with(500, &retry);

    gt_timer_new(100);
    gt_clock_mock_advance(100);
    gt_timer_stop(second);
    gt_timer_free(second);
    write_text();
    expect("timer_created_total{name=\"retry\"}", "2");
    expect("timer_created_total", "1");
    expect("timer_live{name=\"retry\"}", "1");
    expect("timer_live", "1");
    expect("timer_fired_total{name=\"retry\"}", "1");
    expect("timer_fired_total", "1");
    expect("timer_stopped_total{name=\"retry\"}", "1");
    expect("timer_stopped_total", "0");
    expect("timer_latency_seconds_count{name=\"retry\"}", "1");
    expect("timer_latency_seconds_count", "0");
    expect("timer_lateness_seconds_count{name=\"retry\"}", "1");
    expect("timer_lateness_seconds_count", "1");
    gt_timer_free(first);
}

Test(metrics, a_name_given_later_takes_the_timer_along)
{
    gt_timer timer = gt_timer_new(100);

    cr_expect_eq(gt_timer_name(timer, "patience"), 0);
    write_text();
    expect("timer_created_total{name=\"patience\"}", "1");
    expect("timer_live{name=\"patience\"}", "1");
    expect("timer_created_total", "0");
    expect("timer_live", "0");
    gt_timer_name(timer, "impatience");
    write_text();
    expect("timer_live{name=\"patience\"}", "0");
    expect("timer_live{name=\"impatience\"}", "1");
    gt_timer_free(timer);
    write_text();
    expect("timer_live{name=\"impatience\"}", "0");
    expect("timer_stopped_total{name=\"impatience\"}", "1");
}

Test(metrics, a_counter_never_falls)
{
    gt_timer timer = gt_timer_new(100);

    write_text();
    expect("timer_created_total", "1");
    gt_timer_name(timer, "patience");
    write_text();
    expect("timer_created_total", "1");
    expect("timer_created_total{name=\"patience\"}", "1");
    expect("timer_live", "0");
    gt_timer_new(100);
    write_text();
    expect("timer_created_total", "1");
    expect("timer_live", "1");
}

static void write_inside(void *unused)
{
    (void)unused;
    write_text();
}

Test(metrics, show_the_callback_that_runs)
{
    const struct gt_func looking = {.function = write_inside, .name = "looking"};

    gt_after_func_with(100, &looking);
    gt_clock_mock_advance(100);
    expect("timer_active_count{name=\"looking\"}", "1");
    expect("timer_active_count", "0");
    expect("timer_latency_seconds_count{name=\"looking\"}", "0");
    write_text();
    expect("timer_active_count{name=\"looking\"}", "0");
    expect("timer_latency_seconds_count{name=\"looking\"}", "1");
}

Test(metrics, show_the_task_that_runs)
{
    gt_task task = gt_scheduler_start(10, write_inside, NULL);

    gt_clock_mock_advance(10);
    expect("timer_active_count", "1");
    gt_scheduler_stop(task);
    write_text();
    expect("timer_active_count", "0");
}

Test(metrics, histograms_hold_what_they_should)
{
    const int64_t took[] = {-5, 100000, 100001, 20000000, 500000000, 5000000001};
    unsigned name = (unsigned)metrics_name("slow");

    for (size_t i = 0; i < sizeof(took) / sizeof(*took); i++) {
        metrics_started(name);
        metrics_latency(name, took[i]);
    }
    write_text();
    expect("timer_latency_seconds_bucket{name=\"slow\",le=\"0.0001\"}", "2");
    expect("timer_latency_seconds_bucket{name=\"slow\",le=\"0.001\"}", "3");
    expect("timer_latency_seconds_bucket{name=\"slow\",le=\"0.01\"}", "3");
    expect("timer_latency_seconds_bucket{name=\"slow\",le=\"0.1\"}", "4");
    expect("timer_latency_seconds_bucket{name=\"slow\",le=\"0.5\"}", "5");
    expect("timer_latency_seconds_bucket{name=\"slow\",le=\"1\"}", "5");
    expect("timer_latency_seconds_bucket{name=\"slow\",le=\"5\"}", "5");
    expect("timer_latency_seconds_bucket{name=\"slow\",le=\"+Inf\"}", "6");
    expect("timer_latency_seconds_sum{name=\"slow\"}", "5.520200002");
    expect("timer_latency_seconds_count{name=\"slow\"}", "6");
    expect("timer_active_count{name=\"slow\"}", "0");
}

static void expect_bounds(const char *bucket, const int64_t *bounds)
{
    const char *at = text;
    int i = 0;

    while ((at = strstr(at, bucket))) {
        at += strlen(bucket);
        if (strncmp(at, "+Inf", 4) == 0)
            break;
        cr_expect_float_eq(strtod(at, NULL) * 1e9, (double)bounds[i], 0.01, "%s%.9s", bucket, at);
        i++;
    }
    cr_expect_eq(bounds[i], INT64_MAX);
}

Test(metrics, each_bound_is_written_as_it_is)
{
    expect_bounds("timer_latency_seconds_bucket{le=\"", metrics_latency_bounds);
    expect_bounds("timer_lateness_seconds_bucket{le=\"", metrics_lateness_bounds);
}

Test(metrics, names_are_escaped)
{
    cr_assert(metrics_name("a \"b\" \\ c\nd") > 0);
    cr_assert(metrics_name("na\xc3\xafve \xf0\x9f\x95\x90 \xff\xc3") > 0);
    cr_assert(metrics_name("\xed\xa0\x80 \xc0\xaf \xf4\x90\x80\x80 \xe2\x82") > 0);
    write_text();
    expect("timer_live{name=\"a \\\"b\\\" \\\\ c\\nd\"}", "0");
    expect("timer_live{name=\"na\xc3\xafve \xf0\x9f\x95\x90 \xef\xbf\xbd\xef\xbf\xbd\"}", "0");
    cr_expect_not_null(strstr(text, "{name=\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd "), "surrogate");
    cr_expect_null(strstr(text, "\xc0"), "overlong");
    cr_expect_null(strstr(text, "\xf4"), "beyond Unicode");
}

Test(metrics, a_name_is_one_number_and_there_are_so_many)
{
    char name[16];
    int first = metrics_name("kind 1");

    cr_expect_eq(metrics_name(NULL), 0);
    cr_expect_eq(metrics_name(""), 0);
    for (int i = 1; i < METRICS_NAMES; i++) {
        snprintf(name, sizeof(name), "kind %d", i);
        cr_assert_gt(metrics_name(name), 0);
    }
    cr_expect_eq(metrics_name("one more"), -ENOSPC);
    cr_expect_eq(metrics_name("kind 1"), first);
    write_text();
    expect("timer_live{name=\"kind 255\"}", "0");
}

Test(metrics, a_stream_that_fails_is_an_error)
{
    FILE *full = fopen("/dev/full", "w");

    cr_assert_not_null(full);
    cr_expect_eq(gt_metrics_write(full), -EIO);
    fclose(full);
}

/* ---- a prefix and labels ---- */

static const struct gt_label labels[] = {{"service", "check\"out\" \\ \xff"}, {"_z0", ""}};
static const struct gt_metrics_options shop = {
    .prefix = "shop:a_",
    .labels = labels,
    .label_count = 2,
};
#define LABELS "service=\"check\\\"out\\\" \\\\ \xef\xbf\xbd\",_z0=\"\""

Test(metrics, prefix_and_labels_are_on_all_that_is_written)
{
    gt_after_func_with(100, &retry);
    gt_clock_mock_advance(100);
    cr_expect_eq(write_text_with(&shop), 0);
    expect("shop:a_timer_created_total{" LABELS ",name=\"retry\"}", "1");
    expect("shop:a_timer_live{" LABELS "}", "0");
    expect("shop:a_timer_latency_seconds_bucket{" LABELS ",name=\"retry\",le=\"+Inf\"}", "1");
    expect("shop:a_timer_lateness_seconds_count{" LABELS ",name=\"retry\"}", "1");
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        if (*line == '#')
            cr_expect(strncmp(strchr(line + 2, ' '), " shop:a_timer_", 14) == 0, "%.40s", line);
        else
            cr_expect(strncmp(line, "shop:a_timer_", 13) == 0 && strstr(line, "{" LABELS), "%.40s",
                      line);
}

Test(metrics, without_prefix_and_labels_the_text_is_the_same)
{
    static const struct gt_metrics_options empty = {.prefix = ""};
    char *plain = text;

    cr_expect_eq(write_text_with(NULL), 0);
    cr_expect_str_eq(text, plain);
    cr_expect_eq(write_text_with(&empty), 0);
    cr_expect_str_eq(text, plain);
}

static void expect_refused(const char *prefix, const struct gt_label *of_series, size_t count)
{
    const struct gt_metrics_options options = {prefix, of_series, count};

    cr_expect_eq(write_text_with(&options), -EINVAL, "%s %s", prefix,
                 of_series ? of_series[0].name : "without labels");
    cr_expect_str_empty(text);
}

Test(metrics, what_prometheus_would_refuse_is_not_written)
{
    static const char *const prefixes[] = {"1st_", "shop-", "shop ", "caf\xc3\xa9_", "a{", "\n"};
    static const char *const names[] = {"",     "1st",    "a-b", "a:b",    "caf\xc3\xa9",
                                        "name", "__name", "le",  "a=\"b\""};
    static const struct gt_label twice[] = {{"zone", "a"}, {"shop", "b"}, {"zone", "a"}};
    static const struct gt_label without_name[] = {{NULL, "a"}}, without_value[] = {{"a", NULL}};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
        expect_refused(prefixes[i], NULL, 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        expect_refused("", &(const struct gt_label){names[i], "value"}, 1);
    expect_refused("", twice, 3);
    expect_refused("", without_name, 1);
    expect_refused("", without_value, 1);
    expect_refused("", NULL, 1);
}

/* ---- those who read it ---- */

/* What promtool says of the text; the name timer_active_count is one it would not have chosen. */
static void promtool_check(void)
{
    char command[] =
        "sh -c 'promtool check metrics < \"$0\" 2>&1 | grep -v ^[a-z_]*timer_active_count' ";
    char path[] = "/tmp/gotime-metrics.XXXXXX", line[256], whole[sizeof(command) + sizeof(path)];
    int fd = mkstemp(path);
    FILE *from;

    cr_assert(fd >= 0);
    dprintf(fd, "%s", text);
    close(fd);
    snprintf(whole, sizeof(whole), "%s%s", command, path);
    from = popen(whole, "r");
    cr_assert_not_null(from);
    while (fgets(line, sizeof(line), from))
        cr_expect_fail("promtool: %s", line);
    pclose(from);
    remove(path);
}

Test(metrics, promtool_finds_nothing_wrong)
{
    if (system("command -v promtool > /dev/null") != 0)
        cr_skip("promtool is not installed (Debian's package prometheus)\n");
    gt_after_func_with(100, &retry);
    metrics_name("a \"b\" \\ c\nd \xff");
    gt_clock_mock_advance(100);
    write_text();
    promtool_check();
    /* Colons are for recording rules: valid, but it would say so. */
    cr_expect_eq(write_text_with(&(const struct gt_metrics_options){"shop_", labels, 2}), 0);
    promtool_check();
}

static char *file_read(const char *path)
{
    FILE *from = fopen(path, "r");
    char *content = NULL;
    size_t size = 0;

    cr_assert_not_null(from, "%s: %s", path, strerror(errno));
    cr_assert_gt(getdelim(&content, &size, '\0', from), 0);
    fclose(from);
    return content;
}

static bool is_written(const char *word, int length)
{
    char series[80], bucket[80];

    snprintf(series, sizeof(series), "%.*s", length, word);
    snprintf(bucket, sizeof(bucket), "%.*s{le=\"+Inf\"}", length, word);
    return *value(series) || *value(bucket);
}

/* Words of the dashboard that begin with timer_ are series without their labels. */
Test(metrics, the_dashboard_shows_what_there_is)
{
    char *dashboard = file_read("scripts/grafana.json");
    int found = 0;

    for (char *at = dashboard; (at = strstr(at, "timer_")); at += strlen("timer_"), found++) {
        int length = (int)strspn(at, "abcdefghijklmnopqrstuvwxyz_");

        cr_expect(is_written(at, length), "%.*s is in the dashboard, but not written", length, at);
    }
    cr_expect_geq(found, 7);
    free(dashboard);
}
