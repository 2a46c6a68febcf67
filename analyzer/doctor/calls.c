/* calls.c - who makes timers, and what of them can't be seen. */
#include "doctor/examinations.h"

#include "base/memory.h"
#include "base/text.h"
#include "launch/libraries.h"
#include "launch/objects.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum kind {
    TIMERS, /* seen */
    RAW,
    NAMESPACES,
    RINGS,
    FILTERS,
};

static const struct call {
    const char *function;
    enum kind kind;
} calls[] = {
    {"timer_create", TIMERS},
    {"timerfd_create", TIMERS},
    {"setitimer", TIMERS},
    {"alarm", TIMERS},
    {"ualarm", TIMERS},
    {"timerleak_ledger", TIMERS},
    {"syscall", RAW},
    {"dlmopen", NAMESPACES},
    {"io_uring_queue_init", RINGS},
    {"io_uring_queue_init_params", RINGS},
    {"seccomp_load", FILTERS},
};

#define MOST_NAMED 4 /* libraries in a line */
#define CALLS (sizeof(calls) / sizeof(*calls))
#define BIT(index) (UINT64_C(1) << (index))

static const char *call_name(size_t index)
{
    return calls[index].function;
}

/* The program and its libraries, and a bit for each of the calls that they make. */
struct callers {
    uint64_t program;
    const struct libraries *libraries;
    uint64_t *of_library;
};

/* How people know them: gotime's mark is the one name of the list that is no call. */
static const char *call_shown(size_t index)
{
    return strcmp(calls[index].function, "timerleak_ledger") == 0 ? "gotime"
                                                                  : calls[index].function;
}

static uint64_t calls_of(enum kind kind)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < CALLS; i++)
        bits |= calls[i].kind == kind ? BIT(i) : 0;
    return bits;
}

static void calls_write(FILE *to, uint64_t bits)
{
    const char *separator = "";
    for (size_t i = 0; i < CALLS; i++) {
        if ((bits & BIT(i)) != 0) {
            fprintf(to, "%s%s", separator, call_shown(i));
            separator = ", ";
        }
    }
}

/* "NAME (timerfd_create, alarm)", after a comma if it is not the first. */
static void caller_write(FILE *to, const char *name, uint64_t bits, size_t before)
{
    fprintf(to, "%s%s (", before > 0 ? ", " : "", name);
    calls_write(to, bits);
    fputc(')', to);
}

/* All that make some of these calls, in words that the caller frees; "" if nobody does. */
static char *callers_of(const struct callers *callers, uint64_t wanted)
{
    char *text;
    size_t size, named = 0, more = 0;
    FILE *to = memory_stream(&text, &size);
    if ((callers->program & wanted) != 0)
        caller_write(to, "the program", callers->program & wanted, named++);
    for (size_t i = 0; i < callers->libraries->count; i++) {
        uint64_t bits = callers->of_library[i] & wanted;
        if (bits != 0 && named < MOST_NAMED)
            caller_write(to, callers->libraries->items[i].name, bits, named++);
        else
            more += bits != 0;
    }
    if (more > 0)
        fprintf(to, " and %s more", text_plural(more, "library", "libraries").s);
    fclose(to);
    return text;
}

static void examine_timers(struct diagnosis *diagnosis, const struct callers *callers,
                           const struct needs *needs)
{
    uint64_t wanted = calls_of(TIMERS);
    char *text = callers_of(callers, wanted);
    if (text[0]) {
        diagnosis_remark(diagnosis, HEALTH_OK, "calls for timers are seen: %s", text);
    } else if (needs->objects == 0 && needs->count == 0) {
        diagnosis_remark(diagnosis, HEALTH_NOTE,
                         "neither it nor the libraries it is linked with make timers");
        diagnosis_advise(diagnosis, "What it loads while it runs, and programs that it starts, "
                                    "are seen too.");
    }
    free(text);
}

