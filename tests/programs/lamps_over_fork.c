/* What a library keeps in its memory a child has too: it goes on with these timers as its own. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "support/lamps.h"

#define LIT 3

int main(void)
{
    struct lamp *all[LIT];
    int status;
    for (volatile int i = 0; i < LIT; i++) { /* volatile: not unrolled, it is one site */
        // expect: lamp/red held created=3 live=3 never-fired=3
        // expect@child: lamp/red held created=0 inherited=3 released=1 never-fired=2
        all[i] = lamp_light();
    }
    // expect-process@child: created=1 live=3
    if (fork() == 0) {
        lamp_free(all[1]);
        // expect@child: lamp/red held created=1 never-fired=1
        lamp_light();
        exit(7);
    }
    wait(&status);
    printf("the child exited with %d\n", WEXITSTATUS(status));
    return 0;
}
