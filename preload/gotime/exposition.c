/* gt_metrics_write() and gt_metrics_write_with(): Prometheus text, format 0.0.4. */
#include "gotime.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "metrics.h"
#include "timer.h"

/* One reading of all that is counted by name. */
struct reading {
    unsigned names;
    struct metrics_counts counts[METRICS_NAMES];
    int64_t live[METRICS_NAMES];
};

/* Where it is written to, and what all that is written carries. */
struct output {
    FILE *to;
    const char *prefix;
    const struct gt_label *labels;
    size_t label_count;
};

static const char *const latency_bounds[METRICS_BUCKETS] = {
    "0.0001", "0.001", "0.01", "0.1", "0.5", "1", "5", "+Inf",
};

static const char *const lateness_bounds[METRICS_BUCKETS] = {
    "0.00001", "0.000025", "0.00005", "0.0001", "0.00025", "0.0005",
    "0.001",   "0.005",    "0.01",    "0.1",    "1",       "+Inf",
};

/* Bytes of the UTF-8 character at `text`, 0 if it is none: labels must be UTF-8. */
static int utf8_length(const char *text)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)*text;
    int length = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    uint32_t point = length == 1 ? first : first & (0x7fu >> length);

    for (int i = 1; i < length; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | ((unsigned char)text[i] & 0x3f);
    }
    if (first > 0xf7 || point > 0x10ffff || point >> 11 == 0xd800 >> 11 || point < least[length])
        return 0;
    return length;
}

static void write_label(FILE *to, char *before, const char *label, const char *text)
{
    fprintf(to, "%c%s=\"", *before, label);
    *before = ',';
    while (*text) {
        int length = utf8_length(text);

        if (*text == '\n')
            fputs("\\n", to);
        else if (*text == '\\' || *text == '"')
            fprintf(to, "\\%c", *text);
        else if (length == 0)
            fputs("\xef\xbf\xbd", to); /* U+FFFD */
        else
            fwrite(text, 1, (size_t)length, to);
        text += length ? length : 1;
    }
    fputc('"', to);
}

/* PREFIXMETRIC{LABELS,name="…",le="…"}, without what is NULL. */
static void write_series(const struct output *out, const char *metric, const char *suffix,
                         const char *name, const char *le)
{
    char before = '{';

    fprintf(out->to, "%s%s%s", out->prefix, metric, suffix);
    for (size_t i = 0; i < out->label_count; i++)
        write_label(out->to, &before, out->labels[i].name, out->labels[i].value);
    if (name)
        write_label(out->to, &before, "name", name);
    if (le)
        write_label(out->to, &before, "le", le);
    fputs(before == ',' ? "} " : " ", out->to);
}

static void write_head(const struct output *out, const char *metric, const char *type,
                       const char *help)
{
    fprintf(out->to, "# HELP %s%s %s\n", out->prefix, metric, help);
    fprintf(out->to, "# TYPE %s%s %s\n", out->prefix, metric, type);
}

/* ---- counters and gauges ---- */

static uint64_t counter_load(const uint64_t *from)
{
    return __atomic_load_n(from, __ATOMIC_RELAXED);
}

static int64_t live_of(const struct metrics_counts *counts)
{
    return (int64_t)(counts->of[METRICS_CREATED] - counts->of[METRICS_RELEASED]);
}

/* What has no name is what the names leave of the total. */
static void read_counts(struct reading *reading)
{
    for (reading->names = 1; reading->names < METRICS_NAMES; reading->names++) {
        const struct metrics_series *series = metrics_series[reading->names];

        if (!series)
            break;
        for (int i = METRICS_COUNTERS - 1; i >= 0; i--)
            reading->counts[reading->names].of[i] = counter_load(&series->counts.of[i]);
    }
    struct metrics_counts total = timers_counts();
    for (unsigned name = 1; name < reading->names; name++)
        for (int i = 0; i < METRICS_COUNTERS; i++)
            total.of[i] -= reading->counts[name].of[i];
    reading->counts[0] = total;
    for (unsigned name = 0; name < reading->names; name++)
        reading->live[name] = live_of(&reading->counts[name]);
}

