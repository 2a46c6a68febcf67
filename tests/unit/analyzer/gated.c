#include "gated.h"
#include "symbols/demangled.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ADDRESS(index) (((index) + 1) * 0x1000u)

const struct gate_options leaks_fail = {
    .verdicts = {[VERDICT_LEAK] = true}, .max_live = UINT64_MAX, .families = UINT64_MAX};

const struct made hostile = {
    .live = MANY,
    .frames = {
        {"a\"b'c|d`e<f>g&h\\i\nj\rk\tl\x1b[31m", "/src/we ird\"|`<&>.c", 3, NULL},
        {"operator*|](http://x) @someone #1 __x__ ]]> --> %0A::error::", "/src/%25:,#?.c", 4, NULL},
        {"\xef\xbf\xbe\xf0\x9f\x92\xa9\xc3\x28", NULL, 0, NULL},
        {"main", "/src/main.c", 5, NULL},
    }};

static void add_timers(struct builder *builder, struct site_record *site, const struct made *made)
{
    for (unsigned i = 0; i < made->live; i++) {
        struct timer_record *timer =
            builder_create(builder, site, made->live < MANY ? 0 : i * 90 * SECOND);
        if (made->armed) {
            timer->flags = TLK_ARMED;
            timer->armed = 1;
            timer->deadline = (int64_t)(START_MONO + 5000 * HOUR);
        }
    }
    if (made->live == 0)
        builder_release(builder, builder_create(builder, site, 0), SECOND);
}

static void add_site(struct builder *builder, uint32_t module, const struct made *made,
                     size_t index)
{
    static const char *const functions[] = {[TLK_POSIX] = "timer_create",
                                            [TLK_TIMERFD] = "timerfd_create",
                                            [TLK_ITIMER] = "setitimer",
                                            [TLK_GOTIME] = "gt_after"};
    uint32_t family = made->family ? made->family : TLK_TIMERFD;
    uint64_t frames[] = {TLK_FRAME(module, ADDRESS(index) + 1)};
    if (made->module)
        frames[0] = TLK_FRAME(builder_module(builder, made->module, NULL, 0), ADDRESS(index) + 1);
    add_timers(builder, builder_site(builder, family, functions[family], frames, 1), made);
}

static const char *kept(struct profile *profile, const char *text)
{
    return text && *text ? strings_add(profile->strings, text) : NULL;
}

/* As if it was all compiled in /src. */
static const char *below_source(const char *file)
{
    return file && strncmp(file, "/src/", 5) == 0 ? file + 5 : file;
}

/* Modules that frames name, beside those of the recording, are of no other use. */
static struct module *module_of(struct profile *profile, const char *path)
{
    static struct module modules[16];
    static size_t used;
    struct module *module = &modules[used++ % 16];
    module->path = kept(profile, path ? path : "/nowhere/server");
    module->name = strrchr(module->path, '/') + 1;
    return module;
}

static void set_stack(struct profile *profile, struct site *site, const struct made *made)
{
    struct stack_frame *stack = memory_new(MADE_FRAMES + 1, sizeof(*stack));
    size_t depth = 1;
    stack[0] = (struct stack_frame){.name = site->function, .function = site->function};
    for (size_t i = 0; i < MADE_FRAMES && made->frames[i].function; i++, depth++) {
        const struct made_frame *frame = &made->frames[i];
        bool named = *frame->function;
        struct demangled function = {.name = kept(profile, frame->function)};
        if (strncmp(frame->function, "_Z", 2) == 0)
            function = demangled(profile->strings, frame->function);
        struct called *called = called_new(profile->naming);
        if (named)
            called_add(called, function.name, function.signature);
        stack[depth] = (struct stack_frame){
            .name = named ? function.name : kept(profile, "server+0x1234"),
            .function = named ? function.name : NULL,
            .signature = function.signature,
            .called = named ? called : NULL,
            .file = kept(profile, frame->file),
            .short_file = kept(profile, below_source(frame->file)),
            .line = frame->line,
            .module = module_of(profile, frame->module),
        };
    }
    free(site->stack);
    site->stack = stack;
    site->stack_depth = depth;
}

/* Sites are told by the address that they were made with. */
static size_t index_of(const struct profile *profile, const struct site *site)
{
    return profile->locations.list[site->trace->locations[1]].address / ADDRESS(0) - 1;
}

void made_into(struct profile *profile, const struct made *sites, size_t count)
{
    struct builder *builder = builder_new(2 * HOUR);
    uint32_t module = builder_module(builder, "/nowhere/server", NULL, 0);
    for (size_t i = 0; i < count; i++)
        add_site(builder, module, &sites[i], i);
    loaded_add(profile, builder);
    for (size_t i = 0; i < profile->site_count; i++)
        set_stack(profile, profile->sites[i], &sites[index_of(profile, profile->sites[i])]);
}

struct profile *made_profile(const struct made *sites, size_t count)
{
    struct profile *profile = profile_new();
    profile->keep_timers = true;
    made_into(profile, sites, count);
    return profile;
}

const struct judged *judged_of(const struct gate *gate, size_t index)
{
    for (size_t i = 0; i < gate->count; i++) {
        if (index_of(gate->profile, gate->judged[i].site) == index)
            return &gate->judged[i];
    }
    cr_assert_fail("there is no site %zu", index);
    return NULL;
}

char *gate_text(gate_export *write, const struct gate *gate)
{
    struct repository repository = {.roots = {strdup("/src"), NULL}, .directory = -1};
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    write(to, gate, &repository);
    fclose(to);
    free(repository.roots[0]);
    return text;
}

char *file_of(const char *text)
{
    char *path = strdup("/tmp/timerleak-test-XXXXXX");
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    cr_assert_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    return path;
}

struct suppressions *rules_of(const char *text)
{
    char error[ERROR_SIZE] = "", *path = file_of(text);
    struct suppressions *suppressions = suppressions_read(path, error);
    cr_assert(suppressions, "%s", error);
    unlink(path);
    free(path);
    return suppressions;
}
