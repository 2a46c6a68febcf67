/* posix_spawn with file actions that move a timerfd, system() and popen(). */
#include <spawn.h>
#include <sys/wait.h>
#include "support/timers.h"
#include "support/transparency.h"

extern char **environ;

static int spawned_image(void)
{
    // expect-process@spawned: created=1 inherited=1 live=0
    // expect@spawned: timerfd clean created=1 released=1
    int own = timerfd_create(CLOCK_MONOTONIC, 0);
    printf("expirations %d\n", (int)expirations(50));
    printf("own %d, close %d %d\n", own, close(own), close(50));
    print_process_facts();
    return 12;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return spawned_image();
    closefrom(3);
    // expect: timerfd clean created=1 released=1 armed=1
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(fd, once(1));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fd, 50);
    posix_spawn_file_actions_addclose(&actions, fd);
    char *const arguments[] = {argv[0], "spawned", NULL};
    pid_t child;
    int status;
    fail_if(posix_spawn(&child, "/proc/self/exe", &actions, NULL, arguments, environ), "spawn");
    posix_spawn_file_actions_destroy(&actions);
    waitpid(child, &status, 0);
    printf("the child exited with %d\n", WEXITSTATUS(status));
    close(fd);
    fflush(stdout);
    printf("system %d\n", WEXITSTATUS(system("exit 3")));
    FILE *echo = popen("echo hello", "r");
    char line[20] = "";
    printf("popen %s", fgets(line, sizeof line, echo));
    printf("pclose %d\n", pclose(echo));
    print_process_facts();
    return 0;
}
