#include "terminal.h"

#include <criterion/criterion.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define HOME "\033[H"
#define CLEAR_BELOW "\033[J"

struct terminal terminal_start(const char *const *argv, unsigned columns, unsigned lines)
{
    static const char *const environment[] = {"TERM=vt100", NULL};
    struct terminal terminal;
    int theirs;

    cr_assert(openpty(&terminal.end, &theirs, NULL, NULL, NULL) == 0);
    terminal_resize(&terminal, columns, lines);
    terminal.running = command_start_on(&(struct command){argv, environment, NULL}, theirs);
    close(theirs);
    terminal.running.out.fd = dup(terminal.end);
    return terminal;
}

void terminal_type(struct terminal *terminal, const char *keys)
{
    cr_assert_eq(write(terminal->end, keys, strlen(keys)), (ssize_t)strlen(keys));
}

void terminal_resize(struct terminal *terminal, unsigned columns, unsigned lines)
{
    struct winsize size = {.ws_row = (unsigned short)lines, .ws_col = (unsigned short)columns};

    cr_assert(ioctl(terminal->end, TIOCSWINSZ, &size) == 0);
}

bool terminal_is_plain(const struct terminal *terminal)
{
    struct termios modes;

    cr_assert(tcgetattr(terminal->end, &modes) == 0);
    return (modes.c_lflag & ICANON) && (modes.c_lflag & ECHO);
}

/* So that it is not found again. */
static void forget_until(struct stream *out, const char *end)
{
    out->length -= (size_t)(end - out->text);
    memmove(out->text, end, out->length + 1);
}

static char *frame_with(const struct stream *out, const char *text, const char **end)
{
    for (const char *start = strstr(out->text, HOME); start; start = strstr(start + 1, HOME)) {
        *end = strstr(start, CLEAR_BELOW);
        if (!*end)
            return NULL;
        char *frame = strndup(start + strlen(HOME), (size_t)(*end - start) - strlen(HOME));
        if (strstr(frame, text))
            return frame;
        free(frame);
    }
    return NULL;
}

char *terminal_frame(struct terminal *terminal, const char *text)
{
    const char *end;
    char *frame;

    while (!(frame = frame_with(&terminal->running.out, text, &end)))
        cr_assert(command_read(&terminal->running), "it ended with:\n%s",
                  terminal->running.out.text);
    forget_until(&terminal->running.out, end + strlen(CLEAR_BELOW));
    return frame;
}

void terminal_wait_for(struct terminal *terminal, const char *text)
{
    struct stream *out = &terminal->running.out;

    cr_assert(command_wait_for(&terminal->running, text), "it ended with:\n%s", out->text);
    forget_until(out, strstr(out->text, text) + strlen(text));
}
