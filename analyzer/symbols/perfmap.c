#include "symbols/perfmap.h"

#include "base/memory.h"
#include "base/paths.h"
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_FUNCTIONS ((size_t)1 << 21)
#define MOST_NAME 4096 /* longer ones are cut */

/* So many bytes of code of one function, where no later line speaks of them. */
struct piece {
    uint64_t start, end;
    const char *name;
};

struct perfmap {
    char *text;
    struct piece *pieces; /* in the order of their addresses */
    size_t count, room;
};

/* ---- lines ---- */

static bool line_number(char **at, uint64_t *number)
{
    char *end;
    if (!isxdigit((unsigned char)**at))
        return false;
    *number = strtoull(*at, &end, 16);
    bool ends = end > *at && *end == ' ';
    *at = end + strspn(end, " ");
    return ends;
}

/* False if that line tells of no function. */
static bool line_read(char *line, struct piece *function)
{
    uint64_t size;
    if (!line_number(&line, &function->start) || !line_number(&line, &size) || size == 0 ||
        function->start > UINT64_MAX - size)
        return false;
    function->end = function->start + size;
    function->name = line;
    if (strlen(line) > MOST_NAME)
        line[MOST_NAME] = '\0';
    text_clean(line);
    return *line;
}

/* In the order of the lines; one without an end is being written. */
static struct piece *functions_read(char *text, size_t size, size_t *count)
{
    struct piece *functions = NULL;
    size_t room = 0;
    *count = 0;
    for (char *line = text, *next; *count < MOST_FUNCTIONS; line = next + 1) {
        struct piece function;
        next = memchr(line, '\n', (size_t)(text + size - line));
        if (!next)
            break;
        *next = '\0';
        if (line_read(line, &function)) {
            functions = memory_grow(functions, *count, &room, sizeof(*functions));
            functions[(*count)++] = function;
        }
    }
    return functions;
}

/* ---- which of them holds an address ---- */

/* Functions that hold the address that the sweep is at, in a heap: the latest line on top. */
struct sweep {
    struct perfmap *map;
    const struct piece *functions;
    uint32_t *heap;
    size_t count;
    uint64_t at;
};

static void heap_push(struct sweep *sweep, uint32_t function)
{
    uint32_t *heap = sweep->heap;
    size_t at = sweep->count++;
    for (; at > 0 && heap[(at - 1) / 2] < function; at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = function;
}

static void heap_pop(struct sweep *sweep)
{
    uint32_t *heap = sweep->heap, last = heap[--sweep->count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < sweep->count; at = child) {
        child += child + 1 < sweep->count && heap[child + 1] > heap[child];
        if (heap[child] < last)
            break;
        heap[at] = heap[child];
    }
    heap[at] = last;
}

static void piece_add(struct perfmap *map, uint64_t start, uint64_t end, const char *name)
{
    map->pieces = memory_grow(map->pieces, map->count, &map->room, sizeof(*map->pieces));
    map->pieces[map->count++] = (struct piece){start, end, name};
}

/* All pieces up to an address. */
static void sweep_to(struct sweep *sweep, uint64_t address)
{
    while (sweep->count > 0 && sweep->at < address) {
        const struct piece *function = &sweep->functions[*sweep->heap];
        uint64_t end = function->end < address ? function->end : address;
        if (end > sweep->at) {
            piece_add(sweep->map, sweep->at, end, function->name);
            sweep->at = end;
        }
        if (function->end <= sweep->at)
            heap_pop(sweep);
    }
    sweep->at = address;
}

static int by_start(const void *left, const void *right, void *functions)
{
    const struct piece *list = functions;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    if (list[a].start != list[b].start)
        return list[a].start < list[b].start ? -1 : 1;
    return (a > b) - (a < b);
}

struct perfmap *perfmap_new(char *text, size_t size)
{
    struct perfmap *map = memory_new(1, sizeof(*map));
    size_t count;
    struct piece *functions = functions_read(text, size, &count);
    uint32_t *order = memory_new(count + 1, sizeof(*order));
    struct sweep sweep = {map, functions, memory_new(count + 1, sizeof(*sweep.heap)), 0, 0};
    map->text = text;
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, count, sizeof(*order), by_start, functions);
    for (size_t i = 0; i < count; i++) {
        sweep_to(&sweep, functions[order[i]].start);
        heap_push(&sweep, order[i]);
    }
    sweep_to(&sweep, UINT64_MAX);
    free(sweep.heap);
    free(order);
    free(functions);
    return map;
}

void perfmap_free(struct perfmap *map)
{
    if (!map)
        return;
    free(map->text);
    free(map->pieces);
    free(map);
}

