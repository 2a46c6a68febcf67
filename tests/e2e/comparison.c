#include "comparison.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const states[] = {"never_armed", "never_fired", "never_stopped",
                                     "never_released"};
/* 0 in every site unless its annotation says otherwise. */
static const char *const zero_unless_named[] = {
    "never_armed", "never_fired", "never_stopped", "never_released", "unread",     "inherited",
    "overdue",     "far_future",  "passed_on",     "overwritten",    "left_behind"};
static const char *const shown[] = {
    "created", "inherited", "released",    "live",        "peak",          "armed",
    "fired",   "stopped",   "never_armed", "never_fired", "never_stopped", "never_released",
    "unread",  "overdue",   "far_future",  "passed_on",   "left_behind"};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* `named` is FAMILY or FAMILY/KIND. */
static bool is_of(const char *named, const json_t *site)
{
    size_t length = strcspn(named, "/");
    const char *family = text_of(site, "family");

    return !strncmp(family, named, length) && !family[length] &&
           (!named[length] || !strcmp(text_of(site, "kind"), named + length + 1));
}

static bool stands_at(const struct annotation *annotation, const json_t *site)
{
    const json_t *frame = frame_of(site, annotation->subject == SUBJECT_CALLER ? 2 : 1);

    return is_of(annotation->family, site) &&
           !strcmp(base_name(text_of(frame, "file")), annotation->file) &&
           number_of(frame, "line") == annotation->line;
}

static bool covers(const struct annotation *annotation, const json_t *site)
{
    return annotation->subject != SUBJECT_PROCESS && stands_at(annotation, site) &&
           !strcmp(text_of(site, "verdict"), annotation->verdict);
}

static void write_site(FILE *to, const json_t *site)
{
    const json_t *frame = frame_of(site, 1);

    fprintf(to, "%s %s, %s at %s:%lld:", text_of(site, "family"), text_of(site, "verdict"),
            text_of(frame, "function"), base_name(text_of(frame, "file")),
            number_of(frame, "line"));
    for (size_t i = 0; i < COUNT(shown); i++)
        if (number_of(site, shown[i]) > 0)
            fprintf(to, " %s=%lld", shown[i], number_of(site, shown[i]));
    fprintf(to, " (%s)\n", text_of(site, "why"));
}

static void write_head(FILE *to, const struct annotation *annotation)
{
    const char *const subjects[] = {"", "-caller", "-process"};

    fprintf(to, "%s:%d: expect%s@%s: ", annotation->file, annotation->line,
            subjects[annotation->subject], annotation->process);
    if (annotation->subject != SUBJECT_PROCESS)
        fprintf(to, "%s %s: ", annotation->family, annotation->verdict);
}

static void check_number(const struct annotation *annotation, const struct check *check,
                         long long found, FILE *complaints)
{
    long long expected = atoll(check->value);

    if ((check->relation[0] != '<' && found < expected) ||
        (check->relation[0] != '>' && found > expected)) {
        write_head(complaints, annotation);
        fprintf(complaints, "%s%s%s, but it is %lld\n", check->key, check->relation, check->value,
                found);
    }
}

/* The sites that an annotation covers, as one: their counts added up. */
struct covered {
    size_t sites;
    json_t *counts;
    const json_t *last;         /* site */
    size_t inlined, tail_calls; /* of their first frames */
};

static struct covered add_up(const struct annotation *annotation, const json_t *sites)
{
    struct covered covered = {.counts = json_object()};
    size_t i;
    json_t *site, *count;
    const char *key;

    json_array_foreach(sites, i, site)
    {
        if (!covers(annotation, site))
            continue;
        covered.sites++;
        covered.last = site;
        covered.inlined += json_is_true(json_object_get(frame_of(site, 1), "inlined"));
        covered.tail_calls += json_is_true(json_object_get(frame_of(site, 1), "tail_call"));
        json_object_foreach(site, key, count) if (json_is_integer(count)) json_object_set_new(
            covered.counts, key,
            json_integer(json_integer_value(count) +
                         json_integer_value(json_object_get(covered.counts, key))));
    }
    return covered;
}

