#include "symbols/roots.h"

#include "base/memory.h"
#include "base/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BINARY_PATH "TIMERLEAK_BINARY_PATH"
#define MOST_BUILD_ID 64

static char *symfs;

void roots_set_symfs(const char *directory)
{
    free(symfs);
    symfs = directory && *directory ? memory_copy(directory) : NULL;
}

bool roots_have_symfs(void)
{
    return symfs;
}

/* The directory of that number: that of --symfs is the first. False beyond the last. */
static bool root_at(size_t number, char root[PATH_MAX])
{
    const char *list = getenv(BINARY_PATH);
    if (symfs && number-- == 0)
        return (size_t)snprintf(root, PATH_MAX, "%s", symfs) < PATH_MAX;
    while (list && *list) {
        size_t length = strcspn(list, ":");
        if (length > 0 && number-- == 0)
            return (size_t)snprintf(root, PATH_MAX, "%.*s", (int)length, list) < PATH_MAX;
        list += length + (list[length] == ':');
    }
    return false;
}

/*
 * Below each directory: %p the path, %n the last part of it, %l the link to a debug file, %m the
 * last part of that, %i the build-id, %x its first byte, %y the others.
 */
static const char *const places[] = {"%p", "%n", "%i/%n", ".build-id/%x/%y"};
static const char *const debug_places[] = {".build-id/%x/%y.debug",
                                           "usr/lib/debug/.build-id/%x/%y.debug",
                                           "%l",
                                           "%m",
                                           ".debug/%m",
                                           "%i/%m"};
#define PLACES (sizeof(places) / sizeof(*places))
#define DEBUG_PLACES (sizeof(debug_places) / sizeof(*debug_places))

static void build_id_text(const struct rooted *rooted, char text[2 * MOST_BUILD_ID + 1])
{
    *text = '\0';
    for (size_t i = 0; i < rooted->build_id_size && i < MOST_BUILD_ID; i++)
        snprintf(text + 2 * i, 3, "%02x", rooted->build_id[i]);
}

/* Of a process with a root of its own that `timerleak trace` saw: /proc/PID/root/bin/server. */
static const char *path_inside(const char *path)
{
    int length = 0;
    sscanf(path, "/proc/%*u/root%n", &length);
    return path[length] == '/' ? path + length : path;
}

/* What stands for a letter; NULL: nothing does. */
static const char *part_of(const struct rooted *rooted, const char *id, char letter)
{
    const char *link = rooted->debug_link;
    switch (letter) {
    case 'p':
        return path_inside(rooted->path);
    case 'n':
        return path_last(rooted->path);
    case 'l':
        return link && strchr(link, '/') ? link : NULL;
    case 'm':
        return link ? path_last(link) : NULL;
    default:
        return !*id ? NULL : letter == 'y' ? id + 2 : id;
    }
}

static bool name_place(const struct rooted *rooted, const char *pattern, char name[PATH_MAX])
{
    char id[2 * MOST_BUILD_ID + 1];
    size_t length = 0;
    build_id_text(rooted, id);
    for (; *pattern && length < PATH_MAX; pattern++) {
        bool letter = *pattern == '%';
        pattern += letter;
        const char *part = letter ? part_of(rooted, id, *pattern) : pattern;
        int most = !letter ? 1 : *pattern == 'x' ? 2 : PATH_MAX;
        if (!part)
            return false;
        length += (size_t)snprintf(name + length, PATH_MAX - length, "%.*s", most, part);
    }
    return length < PATH_MAX;
}

/* Links lead where they would if that directory were "/", as it was for whoever made them. */
static bool resolve(const char *root, const char *name, char path[PATH_MAX])
{
    const struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
    char link[32];
    int directory = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int file = directory < 0 ? -1 : (int)syscall(SYS_openat2, directory, name, &how, sizeof(how));
    if (file < 0 && directory >= 0 && errno == ENOSYS) /* before Linux 5.6 */
        file = openat(directory, name + strspn(name, "/"), O_PATH | O_CLOEXEC);
    close(directory);
    if (file < 0)
        return false;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    close(file);
    path[length < 0 ? 0 : length] = '\0';
    return *path == '/';
}

bool roots_candidate(const struct rooted *rooted, size_t number, char path[PATH_MAX])
{
    char root[PATH_MAX], name[PATH_MAX];
    size_t count = rooted->debug ? DEBUG_PLACES : PLACES, place = number % count;
    *path = '\0';
    if (!root_at(number / count, root))
        return false;
    /* By its path alone, a file is that of the recorded root. */
    bool known = rooted->debug || rooted->build_id_size > 0 || (symfs && number == 0);
    if (known && name_place(rooted, (rooted->debug ? debug_places : places)[place], name) &&
        !resolve(root, name, path))
        *path = '\0';
    return true;
}
