/* The page served: to those who know its address, and anew while the recorded process runs. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "browser.h"
#include "command.h"
#include "preloaded.h"
#include "subject.h"

static struct running serve(const char *directory)
{
    char *timerleak = built("timerleak");
    const char *const argv[] = {timerleak, "web", directory, NULL};
    struct running running = command_start(&(struct command){.argv = argv});

    cr_assert(command_wait_for(&running, "\n"), "%s", running.err.text);
    free(timerleak);
    return running;
}

static char *url_of(const struct running *server)
{
    return strndup(server->out.text, strcspn(server->out.text, "\n"));
}

static void check_answers(struct browser *browser)
{
    static const char *const headers[][2] = {{"cache-control", "no-store"},
                                             {"x-content-type-options", "nosniff"},
                                             {"referrer-policy", "no-referrer"}};

    cr_expect_eq(browser_number(browser, "fetch('/').then(answer => answer.status)"), 404);
    cr_expect_eq(browser_number(browser, "fetch(location.pathname.replace(/[0-9a-f]\\/$/, "
                                         "last => (last[0] === '0' ? '1/' : '0/')))"
                                         ".then(answer => answer.status)"),
                 404);
    cr_expect_eq(browser_number(browser, "fetch(location.pathname, { method: 'POST' })"
                                         ".then(answer => answer.status)"),
                 405);
    for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
        char *expression = text_make(
            "fetch(location.pathname).then(answer => answer.headers.get('%s'))", headers[i][0]);
        char *value = browser_value(browser, expression);
        cr_expect_str_eq(value, headers[i][1]);
        free(expression);
        free(value);
    }
}

/* What the page shows as created, once it shows another number than that. */
static long long next_created(struct browser *browser, long long known)
{
    char *expression = text_make(
        "new Promise(done => { const look = () => {"
        "const facts = [...document.querySelectorAll('.fact')];"
        "const fact = facts.find(each => each.querySelector('dt').textContent === 'created');"
        "const created = Number(fact.querySelector('dd').textContent.replaceAll(',', ''));"
        "if (created !== %lld) done(created); };"
        "new MutationObserver(look).observe(document.querySelector('#summary'), "
        "{ childList: true }); look(); })",
        known);
    long long created = browser_number(browser, expression);

    free(expression);
    return created;
}

static void wait_for_end(struct browser *browser)
{
    free(browser_value(browser, "new Promise(done => { const freshness = "
                                "document.querySelector('#freshness'); const look = () => {"
                                "if (freshness.textContent === 'ended') done('yes'); };"
                                "new MutationObserver(look).observe(freshness, "
                                "{ childList: true }); look(); })"));
}

Test(web, follows_a_process_until_it_ends, .timeout = 300)
{
    char *directory = directory_make();
    struct browser *browser = browser_open(directory);

    if (!browser) {
        directory_remove(directory);
        cr_skip_test(NO_BROWSER);
    }
    struct running program = start_preloaded("churn_all_families", "1", "1", directory, NULL);
    cr_assert(command_wait_for(&program, "resting"));
    struct running server = serve(directory), churning;
    char *url = url_of(&server);
    cr_expect_eq(strncmp(url, "http://127.0.0.1:", 17), 0, "it serves at %s", url);
    browser_visit(browser, url);
    check_answers(browser);
    long long created = next_created(browser, -1);
    churning = start_preloaded("churn_all_families", "1", "100000", directory, NULL);
    cr_expect_gt(next_created(browser, created), created);
    kill(churning.pid, SIGKILL);
    kill(program.pid, SIGKILL);
    wait_for_end(browser);
    browser_close(browser);
    kill(server.pid, SIGINT);
    struct outcome served = command_finish(&server), outcome = command_finish(&churning);
    cr_expect_eq(outcome_code(&served), 0, "it ended with %d: %s", outcome_code(&served),
                 served.err);
    outcome_forget(&outcome);
    outcome = command_finish(&program);
    outcome_forget(&outcome);
    outcome_forget(&served);
    free(url);
    directory_remove(directory);
}

static int connect_to(const char *url)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    unsigned port = 0;
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert_eq(sscanf(url, "http://127.0.0.1:%u/", &port), 1, "%s", url);
    address.sin_port = htons((uint16_t)port);
    cr_assert_eq(connect(file, (struct sockaddr *)&address, sizeof(address)), 0);
    return file;
}

/* The first line of what it answers, after the server has read all before. */
static void expect_answer(const char *url, const char *request, const char *first)
{
    char answer[64] = "";
    int file = connect_to(url);

    cr_assert_eq(write(file, request, strlen(request)), (ssize_t)strlen(request));
    cr_assert_gt(recv(file, answer, strlen(first), MSG_WAITALL), 0);
    cr_expect_str_eq(answer, first);
    close(file);
}

/* Neither by saying nothing, nor by half a request; ten seconds are less than their time. */
Test(web, who_asks_for_nothing_keeps_nobody_out, .timeout = 10)
{
    enum { MANY = 100 };
    struct subject subject = subject_make("held_pool");
    struct running server = serve(subject.folder);
    int silent[MANY];
    char byte;
    char *url = url_of(&server), *path = strchr(url + 7, '/');
    char *request = text_make("GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);

    for (size_t i = 0; i < MANY; i++) {
        silent[i] = connect_to(url);
        if (i % 2 == 0)
            cr_assert_eq(write(silent[i], request, 10), 10);
    }
    expect_answer(url, request, "HTTP/1.1 200");
    expect_answer(url, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404");
    cr_expect_eq(read(silent[1], &byte, 1), 0, "the oldest are closed");
    for (size_t i = 0; i < MANY; i++)
        close(silent[i]);
    kill(server.pid, SIGINT);
    struct outcome outcome = command_finish(&server);
    cr_expect_eq(outcome_code(&outcome), 0);
    outcome_forget(&outcome);
    free(request);
    free(url);
    subject_forget(&subject);
}
