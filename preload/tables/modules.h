/*
 * modules.h - which file was loaded where. Recordings hold (module, address in its file), for a
 * program counter means nothing once its module is unloaded and another took its place.
 */
#ifndef TIMERLEAK_MODULES_H
#define TIMERLEAK_MODULES_H

#include <stdbool.h>
#include <stdint.h>

/* Takes note of the program's path and of the directory that relative names count from. */
void modules_start(const char *exe);

/*
 * Counts up whenever a module may have been unloaded: whoever keeps raw addresses must forget them
 * when it changes.
 */
uint32_t modules_epoch(void);

/* A module is about to be unloaded, or was: before, so that what is learned of it now is forgotten.
 */
void modules_changed(void);

/*
 * Before modules are unloaded: of the addresses that live timers keep of their callers frames are
 * made, for something else may come to lie there. And afterwards, or at the end: which are loaded
 * is noted anew. Within a section, and with the rules of modules_resolve().
 */
void modules_settle(void);
void modules_note(void);

/*
 * Turns return addresses into frames (TLK_FRAME). Looks at the loader's list when an address lies
 * in no module known, or when the epoch changed. May take the loader's lock: call it with no lock
 * of ours held. False when the loader is busy or our lock can't be had: the frames are absolute
 * then, and not to be remembered.
 */
bool modules_resolve(void *const *addresses, uint64_t *frames, uint32_t count);

/*
 * A timer keeps this address, to which a call returns: from now on its module is known, if there is
 * one and it can be had at once. Async-signal-safe, waits for nobody.
 */
void modules_meet(const void *caller);

/* Whether it lies in a module that was found so far. Async-signal-safe, waits for nobody. */
bool modules_know(const void *address);

/* True while some thread is within dlopen or dlclose, when taking the loader's lock is unsafe. */
bool modules_loader_busy(void);

/* The object that holds this code is one of ours, as the shim. Takes the loader's lock. */
void modules_leave_out(const void *code);

/* Whether the address lies in the shim itself, or in one of those. */
bool modules_is_shim(const void *address);

#endif