static void check_unnamed(const struct annotation *annotation, const json_t *counts,
                          FILE *complaints)
{
    for (size_t i = 0; i < COUNT(zero_unless_named); i++) {
        struct check zero = {.relation = "=", .value = "0"};
        bool named = false;

        for (size_t j = 0; j < annotation->check_count; j++)
            named = named || !strcmp(annotation->checks[j].key, zero_unless_named[i]);
        if (named || !json_object_get(counts, zero_unless_named[i]))
            continue;
        strcpy(zero.key, zero_unless_named[i]);
        check_number(annotation, &zero, number_of(counts, zero.key), complaints);
    }
}

static void explain_miss(const struct annotation *annotation, const struct recording *recording,
                         FILE *complaints)
{
    size_t i;
    json_t *site;

    write_head(complaints, annotation);
    fprintf(complaints, "no such site; of the family there are:\n");
    json_array_foreach(json_object_get(recording->report, "sites"), i,
                       site) if (is_of(annotation->family, site))
    {
        fprintf(complaints, "    ");
        write_site(complaints, site);
    }
}

/* All of them are to be so, or none. */
static void check_frames(const struct annotation *annotation, const struct check *check,
                         size_t found, const struct covered *covered, FILE *complaints)
{
    size_t expected = strcmp(check->value, "yes") ? 0 : covered->sites;

    if (found == expected)
        return;
    write_head(complaints, annotation);
    fprintf(complaints, "%s=%s, but the first frame is so in %zu of %zu\n", check->key,
            check->value, found, covered->sites);
}

/* set-by=FUNCTION, duplicated-by=FUNCTION */
static bool check_function(const struct annotation *annotation, const struct check *check,
                           const json_t *site, FILE *complaints)
{
    const json_t *frame = json_object_get(site, check->key);

    if (strcmp(check->key, "set_by") && strcmp(check->key, "duplicated_by"))
        return false;
    if (strcmp(text_of(frame, "function"), check->value)) {
        write_head(complaints, annotation);
        fprintf(complaints, "%s=%s, but it is \"%s\"\n", check->key, check->value,
                text_of(frame, "name"));
    }
    return true;
}

static void check_sites(const struct annotation *annotation, const struct recording *recording,
                        FILE *complaints)
{
    struct covered covered = add_up(annotation, json_object_get(recording->report, "sites"));

    if (!covered.sites) {
        explain_miss(annotation, recording, complaints);
    } else {
        for (size_t i = 0; i < annotation->check_count; i++) {
            const struct check *check = &annotation->checks[i];

            if (check_function(annotation, check, covered.last, complaints))
                continue;
            if (!strcmp(check->key, "inlined"))
                check_frames(annotation, check, covered.inlined, &covered, complaints);
            else if (!strcmp(check->key, "tail_call"))
                check_frames(annotation, check, covered.tail_calls, &covered, complaints);
            else
                check_number(annotation, check, number_of(covered.counts, check->key), complaints);
        }
        check_unnamed(annotation, covered.counts, complaints);
    }
    json_decref(covered.counts);
}

/* end=HOW or end=HOW:STATUS */
static void check_end(const struct annotation *annotation, const struct check *check,
                      const json_t *process, FILE *complaints)
{
    char found[32] = "";

    if (strchr(check->value, ':'))
        snprintf(found, sizeof(found), "%s:%lld", text_of(process, "end"),
                 number_of(process, "end_status"));
    else
        snprintf(found, sizeof(found), "%s", text_of(process, "end"));
    if (strcmp(found, check->value)) {
        write_head(complaints, annotation);
        fprintf(complaints, "end=%s, but it is %s\n", check->value, found);
    }
}

