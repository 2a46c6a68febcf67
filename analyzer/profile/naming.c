#include "profile/naming.h"

#include "base/index.h"
#include "base/memory.h"
#include "profile/shortening.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEVERAL "(...)"

/* A name, or one of several functions of a name, which differ in their parameters. */
struct named {
    struct named *of;  /* the name; NULL: it is one */
    const char *whole; /* name or signature; NULL: of a function whose signature is not known */
    const char *shown; /* NULL: not settled */
    size_t tried;      /* how much of it was shown so far */
    bool exhausted;    /* all of it was */
    /* Of a name: */
    const char *brief;   /* NULL: nobody asked */
    struct named *first; /* its first function */
    size_t functions;
    bool alone; /* one of its functions is shown without parameters */
};

/* What was tried for anybody. */
struct wording {
    const char *text;
    size_t tries;
    bool given;
};

struct naming {
    struct strings *strings;
    bool whole;
    struct named **list;
    size_t count, room;
    size_t settled; /* so many of the list were met by the last settlement */
    struct index index;
    struct wording *wordings;
    size_t wording_count, wording_room;
    struct index wording_index;
    struct called **called;
    size_t called_count, called_room;
};

struct called {
    struct naming *naming;
    struct named *function; /* the only one; NULL: there are several */
    const char *name;       /* that all have; of several, the first by its letters */
    bool one_name;
};

struct naming *naming_new(struct strings *strings)
{
    struct naming *naming = memory_new(1, sizeof(*naming));
    naming->strings = strings;
    return naming;
}

void naming_free(struct naming *naming)
{
    for (size_t i = 0; i < naming->count; i++)
        free(naming->list[i]);
    for (size_t i = 0; i < naming->called_count; i++)
        free(naming->called[i]);
    free(naming->list);
    free(naming->called);
    free(naming->wordings);
    index_free(&naming->index);
    index_free(&naming->wording_index);
    free(naming);
}

void naming_show_whole(struct naming *naming, bool whole)
{
    naming->whole = whole;
}

/* ---- names and their functions ---- */

static bool same_named(const void *key, const void *array, uint32_t number)
{
    const struct named *wanted = key, *known = ((struct named *const *)array)[number];
    return wanted->of == known->of && wanted->whole == known->whole;
}

static struct named *named_of(struct naming *naming, struct named *of, const char *whole)
{
    const struct named wanted = {.of = of, .whole = whole};
    uintptr_t words[] = {(uintptr_t)of, (uintptr_t)whole};
    uint64_t hash = hash_key(words, sizeof(words));
    uint32_t known = index_find(&naming->index, hash, &wanted, naming->list, same_named);
    if (known != INDEX_NONE)
        return naming->list[known];
    struct named *named = memory_new(1, sizeof(*named));
    *named = wanted;
    naming->list = memory_grow(naming->list, naming->count, &naming->room, sizeof(struct named *));
    index_add(&naming->index, hash, (uint32_t)naming->count);
    naming->list[naming->count++] = named;
    if (of && of->functions++ == 0)
        of->first = named;
    return named;
}

static const char *intern(struct naming *naming, char *text)
{
    const char *interned = strings_add(naming->strings, text);
    free(text);
    return interned;
}

static const char *intern_both(struct naming *naming, const char *text, const char *more)
{
    size_t size = strlen(text) + strlen(more) + 1;
    char *both = memory_new(1, size);
    snprintf(both, size, "%s%s", text, more);
    return intern(naming, both);
}

/* ---- settling what is shown ---- */

static bool same_wording(const void *key, const void *array, uint32_t number)
{
    return ((const struct wording *)array)[number].text == key;
}

static struct wording *wording_of(struct naming *naming, const char *text)
{
    uint64_t word = (uintptr_t)text, hash = hash_key(&word, sizeof(word));
    uint32_t known = index_find(&naming->wording_index, hash, text, naming->wordings, same_wording);
    if (known != INDEX_NONE)
        return &naming->wordings[known];
    naming->wordings = memory_grow(naming->wordings, naming->wording_count, &naming->wording_room,
                                   sizeof(*naming->wordings));
    index_add(&naming->wording_index, hash, (uint32_t)naming->wording_count);
    naming->wordings[naming->wording_count] = (struct wording){.text = text};
    return &naming->wordings[naming->wording_count++];
}

/* Whether there is more to tell of a function than its name and parameters: where a lambda is. */
static bool tells_scopes(const struct named *function)
{
    return function->whole && !strstr(function->whole, function->of->whole);
}

/* Each time more of it, and in the end all. */
static const char *next_wording(struct naming *naming, struct named *named)
{
    bool cut = false;
    char *text = NULL;
    if (named->exhausted || !named->whole)
        return named->whole ? named->whole : named->of->shown;
    bool whole = !named->of || tells_scopes(named);
    if (whole)
        text = shortened(named->whole, named->tried++, &cut);
    else
        text = shortened_parameters(named->whole, ++named->tried, &cut);
    named->exhausted = !cut;
    if (!text)
        return named->whole;
    if (whole)
        return intern(naming, text);
    const char *shown = intern_both(naming, named->of->shown, text);
    free(text);
    return shown;
}

