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

SITE guint after(guint ms, work what)
{
    // expect: glib held created=4 armed=4 fired>=2 stopped=2 released=2 never-fired=1
    // never-stopped=1
    return g_timeout_add_full(G_PRIORITY_DEFAULT, ms, run_work, new work(std::move(what)),
                              forget_work);
}
} // namespace

int main()
{
    int called = 0;
    after(1, [&] {
        called++;
        return false;
    });
    run_until(nullptr, &called, 1);
    after(1, []() -> bool { throw std::runtime_error("out of the callback"); });
    try {
        for (;;)
            g_main_context_iteration(nullptr, TRUE);
    } catch (const std::exception &thrown) {
        printf("caught: %s\n", thrown.what());
    }
    after(AN_HOUR, [] { return true; });
    after(1, [&] {
        called++;
        after(AN_HOUR, [] { return true; });
        return false;
    });
    run_until(nullptr, &called, 2);
    return 0;
}
