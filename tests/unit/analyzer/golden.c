#include "golden.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void path_of(char *path, size_t size, const char *name)
{
    const char *slash = strrchr(__FILE__, '/');
    snprintf(path, size, "%.*s/goldens/%s.txt", (int)(slash - __FILE__), __FILE__, name);
}

static void update(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert(file, "%s can't be written", path);
    fputs(text, file);
    fclose(file);
}

void expect_golden(const char *name, const char *text)
{
    char path[4096], *golden = NULL;
    size_t room = 0;
    path_of(path, sizeof(path), name);
    if (getenv("UPDATE_GOLDENS"))
        update(path, text);
    FILE *file = fopen(path, "r");
    cr_assert(file, "%s is missing", path);
    ssize_t size = getdelim(&golden, &room, '\0', file);
    fclose(file);
    cr_expect_str_eq(size > 0 ? golden : "", text, "%s differs; this came:\n%s", path, text);
    free(golden);
}
