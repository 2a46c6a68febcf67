// link: -lgotime
/* The header in C++, all of it that is more than a function. */
#include <cstdio>
#include <gotime/gotime.h>

namespace
{
struct Timeout {
    // expect: gotime/timer clean created=1 armed=1 fired=1 released=1 inlined=yes
    explicit Timeout(int64_t duration) : timer(gt_timer_new(duration))
    {
    }
    ~Timeout()
    {
        gt_timer_free(timer);
    }
    gt_timer timer;
};
} // namespace

int main()
{
    gt_func quiet = {};
    gt_chan signals = gt_chan_make(0, 1);
    int64_t when = 0;
    Timeout timeout(GT_MILLISECOND);
    gt_case cases[] = {
        GT_CASE_RECV(gt_timer_chan(timeout.timer), &when),
        GT_CASE_RECV(signals, nullptr),
    };
    quiet.function = [](void *) {};
    quiet.name = "quiet";
    quiet.flags = GT_AUTOFREE | GT_INLINE;
    // expect: gotime/func held created=1 armed=1 never-fired=1
    gt_after_func_with(GT_HOUR, &quiet);
    int chosen = gt_select(cases, sizeof cases / sizeof *cases);
    std::printf("%d, %s\n", chosen, when > 0 && when <= gt_now() ? "in time" : "when?");
    gt_chan_free(signals);
    return 0;
}
