/*
 * page.c - the commands `timerleak html` and `timerleak web`: the report as one page, in a file, or
 * served and read anew each time it is asked for.
 */
#include "cli/input.h"
#include "cli/listening.h"
#include "commands/commands.h"

#include "base/errors.h"
#include "base/memory.h"
#include "exports/exports.h"

#include <microhttpd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct html_options page_options(const struct input *input, const char *nonce)
{
    const struct settings *settings = &input->settings;
    return (struct html_options){.nonce = nonce,
                                 .paths = {settings->source_path, settings->trim_path,
                                           symbols_portable(input->profile->symbols)},
                                 .files = input->paths,
                                 .file_count = input->path_count,
                                 .base = settings->base ? settings->base : settings->diff_base,
                                 .subtract = settings->base != NULL};
}

/* ---- in a file ---- */

static int page_fail(const char *what)
{
    complain("%s", what);
    return EXIT_UNREADABLE;
}

void serve_html(const struct command *command, struct input *input)
{
    char nonce[HTML_NONCE_SIZE];
    const struct html_options options = page_options(input, nonce);
    (void)command;
    if (html_nonce(nonce))
        html_write(input->output, input->profile, &options);
    else
        input->status = page_fail("the system gives no random numbers");
}

int command_html(const struct command *command, int argc, char **argv)
{
    const struct input_needs needs = {
        .options = command->options, .timers = true, .histories = true};
    struct input input;
    if (!input_parse(&input, argc, argv, &needs))
        return input.status;
    if (!command_fits_output(command, &input))
        return input_refuse(&input);
    if (!input_load(&input))
        return input.status;
    serve_html(command, &input);
    return input_close(&input);
}

/* ---- served ---- */

#define MOST_CONNECTIONS 32
#define MOST_SILENT (MOST_CONNECTIONS / 2)

struct server {
    const struct input_needs *needs;
    int argc;
    char **argv;   /* of the command */
    char **parsed; /* for a copy of that: parsing reorders it, and inputs point to it */
    char token[HTML_NONCE_SIZE]; /* only who knows it gets the page */
    /* Of all connections, those that have asked for nothing yet, the oldest first. */
    struct MHD_Connection *silent[MOST_SILENT];
    size_t silent_count;
};

struct text_page {
    char *text;
    size_t size;
};

/* Reads the recordings as they are now; each time, for their processes may still run. */
static bool page_open_recordings(const struct server *server, struct input *input)
{
    memcpy(server->parsed, server->argv, (size_t)server->argc * sizeof(*server->argv));
    return input_open(input, server->argc, server->parsed, server->needs);
}

static bool page_make(const struct server *server, const char *nonce, struct text_page *page)
{
    struct input input;
    if (!page_open_recordings(server, &input))
        return false;
    struct html_options options = page_options(&input, nonce);
    options.served = true;
    FILE *to = memory_stream(&page->text, &page->size);
    bool written = html_write(to, input.profile, &options);
    if (fclose(to) != 0 || !written) {
        free(page->text);
        written = false;
    }
    input_close(&input);
    return written;
}

/* ---- answers ---- */

static void page_add_headers(struct MHD_Response *response, const char *type, const char *nonce)
{
    char policy[256];
    snprintf(policy, sizeof(policy),
             "default-src 'none'; style-src 'nonce-%s'; script-src 'nonce-%s'; connect-src 'self'; "
             "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
             nonce, nonce);
    MHD_add_response_header(response, "Connection", "close");
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "Content-Security-Policy", policy);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "X-Frame-Options", "DENY");
    MHD_add_response_header(response, "Allow", "GET, HEAD");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
}

static enum MHD_Result page_answer(struct MHD_Connection *connection, unsigned status,
                                   struct MHD_Response *response, const char *type,
                                   const char *nonce)
{
    if (!response)
        return MHD_NO;
    page_add_headers(response, type, nonce);
    enum MHD_Result queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

/* A constant text. */
static enum MHD_Result page_refuse(struct MHD_Connection *connection, unsigned status,
                                   const char *text)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
    return page_answer(connection, status, response, "text/plain; charset=utf-8", "");
}

static enum MHD_Result page_serve(const struct server *server, struct MHD_Connection *connection)
{
    char nonce[HTML_NONCE_SIZE];
    struct text_page page;
    if (!html_nonce(nonce) || !page_make(server, nonce, &page))
        return page_refuse(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                           "The recording can't be read now: timerleak says why where it runs.\n");
    struct MHD_Response *response =
        MHD_create_response_from_buffer(page.size, page.text, MHD_RESPMEM_MUST_FREE);
    return page_answer(connection, MHD_HTTP_OK, response, "text/html; charset=utf-8", nonce);
}

