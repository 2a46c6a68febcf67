/* What stands in for callbacks: see families/wrap/places.h. */
#include "families/wrap/places.h"

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

Test(places, one_that_was_freed_serves_again_and_is_empty)
{
    struct place *first = place_new(key_of(1)), *second;

    first->timer = 7;
    first->armed = true;
    place_free(first);
    second = place_new(NULL);
    cr_expect_eq(second, first);
    cr_expect(second->timer == 0 && !second->armed && !second->key);
    cr_expect_null(place_find(key_of(1)));
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
