/* Which file was loaded where. */
#include "tables/modules.h"
#include "tables/extras.h"

#include "fixture.h"
#include "tables/regions.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

TestSuite(modules, .init = begin, .fini = end);

bool __real_modules_is_shim(const void *address);

/* Naming _r_debug would give this program a copy of its own, which nobody keeps up to date. */
static struct r_debug *loader_state(void)
{
    const ElfW(Dyn) *entry = _DYNAMIC;

    while (entry->d_tag != DT_DEBUG)
        entry++;
    return (struct r_debug *)entry->d_un.d_ptr;
}

static uint64_t resolve(const void *address)
{
    void *addresses[1] = {(void *)(uintptr_t)address};
    uint64_t frame;

    cr_assert(modules_resolve(addresses, &frame, 1));
    return frame;
}

static const struct tlk_module *module_of(uint64_t frame)
{
    cr_assert_gt(TLK_FRAME_MODULE(frame), 0);
    return region_at(TLK_MODULES, TLK_FRAME_MODULE(frame));
}

/* Part of every glibc, and loaded by nobody. */
static void *load(void)
{
    void *handle = dlopen("libBrokenLocale.so.1", RTLD_NOW);

    cr_assert_not_null(handle, "%s", dlerror());
    return handle;
}

Test(modules, a_function_of_the_program)
{
    uint64_t frame = resolve((void *)resolve);
    const struct tlk_module *module = module_of(frame);

    cr_expect_str_eq(string_of(module->path), "/the/program");
    cr_expect_eq(module->bias + TLK_FRAME_ADDRESS(frame), (uintptr_t)resolve);
    cr_expect(module->start <= (uintptr_t)resolve && module->end > (uintptr_t)resolve);
    cr_expect_eq(module->loads, 1);
}

Test(modules, a_function_of_libc)
{
    uint64_t frame = resolve((void *)abort);
    const struct tlk_module *module = module_of(frame);
    Dl_info info;

    cr_assert(dladdr((void *)abort, &info));
    cr_expect_str_eq(string_of(module->path), info.dli_fname);
    cr_expect_eq(TLK_FRAME_ADDRESS(frame), (uintptr_t)abort - (uintptr_t)info.dli_fbase);
    cr_expect_eq(module->build_id_size, 20);
}

