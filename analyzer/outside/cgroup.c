#include "outside/cgroup.h"

#include "base/memory.h"
#include "base/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_LEAST 32 /* hexadecimal digits of a container's id; Docker and others have 64 */
#define ID_SHOWN 12 /* as `docker ps` shows it */

/* ---- which of the paths ---- */

/* Among lines "NUMBER:CONTROLLERS:PATH", how much one of them tells; 0: nothing. */
static int line_rank(const char *line, const char *controllers, const char *path)
{
    if (strcmp(path, "/") == 0)
        return 0;
    if (strncmp(line, "0::", 3) == 0)
        return 3;
    return strncmp(controllers, "name=systemd:", strlen("name=systemd:")) == 0 ? 2 : 1;
}

char *cgroup_path(const char *text)
{
    char *lines = memory_copy(text), *rest = lines, *line, *found = NULL;
    int highest = 0;
    while ((line = strsep(&rest, "\n"))) {
        const char *controllers = strchr(line, ':');
        const char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        int rank = path ? line_rank(line, controllers + 1, path + 1) : 0;
        if (rank > highest) {
            free(found);
            found = memory_copy(path + 1);
            highest = rank;
        }
    }
    free(lines);
    if (!found)
        found = memory_copy("/");
    text_clean(found);
    return found;
}

/* ---- what it is called ---- */

static bool ends_with(const char *text, size_t length, const char *end)
{
    size_t size = strlen(end);
    return length > size && memcmp(text + length - size, end, size) == 0;
}

/* How many hexadecimal digits, of an id, it ends with; 0 if those are none. */
static size_t id_length(const char *text, size_t length)
{
    size_t digits = 0;
    while (digits < length && isxdigit((unsigned char)text[length - digits - 1]))
        digits++;
    return digits >= ID_LEAST ? digits : 0;
}

/* A part of a path, between slashes. Those in slices alone are no units, but the best there is. */
enum part { PART_PLAIN, PART_SLICE, PART_UNIT };

static enum part part_kind(const char *part, size_t length)
{
    if (ends_with(part, length, ".service") || ends_with(part, length, ".scope") ||
        id_length(part, length) > 0)
        return PART_UNIT;
    return ends_with(part, length, ".slice") ? PART_SLICE : PART_PLAIN;
}

size_t cgroup_unit(const char *path)
{
    size_t unit = 0, length = strlen(path);
    enum part best = PART_PLAIN;
    for (size_t at = strspn(path, "/"), end; at < length; at = end + 1) {
        end = at + strcspn(path + at, "/");
        enum part kind = part_kind(path + at, end - at);
        if (kind != PART_PLAIN && kind >= best) {
            best = kind;
            unit = end;
        }
    }
    return unit > 0 ? unit : length;
}

/* "/docker/ID" is "docker-ID": the hierarchy's first part says whose id it is. */
static void name_after_first(struct cgroup_name *name, const char *path, const char *id)
{
    const char *first = path + strspn(path, "/.");
    size_t length = strcspn(first, "/");
    if (ends_with(first, length, ".slice"))
        length -= strlen(".slice");
    if (first < id)
        snprintf(name->s, sizeof(name->s), "%.*s-%.*s", (int)(length < 40 ? length : 40), first,
                 ID_SHOWN, id);
    else
        snprintf(name->s, sizeof(name->s), "%.*s", ID_SHOWN, id);
}

struct cgroup_name cgroup_name(const char *path)
{
    struct cgroup_name name = {"/"};
    size_t length = cgroup_unit(path), start = length;
    while (start > 0 && path[start - 1] != '/')
        start--;
    const char *part = path + start;
    size_t size = length - start, bare = size;
    if (ends_with(part, size, ".scope"))
        bare -= strlen(".scope");
    size_t digits = id_length(part, bare);
    if (digits > 0 && digits == bare)
        name_after_first(&name, path, part);
    else if (digits > 0)
        snprintf(name.s, sizeof(name.s), "%.*s", (int)(bare - digits + ID_SHOWN), part);
    else if (size > 0)
        snprintf(name.s, sizeof(name.s), "%.*s", (int)size, part);
    return name;
}
