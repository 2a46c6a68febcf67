/* exec in the shapes that gather their arguments: what the new program is given. */
#include <criterion/criterion.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHELL "/bin/sh"

/* The exit status of a child that executes something. */
static int status_of(void (*execute)(void))
{
    pid_t child = fork();
    int status = -1;

    if (child == 0) {
        execute();
        _exit(127);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void by_execl(void)
{
    execl(SHELL, "sh", "-c", "exit $#$1", "name", "2", "and more", NULL);
}

static void by_execlp(void)
{
    execlp("sh", "sh", "-c", "exit $#$1", "name", "2", "and more", NULL);
}

static void by_execle(void)
{
    char *environment[] = {(char *)"GIVEN=2", NULL};

    execle(SHELL, "sh", "-c", "exit $#$GIVEN", "name", "one", NULL, environment);
}

Test(image, all_arguments_are_passed_on)
{
    cr_expect_eq(status_of(by_execl), 22);
    cr_expect_eq(status_of(by_execlp), 22);
}

Test(image, the_environment_is_what_follows_the_arguments)
{
    cr_expect_eq(status_of(by_execle), 12);
}
