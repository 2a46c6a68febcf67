/* Every way to be told of an expiration; each timer fires once or more and is deleted. */
#include <semaphore.h>
#include <sys/syscall.h>
#include "support/timers.h"
#include "support/transparency.h"

#define THREAD_OF(event) ((event)._sigev_un._tid)

static sem_t called;

static void on_expiry(union sigval value)
{
    if (value.sival_int == 3)
        sem_post(&called);
}

static const char *next_signal(sigset_t *signals)
{
    return sigwaitinfo(signals, NULL) == SIGUSR1 ? "SIGUSR1" : "another";
}

int main(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    sem_init(&called, 0, 0);
    struct sigevent none = {.sigev_notify = SIGEV_NONE};
    struct sigevent to_signal = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct sigevent to_me = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
    THREAD_OF(to_me) = (pid_t)syscall(SYS_gettid);
    struct sigevent to_thread = {.sigev_notify = SIGEV_THREAD,
                                 .sigev_notify_function = on_expiry,
                                 .sigev_value.sival_int = 3};
    timer_t timers[4];
    // expect: posix clean created=1 released=1 armed=1 fired=1 stopped=0
    fail_if(timer_create(CLOCK_MONOTONIC, &none, &timers[0]), "SIGEV_NONE");
    // expect: posix clean created=1 released=1 armed=1 fired=1 stopped=0
    fail_if(timer_create(CLOCK_MONOTONIC, &to_signal, &timers[1]), "SIGEV_SIGNAL");
    // expect: posix clean created=1 released=1 armed=1 fired=1 stopped=0
    fail_if(timer_create(CLOCK_REALTIME, &to_me, &timers[2]), "SIGEV_THREAD_ID");
    // expect: posix clean created=1 released=1 armed=1 fired=1 stopped=0
    fail_if(timer_create(CLOCK_MONOTONIC, &to_thread, &timers[3]), "SIGEV_THREAD");
    arm_timer(timers[0], once(1));
    arm_timer(timers[1], once(1));
    printf("%s\n", next_signal(&signals));
    arm_timer(timers[2], once(1));
    printf("%s\n", next_signal(&signals));
    arm_timer(timers[3], once(1));
    sem_wait(&called);
    let_pass(30);
    for (int i = 0; i < 4; i++)
        printf("delete %d\n", timer_delete(timers[i]));
    print_process_facts();
    return 0;
}
