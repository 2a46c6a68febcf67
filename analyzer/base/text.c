#include "base/text.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define US UINT64_C(1000)
#define MS (1000 * US)
#define SECOND (1000 * MS)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

struct text text_count(uint64_t count)
{
    struct text plain, grouped = {.s = ""};
    size_t digits = (size_t)snprintf(plain.s, sizeof(plain.s), "%" PRIu64, count);
    char *out = grouped.s;
    for (size_t i = 0; i < digits; i++) {
        if (i > 0 && (digits - i) % 3 == 0)
            *out++ = ',';
        *out++ = plain.s[i];
    }
    *out = '\0';
    return grouped;
}

struct text text_change(int64_t change)
{
    struct text text;
    uint64_t size = change < 0 ? -(uint64_t)change : (uint64_t)change;
    const char *sign = change > 0 ? "+" : change < 0 ? "-" : "";
    snprintf(text.s, sizeof(text.s), "%s%.40s", sign, text_count(size).s);
    return text;
}

struct text text_duration(uint64_t ns)
{
    struct text text = {.s = ""};
    char *s = text.s;
    size_t size = sizeof(text.s);
    if (ns < US)
        snprintf(s, size, "%" PRIu64 "ns", ns);
    else if (ns < 100 * US)
        snprintf(s, size, "%.1fus", (double)ns / US);
    else if (ns < 100 * MS)
        snprintf(s, size, "%.1fms", (double)ns / MS);
    else if (ns < SECOND)
        snprintf(s, size, "%.0fms", (double)ns / MS);
    else if (ns < MINUTE)
        snprintf(s, size, "%.1fs", (double)ns / SECOND);
    else if (ns < HOUR)
        snprintf(s, size, "%" PRIu64 "m%02" PRIu64 "s", ns / MINUTE, ns % MINUTE / SECOND);
    else if (ns < DAY)
        snprintf(s, size, "%" PRIu64 "h%02" PRIu64 "m", ns / HOUR, ns % HOUR / MINUTE);
    else
        snprintf(s, size, "%" PRIu64 "d%02" PRIu64 "h", ns / DAY, ns % DAY / HOUR);
    return text;
}

struct text text_moment(uint64_t ns)
{
    struct text text;
    snprintf(text.s, sizeof(text.s), "%02" PRIu64 ":%02" PRIu64 ":%02" PRIu64, ns / HOUR,
             ns % HOUR / MINUTE, ns % MINUTE / SECOND);
    return text;
}

struct text text_local_time(uint64_t real)
{
    struct text text;
    struct tm parts;
    time_t seconds = (time_t)(real / SECOND);
    if (!localtime_r(&seconds, &parts) || strftime(text.s, sizeof(text.s), "%F %T", &parts) == 0)
        text.s[0] = '\0';
    return text;
}

struct text text_rate(double per_second)
{
    struct text text;
    const char *unit = "s";
    double value = per_second;
    if (per_second * 60 < 1) {
        unit = "h";
        value = per_second * 3600;
    } else if (per_second < 10) {
        unit = "min";
        value = per_second * 60;
    }
    snprintf(text.s, sizeof(text.s), value < 9.95 ? "%.2g/%s" : "%.0f/%s", value, unit);
    return text;
}

struct text text_bytes(uint64_t bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB"};
    struct text text;
    double value = (double)bytes / 1024;
    size_t unit = 0;
    while (value >= 1024 && unit + 1 < sizeof(units) / sizeof(*units)) {
        value /= 1024;
        unit++;
    }
    if (bytes < 1024)
        snprintf(text.s, sizeof(text.s), "%" PRIu64 " B", bytes);
    else
        snprintf(text.s, sizeof(text.s), "%.1f %s", value, units[unit]);
    return text;
}

struct text text_plural(uint64_t count, const char *singular, const char *plural)
{
    struct text text;
    snprintf(text.s, sizeof(text.s), "%.26s %.20s", text_count(count).s,
             count == 1 ? singular : plural);
    return text;
}

