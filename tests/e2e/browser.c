#include "browser.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"

#define HANGS (120 * 1000) /* ms without a message, longer than anything takes */
#define READ_SIZE 65536

struct browser {
    pid_t pid;
    int to, from;
    long long calls;
    char *session; /* of the page, once there is one */
    char *files;
    char *received; /* not yet a whole message */
    size_t length;
    bool loaded; /* since the last visit */
    char *errors;
};

/* ---- messages: JSON with a NUL after it ---- */

static void browser_send(struct browser *browser, json_t *message)
{
    char *text = json_dumps(message, JSON_COMPACT);
    size_t left = strlen(text) + 1;

    for (const char *at = text; left > 0;) {
        ssize_t written = write(browser->to, at, left);
        cr_assert(written > 0, "the browser does not listen");
        at += written;
        left -= (size_t)written;
    }
    free(text);
    json_decref(message);
}

static void read_more(struct browser *browser)
{
    struct pollfd ready = {browser->from, POLLIN, 0};

    cr_assert(poll(&ready, 1, HANGS) == 1, "the browser says nothing");
    browser->received = realloc(browser->received, browser->length + READ_SIZE);
    ssize_t got = read(browser->from, browser->received + browser->length, READ_SIZE);
    cr_assert(got > 0, "the browser has ended");
    browser->length += (size_t)got;
}

static json_t *browser_receive(struct browser *browser)
{
    json_error_t error;
    char *end;

    while (!browser->received || !(end = memchr(browser->received, '\0', browser->length)))
        read_more(browser);
    json_t *message = json_loads(browser->received, 0, &error);
    cr_assert(message, "%s in what the browser said", error.text);
    size_t taken = (size_t)(end - browser->received) + 1;
    browser->length -= taken;
    memmove(browser->received, end + 1, browser->length);
    return message;
}

static void note_error(struct browser *browser, const json_t *said)
{
    char *text = json_dumps(said, JSON_INDENT(1)), *all;

    all = text_make("%s%s\n", browser->errors, text);
    free(browser->errors);
    free(text);
    browser->errors = all;
}

static void take_event(struct browser *browser, const json_t *message)
{
    const char *method = json_string_value(json_object_get(message, "method"));
    const json_t *params = json_object_get(message, "params");

    if (!method)
        return;
    if (strcmp(method, "Page.loadEventFired") == 0)
        browser->loaded = true;
    if (strcmp(method, "Runtime.exceptionThrown") == 0 || strcmp(method, "Log.entryAdded") == 0)
        note_error(browser, params);
}

/* Calls a method and returns its result, which the caller releases. Takes over `params`. */
static json_t *browser_call(struct browser *browser, const char *method, json_t *params)
{
    json_t *call = json_pack("{sIssso}", "id", (json_int_t)++browser->calls, "method", method,
                             "params", params);

    if (browser->session)
        json_object_set_new(call, "sessionId", json_string(browser->session));
    browser_send(browser, call);
    for (;;) {
        json_t *message = browser_receive(browser);
        if (json_integer_value(json_object_get(message, "id")) == browser->calls) {
            json_t *result = json_incref(json_object_get(message, "result"));
            cr_assert(
                result, "%s: %s", method,
                json_string_value(json_object_get(json_object_get(message, "error"), "message")));
            json_decref(message);
            return result;
        }
        take_event(browser, message);
        json_decref(message);
    }
}

static void browser_do(struct browser *browser, const char *method, json_t *params)
{
    json_decref(browser_call(browser, method, params));
}

/* ---- its life ---- */

static const char *browser_program(void)
{
    static const char *const programs[] = {"/usr/bin/chromium", "/usr/bin/chromium-browser",
                                           "/usr/bin/google-chrome"};

    for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
        if (access(programs[i], X_OK) == 0)
            return programs[i];
    return NULL;
}

/* It reads at descriptor 3 and writes at 4. */
static void become(const char *program, const char *files, int in, int out)
{
    char *directory = text_make("--user-data-dir=%s", files);
    int null = open("/dev/null", O_RDWR);

    setpgid(0, 0);
    in = fcntl(in, F_DUPFD, 10);
    out = fcntl(out, F_DUPFD, 10);
    dup2(null, 0);
    dup2(null, 1);
    dup2(null, 2);
    dup2(in, 3);
    dup2(out, 4);
    closefrom(5);
    /* Root may not have its sandbox; all that it shows here is ours. */
    execl(program, program, "--headless", "--no-sandbox", "--disable-gpu",
          "--disable-dev-shm-usage", "--disable-breakpad", "--no-first-run",
          "--window-size=1200,800", directory, "--remote-debugging-pipe", "about:blank",
          (char *)NULL);
    _exit(127);
}

static void attach(struct browser *browser)
{
    json_t *made =
        browser_call(browser, "Target.createTarget", json_pack("{ss}", "url", "about:blank"));
    json_t *attached = browser_call(
        browser, "Target.attachToTarget",
        json_pack("{sOsb}", "targetId", json_object_get(made, "targetId"), "flatten", 1));

    browser->session = strdup(json_string_value(json_object_get(attached, "sessionId")));
    json_decref(made);
    json_decref(attached);
    browser_do(browser, "Page.enable", json_object());
    browser_do(browser, "Runtime.enable", json_object());
    browser_do(browser, "Log.enable", json_object());
}

