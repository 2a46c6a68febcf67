/*
 * trampolines.h - what stands in for a program's callback where the library keeps it in memory that
 * the program reads: it may copy the callback from there and give it to another timer, or to what
 * is no timer. So each callback has a function of its own, that leads to it whoever calls.
 *
 * A family writes them with EACH_TRAMPOLINE: each calls a function of the family's with
 * callbacks[0x##n], and a list of all is the struct's first member.
 */
#ifndef WRAP_TRAMPOLINES_H
#define WRAP_TRAMPOLINES_H

/* X(two hexadecimal digits) */
/* clang-format off */
#define EACH_TRAMPOLINE(X)                                                                         \
    TRAMPOLINE_ROW(X, 0) TRAMPOLINE_ROW(X, 1) TRAMPOLINE_ROW(X, 2) TRAMPOLINE_ROW(X, 3)            \
    TRAMPOLINE_ROW(X, 4) TRAMPOLINE_ROW(X, 5) TRAMPOLINE_ROW(X, 6) TRAMPOLINE_ROW(X, 7)            \
    TRAMPOLINE_ROW(X, 8) TRAMPOLINE_ROW(X, 9) TRAMPOLINE_ROW(X, a) TRAMPOLINE_ROW(X, b)            \
    TRAMPOLINE_ROW(X, c) TRAMPOLINE_ROW(X, d) TRAMPOLINE_ROW(X, e) TRAMPOLINE_ROW(X, f)
#define TRAMPOLINE_ROW(X, n)                                                                       \
    X(n##0) X(n##1) X(n##2) X(n##3)                                                                \
    X(n##4) X(n##5) X(n##6) X(n##7)                                                                \
    X(n##8) X(n##9) X(n##a) X(n##b)                                                                \
    X(n##c) X(n##d) X(n##e) X(n##f)
/* clang-format on */

#define TRAMPOLINES 256

typedef void (*any_function)(void);

struct trampolines {
    any_function functions[TRAMPOLINES];
    any_function callbacks[TRAMPOLINES]; /* NULL: free, and so are those behind it */
};

/* The program's callback, also where a trampoline to it is given. */
any_function trampoline_callback(const struct trampolines *all, any_function given);

/* That of what is given, for good; NULL: that is NULL, or there are none left. */
any_function trampoline_to(struct trampolines *all, any_function given);

#endif
