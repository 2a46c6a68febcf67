/* Stacks that were unwound are known again by the walk that the kernel makes. */
#include "captured.h"
#include "trace/code_file.h"
#include "trace/known.h"

#include <alloca.h>
#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#define CALL 7
#define ROOM 4096

/* The kernel's table. */
static struct {
    uint64_t key;
    struct trace_step step;
} table[ROOM];
static size_t room = ROOM;

static size_t table_find(uint64_t key)
{
    size_t at = 0;
    while (at < ROOM && table[at].key != key)
        at++;
    return at;
}

static bool table_put(void *context, uint64_t key, const struct trace_step *step)
{
    size_t at = table_find(key);
    (void)context;
    if (at == ROOM)
        at = table_find(0);
    if (at >= room)
        return false;
    table[at].key = step ? key : 0;
    if (step)
        table[at].step = *step;
    return true;
}

static size_t table_count(void)
{
    size_t count = 0;
    for (size_t i = 0; i < ROOM; i++)
        count += table[i].key != 0;
    return count;
}

static struct memory_map *map;
static struct unwinder *unwinder;
static struct known *known;
static struct captured captured;
static struct unwound unwound;

static void begin(void)
{
    map = memory_map_new(getpid());
    unwinder = unwinder_new(map, getpid());
    known = known_new(table_put, NULL);
}

static void end(void)
{
    known_free(known);
    unwinder_free(unwinder);
    memory_map_free(map);
    code_files_close();
}

TestSuite(known, .init = begin, .fini = end);

/* As events.h describes it. 0: it is not known. */
static uint32_t walk(uint32_t pid, uint32_t epoch)
{
    const struct trace_registers *registers = &captured.registers;
    uint64_t key = trace_begin(pid, epoch, CALL, registers->ip), word;
    for (int i = 0; i < TRACE_STEPS_MOST; i++) {
        size_t at = table_find(key);
        if (at == ROOM)
            return 0;
        const struct trace_step *step = &table[at].step;
        if (step->end)
            return step->known;
        if (step->offset == TRACE_STEP_BP)
            word = registers->bp;
        else
            memcpy(&word, captured.stack + step->offset, sizeof(word));
        key = trace_mix(key, step->relative ? word - registers->sp : word);
    }
    return 0;
}

static bool add(uint32_t epoch, uint32_t site)
{
    const struct known_place place = {
        .pid = 1, .epoch = epoch, .call = CALL, .ip = captured.registers.ip};
    cr_assert(unwind(unwinder, &captured.registers, captured.stack, captured.size, &unwound));
    return known_add(known, &place, &unwound, site);
}

static uint32_t site_of(uint32_t number)
{
    uint32_t site = 0;
    return known_site(known, 1, number, &site) ? site : 0;
}

/* What it leaves on the stack differs each time; what led there does not. */
__attribute__((noinline)) static void leaf(unsigned noise)
{
    volatile unsigned room_of_noise[32];
    for (unsigned i = 0; i < 32; i++)
        room_of_noise[i] = noise * i;
    captured_here(&captured);
    room_of_noise[0] = room_of_noise[1];
}

__attribute__((noinline)) static void here(size_t size, unsigned noise)
{
    volatile char *some = alloca(size);
    some[0] = 1;
    leaf(noise);
    some[1] = 2;
}

__attribute__((noinline)) static void there(size_t size, unsigned noise)
{
    _Alignas(64) volatile char some[64];
    some[0] = 1;
    here(size, noise);
    some[1] = some[0];
}

static void *in_thread(void *nothing)
{
    there(64, (unsigned)(uintptr_t)nothing);
    return nothing;
}

Test(known, an_equal_stack_is_known_again_and_another_is_not)
{
    for (volatile unsigned i = 0; i < 10; i++) {
        here(64, i);
        if (i == 0)
            cr_expect(walk(1, 0) == 0 && add(0, 77));
        cr_expect_eq(site_of(walk(1, 0)), 77);
    }
    cr_expect_eq(walk(2, 0), 0, "another process");
    here(64, 3);
    cr_expect_eq(walk(1, 0), 0, "from another line");
}

Test(known, frames_of_another_size_are_another_stack)
{
    for (volatile size_t size = 64; size < 1024; size += 64) {
        there(size, 1);
        cr_expect_eq(walk(1, 0), 0, "%zu", size);
        cr_assert(add(0, (uint32_t)size));
        cr_expect_eq(site_of(walk(1, 0)), size);
    }
}

Test(known, stacks_of_threads_are_known_wherever_they_lie)
{
    pthread_t threads[4];
    for (uintptr_t i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, in_thread, (void *)i);
        while (pthread_tryjoin_np(threads[i], NULL) != 0)
            sched_yield();
        if (i == 0)
            cr_assert(add(0, 5));
        cr_expect_eq(site_of(walk(1, 0)), 5);
    }
}

/* Whatever of the words that were looked at is another. */
Test(known, a_stack_that_differs_in_one_word_that_led_is_not_known)
{
    there(64, 1);
    cr_assert(add(0, 1));
    cr_assert_gt(unwound.look_count, 5);
    for (uint32_t i = 0; i < unwound.look_count; i++) {
        uint32_t offset = unwound.looks[i].offset;
        char *word =
            offset == TRACE_STEP_BP ? (char *)&captured.registers.bp : captured.stack + offset;
        word[1] ^= 1;
        cr_expect_eq(walk(1, 0), 0);
        word[1] ^= 1;
    }
    cr_expect_eq(site_of(walk(1, 0)), 1);
}

Test(known, is_forgotten_where_code_has_changed_but_what_is_under_way_is_not)
{
    here(64, 1);
    cr_assert(add(0, 1));
    uint32_t number = walk(1, 0);
    size_t steps = table_count();
    cr_assert(add(1, 1));
    cr_expect_eq(table_count(), steps);
    cr_expect_eq(walk(1, 0), 0);
    cr_expect_eq(site_of(walk(1, 1)), 1);
    cr_expect_eq(site_of(number), 1);
}

Test(known, is_unwound_again_after_a_doubt)
{
    here(64, 1);
    cr_assert(add(0, 1));
    uint32_t number = walk(1, 0);
    known_doubt(known, 1);
    cr_expect_eq(table_count(), 0);
    cr_expect_eq(site_of(number), 1);
    cr_assert(add(0, 2));
    cr_expect_eq(site_of(walk(1, 0)), 2);
}

Test(known, leaves_nothing_of_a_process_that_ended)
{
    here(64, 1);
    cr_assert(add(0, 1));
    uint32_t number = walk(1, 0);
    known_end(known, 1);
    cr_expect_eq(table_count(), 0);
    cr_expect_eq(site_of(number), 0);
    cr_assert(add(0, 9));
    cr_expect_neq(walk(1, 0), number, "a number that is under way is not given again");
}

Test(known, a_stack_for_which_there_is_no_room_is_not_known)
{
    here(64, 1);
    room = 3;
    cr_expect_not(add(0, 1));
    cr_expect_eq(walk(1, 0), 0);
    known_end(known, 1);
    cr_expect_eq(table_count(), 0);
}
