/*
 * presence.h - tells `timerleak record` that the shim is in this program, which may leave no
 * recording to show it: an entry in the session's register, if there is one.
 */
#ifndef TIMERLEAK_PRESENCE_H
#define TIMERLEAK_PRESENCE_H

#include "core/settings.h"
#include "recording.h"

/* `error`: of TLK_UNWRITTEN, an errno. Makes system calls, and may change errno. */
void presence_note(const struct settings *settings, enum tlk_presence what, int error);

#endif
