#include "base/paths.h"

#include <stdbool.h>
#include <string.h>

const char *path_last(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static size_t part_length(const char *path)
{
    return strcspn(path, "/");
}

/* Where the last part of what was written so far begins. */
static char *last_part(char *start, char *end)
{
    while (end > start && end[-1] != '/')
        end--;
    return end;
}

/* Whether ".." takes a part away: not above the root, nor from another "..". */
static bool can_go_up(char *start, char *end)
{
    char *part = last_part(start, end);
    return end > start && !(end - part == 2 && memcmp(part, "..", 2) == 0);
}

static char *go_up(char *start, char *end)
{
    end = last_part(start, end);
    return end > start ? end - 1 : end;
}

static char *path_append(char *start, char *end, const char *part, size_t length)
{
    if (end > start)
        *end++ = '/';
    memmove(end, part, length);
    return end + length;
}

void path_clean(char *path)
{
    bool absolute = *path == '/';
    char *start = path + absolute, *end = start;
    for (const char *in = path; *in;) {
        size_t length = part_length(in);
        if (length == 2 && memcmp(in, "..", 2) == 0) {
            if (can_go_up(start, end))
                end = go_up(start, end);
            else if (!absolute)
                end = path_append(start, end, in, length);
        } else if (length > 0 && !(length == 1 && *in == '.')) {
            end = path_append(start, end, in, length);
        }
        in += length;
        in += *in == '/';
    }
    *end = '\0';
    if (end == path)
        memcpy(path, ".", 2);
}

static size_t entry_length(const char *list)
{
    return strcspn(list, ":");
}

/* What follows "/NAME/" in the path, where NAME is the last part of the directory. */
static const char *path_below(const char *path, const char *directory, size_t length)
{
    while (length > 1 && directory[length - 1] == '/')
        length--;
    size_t name = length;
    while (name > 0 && directory[name - 1] != '/')
        name--;
    size_t size = length - name;
    for (const char *at = strchr(path, '/'); size > 0 && at; at = strchr(at + 1, '/')) {
        if (strncmp(at + 1, directory + name, size) == 0 && at[1 + size] == '/')
            return at + size + 2;
    }
    return NULL;
}

static const char *path_without(const char *path, const char *prefix, size_t length)
{
    while (length > 0 && prefix[length - 1] == '/')
        length--;
    if (length > 0 && strncmp(path, prefix, length) == 0 && path[length] == '/')
        return path + length + 1;
    return NULL;
}

const char *path_trim(const char *path, const char *prefixes, const char *directories)
{
    static const char working[] = "/proc/self/cwd";
    bool guess = !prefixes || !*prefixes;
    const char *list = guess ? directories : prefixes, *left;
    while (list && *list) {
        size_t length = entry_length(list);
        left = guess ? path_below(path, list, length) : path_without(path, list, length);
        if (left)
            return left;
        list += length + (list[length] == ':');
    }
    left = path_without(path, working, strlen(working));
    return left ? left : path;
}