/* Of the totals, of what was dropped, or of the process itself. */
static long long number_of_process(const json_t *report, const char *key)
{
    static const char *const parts[] = {"totals", "dropped", "process"};
    const json_t *part = NULL;

    for (size_t i = 0; i < COUNT(parts) && !json_object_get(part, key); i++)
        part = json_object_get(report, parts[i]);
    return number_of(part, key);
}

static void check_process(const struct annotation *annotation, const json_t *report,
                          FILE *complaints)
{
    for (size_t i = 0; i < annotation->check_count; i++) {
        const struct check *check = &annotation->checks[i];

        if (!strcmp(check->key, "end"))
            check_end(annotation, check, json_object_get(report, "process"), complaints);
        else
            check_number(annotation, check, number_of_process(report, check->key), complaints);
    }
}

static void check_annotation(const struct annotation *annotation,
                             const struct recordings *recordings, FILE *complaints)
{
    for (size_t i = 0; i < recordings->count; i++) {
        const struct recording *recording = &recordings->items[i];

        if (strcmp(recording->name, annotation->process))
            continue;
        if (annotation->subject == SUBJECT_PROCESS)
            check_process(annotation, recording->report, complaints);
        else
            check_sites(annotation, recording, complaints);
        return;
    }
    write_head(complaints, annotation);
    fprintf(complaints, "there is no recording of that process\n");
}

/* All together have no site that none of them has. */
static bool is_covered(const struct annotations *annotations, const char *process,
                       const json_t *site)
{
    bool together = !strcmp(process, TOGETHER);

    for (size_t i = 0; i < annotations->count; i++)
        if ((together || !strcmp(annotations->items[i].process, process)) &&
            covers(&annotations->items[i], site))
            return true;
    return false;
}

static bool tells_anything(const json_t *site)
{
    return number_of(site, "created") || number_of(site, "inherited") ||
           number_of(site, "released") || number_of(site, "live") || number_of(site, "failed");
}

/* What an event loop made to be woken by is none of the program's. */
static bool is_loops_own(const json_t *site)
{
    return json_is_string(json_object_get(site, "loop")) &&
           !strcmp(text_of(site, "verdict"), "held");
}

static void check_every_site(const struct annotations *annotations,
                             const struct recording *recording, FILE *complaints)
{
    size_t i;
    json_t *site;

    json_array_foreach(json_object_get(recording->report, "sites"), i, site)
    {
        long long live = 0;

        for (size_t state = 0; state < COUNT(states); state++)
            live += number_of(site, states[state]);
        if (strcmp(text_of(site, "verdict"), "clean") && !is_loops_own(site) &&
            !is_covered(annotations, recording->name, site)) {
            fprintf(complaints, "false alarm in %s: ", recording->name);
            write_site(complaints, site);
        }
        if (!tells_anything(site)) {
            fprintf(complaints, "nothing to tell of in %s: ", recording->name);
            write_site(complaints, site);
        }
        if (live != number_of(site, "live") || unbalanced(site)) {
            fprintf(complaints, "out of balance in %s: ", recording->name);
            write_site(complaints, site);
        }
    }
}

void compare(const struct annotations *annotations, const struct recordings *recordings,
             FILE *complaints)
{
    for (size_t i = 0; i < annotations->count; i++)
        if (strcmp(annotations->items[i].process, TOGETHER))
            check_annotation(&annotations->items[i], recordings, complaints);
    for (size_t i = 0; i < recordings->count; i++)
        check_every_site(annotations, &recordings->items[i], complaints);
}

void compare_together(const struct annotations *annotations, json_t *report, FILE *complaints)
{
    struct recording all = {.report = report, .name = TOGETHER};

    for (size_t i = 0; i < annotations->count; i++)
        if (!strcmp(annotations->items[i].process, TOGETHER))
            check_annotation(&annotations->items[i], &(struct recordings){1, &all}, complaints);
    check_every_site(annotations, &all, complaints);
}