/* Too large for the gaps that some machines leave between the segments of a module. */
static void *map_code(void)
{
    return mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

Test(modules, code_made_at_run_time_has_none)
{
    void *code = map_code();

    cr_expect_eq(resolve(code), TLK_FRAME(0, (uintptr_t)code));
}

Test(modules, the_end_of_one_is_not_in_it)
{
    const struct tlk_module *module = module_of(resolve((void *)abort));

    cr_expect_neq(TLK_FRAME_MODULE(resolve((void *)module->end)),
                  TLK_FRAME_MODULE(resolve((void *)abort)));
    cr_expect_eq(TLK_FRAME_MODULE(resolve((void *)(module->end - 1))),
                 TLK_FRAME_MODULE(resolve((void *)abort)));
}

Test(modules, one_loaded_later_is_found)
{
    uint32_t before = recording->regions[TLK_MODULES].used, epoch = modules_epoch();
    const struct link_map *map = load();
    uint64_t frame = resolve(map->l_ld);

    cr_expect_eq(TLK_FRAME_MODULE(frame), before);
    cr_expect_str_eq(string_of(module_of(frame)->path), map->l_name);
    cr_expect_eq(TLK_FRAME_ADDRESS(frame), (uintptr_t)map->l_ld - map->l_addr);
    cr_expect_eq(modules_epoch(), epoch, "nothing learned before has become wrong");
}

/* A forked child copies what its parent writes meanwhile, also beyond what was published. */
Test(modules, what_stood_in_the_place_of_a_new_one_is_gone)
{
    const struct tlk_module *found;
    struct tlk_module *next;
    const struct link_map *map;

    resolve((void *)resolve);
    next = region_at(TLK_MODULES, recording->regions[TLK_MODULES].used);
    memset(next, 0xff, sizeof(*next));
    map = load();
    found = module_of(resolve(map->l_ld));
    cr_assert_eq(found, next);
    cr_expect_eq(found->loads, 1);
}

Test(modules, unloading_begins_a_new_epoch)
{
    void *handle = load();
    uint32_t epoch = modules_epoch();

    cr_assert_eq(dlclose(handle), 0);
    cr_expect_neq(modules_epoch(), epoch);
}

Test(modules, one_that_is_gone_is_not_found)
{
    struct link_map *map = load();
    const void *address = map->l_ld;

    resolve(address);
    dlclose(map);
    cr_expect_eq(resolve(address), TLK_FRAME(0, (uintptr_t)address));
}

/* The rest of a record says where it was, which something else may be by now. */
Test(modules, one_that_is_gone_is_marked_so)
{
    struct link_map *map = load();
    const struct tlk_module *module = module_of(resolve(map->l_ld));

    cr_expect_eq(module->loaded, 1);
    cr_expect_eq(module_of(resolve((void *)abort))->loaded, 1);
    dlclose(map);
    cr_expect_eq(module->loaded, 0);
    cr_expect_eq(module_of(resolve((void *)abort))->loaded, 1);
}

/* What is known is told from it by where it stands in the loader's list. */
Test(modules, one_goes_while_another_stays_that_nobody_asked_about)
{
    struct link_map *map = load(), *other = dlopen("libutil.so.1", RTLD_NOW);
    const struct tlk_module *module = module_of(resolve(map->l_ld));

    cr_assert_not_null(other);
    dlclose(map);
    cr_expect_eq(module->loaded, 0);
    cr_expect_eq(module_of(resolve((void *)abort))->loaded, 1);
    map = load();
    cr_expect_eq(module_of(resolve(map->l_ld)), module);
    cr_expect_eq(module->loaded, 1);
    module = module_of(resolve(other->l_ld));
    dlclose(other);
    cr_expect_eq(module->loaded, 0);
    cr_expect_eq(module_of(resolve(map->l_ld))->loaded, 1);
    dlclose(map);
}

static struct tlk_timer *set_from(uint64_t id, const void *caller)
{
    struct timer_ref ref = make_timer(TLK_POSIX, id);

    timer_armed(ref, &(struct arming){.value = SECOND, .caller = caller});
    return timer_at(ref.slot);
}

Test(modules, before_one_goes_frames_are_made_of_what_timers_keep)
{
    struct link_map *map = load();
    const char *place = (const char *)map->l_ld;
    void *unknown = map_code();
    struct tlk_timer *gone = set_from(1, place), *stays = set_from(2, (void *)abort),
                     *nowhere = set_from(3, unknown), *never = set_from(4, NULL);
    struct tlk_timer *duplicated = timer_at(make_timer(TLK_TIMERFD, 5).slot);
    struct tlk_timer *handle = timer_at(make_timer(TLK_GOTIME, 6).slot);
    char path[256];
    uint64_t frame;

    snprintf(path, sizeof(path), "%s", map->l_name);
    extra_need(duplicated)->duplicator = (uintptr_t)place;
    extra_need(handle)->cookie = (uintptr_t)place;
    dlclose(map);
    frame = gone->setter;
    cr_expect_str_eq(string_of(module_of(frame)->path), path);
    cr_expect_eq(timer_told(duplicated).duplicator, frame);
    cr_expect_eq(stays->setter, resolve((void *)abort));
    cr_expect_eq(nowhere->setter, (uintptr_t)unknown);
    cr_expect_eq(never->setter, 0);
    cr_expect_eq(extra_of(handle)->cookie, (uintptr_t)place, "which is no frame");
}

/* The function that such a timer calls is in no stack, and nobody sets the timer from there. */
Test(modules, before_one_goes_a_frame_is_made_of_what_a_timer_calls)
{
    struct link_map *map = load();
    struct birth birth = {.call = {.function = "timer_create", .family = TLK_POSIX},
                          .id = 1,
                          .notify = TLK_NOTIFY_THREAD,
                          .notified = (void (*)(union sigval))(uintptr_t)map->l_ld};
    const struct tlk_timer *timer = timer_at(timer_created(&birth).slot);

    cr_expect_eq(timer_told(timer).notified, (uintptr_t)map->l_ld + 1);
    dlclose(map);
    cr_expect_gt(TLK_FRAME_MODULE(timer_told(timer).notified), 0);
}

#if __GLIBC_PREREQ(2, 35)
/* Without a look at the loader's list, which one who sets a timer can't always wait for. */
Test(modules, one_that_sets_a_timer_is_known_from_then_on)
{
    uint32_t before = recording->regions[TLK_MODULES].used;
    const struct link_map *map = load();
    const struct tlk_module *module = region_at(TLK_MODULES, before);
    struct tlk_module met;

    set_from(1, map->l_ld);
    cr_assert_eq(recording->regions[TLK_MODULES].used, before + 1);
    met = *module;
    cr_expect_str_eq(string_of(met.path), map->l_name);
    cr_expect_eq(met.bias, map->l_addr);
    cr_expect_eq(met.loaded, 1);
    cr_expect_eq(module_of(resolve((void *)abort))->loaded, 1, "nor are others forgotten");
    modules_note();
    cr_expect_eq(memcmp(&met, module, sizeof(met)), 0, "the loader says the same");
}
#endif

Test(modules, code_made_at_run_time_may_set_a_timer)
{
    uint32_t before = recording->regions[TLK_MODULES].used;
    const void *code = map_code();

    cr_expect_eq(set_from(1, code)->setter, (uintptr_t)code);
    cr_expect_eq(recording->regions[TLK_MODULES].used, before);
}

/* Elsewhere: something else lies at its former place now. */
Test(modules, one_loaded_again_is_the_same)
{
    struct link_map *map = load();
    uintptr_t bias = map->l_addr;
    uint64_t frame = resolve(map->l_ld), again;

    cr_expect_eq(module_of(frame)->loads, 1);
    dlclose(map);
    cr_assert_eq(
        mmap((void *)bias, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
        (void *)bias);
    map = load();
    cr_assert_neq(map->l_addr, bias);
    again = resolve(map->l_ld);
    cr_expect_eq(again, frame);
    cr_expect_eq(module_of(again)->loads, 2);
    cr_expect_eq(module_of(again)->bias, map->l_addr);
}

Test(modules, while_the_loader_is_busy_it_is_left_alone)
{
    void *code = map_code();
    void *known[1] = {(void *)abort}, *unknown[1] = {code};
    uint64_t frame;

    loader_state()->r_state = RT_ADD;
    cr_expect(modules_loader_busy());
    cr_expect(modules_resolve(known, &frame, 1), "what is known needs no loader");
    cr_expect_gt(TLK_FRAME_MODULE(frame), 0);
    cr_expect_not(modules_resolve(unknown, &frame, 1));
    cr_expect_eq(frame, TLK_FRAME(0, (uintptr_t)code));
    loader_state()->r_state = RT_CONSISTENT;
    cr_expect_not(modules_loader_busy());
}

Test(modules, the_shim_knows_itself)
{
    cr_expect(__real_modules_is_shim((void *)modules_start));
    cr_expect_not(__real_modules_is_shim((void *)abort));
}

Test(modules, objects_beside_the_shim_are_its_own)
{
    cr_expect_not(__real_modules_is_shim((void *)criterion_initialize));
    modules_leave_out((const void *)(uintptr_t)criterion_run_all_tests);
    cr_expect(__real_modules_is_shim((void *)criterion_initialize));
    cr_expect_not(__real_modules_is_shim((void *)abort));
    modules_leave_out(NULL);
    cr_expect_not(__real_modules_is_shim(NULL));
}

Test(modules, an_object_that_is_told_of_again_takes_no_more_room)
{
    for (int i = 0; i < 100; i++)
        modules_leave_out((const void *)(uintptr_t)criterion_run_all_tests);
    modules_leave_out((const void *)(uintptr_t)abort);
    cr_expect(__real_modules_is_shim((void *)abort));
}
