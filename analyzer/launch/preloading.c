/* preloading.c - finds the shim, and puts LD_PRELOAD together. */
#include "launch/preloading.h"

#include "base/errors.h"
#include "base/memory.h"

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

static bool preloading_find_file(char path[PATH_MAX], char problem[PRELOADING_PROBLEM_SIZE])
{
    static const char *const places[] = {"", "../lib/timerleak/"};
    const char *named = getenv("TIMERLEAK_SHIM");
    char own[PATH_MAX] = "", candidate[PATH_MAX + 64];
    if (named != NULL) {
        /* A link is kept as it is: it may stand there for a path that can't be preloaded. */
        snprintf(path, PATH_MAX, "%s", named);
        if (named[0] == '/' && access(named, R_OK) == 0)
            return true;
        snprintf(problem, PRELOADING_PROBLEM_SIZE,
                 "TIMERLEAK_SHIM=%s is no absolute path of a readable file", named);
        return false;
    }
    for (size_t i = 0; own_directory(own) && i < sizeof(places) / sizeof(*places); i++) {
        snprintf(candidate, sizeof(candidate), "%s%s" SHIM, own, places[i]);
        if (realpath(candidate, path) != NULL)
            return true;
    }
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
             "Give it another name:\n"
             "    ln -s '%s' ~/" SHIM "\n"
             "    export TIMERLEAK_SHIM=~/" SHIM,
             path);
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

char *preloading_value(const char *existing, const char *shim, const char *sanitizer)
{
    if (existing == NULL)
        existing = "";
    if (sanitizer == NULL || preloading_lists(existing, sanitizer))
        sanitizer = "";
    /* A run within a recorded run has it already. */
    if (preloading_lists(existing, shim))
        shim = "";
    size_t size = strlen(sanitizer) + strlen(existing) + strlen(shim) + 3;
    char *value = memory_new(size, 1);
    const char *parts[] = {sanitizer, existing, shim};
    char *end = value;
    for (size_t i = 0; i < 3; i++) {
        if (parts[i][0] != '\0')
            end += snprintf(end, size - (size_t)(end - value), "%s%s", end == value ? "" : ":",
                            parts[i]);
    }
    return value;
}
