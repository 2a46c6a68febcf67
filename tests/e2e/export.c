/* Exports in the hands of those who read them: a browser, google-pprof, Graphviz, the shell. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "subject.h"

Test(export, names_the_profile_after_the_recording, .timeout = 60)
{
    struct subject subject = subject_make("inlined_frames");
    char *printed =
        output_of(text_make("'%s' export --pprof '%s'", subject.timerleak, subject.recording));
    char *name = text_make("%s/inlined_frames.pb.gz\n", subject.folder);

    cr_expect_str_eq(printed, name);
    free(printed);
    free(name);
    subject_forget(&subject);
}

Test(export, writes_text_where_it_is_told, .timeout = 60)
{
    struct subject subject = subject_make("inlined_frames");
    char *out =
        output_of(text_make("'%s' export --collapsed -o '%s/stacks' '%s' && cat '%s/stacks'",
                            subject.timerleak, subject.folder, subject.recording, subject.folder));

    expect_part(out, "main;open_connection;start_timeout;timerfd_create 1\n");
    free(out);
    subject_forget(&subject);
}

Test(export, wants_a_format, .timeout = 60)
{
    struct subject subject = subject_make("inlined_frames");
    char *out = output_of(
        text_make("'%s' export '%s' 2>&1; echo $?", subject.timerleak, subject.recording));

    expect_part(out, "--pprof");
    expect_part(out, "\n2\n");
    free(out);
    subject_forget(&subject);
}

static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert(bind(fd, (struct sockaddr *)&address, size) == 0 &&
              getsockname(fd, (struct sockaddr *)&address, &size) == 0);
    close(fd);
    return ntohs(address.sin_port);
}

/* Announced before it listens: so it is asked again until it answers, or the test's time is up. */
static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct timespec pause = {.tv_nsec = 10000000};

    for (;;) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
            return fd;
        close(fd);
        nanosleep(&pause, NULL);
    }
}

static char *page_of(int port, const char *path)
{
    char *request = text_make("GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path), *page = NULL;
    size_t size = 0;
    char buffer[4096];
    ssize_t got;
    int fd = connect_to(port);
    FILE *to = open_memstream(&page, &size);

    cr_assert_eq(write(fd, request, strlen(request)), (ssize_t)strlen(request));
    while ((got = read(fd, buffer, sizeof(buffer))) > 0)
        fwrite(buffer, 1, (size_t)got, to);
    fclose(to);
    close(fd);
    free(request);
    return page;
}

Test(export, pprof_shows_it_in_a_browser, .timeout = 60)
{
    need("go");
    struct subject subject = subject_make("leak_by_one_of_three_callers");
    int port = free_port();
    char *line = text_make("PPROF_TMPDIR='%s' exec go tool pprof -no_browser -http=127.0.0.1:%d "
                           "'%s' 2>&1",
                           subject.folder, port, subject.profile);
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    struct running running = command_start(&(struct command){.argv = argv});
    cr_assert(command_wait_for(&running, "Serving web UI"), "%s", running.out.text);
    char *live = page_of(port, "/ui/top?si=live"), *created = page_of(port, "/ui/top?si=created");

    expect_part(live, "\"Name\":\"connect_to_server\",\"InlineLabel\":\"\",\"Flat\":0,\"Cum\":60,");
    expect_part(created, "\"Name\":\"transfer\",\"InlineLabel\":\"\",\"Flat\":0,\"Cum\":60,");
    kill(-running.pid, SIGKILL);
    struct outcome outcome = command_finish(&running);
    outcome_forget(&outcome);
    free(live);
    free(created);
    free(line);
    subject_forget(&subject);
}

/* "      60 100.0% 100.0%       60 100.0% timerfd_create": flat and cum of that function. */
static void expect_google_line(const char *text, const char *function, long flat, long cum)
{
    char *ending = text_make("%% %s\n", function);
    long shown_flat = -1, shown_cum = -1;
    const char *end = strstr(text, ending), *line = end;

    cr_assert(end, "%s is missing in:\n%s", function, text);
    while (line > text && line[-1] != '\n')
        line--;
    cr_expect_eq(sscanf(line, "%ld %*s %*s %ld", &shown_flat, &shown_cum), 2);
    cr_expect(shown_flat == flat && shown_cum == cum, "%s has %ld and %ld in:\n%s", function,
              shown_flat, shown_cum, text);
    free(ending);
}

static char *google_pprof(const struct subject *subject, const char *type, const char *values)
{
    free(output_of(text_make("'%s' export --legacy -sample_index=%s -o '%s/legacy' '%s'",
                             subject->timerleak, type, subject->folder, subject->recording)));
    return output_of(
        text_make("google-pprof --text %s '%s/legacy' 2>/dev/null", values, subject->folder));
}

Test(export, google_pprof_reads_the_legacy_format, .timeout = 60)
{
    need("google-pprof");
    struct subject subject = subject_make("leak_by_one_of_three_callers");
    char *live = google_pprof(&subject, "live", "--inuse_objects");
    char *released = google_pprof(&subject, "released", "--inuse_objects");
    char *created = google_pprof(&subject, "live", "--alloc_objects");

    expect_google_line(live, "timerfd_create", 60, 60);
    expect_google_line(live, "connect_to_server", 0, 60);
    expect_google_line(released, "look_up", 0, 60);
    expect_google_line(created, "start_timeout", 0, 180);
    free(live);
    free(released);
    free(created);
    subject_forget(&subject);
}

Test(export, graphviz_draws_the_graph, .timeout = 60)
{
    need("dot");
    struct subject subject = subject_make("leak_by_one_of_three_callers");
    char *svg = output_of(
        text_make("'%s' export --dot '%s' | dot -Tsvg", subject.timerleak, subject.recording));

    expect_part(svg, "<svg ");
    expect_part(svg, "connect_to_server");
    free(svg);
    subject_forget(&subject);
}
