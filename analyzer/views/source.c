#include "views/source.h"

#include "base/memory.h"
#include "base/named.h"
#include "base/paths.h"
#include "base/text.h"
#include "symbols/portable.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* No source is larger; what is, is something else. */
#define LARGEST_SOURCE ((size_t)64 * 1024 * 1024)
#define MOST_ROOTS 8

/* ---- what may be shown ---- */

/* Below these directories, which have no links in them, lies what may be read. */
struct roots {
    char *named[MOST_ROOTS]; /* by who asks: whatever is there */
    char *known[MOST_ROOTS]; /* source alone */
    bool is_source;          /* the file that was judged last */
};

static bool is_below(const char *path, const char *root)
{
    size_t length = strlen(root);
    return strncmp(path, root, length) == 0 && path[length] == '/';
}

static bool is_below_any(const char *path, char *const roots[MOST_ROOTS])
{
    for (size_t i = 0; i < MOST_ROOTS && roots[i]; i++) {
        if (is_below(path, roots[i]))
            return true;
    }
    return false;
}

/* Takes the directory. All lies below "/", which is no answer to where somebody's source is. */
static void add_root(char *roots[MOST_ROOTS], char *directory)
{
    for (size_t i = 0; directory && strcmp(directory, "/") != 0 && i < MOST_ROOTS; i++) {
        if (roots[i])
            continue;
        roots[i] = directory;
        return;
    }
    free(directory);
}

/*
 * Whether git was told so by who owns the directory: in /tmp anyone may make a ".git", and a link
 * of that name says nothing of what is around it.
 */
static bool is_top(const char *directory)
{
    char path[PATH_MAX];
    struct stat top, git;
    return (size_t)snprintf(path, sizeof(path), "%s/.git", directory) < sizeof(path) &&
           stat(directory, &top) == 0 && lstat(path, &git) == 0 && git.st_uid == top.st_uid &&
           (S_ISDIR(git.st_mode) || S_ISREG(git.st_mode));
}

/* The repository that a directory without links lies in, which the caller frees; NULL: none. */
static char *repository_of(const char *directory)
{
    char *top = memory_copy(directory), *slash;
    while (!is_top(top) && (slash = strrchr(top, '/')))
        *slash = '\0';
    if (*top)
        return top;
    free(top);
    return NULL;
}

static void add_known(struct roots *roots, const char *directory)
{
    char *real = realpath(directory, NULL);
    if (!real)
        return;
    add_root(roots->known, repository_of(real));
    add_root(roots->known, real);
}

static void find_roots(struct roots *roots, const char *compiled_in,
                       const struct source_paths *paths)
{
    const char *list = paths->source_path ? paths->source_path : "";
    *roots = (struct roots){0};
    add_known(roots, ".");
    if (compiled_in && *compiled_in == '/')
        add_known(roots, compiled_in);
    while (*list) {
        size_t length = strcspn(list, ":");
        char *directory = strndup(list, length);
        char *real = directory ? realpath(directory, NULL) : NULL;
        if (real)
            add_root(roots->known, repository_of(real));
        add_root(roots->named, real);
        free(directory);
        list += length + (list[length] == ':');
    }
}

static void forget_roots(struct roots *roots)
{
    for (size_t i = 0; i < MOST_ROOTS; i++) {
        free(roots->named[i]);
        free(roots->known[i]);
    }
}

static bool is_called_source(const char *path)
{
    static const char *const suffixes[] = {
        ".c",   ".h",   ".cc",  ".cpp", ".cxx", ".c++",  ".C",   ".hh",   ".hpp", ".hxx",  ".h++",
        ".H",   ".inc", ".inl", ".ipp", ".tcc", ".tpp",  ".ixx", ".cppm", ".cu",  ".y",    ".yy",
        ".l",   ".ll",  ".rl",  ".re",  ".rs",  ".d",    ".zig", ".go",   ".f",   ".f90",  ".f95",
        ".for", ".m",   ".mm",  ".S",   ".s",   ".vala", ".nim", ".adb",  ".ads", ".swift"};
    const char *suffix = strrchr(path, '.');
    for (size_t i = 0; suffix && i < sizeof(suffixes) / sizeof(*suffixes); i++) {
        if (strcmp(suffix, suffixes[i]) == 0)
            return true;
    }
    return false;
}

static const char *judge_path(const char *real, void *context)
{
    struct roots *roots = context;
    roots->is_source = is_called_source(real);
    if (is_below_any(real, roots->named))
        return NULL;
    if (!is_below_any(real, roots->known))
        return "it lies outside the directory of compilation, the repository and -source_path";
    return roots->is_source ? NULL : "by its name it is no source; -source_path=DIR shows it too";
}

