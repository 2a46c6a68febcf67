#include "launch/objects.h"

#include "base/errors.h"
#include "base/memory.h"
#include "base/paths.h"
#include "launch/libraries.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- what a program needs ---- */

static void needs_add_blind(struct needs *needs, const char *file, size_t index, enum copy copy)
{
    needs->blind = memory_grow(needs->blind, needs->count, &needs->room, sizeof(*needs->blind));
    needs->blind[needs->count++] = (struct blind_copy){memory_copy(file), foreign_at(index), copy};
}

static const char *maker_name(size_t index)
{
    return foreign_at(index / FOREIGN_WORDS)->makers[index % FOREIGN_WORDS];
}

/* `made`: those of which a timer is made. */
static void needs_add_makers(uint32_t *made, const char *path)
{
    uint64_t found = imports_read(path, maker_name, FOREIGN_FAMILIES * FOREIGN_WORDS);
    for (size_t i = 0; i < FOREIGN_FAMILIES * FOREIGN_WORDS; i++) {
        if (found & UINT64_C(1) << i)
            *made |= OBJECT_BIT(i / FOREIGN_WORDS);
    }
}

static const char *loader_name(size_t index)
{
    return index == 0 ? "dlopen" : "dlmopen";
}

static bool loads_libraries(const char *path)
{
    return imports_read(path, loader_name, 2) != 0;
}

#define SHORTEST_NAME 3

/* What is named as the program, as libpython3.11.so for python3, is most of it. */
static bool is_of_program(const char *library, const char *program)
{
    const char *name = path_last(program), *file = path_last(library);
    size_t length = 0;
    while (isalpha((unsigned char)name[length]))
        length++;
    return length >= SHORTEST_NAME && strncmp(file, "lib", 3) == 0 &&
           strncmp(file + 3, name, length) == 0;
}

static void needs_add_file(struct needs *needs, const char *path, bool program)
{
    enum copy copies[FOREIGN_FAMILIES];
    const struct foreign *itself = foreign_of_file(path_last(path));
    copies_read(copies, path, program);
    for (size_t i = 0; i < FOREIGN_FAMILIES; i++) {
        if (foreign_at(i) == itself || copies[i] == COPY_OPEN || copies[i] == COPY_BOUND)
            needs->objects |= OBJECT_BIT(i);
        if (copy_blindness(copies[i]))
            needs_add_blind(needs, path, i, copies[i]);
    }
}

void needs_find(struct needs *needs, const char *program)
{
    struct libraries libraries;
    char *named = libraries_named(program);
    uint32_t made = 0;
    *needs = (struct needs){.objects = 0};
    libraries_list(&libraries, program, named);
    needs_add_file(needs, program, true);
    needs_add_makers(&made, program);
    needs->loads = loads_libraries(program);
    for (size_t i = 0; i < libraries.count; i++) {
        if (!libraries.items[i].path)
            continue;
        needs_add_file(needs, libraries.items[i].path, false);
        needs_add_makers(&made, libraries.items[i].path);
        needs->loads |= is_of_program(libraries.items[i].path, program) &&
                        loads_libraries(libraries.items[i].path);
    }
    for (size_t i = 0; i < FOREIGN_FAMILIES; i++) {
        if (foreign_at(i)->makers[0] && !(made & OBJECT_BIT(i)))
            needs->objects &= ~OBJECT_BIT(i);
    }
    libraries_free(&libraries);
    free(named);
}

void needs_free(struct needs *needs)
{
    for (size_t i = 0; i < needs->count; i++)
        free(needs->blind[i].file);
    free(needs->blind);
}

/* ---- what there is ---- */

static uint64_t families_of_object(size_t index)
{
    const char *family = foreign_at(index)->family;
    return families_named(family, strlen(family));
}

struct family_list objects_list(uint32_t objects)
{
    uint64_t families = 0;
    for (size_t i = 0; i < FOREIGN_FAMILIES; i++)
        families |= objects & OBJECT_BIT(i) ? families_of_object(i) : 0;
    return family_list(families, " and ");
}

void object_path(char path[PATH_MAX], const struct foreign *foreign, const char *shim)
{
    snprintf(path, PATH_MAX, "%.*s%s", (int)(path_last(shim) - shim), shim, foreign->object);
}

uint32_t objects_present(const char *shim)
{
    uint32_t present = 0;
    char path[PATH_MAX];
    for (size_t i = 0; i < FOREIGN_FAMILIES; i++) {
        object_path(path, foreign_at(i), shim);
        if (access(path, R_OK) == 0)
            present |= OBJECT_BIT(i);
    }
    return present;
}

bool objects_of_list(uint32_t *objects, const char *list, const char *shim)
{
    uint64_t families;
    struct text unknown;
    uint32_t present = objects_present(shim);
    family_parse(list, &families, &unknown);
    *objects = 0;
    for (size_t i = 0; i < FOREIGN_FAMILIES; i++) {
        const struct foreign *foreign = foreign_at(i);
        if (!(families & families_of_object(i)))
            continue;
        *objects |= OBJECT_BIT(i);
        if (present & OBJECT_BIT(i))
            continue;
        complain("--families: timers of %s need %s, which is not beside %s: build it with make, or "
                 "install it with make install",
                 foreign->family, foreign->object, shim);
        return false;
    }
    return true;
}