/* Bytes of the UTF-8 sequence at `s`, 0 if there is none: too long, cut short or a surrogate. */
static size_t utf8_length(const unsigned char *s)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = s[0] < 0x80       ? 1
                    : s[0] >> 5 == 6  ? 2
                    : s[0] >> 4 == 14 ? 3
                    : s[0] >> 3 == 30 ? 4
                                      : 0;
    if (length <= 1)
        return length;
    uint32_t code = s[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (s[i] >> 6 != 2)
            return 0;
        code = code << 6 | (s[i] & 0x3fu);
    }
    if (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return 0;
    return length;
}

static void clean_text(char *text, const char *kept)
{
    unsigned char *s = (unsigned char *)text;
    while (*s) {
        size_t length = utf8_length(s);
        /* U+0080 to U+009f are control characters too: terminals take them for escapes. */
        bool control = *s < 0x20 || *s == 0x7f || (*s == 0xc2 && s[1] < 0xa0);
        if (length == 0 || (control && !strchr(kept, *s))) {
            *s = '?';
            length = 1;
        }
        s += length;
    }
}

void text_clean(char *text)
{
    clean_text(text, "");
}

void text_clean_line(char *text)
{
    clean_text(text, "\t");
}

void text_clean_lines(char *text)
{
    clean_text(text, "\t\n");
}

static bool is_clean(const char *text)
{
    char *cleaned = memory_copy(text);
    text_clean(cleaned);
    bool same = strcmp(cleaned, text) == 0;
    free(cleaned);
    return same;
}

/* $'...': what no terminal would show as it is. */
static char *spell_out(const char *word)
{
    char *quoted = memory_new(4, strlen(word) + 1), *out = stpcpy(quoted, "$'");
    for (const unsigned char *in = (const unsigned char *)word; *in; in++) {
        if (*in < 0x20 || *in >= 0x7f)
            out += sprintf(out, "\\%03o", *in);
        else if (*in == '\'' || *in == '\\')
            out += sprintf(out, "\\%c", *in);
        else
            *out++ = (char)*in;
    }
    strcpy(out, "'");
    return quoted;
}

char *text_shell_word(const char *word)
{
    if (!is_clean(word))
        return spell_out(word);
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "%+,-./:=@_";
    char *quoted = memory_new(4, strlen(word) + 1), *out = quoted; /* at worst each byte is "'" */
    bool safe = *word && !word[strspn(word, plain)];
    *out++ = '\'';
    for (const char *in = word; *in; in++) {
        if (*in == '\'')
            out = stpcpy(out, "'\\'");
        *out++ = *in;
    }
    *out = '\'';
    return safe ? strcpy(quoted, word) : quoted;
}

#define LONGEST_NAME 32u

/* Insertions, deletions, replacements and swaps of neighbours between two short names. */
static size_t name_distance(const char *a, const char *b)
{
    size_t la = strlen(a), lb = strlen(b);
    size_t d[LONGEST_NAME + 1][LONGEST_NAME + 1];
    if (la > LONGEST_NAME || lb > LONGEST_NAME)
        return SIZE_MAX;
    for (size_t i = 0; i <= la; i++) {
        for (size_t j = 0; j <= lb; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            size_t best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    }
    return d[la][lb];
}

const char *text_nearest(const char *word, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    /* A third of the word mistyped is no longer that word. */
    size_t best = strlen(word) / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        size_t apart = name_distance(word, names[i]);
        if (apart <= best && (!nearest || apart < best)) {
            nearest = names[i];
            best = apart;
        }
    }
    return nearest;
}

bool text_is(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

void text_trim(char *text)
{
    size_t first = strspn(text, " \t\n"), length = strlen(text + first);
    while (length > 0 && strchr(" \t\n", text[first + length - 1]))
        length--;
    memmove(text, text + first, length);
    text[length] = '\0';
}
