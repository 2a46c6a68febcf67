// family: qt
// expect-no-recording
/* Asks for a name that two libraries of one object have, of which none is there; and forks. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int status = 0;
    pid_t child;

    printf("%p\n", dlsym(RTLD_DEFAULT, "_ZN7QObject9killTimerEi"));
    child = fork();
    if (child == 0)
        _exit(0);
    waitpid(child, &status, 0);
    printf("child %d\n", status);
    return 0;
}
