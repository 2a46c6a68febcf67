/*
 * A program becomes itself again and again, and makes two timers each time that are not
 * close-on-exec: each next image has two more that it never touches. One is handed on on purpose:
 * each image asks it. All of them count once, where they were made.
 */
// needs: clean end: an image ends by becoming the next
#include "support/timers.h"

#define IMAGES 4

/* The images are called 1, 2, 3, and 4. */
static void become(const char *program, int image, int asked)
{
    char next[12], number[12];
    snprintf(next, sizeof next, "%d", image + 1);
    snprintf(number, sizeof number, "%d", asked);
    execl("/proc/self/exe", program, next, number, NULL);
    exit(97);
}

int main(int argc, char **argv)
{
    struct itimerspec left;
    int image = argc > 1 ? atoi(argv[1]) : 1, asked = argc > 2 ? atoi(argv[2]) : -1;
    // expect-process: created=3 inherited=0 live=3 passed-on=0 end=execed
    // expect-process@2: created=2 inherited=3 live=5 passed-on=2 end=execed
    // expect-process@3: created=2 inherited=5 live=7 passed-on=4 end=execed
    // expect-process@4: created=2 inherited=7 live=9 passed-on=6
    // expect-process@together: created=9 inherited=0 released=0 live=9 peak=9 passed-on=6
    if (image == 1)
        // expect: timerfd held created=1 never-fired=1
        // expect@2: timerfd held inherited=1 armed=0 never-fired=1
        // expect@3: timerfd held inherited=1 armed=0 never-fired=1
        // expect@4: timerfd held inherited=1 armed=0 never-fired=1
        // expect@together: timerfd held created=1 live=1 armed=1 never-fired=1
        asked = timerfd_create(CLOCK_MONOTONIC, 0);
    if (image == 1)
        arm_timerfd(asked, once(AN_HOUR));
    fail_if(timerfd_gettime(asked, &left), "timerfd_gettime");
    for (int i = 0; i < 2; i++)
        // expect: timerfd held created=2 never-armed=2
        // expect@2: timerfd held created=2 inherited=2 passed-on=2 never-armed=4
        // expect@3: timerfd held created=2 inherited=4 passed-on=4 never-armed=6
        // expect@4: timerfd held created=2 inherited=6 passed-on=6 never-armed=8
        // expect@together: timerfd leak created=8 released=0 passed-on=6 never-armed=8
        fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
    if (image < IMAGES)
        become(argv[0], image, asked);
    return 0;
}
