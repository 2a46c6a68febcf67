// library: pc:glib-2.0
// family: glib
// Callbacks that throw, through GLib's frames, and closures of C++ as data.
#include <functional>
#include <stdexcept>
#include "support/glib.h"

namespace
{
using work = std::function<bool()>;

gboolean run_work(gpointer data)
{
    return (*static_cast<work *>(data))();
}

void forget_work(gpointer data)
{
    delete static_cast<work *>(data);
    printf("forgotten\n");
}

gboolean call_out(gpointer)
{
    throw std::runtime_error("out of the callback");
}
} // namespace

int main()
{
    int called = 0;
    // expect: glib clean created=1 armed=1 fired=1 stopped=1 released=1
    g_timeout_add_full(G_PRIORITY_DEFAULT, 1, run_work, new work([&] {
                           called++;
                           // expect: glib held created=1 armed=1 never-fired=1
                           g_timeout_add_full(G_PRIORITY_DEFAULT, AN_HOUR, run_work,
                                              new work([] { return true; }), forget_work);
                           return false;
                       }),
                       forget_work);
    run_until(nullptr, &called, 1);
    // expect: glib held created=1 armed=1 fired=1 stopped=0 never-stopped=1
    g_timeout_add(1, call_out, nullptr);
    try {
        for (;;)
            g_main_context_iteration(nullptr, TRUE);
    } catch (const std::exception &thrown) {
        printf("caught: %s\n", thrown.what());
    }
    // expect: glib clean created=1 armed=1 fired=1 stopped=1 released=1
    g_timeout_add(1, count_and_end, &called);
    run_until(nullptr, &called, 2);
    return 0;
}