struct browser *browser_open(const char *directory)
{
    const char *program = browser_program();
    int in[2], out[2];

    if (!program)
        return NULL;
    struct browser *browser = calloc(1, sizeof(*browser));
    browser->files = text_make("%s/browser", directory);
    browser->errors = strdup("");
    cr_assert(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
    browser->pid = fork();
    cr_assert(browser->pid >= 0);
    if (browser->pid == 0)
        become(program, browser->files, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    browser->to = in[1];
    browser->from = out[0];
    attach(browser);
    return browser;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

void browser_close(struct browser *browser)
{
    free(browser->session);
    browser->session = NULL;
    browser_do(browser, "Browser.close", json_object());
    waitpid(browser->pid, NULL, 0);
    close(browser->to);
    close(browser->from);
    nftw(browser->files, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(browser->files);
    free(browser->received);
    free(browser->errors);
    free(browser);
}

/* ---- what is done with it ---- */

void browser_visit(struct browser *browser, const char *url)
{
    browser->loaded = false;
    browser_do(browser, "Page.navigate", json_pack("{ss}", "url", url));
    while (!browser->loaded) {
        json_t *message = browser_receive(browser);
        take_event(browser, message);
        json_decref(message);
    }
}

char *browser_value(struct browser *browser, const char *expression)
{
    json_t *result = browser_call(
        browser, "Runtime.evaluate",
        json_pack("{sssbsb}", "expression", expression, "returnByValue", 1, "awaitPromise", 1));
    const json_t *value = json_object_get(json_object_get(result, "result"), "value");

    cr_assert(value, "%s has no value", expression);
    char *text = json_is_string(value) ? strdup(json_string_value(value))
                                       : json_dumps(value, JSON_ENCODE_ANY);
    json_decref(result);
    return text;
}

long long browser_number(struct browser *browser, const char *expression)
{
    char *text = browser_value(browser, expression), *end;
    long long number = strtoll(text, &end, 10);

    cr_assert(*text && !*end, "%s is \"%s\"", expression, text);
    free(text);
    return number;
}

void browser_expect(struct browser *browser, long long expected, const char *format, ...)
{
    va_list arguments;
    char *expression = NULL;

    va_start(arguments, format);
    cr_assert(vasprintf(&expression, format, arguments) > 0);
    va_end(arguments);
    long long value = browser_number(browser, expression);
    cr_expect_eq(value, expected, "%s is %lld, and not %lld", expression, value, expected);
    free(expression);
}

void browser_resize(struct browser *browser, int width)
{
    browser_do(browser, "Emulation.setDeviceMetricsOverride",
               json_pack("{sisisisb}", "width", width, "height", 800, "deviceScaleFactor", 1,
                         "mobile", 0));
}

static void mouse(struct browser *browser, const char *type, double x, double y)
{
    browser_do(
        browser, "Input.dispatchMouseEvent",
        json_pack("{sssfsfsssi}", "type", type, "x", x, "y", y, "button", "left", "clickCount", 1));
}

/* Of the first element that matches, once it is in sight. */
struct box {
    double x, y, width, height;
};

static struct box box_of(struct browser *browser, const char *selector)
{
    struct box box;
    json_t *text = json_string(selector);
    char *quoted = json_dumps(text, JSON_ENCODE_ANY);
    /* Where it was scrolled to, the pointer finds it once that was drawn. */
    char *expression = text_make("(async () => { const one = document.querySelector(%s);"
                                 "one.scrollIntoView({ block: 'center' });"
                                 "await new Promise(done => requestAnimationFrame("
                                 "() => requestAnimationFrame(done)));"
                                 "const box = one.getBoundingClientRect();"
                                 "return `${box.x} ${box.y} ${box.width} ${box.height}`; })()",
                                 quoted);
    char *place = browser_value(browser, expression);

    cr_assert(sscanf(place, "%lf %lf %lf %lf", &box.x, &box.y, &box.width, &box.height) == 4,
              "%s is %s", selector, place);
    json_decref(text);
    free(quoted);
    free(expression);
    free(place);
    return box;
}

void browser_click(struct browser *browser, const char *selector)
{
    struct box box = box_of(browser, selector);
    double x = box.x + box.width / 2, y = box.y + box.height / 2;

    mouse(browser, "mouseMoved", x, y);
    mouse(browser, "mousePressed", x, y);
    mouse(browser, "mouseReleased", x, y);
}

void browser_drag(struct browser *browser, const char *selector, double from, double to)
{
    struct box box = box_of(browser, selector);
    double y = box.y + box.height / 2;

    mouse(browser, "mouseMoved", box.x + from * box.width, y);
    mouse(browser, "mousePressed", box.x + from * box.width, y);
    mouse(browser, "mouseMoved", box.x + to * box.width, y);
    mouse(browser, "mouseReleased", box.x + to * box.width, y);
}

void browser_key(struct browser *browser, const char *key)
{
    const char *const types[] = {"keyDown", "keyUp"};

    for (size_t i = 0; i < 2; i++)
        browser_do(browser, "Input.dispatchKeyEvent",
                   json_pack("{ssss}", "type", types[i], "key", key));
}

void browser_type(struct browser *browser, const char *text)
{
    browser_do(browser, "Input.insertText", json_pack("{ss}", "text", text));
}

const char *browser_errors(const struct browser *browser)
{
    return browser->errors;
}
