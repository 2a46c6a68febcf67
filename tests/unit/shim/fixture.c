#include "fixture.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/gate.h"
#include "ledger/inherit.h"
#include "stacks/stack.h"
#include "tables/descriptors.h"
#include "tables/extras.h"
#include "tables/families.h"
#include "tables/live.h"
#include "tables/regions.h"
#include "tables/modules.h"
#include "tables/sites.h"

static char directory[256];

/* Before the shim's constructor, which then leaves this process alone. */
__attribute__((constructor(101))) static void keep_the_shim_shut(void)
{
    setenv("TIMERLEAK_ONLY_PID", "-1", 1);
}

/* The linker puts this in the place of modules_is_shim(): see PROGRAM. */
extern const char __executable_start[], etext[], __start_program[], __stop_program[];
bool __wrap_modules_is_shim(const void *address);
bool __wrap_modules_is_shim(const void *address)
{
    const char *at = address;

    return at >= __executable_start && at < etext &&
           !(at >= __start_program && at < __stop_program);
}

const char *in_directory(const char *name)
{
    static char path[sizeof(directory) + 256];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return path;
}

void make_directory(void)
{
    const char *parent = getenv("TMPDIR");

    snprintf(directory, sizeof(directory), "%s/timerleak.XXXXXX", parent ? parent : "/tmp");
    cr_assert(mkdtemp(directory), "%s", directory);
}

void remove_directory(void)
{
    DIR *open = opendir(directory);
    const struct dirent *entry;

    while (open && (entry = readdir(open)))
        unlink(in_directory(entry->d_name));
    closedir(open);
    rmdir(directory);
}

struct settings settings_of(size_t size)
{
    struct settings settings = {.depth = 64, .size = size};

    snprintf(settings.output, sizeof(settings.output), "%s", in_directory("recording.tlk"));
    return settings;
}

void begin_sized(size_t size)
{
    struct settings settings = settings_of(size);
    struct timespec resolution;

    stack_start();
    stack_begin();
    cr_assert(gate_install());
    cr_assert(regions_create(&settings, "program"));
    cr_assert(sites_start());
    cr_assert(live_start() && descriptors_start());
    modules_start("/the/program");
    recall_start(settings.depth);
    clock_getres(CLOCK_MONOTONIC_COARSE, &resolution);
    recording->clock_resolution = 2 * (uint64_t)resolution.tv_nsec;
    cr_assert(mapfile_publish(&settings, "program"));
    ledger_depth = settings.depth;
    families_want(settings.families);
    families_describe();
    gate->state = GATE_OPEN;
    inherit_reserve();
    inherit_over_exec();
}

void begin(void)
{
    make_directory();
    begin_sized((size_t)4 << 20);
}

void end(void)
{
    gate->state = GATE_SHUT;
    remove_directory();
}

struct start {
    void (*run)(void *argument);
    void *argument;
};

static PROGRAM void *thread_main(void *argument)
{
    const struct start *start = argument;

    start->run(start->argument);
    NO_TAIL_CALL;
    return NULL;
}

static void run_thread(const pthread_attr_t *attributes, void (*run)(void *argument),
                       void *argument)
{
    struct start start = {run, argument};
    pthread_t started;

    cr_assert_eq(pthread_create(&started, attributes, thread_main, &start), 0);
    pthread_join(started, NULL);
}

void in_thread(void (*run)(void *argument), void *argument)
{
    run_thread(NULL, run, argument);
}

void in_thread_on(void *stack, size_t size, void (*run)(void *argument), void *argument)
{
    pthread_attr_t attributes;

    pthread_attr_init(&attributes);
    cr_assert_eq(pthread_attr_setstack(&attributes, stack, size), 0);
    run_thread(&attributes, run, argument);
    pthread_attr_destroy(&attributes);
}

/* Stands for a hook. */
static __attribute__((noinline)) struct timer_ref create(clockid_t clock, uint32_t family,
                                                         uint64_t id, uint32_t flags)
{
    struct birth birth = {
        .call = {.function = "test_create",
                 .family = family,
                 .frame = __builtin_dwarf_cfa(),
                 .caller = __builtin_return_address(0)},
        .id = id,
        .clock = clock,
        .flags = flags,
    };

    return timer_created(&birth);
}

PROGRAM struct timer_ref make_timer_on(clockid_t clock, uint32_t family, uint64_t id,
                                       uint32_t flags)
{
    struct timer_ref ref = create(clock, family, id, flags);

    NO_TAIL_CALL;
    return ref;
}

struct timer_ref make_timer(uint32_t family, uint64_t id)
{
    return make_timer_on(CLOCK_MONOTONIC, family, id, 0);
}

void arm(struct timer_ref ref, uint64_t value, uint64_t interval)
{
    arm_with(ref, value, interval, (struct account){.known = true});
}

void arm_with(struct timer_ref ref, uint64_t value, uint64_t interval, struct account before)
{
    struct arming arming = {.value = value, .interval = interval, .before = before};

    timer_prepare(ref, &arming.now);
    timer_armed(ref, &arming);
}

const char *string_of(uint32_t offset)
{
    return region_at(TLK_STRINGS, offset);
}

struct site_record site_told(uint32_t site)
{
    const struct tlk_site *own = site_at(site);
    struct site_record told;

    cr_assert(site_unpack(own, own->details ? region_at(TLK_DETAILS, own->details) : NULL, &told));
    return told;
}

struct timer_record timer_told(const struct tlk_timer *timer)
{
    struct timer_record told;

    timer_unpack(timer, extra_of(timer), &told);
    return told;
}

uint64_t frame_of_site(const struct tlk_site *site, uint32_t i)
{
    const uint32_t *numbers = region_at(TLK_STACKS, site->stack);

    return *(const uint64_t *)region_at(TLK_FRAMES, numbers[i]);
}
