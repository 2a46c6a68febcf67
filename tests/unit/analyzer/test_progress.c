/* Progress: a line on the terminal of standard error, and on nothing else. */
#include "base/progress.h"
#include "base/errors.h"
#include "loaded.h"
#include "shop.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int end;

/* Standard error is a terminal of so many columns, and nobody has to wait. */
static void take_terminal(unsigned short columns)
{
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    int theirs;
    setenv("TERM", "vt100", 1);
    unsetenv("COLUMNS");
    cr_assert(openpty(&end, &theirs, NULL, NULL, &size) == 0);
    cr_assert(dup2(theirs, STDERR_FILENO) == STDERR_FILENO);
    close(theirs);
    fcntl(end, F_SETFL, O_NONBLOCK);
    progress_patience = (struct progress_patience){0, 0};
}

/* What came to the terminal since it was asked last. */
static const char *seen(void)
{
    static char text[4096];
    ssize_t size = read(end, text, sizeof(text) - 1);
    text[size > 0 ? size : 0] = '\0';
    return text;
}

Test(progress, is_shown_and_goes)
{
    take_terminal(80);
    progress_begin();
    progress("reading recordings", 3, 1700);
    cr_expect_str_eq(seen(), "\r\033[Kreading recordings: 3 of 1,700");
    progress("unpacking recordings", 4, 0);
    cr_expect_str_eq(seen(), "\r\033[Kunpacking recordings: 4");
    progress_end();
    cr_expect_str_eq(seen(), "\r\033[K");
    progress_end();
    cr_expect_str_empty(seen());
}

Test(progress, gives_way_to_complaints)
{
    take_terminal(80);
    errors_clean();
    progress_begin();
    progress("reading recordings", 3, 17);
    seen();
    complain("x.tlk: no recording");
    cr_expect_str_eq(seen(), "\r\033[Ktimerleak: x.tlk: no recording\r\n");
    progress("reading recordings", 4, 17);
    cr_expect_str_eq(seen(), "\r\033[Kreading recordings: 4 of 17");
    progress_end();
}

Test(progress, fits_the_terminal)
{
    take_terminal(20);
    progress_begin();
    progress("looking functions up", 3, 17);
    cr_expect_str_eq(seen(), "\r\033[Klooking f…: 3 of 17");
    progress_end();
}

Test(progress, is_for_those_who_wait)
{
    take_terminal(80);
    progress_patience.first = INT64_MAX / 2;
    progress_begin();
    progress("reading recordings", 3, 17);
    cr_expect_str_empty(seen());
    progress_end();
    progress_patience = (struct progress_patience){0, INT64_MAX / 2};
    progress_begin();
    progress("reading recordings", 3, 17);
    progress("reading recordings", 4, 17);
    cr_expect_str_eq(seen(), "\r\033[Kreading recordings: 3 of 17");
    progress_end();
}

Test(progress, is_for_a_terminal_that_follows_it_within_its_scope)
{
    take_terminal(80);
    progress("reading recordings", 3, 17);
    setenv("TERM", "dumb", 1);
    progress_begin();
    progress("reading recordings", 3, 17);
    progress_end();
    cr_expect_str_empty(seen());
    setenv("TERM", "vt100", 1);
    int file = open("/dev/null", O_WRONLY);
    dup2(file, STDERR_FILENO);
    progress_begin();
    progress("reading recordings", 3, 17);
    progress_end();
    cr_expect_str_empty(seen());
    close(file);
}

Test(progress, tells_of_functions_that_are_looked_up)
{
    take_terminal(80);
    progress_begin();
    profile_free(loaded(shop()));
    progress_end();
    cr_expect(strstr(seen(), "looking functions up: "));
}
