// library: pc:libevent_extra
// link: -levent_core -levent_extra
// family: libevent
/* Events that other parts of libevent make are its own: a web server with timeouts, and its
 * clients. */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/dns.h>
#include <event2/http.h>
#include "support/libevent.h"

static int answers;

static void answer(struct evhttp_request *request, void *argument)
{
    (void)argument;
    evhttp_send_reply(request, HTTP_OK, "OK", NULL);
}

static void answered(struct evhttp_request *request, void *argument)
{
    (void)argument;
    answers += request && evhttp_request_get_response_code(request) == HTTP_OK;
}

int main(void)
{
    struct event_base *base = event_base_new();
    struct evhttp *server = evhttp_new(base);
    struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(server, "127.0.0.1", 0);
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    fail_if(!bound, "bind");
    getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &size);
    evhttp_set_timeout(server, 3600);
    evhttp_set_gencb(server, answer, NULL);
    for (int i = 0; i < 3; i++) {
        struct evhttp_connection *client =
            evhttp_connection_base_new(base, NULL, "127.0.0.1", ntohs(address.sin_port));
        evhttp_connection_set_timeout(client, 3600);
        evhttp_make_request(client, evhttp_request_new(answered, NULL), EVHTTP_REQ_GET, "/");
    }
    run_until(base, &answers, 3);
    // expect: libevent held created=1 armed=1 never-fired=1
    struct event *mine = evtimer_new(base, count, &answers);
    add_for(mine, AN_HOUR);
    // expect-process: created=1
    printf("answers %d\n", answers);
    return 0;
}
