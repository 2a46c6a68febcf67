/* gt_metrics_write(): Prometheus text, format 0.0.4. */
#include "gotime.h"

#include <errno.h>
#include <inttypes.h>

#include "metrics.h"
#include "timer.h"

/* One reading of all that is counted by name. */
struct reading {
    unsigned names;
    struct metrics_counts counts[METRICS_NAMES];
    int64_t live[METRICS_NAMES];
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

static void write_escaped(FILE *to, const char *text)
{
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
}

/* METRIC{name="…",le="…"}, without what is NULL. */
static void write_series(FILE *to, const char *metric, const char *suffix, const char *name,
                         const char *le)
{
    fprintf(to, "%s%s", metric, suffix);
    if (name || le)
        fputc('{', to);
    if (name) {
        fputs("name=\"", to);
        write_escaped(to, name);
        fputs(le ? "\"," : "\"", to);
    }
    if (le)
        fprintf(to, "le=\"%s\"", le);
    fputs(name || le ? "} " : " ", to);
}

static void write_head(FILE *to, const char *metric, const char *type, const char *help)
{
    fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", metric, help, metric, type);
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

static void write_counter(FILE *to, const struct reading *reading, enum metrics_counter counter,
                          const char *metric, const char *help)
{
    write_head(to, metric, "counter", help);
    for (unsigned name = 0; name < reading->names; name++) {
        struct metrics_series *series = metrics_series[name];

        write_series(to, metric, "", series->name, NULL);
        fprintf(to, "%" PRIu64 "\n",
                never_less(&series->shown.of[counter], reading->counts[name].of[counter]));
    }
}

static void write_live(FILE *to, const struct reading *reading)
{
    write_head(to, "timer_live", "gauge", "Timers created and not yet released.");
    for (unsigned name = 0; name < reading->names; name++) {
        write_series(to, "timer_live", "", metrics_series[name]->name, NULL);
        fprintf(to, "%" PRId64 "\n", reading->live[name] > 0 ? reading->live[name] : 0);
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
static void write_active(FILE *to, const struct reading *reading)
{
    write_head(to, "timer_active_count", "gauge", "Callbacks running now.");
    for (unsigned name = 0; name < reading->names; name++) {
        const struct metrics_series *series = metrics_series[name];
        uint64_t ended = histogram_count(&series->latency);
        int64_t running = (int64_t)(counter_load(&series->started) - ended);

        write_series(to, "timer_active_count", "", series->name, NULL);
        fprintf(to, "%" PRId64 "\n", running > 0 ? running : 0);
    }
}

static void write_histogram(FILE *to, const char *metric, const char *name,
                            const struct histogram *histogram, const char *const *bounds)
{
    uint64_t sum = counter_load(&histogram->nanoseconds), count = 0;

    for (int i = 0; i < METRICS_BUCKETS && bounds[i]; i++) {
        count += counter_load(&histogram->buckets[i]);
        write_series(to, metric, "_bucket", name, bounds[i]);
        fprintf(to, "%" PRIu64 "\n", count);
    }
    write_series(to, metric, "_sum", name, NULL);
    fprintf(to, "%" PRIu64 ".%09" PRIu64 "\n", sum / GT_SECOND, sum % GT_SECOND);
    write_series(to, metric, "_count", name, NULL);
    fprintf(to, "%" PRIu64 "\n", count);
}

int gt_metrics_write(FILE *to)
{
    struct reading reading;

    read_counts(&reading);
    write_active(to, &reading);
    write_live(to, &reading);
    write_counter(to, &reading, METRICS_CREATED, "timer_created_total", "Timers created.");
    write_counter(to, &reading, METRICS_FIRED, "timer_fired_total",
                  "Expirations of timers and tickers, dropped ticks included.");
    write_counter(to, &reading, METRICS_STOPPED, "timer_stopped_total",
                  "Timers disarmed before they fired.");
    write_head(to, "timer_latency_seconds", "histogram", "How long callbacks took.");
    for (unsigned name = 0; name < reading.names; name++)
        write_histogram(to, "timer_latency_seconds", metrics_series[name]->name,
                        &metrics_series[name]->latency, latency_bounds);
    write_head(to, "timer_lateness_seconds", "histogram", "How long after its deadline it fired.");
    for (unsigned name = 0; name < reading.names; name++)
        write_histogram(to, "timer_lateness_seconds", metrics_series[name]->name,
                        &metrics_series[name]->lateness, lateness_bounds);
    return fflush(to) || ferror(to) ? -EIO : 0;
}
