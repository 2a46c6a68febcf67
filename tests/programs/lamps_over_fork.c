/* What a library keeps in its memory a child has too: it goes on with these timers as its own. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "support/lamps.h"

#define MANY 1000

int main(void)
{
    struct lamp *all[MANY];
    int status;
    for (int i = 0; i < MANY; i++) {
        // expect: lamp/red leak created=1000 live=1000 never-fired=1000
        // expect@child: lamp/red held created=0 inherited=1000 released=400 never-fired=600
        all[i] = lamp_light();
    }
    // expect-process@child: created=1 live=601
    if (fork() == 0) {
        for (int i = 0; i < 400; i++)
            lamp_free(all[i]);
        // expect@child: lamp/red held created=1 never-fired=1
        lamp_light();
        exit(7);
    }
    wait(&status);
    printf("the child exited with %d\n", WEXITSTATUS(status));
    return 0;
}
