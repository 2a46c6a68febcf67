/*
 * A binary from before glibc 2.3.3, whose timer ids are ints: it calls other symbol versions. A
 * shim that answers it with a timer_t writes over the int beside the id.
 */
#include "support/timers.h"
#include "support/transparency.h"

#ifdef __x86_64__
__asm__(".symver old_timer_create, timer_create@GLIBC_2.2.5");
__asm__(".symver old_timer_settime, timer_settime@GLIBC_2.2.5");
__asm__(".symver old_timer_gettime, timer_gettime@GLIBC_2.2.5");
__asm__(".symver old_timer_getoverrun, timer_getoverrun@GLIBC_2.2.5");
__asm__(".symver old_timer_delete, timer_delete@GLIBC_2.2.5");
#endif
int old_timer_create(clockid_t clock, struct sigevent *event, int *timer);
int old_timer_settime(int timer, int flags, const struct itimerspec *when, struct itimerspec *old);
int old_timer_gettime(int timer, struct itimerspec *left);
int old_timer_getoverrun(int timer);
int old_timer_delete(int timer);

int main(void)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    struct itimerspec hour = once(AN_HOUR), left = {0};
    struct {
        int timer, neighbour;
    } ids[3];
    timer_t zero; /* glibc takes a table entry that holds the kernel's timer 0 for a free one */
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &zero) || timer_delete(zero), "timer_create");
    for (int turn = 0; turn < 3; turn++) {
        ids[turn].neighbour = 4711;
        // expect: posix held created=3 released=1 armed=3 stopped=1 never-fired=2
        int failed = old_timer_create(CLOCK_MONOTONIC, &quiet, &ids[turn].timer);
        printf("create %d: id %d, neighbour %d\n", failed, ids[turn].timer, ids[turn].neighbour);
        printf("settime %d\n", old_timer_settime(ids[turn].timer, 0, &hour, NULL));
        printf("gettime %d\n", old_timer_gettime(ids[turn].timer, &left));
        printf("hour %s\n", left.it_value.tv_sec > 3500 ? "left" : "lost");
        printf("overrun %d\n", old_timer_getoverrun(ids[turn].timer));
    }
    printf("delete %d\n", old_timer_delete(ids[1].timer));
    printf("again %d\n", old_timer_delete(ids[1].timer));
    print_process_facts();
    return 0;
}
