#include "exported.h"

#include <criterion/criterion.h>
#include <string.h>

/*
 * main -> loop -> timerfd_create: two live, one of them armed for a minute, and one released;
 * main -> timer_create: one live, armed every second for half an hour.
 */
struct profile *exported_profile(void)
{
    struct builder *builder = builder_new(HOUR);
    uint32_t module = builder_module(builder, "/nowhere/bin/server", "\xab\xcd", 2);
    uint64_t deep[] = {TLK_FRAME(module, 0x1011), TLK_FRAME(module, 0x2001)};
    uint64_t shallow[] = {TLK_FRAME(module, 0x2021)};
    struct site_record *first = builder_site(builder, TLK_TIMERFD, "timerfd_create", deep, 2);
    struct site_record *second = builder_site(builder, TLK_POSIX, "timer_create", shallow, 1);

    builder_create(builder, first, 0);
    builder_release(builder, builder_create(builder, first, MINUTE), 2 * MINUTE);
    struct timer_record *armed = builder_create(builder, first, HOUR - SECOND);
    armed->flags = TLK_ARMED;
    armed->armed = 1;
    armed->armed_at = START_MONO + HOUR - SECOND;
    armed->deadline = (int64_t)(START_MONO + HOUR - SECOND + MINUTE);
    struct timer_record *periodic = builder_create(builder, second, 30 * MINUTE);
    periodic->flags = TLK_ARMED;
    periodic->armed = 1;
    periodic->armed_at = START_MONO + 30 * MINUTE;
    periodic->deadline = (int64_t)(START_MONO + 30 * MINUTE + SECOND);
    periodic->interval = SECOND;
    return loaded(builder);
}

struct selection exported_selection(struct profile *profile, const char *type,
                                    enum granularity granularity)
{
    char error[ERROR_SIZE] = "";
    struct selection selection;
    struct selection_options options = {
        .type = sample_find(type), .granularity = granularity, .zeros = true};

    cr_assert(selection_make(&selection, profile, &options, NULL, error), "%s", error);
    return selection;
}

char *exported_text(void (*write)(FILE *to, const struct selection *selection), const char *type,
                    enum granularity granularity)
{
    char *text;
    size_t size;
    struct profile *profile = exported_profile();
    struct selection selection = exported_selection(profile, type, granularity);
    FILE *to = open_memstream(&text, &size);

    write(to, &selection);
    fclose(to);
    selection_free(&selection);
    profile_free(profile);
    return text;
}
