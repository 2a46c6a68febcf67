#include "cli/screen.h"

#include "base/memory.h"
#include "base/terminal.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <termios.h>
#include <unistd.h>

/* ECMA-48: to the first line, clear to the end of the line, clear to the end of the screen. */
#define HOME "\033[H"
#define CLEAR_LINE "\033[K"
#define CLEAR_BELOW "\033[J"
#define ESCAPE '\033'

#define LINES_USUAL 24u

static struct {
    bool terminal, keys;
    int timer, signals; /* descriptors, -1: none */
    struct termios before;
} screen = {.timer = -1, .signals = -1};

/* ---- the terminal ---- */

static void screen_take_keys(void)
{
    struct termios raw = screen.before;
    if (!screen.keys)
        return;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static void screen_give_keys_back(void)
{
    if (screen.keys)
        tcsetattr(STDIN_FILENO, TCSANOW, &screen.before);
}

static void screen_take_signals(void)
{
    static const int taken[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
        sigaddset(&set, taken[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    screen.signals = signalfd(-1, &set, SFD_CLOEXEC);
}

static bool screen_start_timer(double interval)
{
    double seconds = floor(interval);
    struct timespec span = {(time_t)seconds, (long)((interval - seconds) * 1e9)};
    struct itimerspec every = {span, span};
    screen.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    return screen.timer >= 0 && timerfd_settime(screen.timer, 0, &every, NULL) == 0;
}

bool screen_open(double interval)
{
    if (!screen_start_timer(interval))
        return false;
    screen.terminal = style_followed(stdout);
    if (!screen.terminal)
        return true;
    screen_take_signals();
    screen.keys = tcgetattr(STDIN_FILENO, &screen.before) == 0;
    atexit(screen_give_keys_back);
    screen_take_keys();
    return screen.signals >= 0;
}

void screen_close(void)
{
    screen_give_keys_back();
    if (screen.timer >= 0)
        close(screen.timer);
    if (screen.signals >= 0)
        close(screen.signals);
    screen.timer = screen.signals = -1;
}

bool screen_is_terminal(void)
{
    return screen.terminal;
}

bool screen_has_keys(void)
{
    return screen.keys;
}

/* ---- output ---- */

static unsigned screen_rows(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0)
        return LINES_USUAL;
    return size.ws_row;
}

size_t screen_lines(void)
{
    /* The last is the cursor's. */
    return screen_rows() - 1u;
}

/* Escape sequences take no room, and are written even beyond the edge: they end what was begun. */
static const char *draw_line(FILE *to, const char *line, size_t width)
{
    size_t column = 0, length;
    for (; *line && *line != '\n'; line += length) {
        bool escapes = *line == ESCAPE;
        length = escapes ? strcspn(line, "m\n") : 1;
        length += escapes && line[length] == 'm';
        column += !escapes && ((unsigned char)*line & 0xc0) != 0x80;
        if (escapes || column <= width)
            fwrite(line, 1, length, to);
    }
    fputs(CLEAR_LINE "\n", to);
    return *line ? line + 1 : line;
}

static char *make_frame(const char *text)
{
    char *frame;
    size_t size, lines = screen_lines(), width = terminal_columns(stdout);
    FILE *to = memory_stream(&frame, &size);
    fputs(HOME, to);
    for (size_t i = 0; i < lines && *text; i++)
        text = draw_line(to, text, width);
    fputs(CLEAR_BELOW, to);
    fclose(to);
    return frame;
}

/* All at once, or it would flicker. */
bool screen_show(const char *text)
{
    char *frame = screen.terminal ? make_frame(text) : NULL;
    bool written = fputs(frame ? frame : text, stdout) >= 0;
    free(frame);
    return fflush(stdout) == 0 && written;
}

/* ---- events ---- */

/* The shell takes the terminal over until it continues this. */
static void screen_stop(void)
{
    sigset_t set;
    screen_give_keys_back();
    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    raise(SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static enum screen_event screen_read_signal(void)
{
    struct signalfd_siginfo info;
    if (read(screen.signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return SCREEN_QUIT;
    switch (info.ssi_signo) {
    case SIGTSTP:
        screen_stop();
        screen_take_keys();
        return SCREEN_REDRAW;
    case SIGCONT:
        screen_take_keys();
        return SCREEN_REDRAW;
    case SIGWINCH:
        return SCREEN_REDRAW;
    default:
        return SCREEN_QUIT;
    }
}

/* Keys that mean nothing do no more than that. */
static enum screen_event screen_read_key(void)
{
    char key;
    if (read(STDIN_FILENO, &key, 1) != 1)
        return SCREEN_QUIT;
    switch (key) {
    case 'q':
    case 'Q':
        return SCREEN_QUIT;
    case 's':
        return SCREEN_SORT;
    case ' ':
    case '\n':
    case '\r':
        return SCREEN_LOOK;
    default:
        return SCREEN_REDRAW;
    }
}

enum screen_event screen_wait(void)
{
    struct pollfd ready[] = {{screen.signals, POLLIN, 0},
                             {screen.keys ? STDIN_FILENO : -1, POLLIN, 0},
                             {screen.timer, POLLIN, 0}};
    uint64_t times;
    while (poll(ready, 3, -1) < 0) {
        if (errno != EINTR)
            return SCREEN_QUIT;
    }
    if (ready[0].revents)
        return screen_read_signal();
    if (ready[1].revents)
        return screen_read_key();
    if (read(screen.timer, &times, sizeof(times)) != (ssize_t)sizeof(times))
        return SCREEN_QUIT;
    return SCREEN_DUE;
}
