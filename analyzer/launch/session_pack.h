/*
 * session_pack.h - the recordings of a session, made fit to be read elsewhere.
 */
#ifndef TIMERLEAK_SESSION_PACK_H
#define TIMERLEAK_SESSION_PACK_H

#include "launch/session.h"

/*
 * Each recording of a finished session becomes an archive that holds its names, under the name that
 * it has. Those of processes that still run stay as they are, as do those that can't be written: it
 * is told on stderr.
 */
void session_pack(const struct session *session);

#endif