/* ---- connections ---- */

static void connection_forget_silent(struct server *server, const struct MHD_Connection *connection)
{
    size_t kept = 0;
    for (size_t i = 0; i < server->silent_count; i++) {
        if (server->silent[i] != connection)
            server->silent[kept++] = server->silent[i];
    }
    server->silent_count = kept;
}

/* It is closed as if its other end had done so. */
static void connection_drop(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info)
        shutdown(info->connect_fd, SHUT_RDWR);
}

/*
 * Each asks once, and is closed when it is answered. Those that don't ask would keep all others out
 * until their time is over: the oldest makes room for the next.
 */
static void connection_note(void *context, struct MHD_Connection *connection, void **state,
                            enum MHD_ConnectionNotificationCode what)
{
    struct server *server = context;
    (void)state;
    if (what != MHD_CONNECTION_NOTIFY_STARTED) {
        connection_forget_silent(server, connection);
        return;
    }
    if (server->silent_count == MOST_SILENT) {
        connection_drop(server->silent[0]);
        connection_forget_silent(server, server->silent[0]);
    }
    server->silent[server->silent_count++] = connection;
}

/* "/TOKEN/". How long it takes tells nothing of where the first difference is. */
static bool page_knows_token(const struct server *server, const char *url)
{
    char wanted[HTML_NONCE_SIZE + 2];
    size_t length = (size_t)snprintf(wanted, sizeof(wanted), "/%s/", server->token);
    unsigned char difference = 0;
    if (strlen(url) != length)
        return false;
    for (size_t i = 0; i < length; i++)
        difference |= (unsigned char)(url[i] ^ wanted[i]);
    return difference == 0;
}

static enum MHD_Result page_handle(void *context, struct MHD_Connection *connection,
                                   const char *url, const char *method, const char *version,
                                   const char *data, size_t *size, void **state)
{
    struct server *server = context;
    (void)version;
    (void)data;
    (void)size;
    (void)state;
    connection_forget_silent(server, connection);
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return page_refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "Only GET.\n");
    if (!page_knows_token(server, url))
        return page_refuse(
            connection, MHD_HTTP_NOT_FOUND,
            "There is nothing here: the address that timerleak printed is longer.\n");
    return page_serve(server, connection);
}

/* ---- the command ---- */

/* Until SIGINT or SIGTERM, which are blocked before any thread starts: all inherit that. */
static int page_serve_until_told(struct server *server, int file, const char *address)
{
    sigset_t ends, before;
    int told;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, &before);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_AUTO_INTERNAL_THREAD, 0, NULL, NULL, page_handle, server,
                         MHD_OPTION_LISTEN_SOCKET, file, MHD_OPTION_CONNECTION_TIMEOUT, 30u,
                         MHD_OPTION_CONNECTION_LIMIT, (unsigned)MOST_CONNECTIONS,
                         MHD_OPTION_NOTIFY_CONNECTION, connection_note, server, MHD_OPTION_END);
    if (!daemon) {
        close(file);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        return page_fail("the server could not be started");
    }
    printf("http://%s/%s/\n", address, server->token);
    if (fflush(stdout) == 0)
        sigwait(&ends, &told);
    MHD_stop_daemon(daemon);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return EXIT_OK;
}

static int page_run(struct server *server)
{
    char address[LISTENING_ADDRESS_SIZE], error[ERROR_SIZE];
    struct input input;
    if (!page_open_recordings(server, &input))
        return input.status;
    const char *where = input.settings.http;
    int status = input_close(&input);
    if (!html_nonce(server->token))
        return page_fail("the system gives no random numbers");
    int file = listening_open(where, address, error);
    if (file < 0) {
        page_fail(error);
        return EXIT_USAGE;
    }
    int served = page_serve_until_told(server, file, address);
    return served == EXIT_OK ? status : served;
}

int command_web(const struct command *command, int argc, char **argv)
{
    const struct input_needs needs = {
        .options = command->options, .timers = true, .histories = true};
    struct server server = {.needs = &needs,
                            .argc = argc,
                            .argv = argv,
                            .parsed = memory_new((size_t)argc + 1, sizeof(*argv))};
    int status = page_run(&server);
    free(server.parsed);
    return status;
}
