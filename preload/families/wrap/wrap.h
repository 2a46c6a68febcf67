/*
 * wrap.h - what an object is made of that is preloaded beside the shim, and wraps the timers of
 * another library. A family says what its calls mean; this says whose call it is, and which copy of
 * the library was meant. To write one: ../README.md.
 *
 * One file wraps one library. It lists the functions, each with its version in the library's own
 * table (`readelf -V`) or WRAP_UNVERSIONED, and writes a hook for each of the first list:
 *
 *     #define WRAPPED(X) X(int, lamp_light, (struct lamp *lamp, int seconds), WRAP_UNVERSIONED)
 *     #define ASKED(X) X(int, lamp_seconds, (const struct lamp *lamp), WRAP_UNVERSIONED)
 *     WRAP_FUNCTIONS
 *     static struct wrap_library library = {WRAP_LIBRARY, .family = "lamp", …};
 *     WRAP_AT_START(library)
 *
 *     HOOK(int, lamp_light, (struct lamp *lamp, int seconds))
 *     {
 *         WRAP_BEGIN(library);
 *         int result = real->lamp_light(lamp, seconds);
 *
 *         if (call.users && result == 0)
 *             …
 *         wrap_end(&call);
 *         return result;
 *     }
 *
 * Hooks are exported under that version, hidden, and as the first of their object. The loader takes
 * those for a reference with just this version, and for one without any, as programs have it; but
 * dlsym() passes them over (glibc's check_match() in elf/dl-lookup.c). So a program that asks it
 * whether the library is there learns the truth; dlsym.S gives those that are to call the library
 * by what they get the hooks.
 */
#ifndef WRAP_H
#define WRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "families/wrap/entry.h"
#include "families/wrap/library.h"
#include "ledger/timerleak_ledger.h"

/*
 * Enters the library, and opens it if it is in the process: most that have this object preloaded
 * came by it as children do, and have no such library. Again, it does nothing. The constructor's
 * work; of a library that is initialized before, hooks may be called earlier.
 */
void wrap_start(struct wrap_library *library);

/* Finds what is needed before it is used, if that was not done. */
void wrap_open(struct wrap_library *library);

/* Those that were started, linked by `next`. */
struct wrap_library *wrap_libraries(void);

struct wrap_call {
    void *const *real; /* the functions that were meant, in the list's order */
    bool users;        /* it is the program's, not the library's to itself */
    bool librarys;     /* its module makes it: the library, or what lies beside it there */
    bool entered;
};

/* `frame` and `caller`: of the hook. What it calls, the library is called for. */
struct wrap_call wrap_begin(struct wrap_library *library, const void *frame, const void *caller);

/* A hook that is left by longjmp() or an exception may go without. */
static inline void wrap_end(const struct wrap_call *call)
{
    if (call->entered)
        timerleak_ledger.leave();
}

/* Whether this code is the library's, or another part's of it: so are events that it makes itself.
 */
bool wrap_holds(struct wrap_library *library, const void *code);

/* Whether the call that returns to `caller` is another part's, for which `users` of it is true. */
bool wrap_parts(struct wrap_library *library, const void *caller);

/* ---- what a family tells the ledger; of a timer 0, which is not recorded, nothing ---- */

bool wrap_admits(const struct wrap_library *library);
uint64_t wrap_monotonic(void); /* ns */

/* To fire after `delay` ns by the monotonic clock, then each `period` ns; 0: once. */
void wrap_armed(uint64_t timer, uint64_t delay, uint64_t period, const void *caller);
/* The same, where nothing was done since its birth was told. */
void wrap_armed_at_birth(uint64_t timer, uint64_t delay, uint64_t period, const void *caller);

void wrap_fired(uint64_t timer);
void wrap_stopped(uint64_t timer);
void wrap_released(uint64_t timer);
void wrap_lost(uint64_t timer);
void wrap_named(uint64_t timer, const char *name);

/*
 * What the memory that a program keeps a timer in has come to in the end; zeros, if it is gone.
 * False where nobody can tell: main() may have been left, and with it what was on its stack.
 */
bool wrap_look(void *to, const void *from, size_t size);

/* ---- the lists ---- */

/* A file that is compiled for two versions of a library has hooks of other names for each. */
#ifndef HOOK_NAME
#define HOOK_NAME(name) hook_##name
#endif
#define WRAP_TEXT_OF(words) #words
#define WRAP_TEXT(words) WRAP_TEXT_OF(words)

#define WRAP_DECLARATION(result, name, parameters, version)                                        \
    HOOK(result, name, parameters);                                                                \
    WRAP_ENTRY(WRAP_TEXT(HOOK_NAME(name)), #name "@" version)
#define WRAP_MEMBER(result, name, parameters, version) result(*name) parameters;
#define WRAP_HOOKED(result, name, parameters, version) {#name, version, (void *)HOOK_NAME(name)},
#define WRAP_ASKED(result, name, parameters, version) {#name, version, NULL},

/* Their section tells them from callbacks: a library may return to one by a tail call. */
#define HOOK(result, name, parameters)                                                             \
    __attribute__((section("wrap_hooks"))) result HOOK_NAME(name) parameters

#define WRAP_FUNCTIONS                                                                             \
    __attribute__((used)) static struct wrap_copy *wrap_common;                                    \
    WRAPPED(WRAP_DECLARATION)                                                                      \
    struct real {                                                                                  \
        WRAPPED(WRAP_MEMBER) ASKED(WRAP_MEMBER)                                                    \
    };                                                                                             \
    static const struct wrap_function functions[] = {WRAPPED(WRAP_HOOKED) ASKED(WRAP_ASKED)};      \
    static void *wrap_room[WRAP_COPIES_AT_HAND][WRAP_COPY_HEAD + WRAP_COUNT];

#define WRAP_COUNT (sizeof(functions) / sizeof(*functions))
#define WRAP_LIBRARY                                                                               \
    .functions = functions, .count = WRAP_COUNT, .common = &wrap_common, .room = wrap_room

#define WRAP_AT_START(library)                                                                     \
    __attribute__((constructor)) static void library##_start(void)                                 \
    {                                                                                              \
        wrap_start(&(library));                                                                    \
    }

#define WRAP_BEGIN(library)                                                                        \
    const struct wrap_call call =                                                                  \
        wrap_begin(&(library), __builtin_frame_address(0), __builtin_return_address(0));           \
    const struct real *real = (const struct real *)call.real

/* Where the user called, in a hook that makes a timer: see struct timerleak_call. */
#define WRAP_CALL(name, of_kind)                                                                   \
    (&(struct timerleak_call){(name), (of_kind), __builtin_dwarf_cfa(),                            \
                              __builtin_return_address(0), *(void **)__builtin_frame_address(0)})

#endif