/* What nothing more is known of is told from others by a number. */
static const char *numbered(struct naming *naming, const char *text)
{
    char number[32];
    for (size_t i = 2;; i++) {
        snprintf(number, sizeof(number), " #%zu", i);
        const char *shown = intern_both(naming, text, number);
        if (!wording_of(naming, shown)->given)
            return shown;
    }
}

static void give(struct naming *naming, struct named *named, const char *text)
{
    struct wording *wording = wording_of(naming, text);
    bool taken = wording->given;
    if (named->of && text == named->of->shown) {
        taken = named->of->alone;
        named->of->alone = true;
    }
    wording->given = true;
    named->shown = taken ? numbered(naming, text) : text;
    wording_of(naming, named->shown)->given = true;
}

static bool is_alone(struct naming *naming, const struct named *named, const char *text)
{
    return !named->whole || text == named->whole || wording_of(naming, text)->tries == 1;
}

/*
 * All at once, turn after turn: who is alone with what is shown of it, and nobody tried before, has
 * its name; the others show more.
 */
static void settle(struct naming *naming, struct named **list, size_t count)
{
    const char **texts = memory_new(count, sizeof(*texts));
    while (count > 0) {
        size_t left = 0;
        for (size_t i = 0; i < count; i++) {
            texts[i] = next_wording(naming, list[i]);
            wording_of(naming, texts[i])->tries++;
        }
        for (size_t i = 0; i < count; i++) {
            if (is_alone(naming, list[i], texts[i]))
                give(naming, list[i], texts[i]);
            else
                list[left++] = list[i];
        }
        count = left;
    }
    free(texts);
}

static int by_whole(const void *left, const void *right)
{
    const struct named *a = *(struct named *const *)left, *b = *(struct named *const *)right;
    return strcmp(a->whole ? a->whole : "", b->whole ? b->whole : "");
}

static void settle_names(struct naming *naming, struct named **list)
{
    size_t count = 0;
    for (size_t i = naming->settled; i < naming->count; i++) {
        if (!naming->list[i]->of)
            list[count++] = naming->list[i];
    }
    if (count > 0)
        qsort(list, count, sizeof(*list), by_whole);
    settle(naming, list, count);
}

/* One alone needs no parameters. */
static void settle_functions(struct naming *naming, struct named **list)
{
    size_t count = 0;
    for (size_t i = naming->settled; i < naming->count; i++) {
        struct named *named = naming->list[i];
        if (named->of && named->of->functions == 1 && !tells_scopes(named))
            give(naming, named, named->of->shown);
        else if (named->of)
            list[count++] = named;
    }
    if (count > 0)
        qsort(list, count, sizeof(*list), by_whole);
    settle(naming, list, count);
}

static void settle_new(struct naming *naming)
{
    if (naming->settled == naming->count)
        return;
    struct named **list = memory_new(naming->count - naming->settled, sizeof(*list));
    settle_names(naming, list);
    settle_functions(naming, list);
    naming->settled = naming->count;
    free(list);
}

/* ---- what is shown ---- */

const char *naming_whole(struct naming *naming, const char *name)
{
    const struct named *named = named_of(naming, NULL, name);
    if (named->functions > 1)
        return intern_both(naming, name, SEVERAL);
    return named->functions == 1 && named->first->whole ? named->first->whole : name;
}

const char *naming_shown(struct naming *naming, const char *name)
{
    const struct named *named = named_of(naming, NULL, name);
    if (naming->whole)
        return naming_whole(naming, name);
    settle_new(naming);
    if (named->functions > 1)
        return intern_both(naming, named->shown, SEVERAL);
    return named->functions == 1 ? named->first->shown : named->shown;
}

const char *naming_short(struct naming *naming, const char *name)
{
    bool cut;
    struct named *named = named_of(naming, NULL, name);
    if (!named->brief)
        named->brief = intern(naming, shortened(name, 0, &cut));
    return named->brief;
}

struct called *called_new(struct naming *naming)
{
    struct called *called = memory_new(1, sizeof(*called));
    called->naming = naming;
    naming->called = memory_grow(naming->called, naming->called_count, &naming->called_room,
                                 sizeof(*naming->called));
    return naming->called[naming->called_count++] = called;
}

void called_add(struct called *called, const char *name, const char *signature)
{
    struct named *of = named_of(called->naming, NULL, name);
    struct named *function = named_of(called->naming, of, signature);
    if (!called->name) {
        *called = (struct called){called->naming, function, name, true};
    } else if (called->function != function) {
        called->function = NULL;
        called->one_name = called->one_name && called->name == name;
        called->name = strcmp(name, called->name) < 0 ? name : called->name;
    }
}

static const char *called_generic(const struct called *called)
{
    bool cut;
    return intern(called->naming, shortened(called->name, SHORTENED_GENERIC, &cut));
}

const char *called_whole(const struct called *called)
{
    if (called->function && called->function->whole)
        return called->function->whole;
    return called->one_name ? naming_whole(called->naming, called->name) : called_generic(called);
}

const char *called_shown(const struct called *called)
{
    if (called->naming->whole)
        return called_whole(called);
    settle_new(called->naming);
    if (called->function)
        return called->function->shown;
    return called->one_name ? naming_shown(called->naming, called->name) : called_generic(called);
}
