/*
 * names.h - what dlsym() says of names that are wrapped: see dlsym.S. Exactly where the library's
 * own function would be found, the hook is.
 */
#ifndef WRAP_NAMES_H
#define WRAP_NAMES_H

/* The dlsym() that comes after this object's: of libc, or of another such object. */
extern void *(*names_dlsym)(void *scope, const char *name);

/* The hook to give to the code at `caller`; NULL: it is to ask names_dlsym() itself. */
void *names_answer(void *scope, const char *name, const void *caller);

#endif
