/*
 * terminal.h - runs a command on a terminal of its own, and looks at what it shows there.
 */
#ifndef E2E_TERMINAL_H
#define E2E_TERMINAL_H

#include <stdbool.h>

#include "command.h"

struct terminal {
    struct running running; /* all that it writes comes to `out` */
    int end;                /* ours */
};

/* command_start() on a terminal; to be ended with command_finish(), and `end` closed. */
struct terminal terminal_start(const char *const *argv, unsigned columns, unsigned lines);

void terminal_type(struct terminal *terminal, const char *keys);
void terminal_resize(struct terminal *terminal, unsigned columns, unsigned lines);

/* Whether its keys are echoed and come by the line, as a shell leaves it. */
bool terminal_is_plain(const struct terminal *terminal);

/*
 * Waits for a frame, drawn after all that was waited for before, that holds the text: it begins
 * with the cursor's way home, and clearing the rest ends it. Fails the test if the command ends
 * without. The caller frees it.
 */
char *terminal_frame(struct terminal *terminal, const char *text);

/* The same for the text alone, drawn or not. */
void terminal_wait_for(struct terminal *terminal, const char *text);

#endif
