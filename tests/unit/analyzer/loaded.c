#include "loaded.h"

#include "exports/exports.h"
#include "profile/kinship.h"
#include "profile/piles.h"
#include "views/values.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void loaded_add(struct profile *profile, struct builder *builder)
{
    char error[ERROR_SIZE];
    char *path = builder_write(builder);
    struct recording *recording = recording_open(path, error);
    cr_assert(recording, "%s", error);
    profile_add(profile, recording);
    recording_close(recording);
    unlink(path);
    free(path);
    builder_free(builder);
    profile_settle(profile);
}

void loaded_add_together(struct profile *profile, struct builder *const builders[], size_t count)
{
    struct generations generations;
    struct recording *recordings[count];
    char error[ERROR_SIZE];
    profile->generations = &generations;
    generations_init(&generations, profile);
    for (size_t i = 0; i < count; i++) {
        char *path = builder_write(builders[i]);
        recordings[i] = recording_open(path, error);
        cr_assert(recordings[i], "%s", error);
        unlink(path);
        free(path);
        builder_free(builders[i]);
        generations_note(&generations, recordings[i], true);
    }
    kinship_find(&generations);
    for (size_t i = 0; i < count; i++)
        generations_note_timers(&generations, recordings[i]);
    kinship_settle(&generations);
    for (size_t i = 0; i < count; i++) {
        profile_add(profile, recordings[i]);
        recording_close(recordings[i]);
    }
    piles_judge(&generations);
    profile->generations = NULL;
    generations_free(&generations);
    profile_settle(profile);
}

struct profile *loaded_together(struct builder *const builders[], size_t count)
{
    struct profile *profile = profile_new();
    profile->keep_timers = true;
    loaded_add_together(profile, builders, count);
    return profile;
}

struct profile *loaded(struct builder *builder)
{
    struct profile *profile = profile_new();
    profile->keep_timers = true;
    loaded_add(profile, builder);
    return profile;
}

struct site *loaded_site(const struct profile *profile)
{
    cr_assert_eq(profile->site_count, 1, "%zu sites", profile->site_count);
    return profile->sites[0];
}

char *printed(void (*print)(FILE *to, struct profile *profile), struct profile *profile)
{
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    print(to, profile);
    fclose(to);
    return text;
}

void print_report(FILE *to, struct profile *profile)
{
    report_print(to, profile, -1);
}

void print_timers(FILE *to, struct profile *profile)
{
    timers_print(to, profile, -1);
}

void print_json(FILE *to, struct profile *profile)
{
    json_write(to, profile);
}

void expect_printed(struct profile *profile, void (*print)(FILE *to, struct profile *profile),
                    const char *part)
{
    char *text = printed(print, profile);
    cr_expect(strstr(text, part), "\"%s\" is missing in:\n%s", part, text);
    free(text);
}

void print_view(FILE *to, struct profile *profile, bool (*print)(FILE *to, const struct view *view),
                const struct selection_options *options)
{
    struct selection_options live = {.type = sample_find(NULL)};
    struct selection selection;
    char error[ERROR_SIZE];
    cr_assert(selection_make(&selection, profile, options ? options : &live, NULL, error), "%s",
              error);
    struct view view = {.selection = &selection, .unit = VALUE_MINIMUM};
    print(to, &view);
    selection_free(&selection);
}

json_t *loaded_json(struct profile *profile)
{
    char *text;
    size_t size;
    json_error_t error;
    FILE *to = memory_stream(&text, &size);
    cr_assert(json_write(to, profile));
    fclose(to);
    json_t *json = json_loadb(text, size, 0, &error);
    cr_assert(json, "%s", error.text);
    free(text);
    return json;
}
