/* preloading.c - finds the shim, and puts LD_PRELOAD together. */
#include "launch/preloading.h"

#include "base/errors.h"
#include "base/memory.h"
#include "base/paths.h"
#include "launch/objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHIM "libtimerleak.so"

/* The directory of this executable, with a slash at its end. */
static bool own_directory(char path[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (length <= 0)
        return false;
    path[length] = '\0';
    strrchr(path, '/')[1] = '\0';
    return true;
}

bool preloading_companion(char path[PATH_MAX], const char *name)
{
    static const char *const places[] = {"", "../lib/timerleak/"};
    char own[PATH_MAX] = "", candidate[PATH_MAX + 64];
    for (size_t i = 0; own_directory(own) && i < sizeof(places) / sizeof(*places); i++) {
        snprintf(candidate, sizeof(candidate), "%s%s%s", own, places[i], name);
        if (realpath(candidate, path) != NULL)
            return true;
    }
    return false;
}

static bool preloading_find_file(char path[PATH_MAX], char problem[PRELOADING_PROBLEM_SIZE])
{
    const char *named = getenv("TIMERLEAK_SHIM");
    char own[PATH_MAX] = "";
    if (named != NULL) {
        /* A link is kept as it is: it may stand there for a path that can't be preloaded. */
        snprintf(path, PATH_MAX, "%s", named);
        if (named[0] == '/' && access(named, R_OK) == 0)
            return true;
        snprintf(problem, PRELOADING_PROBLEM_SIZE,
                 "TIMERLEAK_SHIM=%s is no absolute path of a readable file", named);
        return false;
    }
    if (preloading_companion(path, SHIM))
        return true;
    own_directory(own);
    snprintf(problem, PRELOADING_PROBLEM_SIZE,
             SHIM " is neither in %s nor in %s../lib/timerleak/: build it with make, "
                  "or install it with make install",
             own, own);
    return false;
}

bool preloading_find(char path[PATH_MAX], char problem[PRELOADING_PROBLEM_SIZE])
{
    if (!preloading_find_file(path, problem))
        return false;
    if (strpbrk(path, ": ") == NULL)
        return true;
    snprintf(problem, PRELOADING_PROBLEM_SIZE,
             "the shim's path has a space or a colon, where the loader cuts LD_PRELOAD. "
             "Give its folder another name:\n"
             "    ln -s '%.*s' ~/timerleak-shim\n"
             "    export TIMERLEAK_SHIM=~/timerleak-shim/%s",
             (int)(path_last(path) - path - 1), path, path_last(path));
    return false;
}

bool preloading_shim(char path[PATH_MAX])
{
    char problem[PRELOADING_PROBLEM_SIZE];
    bool found = preloading_find(path, problem);
    if (!found)
        complain("%s", problem);
    return found;
}

static bool preloading_lists(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (; *list != '\0'; list += strspn(list, ": ")) {
        size_t word = strcspn(list, ": ");
        if (word == length && memcmp(list, name, length) == 0)
            return true;
        list += word;
    }
    return false;
}

/* A run within a recorded run has some already. */
static void preloading_add(FILE *to, const char *existing, const char *name)
{
    if (!preloading_lists(existing, name))
        fprintf(to, "%s%s", ftell(to) > 0 ? ":" : "", name);
}

char *preloading_value(const char *existing, const char *shim, uint32_t objects,
                       const char *sanitizer)
{
    char *value, path[PATH_MAX];
    size_t size;
    FILE *to = memory_stream(&value, &size);
    if (existing == NULL)
        existing = "";
    if (sanitizer != NULL && *sanitizer != '\0')
        preloading_add(to, existing, sanitizer);
    if (*existing != '\0')
        fprintf(to, "%s%s", ftell(to) > 0 ? ":" : "", existing);
    preloading_add(to, existing, shim);
    for (size_t i = 0; i < FOREIGN_FAMILIES; i++) {
        object_path(path, foreign_at(i), shim);
        if (objects & OBJECT_BIT(i))
            preloading_add(to, existing, path);
    }
    fclose(to);
    return value;
}
