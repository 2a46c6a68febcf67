/*
 * Whatever a program does, if it makes no timer it leaves nothing: not when its recording was
 * begun, as before a call that gives up rights, not by its children, and not by what it was before
 * an exec.
 */
// expect-no-recording
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int do_end(int argc, char **argv)
{
    if (setegid(getegid()) || argc > 2)
        return 1;
    if (argc == 2)
        return 7;
    execl("/nonexistent/program", argv[0], NULL);
    execl("/proc/self/exe", argv[0], "again", NULL);
    return 1;
}

int main(int argc, char **argv)
{
    int status = 0;
    if (fork() == 0)
        _exit(setegid(getegid()));
    wait(&status);
    printf("%d\n", WEXITSTATUS(status));
    fflush(stdout);
    return do_end(argc, argv);
}
