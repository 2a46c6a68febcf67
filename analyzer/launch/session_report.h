/*
 * session_report.h - what `timerleak record` says at the end.
 */
#ifndef TIMERLEAK_SESSION_REPORT_H
#define TIMERLEAK_SESSION_REPORT_H

#include "launch/session.h"

/*
 * A line on stderr for each recording of a finished session. Those of ended child processes, and of
 * what the program was before an exec, are removed if they never had a timer: a build or a shell
 * script would leave hundreds. If the program itself left none, says why that may be, and what to
 * do, unless that was `explained` before, or only some programs were to be recorded and one was.
 */
void session_report(const struct session *session, const struct launch *launch,
                    const char *directory, bool explained);

#endif
