/* Timers of libraries are told by the address that the program knows them by. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "preloaded.h"
#include "subject.h"

static void expect_addresses(const char *program, const char *family)
{
    char *path = program_path(program);
    if (access(path, X_OK) != 0)
        cr_skip_test("%s is not built: its library is not here", program);
    free(path);
    struct subject subject = subject_make(program);
    char *said = output_of(
        text_make("'%s' timers --families=%s '%s'", subject.timerleak, family, subject.recording));
    expect_part(said, " 0x");
    cr_expect_null(strstr(said, " id "), "%s", said);
    free(said);
    subject_forget(&subject);
}

Test(handles, are_addresses_of_events_of_libevent, .timeout = 60)
{
    expect_addresses("event_leak_per_request", "libevent");
}

Test(handles, are_addresses_of_watchers_of_libev, .timeout = 60)
{
    expect_addresses("ev_leak_per_connection", "libev");
}
