/* `timerleak doctor`: as it is run, on what the build made. */
#include <criterion/criterion.h>
#include <arpa/inet.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command.h"
#include "preloaded.h"
#include "subject.h"

static struct outcome doctor(const char *argument, const char *variable)
{
    char *timerleak = built("timerleak");
    const char *const argv[] = {timerleak, "doctor", argument, NULL};
    const char *const environment[] = {variable, NULL};
    struct outcome outcome = command_run(&(struct command){argv, environment, NULL});

    free(timerleak);
    return outcome;
}

/* It ends with that status and prints these parts, each of which may be NULL. */
static void expect_doctor(const char *argument, const char *variable, int code, const char *first,
                          const char *second)
{
    struct outcome outcome = doctor(argument, variable);

    cr_expect_eq(outcome_code(&outcome), code, "doctor %s ends with %d:\n%s%s",
                 argument ? argument : "", outcome_code(&outcome), outcome.out, outcome.err);
    if (first)
        expect_part(outcome.out, first);
    if (second)
        expect_part(outcome.out, second);
    outcome_forget(&outcome);
}

Test(doctor, machine_that_passes_the_tests_is_ready, .timeout = 60)
{
    expect_doctor(NULL, NULL, 0, "  ok    a trial run was recorded, and could be read\n",
                  "\nReady");
}

Test(doctor, programs, .timeout = 120)
{
    char *fixed = program_path("static_program"), *leaky = program_path("timerfd_reads");

    expect_doctor("/bin/true", NULL, 0, "  ok    /bin/true can be recorded\n", "\nReady");
    expect_doctor(leaky, NULL, 0, "functions, files and lines are known\n",
                  "the program (timerfd_create");
    expect_doctor(fixed, NULL, 1, "is linked statically",
                  "\nNot ready: 1 thing prevents recording");
    expect_doctor("/no/such/program", NULL, 1, "/no/such/program does not exist", NULL);
    free(fixed);
    free(leaky);
}

Test(doctor, setuid_program, .timeout = 60)
{
    if (geteuid() != 0)
        cr_skip_test("only root can make files of other users");
    char *directory = directory_make(), *path = text_make("%s/setuid", directory);

    free(output_of(
        text_make("cp /bin/true '%s' && chown 65534 '%s' && chmod 4755 '%s'", path, path, path)));
    expect_doctor(path, NULL, 1, "is setuid or setgid", "record a copy");
    directory_remove(directory);
    free(path);
}

Test(doctor, environment, .timeout = 60)
{
    expect_doctor(NULL, "TIMERLEAK_OUPUT=x", 0, "Did you mean TIMERLEAK_OUTPUT?", " to mend.\n");
    expect_doctor(NULL, "TIMERLEAK_SHIM=/no/such.so", 1, "TIMERLEAK_SHIM=/no/such.so is no",
                  "\nNot ready");
    expect_doctor(NULL, "TIMERLEAK_SHIM=/etc/passwd", 1, "ld.so: object '/etc/passwd'",
                  "\nNot ready");
}

/* Found first, and of no use: the shim falls back, and the doctor learns it from the trial. */
Test(doctor, libunwind_that_the_shim_can_not_use, .timeout = 60)
{
    char *directory = directory_make(), *path = text_make("LD_LIBRARY_PATH=%s", directory);

    free(output_of(text_make("echo 'int nothing;' | cc -shared -fPIC -x c - -o '%s/libunwind.so.8'",
                             directory)));
    expect_doctor(NULL, path, 0, "  mend  libgcc takes them", "the shim can't use it");
    directory_remove(directory);
    free(path);
}

/* A server that nobody asks: a look-up may take minutes, and is left to the report. */
Test(doctor, no_server_is_asked, .timeout = 60)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char *directory = directory_make(), *path = text_make("%s/stripped", directory);

    cr_assert(bind(server, (struct sockaddr *)&address, size) == 0 && listen(server, 1) == 0);
    cr_assert_eq(getsockname(server, (struct sockaddr *)&address, &size), 0);
    free(output_of(text_make("echo 'int main(void) { return 0; }' | cc -s -x c - -o '%s'", path)));
    char *urls = text_make("DEBUGINFOD_URLS=http://127.0.0.1:%d", ntohs(address.sin_port));
    expect_doctor(path, urls, 0, "it is stripped", NULL);
    cr_expect_eq(poll(&(struct pollfd){server, POLLIN, 0}, 1, 0), 0, "the server was asked");
    close(server);
    directory_remove(directory);
    free(path);
    free(urls);
}

Test(doctor, json, .timeout = 60)
{
    struct outcome outcome = doctor("--json", NULL);
    json_t *whole = json_loads(outcome.out, 0, NULL), *remarks, *remark;
    size_t i;

    cr_assert(whole, "%s", outcome.out);
    remarks = json_object_get(whole, "remarks");
    cr_expect(json_is_true(json_object_get(whole, "ready")));
    cr_expect_geq(json_array_size(remarks), 8);
    json_array_foreach(remarks, i, remark)
    {
        cr_expect(json_is_string(json_object_get(remark, "group")));
        cr_expect(json_is_string(json_object_get(remark, "health")));
        cr_expect(json_is_string(json_object_get(remark, "text")));
    }
    json_decref(whole);
    outcome_forget(&outcome);
}

Test(doctor, wrong_option, .timeout = 60)
{
    expect_doctor("--no-such-option", NULL, 2, NULL, NULL);
}