void perfmap_range(const struct perfmap *map, uint64_t *start, uint64_t *end)
{
    *start = map->count > 0 ? map->pieces[0].start : 0;
    *end = map->count > 0 ? map->pieces[map->count - 1].end : 0;
}

/* ---- what names say ---- */

/* Cuts ":NUMBER" off the end; 0 if there is none. */
static int cut_number(char *text)
{
    char *colon = strrchr(text, ':');
    if (!colon || colon == text || !colon[1] ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return 0;
    long number = strtol(colon + 1, NULL, 10);
    *colon = '\0';
    return number < INT32_MAX ? (int)number : 0;
}

/* CPython: "py::FUNCTION:FILE", where newer ones may add ":LINE". */
static bool read_python(char *name, struct strings *strings, struct perfmap_function *function)
{
    static const char mark[] = "py::";
    char shown[MOST_NAME + sizeof(mark)];
    if (strncmp(name, mark, strlen(mark)) != 0)
        return false;
    char *colon = strchr(name + strlen(mark), ':');
    if (!colon || !colon[1])
        return false;
    function->line = cut_number(colon + 1);
    /* "<frozen importlib._bootstrap>" is no file. */
    function->file = colon[1] == '<' ? NULL : strings_add(strings, colon + 1);
    snprintf(shown, sizeof(shown), "%.*s%s", (int)(colon + 1 - name), name, path_last(colon + 1));
    function->name = strings_add(strings, shown);
    return true;
}

/* Where the file begins behind a function's name: "get size" is one, and a path may have blanks. */
static char *find_file(char *name)
{
    static const char *const starts[] = {" /", " file:", " node:"};
    char *found = strrchr(name, ' ');
    for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
        char *file = strstr(name, starts[i]);
        if (file && file < found)
            found = file;
    }
    return found;
}

/* V8: "KIND:[MARK]FUNCTION FILE:LINE:COLUMN"; the mark tells how far it is optimized. */
static bool read_script(char *name, struct strings *strings, struct perfmap_function *function)
{
    static const char *const kinds[] = {"LazyCompile:", "Function:", "JS:", "Script:", "Eval:"};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (strncmp(name, kinds[i], strlen(kinds[i])) != 0)
            continue;
        char *own = name + strlen(kinds[i]);
        own += strspn(own, "*~^+");
        char *file = find_file(own);
        if (file) {
            *file++ = '\0';
            cut_number(file); /* column */
            function->line = cut_number(file);
            file += strncmp(file, "file://", 7) == 0 ? 7 : 0;
            function->file = *file ? strings_add(strings, file) : NULL;
        }
        function->name = strings_add(strings, *own ? own : "(anonymous)");
        return true;
    }
    return false;
}

/* Agents of the JVM: "LPACKAGE/CLASS;::METHOD". */
static bool read_java(char *name, struct strings *strings, struct perfmap_function *function)
{
    char *end = strstr(name, ";::");
    if (*name != 'L' || !end)
        return false;
    for (char *at = name; at < end; at++)
        *at = *at == '/' ? '.' : *at;
    memmove(end, end + 1, strlen(end + 1) + 1);
    function->name = strings_add(strings, name + 1);
    return true;
}

/* LuaJIT: "TRACE_NUMBER::FILE:LINE". */
static bool read_lua(char *name, struct strings *strings, struct perfmap_function *function)
{
    char *colons = strstr(name, "::");
    if (strncmp(name, "TRACE_", 6) != 0 || !colons)
        return false;
    function->name = strings_add(strings, name);
    function->line = cut_number(colons + 2);
    function->file = function->line > 0 ? strings_add(strings, colons + 2) : NULL;
    return true;
}

/* .NET: "TYPE [ASSEMBLY] CLASS::METHOD(TYPES)[TIER]", which changes as it runs on. */
static void cut_tier(char *name)
{
    char *tier = strrchr(name, '[');
    if (tier && tier > name && tier[-1] == ')' && strchr(tier, ']') == tier + strlen(tier) - 1)
        *tier = '\0';
}

static void name_read(const char *written, struct strings *strings,
                      struct perfmap_function *function)
{
    char name[MOST_NAME + 1];
    snprintf(name, sizeof(name), "%s", written);
    *function = (struct perfmap_function){0};
    if (read_python(name, strings, function) || read_script(name, strings, function) ||
        read_java(name, strings, function) || read_lua(name, strings, function))
        return;
    cut_tier(name);
    function->name = strings_add(strings, name);
}

bool perfmap_find(const struct perfmap *map, uint64_t address, struct strings *strings,
                  struct perfmap_function *function)
{
    size_t low = 0, high = map->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (map->pieces[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == map->count || address < map->pieces[low].start)
        return false;
    name_read(map->pieces[low].name, strings, function);
    return true;
}