/* The most that this counter has ever shown: a fall would be taken for a restart. */
static uint64_t never_less(uint64_t *shown, uint64_t count)
{
    uint64_t before = counter_load(shown);

    while ((int64_t)(count - before) > 0 &&
           !__atomic_compare_exchange_n(shown, &before, count, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
        ;
    return (int64_t)(count - before) > 0 ? count : before;
}

static void write_counter(const struct output *out, const struct reading *reading,
                          enum metrics_counter counter, const char *metric, const char *help)
{
    write_head(out, metric, "counter", help);
    for (unsigned name = 0; name < reading->names; name++) {
        struct metrics_series *series = metrics_series[name];

        write_series(out, metric, "", series->name, NULL);
        fprintf(out->to, "%" PRIu64 "\n",
                never_less(&series->shown.of[counter], reading->counts[name].of[counter]));
    }
}

static void write_live(const struct output *out, const struct reading *reading)
{
    write_head(out, "timer_live", "gauge", "Timers created and not yet released.");
    for (unsigned name = 0; name < reading->names; name++) {
        write_series(out, "timer_live", "", metrics_series[name]->name, NULL);
        fprintf(out->to, "%" PRId64 "\n", reading->live[name] > 0 ? reading->live[name] : 0);
    }
}

/* ---- histograms ---- */

static uint64_t histogram_count(const struct histogram *histogram)
{
    uint64_t count = 0;

    for (int i = 0; i < METRICS_BUCKETS; i++)
        count += counter_load(&histogram->buckets[i]);
    return count;
}

/* The ended ones are read first: no more of them than have started. */
static void write_active(const struct output *out, const struct reading *reading)
{
    write_head(out, "timer_active_count", "gauge", "Callbacks running now.");
    for (unsigned name = 0; name < reading->names; name++) {
        const struct metrics_series *series = metrics_series[name];
        uint64_t ended = histogram_count(&series->latency);
        int64_t running = (int64_t)(counter_load(&series->started) - ended);

        write_series(out, "timer_active_count", "", series->name, NULL);
        fprintf(out->to, "%" PRId64 "\n", running > 0 ? running : 0);
    }
}

static void write_histogram(const struct output *out, const char *metric, const char *name,
                            const struct histogram *histogram, const char *const *bounds)
{
    uint64_t sum = counter_load(&histogram->nanoseconds), count = 0;

    for (int i = 0; i < METRICS_BUCKETS && bounds[i]; i++) {
        count += counter_load(&histogram->buckets[i]);
        write_series(out, metric, "_bucket", name, bounds[i]);
        fprintf(out->to, "%" PRIu64 "\n", count);
    }
    write_series(out, metric, "_sum", name, NULL);
    fprintf(out->to, "%" PRIu64 ".%09" PRIu64 "\n", sum / GT_SECOND, sum % GT_SECOND);
    write_series(out, metric, "_count", name, NULL);
    fprintf(out->to, "%" PRIu64 "\n", count);
}

/* ---- what all series carry ---- */

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

static bool is_name(const char *text, const char *characters)
{
    return *text && !strchr(DIGITS, *text) && !text[strspn(text, characters)];
}

/* Names with two underscores before them are Prometheus's own; "name" and "le" are ours. */
static bool is_free_label(const struct gt_label *label)
{
    return label->name && label->value && is_name(label->name, LETTERS DIGITS) &&
           strncmp(label->name, "__", 2) && strcmp(label->name, "name") &&
           strcmp(label->name, "le");
}

static bool output_is_valid(const struct output *out)
{
    if (*out->prefix && !is_name(out->prefix, LETTERS DIGITS ":"))
        return false;
    if (out->label_count && !out->labels)
        return false;
    for (size_t i = 0; i < out->label_count; i++) {
        if (!is_free_label(&out->labels[i]))
            return false;
        for (size_t earlier = 0; earlier < i; earlier++)
            if (strcmp(out->labels[earlier].name, out->labels[i].name) == 0)
                return false;
    }
    return true;
}

int gt_metrics_write(FILE *to)
{
    return gt_metrics_write_with(to, NULL);
}

int gt_metrics_write_with(FILE *to, const struct gt_metrics_options *options)
{
    static const struct gt_metrics_options none;
    struct reading reading;

    if (!options)
        options = &none;
    const struct output out = {
        .to = to,
        .prefix = options->prefix ? options->prefix : "",
        .labels = options->labels,
        .label_count = options->label_count,
    };
    if (!output_is_valid(&out))
        return -EINVAL;
    read_counts(&reading);
    write_active(&out, &reading);
    write_live(&out, &reading);
    write_counter(&out, &reading, METRICS_CREATED, "timer_created_total", "Timers created.");
    write_counter(&out, &reading, METRICS_FIRED, "timer_fired_total",
                  "Expirations of timers and tickers, dropped ticks included.");
    write_counter(&out, &reading, METRICS_STOPPED, "timer_stopped_total",
                  "Timers disarmed before they fired.");
    write_head(&out, "timer_latency_seconds", "histogram", "How long callbacks took.");
    for (unsigned name = 0; name < reading.names; name++)
        write_histogram(&out, "timer_latency_seconds", metrics_series[name]->name,
                        &metrics_series[name]->latency, latency_bounds);
    write_head(&out, "timer_lateness_seconds", "histogram",
               "How long after its deadline it fired.");
    for (unsigned name = 0; name < reading.names; name++)
        write_histogram(&out, "timer_lateness_seconds", metrics_series[name]->name,
                        &metrics_series[name]->lateness, lateness_bounds);
    return fflush(to) || ferror(to) ? -EIO : 0;
}