static void examine_object(struct diagnosis *diagnosis, const struct foreign *foreign,
                           const char *shim)
{
    char path[PATH_MAX];
    object_path(path, foreign, shim);
    if (access(path, R_OK) == 0) {
        diagnosis_remark(diagnosis, HEALTH_OK, "timers of %s are seen: `timerleak record` loads %s",
                         foreign->library, foreign->object);
        return;
    }
    diagnosis_remark(diagnosis, HEALTH_MEND, "timers of %s are not seen one by one: there is no %s",
                     foreign->library, path);
    diagnosis_advise(diagnosis, "Build it with make, or install it with make install.");
}

/* Timers in the memory of a library. */
static void examine_loops(struct diagnosis *diagnosis, const struct needs *needs, const char *shim)
{
    for (size_t i = 0; i < FOREIGN_FAMILIES; i++) {
        if (needs->objects & OBJECT_BIT(i))
            examine_object(diagnosis, foreign_at(i), shim);
    }
    if (needs->loads)
        diagnosis_remark(diagnosis, HEALTH_OK,
                         "it loads libraries while it runs: `timerleak record` loads all objects");
    for (size_t i = 0; i < needs->count; i++) {
        const struct blind_copy *blind = &needs->blind[i];
        diagnosis_remark(diagnosis, HEALTH_NOTE, "%s holds its own copy of %s, %s", blind->file,
                         blind->foreign->library, copy_blindness(blind->copy));
        diagnosis_advise(diagnosis, "%s", copy_remedy(blind->copy));
    }
}

static void examine_blind_spot(struct diagnosis *diagnosis, const struct callers *callers,
                               enum kind kind, const char *remark)
{
    char *text = callers_of(callers, calls_of(kind));
    if (text[0])
        diagnosis_remark(diagnosis, HEALTH_NOTE, "%s: %s", remark, text);
    free(text);
}

static void examine_blind_spots(struct diagnosis *diagnosis, const struct callers *callers)
{
    /* Of libraries, half of all call it, and for locks. */
    if ((callers->program & calls_of(RAW)) != 0)
        diagnosis_remark(diagnosis, HEALTH_NOTE,
                         "the program calls syscall(): timers that it makes so are not seen");
    examine_blind_spot(diagnosis, callers, NAMESPACES,
                       "libraries loaded into a namespace of their own are not seen");
    examine_blind_spot(diagnosis, callers, RINGS,
                       "what io_uring reads is not seen: timerfds may show as unread");
    examine_blind_spot(diagnosis, callers, FILTERS,
                       "it may lock itself up by seccomp: recording goes on, with a file that "
                       "grows no more");
}

/* Other complaints are of what it can do without. */
static bool prevents_start(const char *complaint)
{
    return strstr(complaint, "not found") || strstr(complaint, "error while loading");
}

static void examine_libraries(struct diagnosis *diagnosis, const struct libraries *libraries)
{
    for (size_t i = 0; i < libraries->count; i++) {
        if (libraries->items[i].path)
            continue;
        diagnosis_remark(diagnosis, HEALTH_NO, "it can't start: %s is not found",
                         libraries->items[i].name);
        diagnosis_advise(diagnosis,
                         "Install it, or say where it is: LD_LIBRARY_PATH=DIR timerleak ...");
    }
    const char *complaint = libraries->problem;
    if (complaint[0])
        diagnosis_remark(diagnosis, prevents_start(complaint) ? HEALTH_NO : HEALTH_MEND,
                         "the dynamic loader complains: %s", complaint);
}

void examine_calls(struct diagnosis *diagnosis, const char *program, const char *shim)
{
    struct libraries libraries;
    libraries_list(&libraries, program, NULL);
    examine_libraries(diagnosis, &libraries);
    struct callers callers = {
        .program = imports_read(program, call_name, CALLS),
        .libraries = &libraries,
        .of_library = memory_new(libraries.count, sizeof(uint64_t)),
    };
    for (size_t i = 0; i < libraries.count; i++) {
        if (libraries.items[i].path)
            callers.of_library[i] = imports_read(libraries.items[i].path, call_name, CALLS);
    }
    struct needs needs;
    needs_find(&needs, program);
    examine_timers(diagnosis, &callers, &needs);
    examine_loops(diagnosis, &needs, shim);
    examine_blind_spots(diagnosis, &callers);
    needs_free(&needs);
    free(callers.of_library);
    libraries_free(&libraries);
}
