/* output_name.c - checks the pattern of output names here, where somebody reads the message. */
#include "launch/output_name.h"

#include "base/errors.h"
#include "base/memory.h"
#include "recording/perfmaps.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_NAME "%e.%p.tlk"

static char *path_join(const char *directory, const char *name)
{
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = memory_new(size, 1);
    snprintf(path, size, "%s/%s", directory, name);
    return path;
}

/* A path that is no pattern, as one: each % doubled. */
static char *pattern_escape(const char *path)
{
    char *escaped = memory_new(2 * strlen(path) + 1, 1), *end = escaped;
    for (; *path != '\0'; path++) {
        *end++ = *path;
        if (*path == '%')
            *end++ = '%';
    }
    return escaped;
}

/* The opposite, if there is nothing to expand; NULL otherwise. */
static char *pattern_unescape(const char *pattern)
{
    char *plain = memory_new(strlen(pattern) + 1, 1), *end = plain;
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '%' && *++pattern != '%') {
            free(plain);
            return NULL;
        }
        *end++ = *pattern;
    }
    return plain;
}

static bool pattern_check(const char *name)
{
    if (*name == '\0') {
        complain("-o needs a name");
        return false;
    }
    for (const char *at = strchr(name, '%'); at != NULL; at = strchr(at + 2, '%')) {
        if (at[1] == '\0' || strchr("peht%", at[1]) == NULL) {
            complain("-o %s: %.2s means nothing; %%p is the process id, %%e the "
                     "program, %%h the host, %%t the time, %%%% a percent sign",
                     name, at);
            return false;
        }
    }
    return true;
}

/* Splits NAME into directory and file name; either may be left to the default. */
static const char *output_name_split(const char *name, char **directory)
{
    struct stat status;
    if (name == NULL)
        name = DEFAULT_NAME;
    else if (stat(name, &status) == 0 && S_ISDIR(status.st_mode)) {
        *directory = memory_copy(name);
        return DEFAULT_NAME;
    }
    const char *slash = strrchr(name, '/');
    if (slash == NULL) {
        *directory = memory_copy(".");
        return name;
    }
    *directory = memory_copy(name);
    (*directory)[slash == name ? 1 : slash - name] = '\0';
    return slash[1] == '\0' ? DEFAULT_NAME : slash + 1;
}

bool output_name_parse(struct output_name *output, const char *name)
{
    *output = (struct output_name){NULL, NULL, NULL};
    const char *file = output_name_split(name, &output->directory);
    char absolute[PATH_MAX];
    if (realpath(output->directory, absolute) == NULL || access(absolute, W_OK | X_OK) != 0) {
        const char *hint = "";
        if (errno == ENOENT)
            hint = strchr(output->directory, '%') == NULL ? "; make it first (mkdir -p)"
                                                          : "; % is for the file's name only";
        complain("recordings can't be written to %s: %s%s", output->directory, strerror(errno),
                 hint);
        return false;
    }
    if (!pattern_check(file))
        return false;
    char *escaped = pattern_escape(absolute), *plain = pattern_unescape(file);
    output->pattern = path_join(escaped, file);
    if (plain != NULL)
        output->fixed = path_join(output->directory, plain);
    free(escaped);
    free(plain);
    if (strlen(output->pattern) < PATH_MAX)
        return true;
    complain("-o %s: the name is too long", name);
    return false;
}

void output_name_free(struct output_name *output)
{
    free(output->directory);
    free(output->pattern);
    free(output->fixed);
    *output = (struct output_name){NULL, NULL, NULL};
}

bool output_name_make_way(const struct output_name *output)
{
    struct stat status;
    if (output->fixed == NULL || lstat(output->fixed, &status) != 0 || !S_ISREG(status.st_mode))
        return true;
    size_t size = strlen(output->fixed) + sizeof(".old");
    char *old = memory_new(size, 1);
    snprintf(old, size, "%s.old", output->fixed);
    bool renamed = rename(output->fixed, old) == 0;
    if (renamed)
        perfmaps_rename(output->fixed, old);
    else
        complain("%s can't be renamed to %s: %s", output->fixed, old, strerror(errno));
    free(old);
    return renamed;
}