/* ---- finding ---- */

struct search {
    struct roots roots;
    const char *why; /* the last that was there was not read; NULL: none was there */
};

static char *read_file(struct search *search, const char *path)
{
    const struct named_rules rules = {LARGEST_SOURCE, judge_path, &search->roots};
    const char *why;
    char *text = named_read(path, &rules, NULL, &why);
    if (!text && errno != ENOENT && errno != ENOTDIR)
        search->why = why;
    return text;
}

/* In a directory, and in all above it. */
static char *read_upwards(struct search *search, const char *directory, size_t length,
                          const char *path)
{
    char full[PATH_MAX];
    char *text = NULL;
    for (;;) {
        if ((size_t)snprintf(full, sizeof(full), "%.*s/%s", (int)length, directory, path) <
            sizeof(full))
            text = read_file(search, full);
        if (text || length == 0)
            return text;
        while (length > 0 && directory[length - 1] != '/')
            length--;
        while (length > 0 && directory[length - 1] == '/')
            length--;
    }
}

static char *read_source(struct search *search, const char *path, const struct source_paths *paths,
                         char error[ERROR_SIZE])
{
    char working[PATH_MAX];
    const char *source_path = paths->source_path;
    char *text = NULL;
    if (!source_path || !*source_path)
        source_path = getcwd(working, sizeof(working)) ? working : ".";
    const char *trimmed = path_trim(path, paths->trim_path, source_path);
    if (*trimmed == '/') {
        text = read_file(search, trimmed);
        const char *why = search->why ? search->why : strerror(ENOENT);
        if (!text)
            error_set(error, "open %.300s: %c%s", trimmed, tolower((unsigned char)*why), why + 1);
        return text;
    }
    for (const char *list = source_path; *list && !text;) {
        size_t length = strcspn(list, ":");
        text = read_upwards(search, list, length, trimmed);
        list += length + (list[length] == ':');
    }
    if (!text && search->why)
        error_set(error, "%.200s on path %.200s: %s", trimmed, source_path, search->why);
    else if (!text)
        error_set(error, "could not find file %.200s on path %.200s", trimmed, source_path);
    return text;
}

/* ---- lines ---- */

static void split_lines(struct source *source)
{
    size_t room = 0;
    char *rest = source->text;
    while (rest && *rest) {
        char *line = strsep(&rest, "\n");
        size_t length = strlen(line);
        if (length > 0 && line[length - 1] == '\r')
            line[length - 1] = '\0';
        text_clean_line(line);
        source->lines = memory_grow(source->lines, source->count, &room, sizeof(*source->lines));
        source->lines[source->count++] = line;
    }
}

/* What was there when the archive was made is what the numbers of lines are of. */
static bool agrees(const struct source *source, const struct portable *kept, const char *path)
{
    const struct portable_source *run = NULL;
    while ((run = portable_source(kept, path, run))) {
        for (size_t i = 0; i < run->count; i++) {
            const char *line = source_line(source, run->first + (long)i);
            if (!line || strcmp(line, run->lines[i]) != 0)
                return false;
        }
    }
    return true;
}

static struct source *source_of_file(const char *path, const char *compiled_in,
                                     const struct source_paths *paths, char error[ERROR_SIZE])
{
    struct search search = {0};
    find_roots(&search.roots, compiled_in, paths);
    char *text = read_source(&search, path, paths, error);
    forget_roots(&search.roots);
    if (!text)
        return NULL;
    struct source *source = memory_new(1, sizeof(*source));
    *source = (struct source){.text = text, .is_source = search.roots.is_source};
    split_lines(source);
    return source;
}

struct source *source_read(const char *path, const char *compiled_in,
                           const struct source_paths *paths, char error[ERROR_SIZE])
{
    struct source *source = source_of_file(path, compiled_in, paths, error);
    const struct portable *kept = paths->kept;
    if (!kept || !portable_source(kept, path, NULL) || (source && agrees(source, kept, path)))
        return source;
    bool differs = source;
    if (source)
        source_free(source);
    source = memory_new(1, sizeof(*source));
    *source = (struct source){
        .kept = kept, .path = path, .is_source = is_called_source(path), .differs = differs};
    return source;
}

void source_free(struct source *source)
{
    free(source->lines);
    free(source->text);
    free(source);
}

const char *source_line(const struct source *source, long number)
{
    const struct portable_source *run = NULL;
    while (source->kept && (run = portable_source(source->kept, source->path, run))) {
        if (number >= run->first && number - run->first < (long)run->count)
            return run->lines[number - run->first];
    }
    return number >= 1 && (size_t)number <= source->count ? source->lines[number - 1] : NULL;
}
