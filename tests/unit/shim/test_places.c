/* What stands in for callbacks: see families/wrap/places.h. */
#include "families/wrap/places.h"

#include "families/wrap/memory.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY 100000

static const void *key_of(uintptr_t i)
{
    return (const void *)(i * 152 + 4096);
}

Test(places, however_many_there_are_each_is_found_where_it_was)
{
    struct place **all = malloc(MANY * sizeof(*all));

    for (uintptr_t i = 0; i < MANY; i++) {
        all[i] = place_new(key_of(i));
        all[i]->timer = i;
    }
    for (uintptr_t i = 0; i < MANY; i += 2)
        place_free(all[i]);
    for (uintptr_t i = 0; i < MANY; i++) {
        cr_assert_eq(place_find(key_of(i)), i % 2 ? all[i] : NULL, "%zu", i);
        cr_assert(i % 2 == 0 || all[i]->timer == i);
    }
    free(all);
}

Test(places, one_that_was_freed_stays_as_it_was_for_a_while_then_serves_again_and_is_empty)
{
    struct place *first = place_new(key_of(1)), *second = NULL;
    int turns = 0;

    first->timer = 7;
    first->armed = true;
    place_free(first);
    cr_expect_null(place_find(key_of(1)));
    for (; second != first && turns < MANY; turns++) {
        cr_expect_eq(first->timer, 7);
        second = place_new(NULL);
        if (second != first)
            place_free(second);
    }
    cr_expect(turns > 200 && turns < 1000, "%d", turns);
    cr_expect(second->timer == 0 && !second->armed && !second->key);
}

Test(places, one_without_a_key_can_be_shown_and_those_of_a_loop_taken)
{
    static const int loop, other;
    struct place *one = place_new(NULL), *two = place_new(key_of(2)), *taken;

    one->loop = &loop;
    two->loop = &other;
    place_show(one, one);
    cr_expect_eq(place_find(one), one);
    taken = places_take_all(&loop);
    cr_assert_eq(taken, one);
    cr_expect(!taken->next && !taken->shown && taken->key == one);
    cr_expect_null(place_find(one));
    cr_expect_eq(place_find(key_of(2)), two);
    place_show(one, key_of(1));
    cr_expect_eq(place_take(key_of(1)), one);
    place_free(one);
}

Test(places, one_may_get_its_key_later)
{
    struct place *place = place_new(NULL);

    cr_expect_null(place_find(key_of(2)));
    place_show(place, key_of(2));
    cr_expect_eq(place_find(key_of(2)), place);
    place_free(place);
    cr_expect_null(place_find(key_of(2)));
}

static int visited;

static void visit_and_free(struct place *place)
{
    visited++;
    place_free(place);
}

Test(places, those_with_keys_are_visited_and_may_be_freed_meanwhile)
{
    for (uintptr_t i = 0; i < 1000; i++)
        place_new(i % 10 ? key_of(i) : NULL);
    places_visit(visit_and_free);
    cr_expect_eq(visited, 900);
    places_visit(visit_and_free);
    cr_expect_eq(visited, 900);
}

static void visit_and_make(struct place *place)
{
    (void)place;
    if (++visited == 1)
        for (uintptr_t i = 1000; i < 2000; i++)
            place_new(key_of(i));
}

Test(places, they_may_become_many_more_while_they_are_visited)
{
    for (uintptr_t i = 0; i < 200; i++)
        place_new(key_of(i));
    places_visit(visit_and_make);
    cr_expect_geq(visited, 1);
}

Test(places, a_child_has_them_and_can_make_more)
{
    struct place *place = place_new(key_of(3));
    int status;

    if (fork() == 0)
        _exit(place_find(key_of(3)) == place && place_new(key_of(4)) ? 0 : 1);
    wait(&status);
    cr_expect_eq(status, 0);
    cr_expect_null(place_find(key_of(4)));
}

Test(places, a_handler_forks_whatever_it_interrupted, .timeout = 60)
{
    int status;

    memory_start();
    memory_lock();
    if (fork() == 0)
        _exit(0);
    memory_unlock();
    wait(&status);
    cr_expect_eq(status, 0);
    if (fork() == 0)
        _exit(place_new(key_of(5)) ? 0 : 1);
    wait(&status);
    cr_expect_eq(status, 0);
    cr_expect(place_new(key_of(6)));
}
