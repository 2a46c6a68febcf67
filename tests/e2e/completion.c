/* What bash, zsh and fish offer where a word of timerleak's command line is due: all the same. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "subject.h"

static const struct {
    const char *line;
    const char *offered; /* sorted, each with a blank before it */
} expectations[] = {
    {"timerleak rep", " report"},
    {"timerleak tr", " trace traces tree"},
    {"timerleak he", " help"},
    {"timerleak help che", " check"},
    {"timerleak top --nod", " --nodecount --nodefraction"},
    {"timerleak merge --nod", ""},
    {"timerleak check --fail-on never-f", " never-fired"},
    {"timerleak check --fail-on=leak,he", " held"},
    {"timerleak check --fail-on pas", " passed-on"},
    {"timerleak top --families ti", " timerfd"},
    {"timerleak top --sample_index=ag", " age"},
    {"timerleak record --children n", " no"},
    {"timerleak check --sarif li", " list.txt"},
    {"timerleak list --source_path ", " folder"},
    {"timerleak report ", " folder run.tlk"},
    {"timerleak report run.tlk ", " folder run.tlk"},
    {"timerleak report --json run.tlk --nod", " --nodecount"},
    {"timerleak top --focus REGEX r", " run.tlk"},
    {"timerleak peek ", ""},
    {"timerleak peek REGEX ", " folder run.tlk"},
    {"timerleak explain never-a", " never-armed"},
    {"timerleak ctl 1 o", " off on"},
    {"timerleak record pkg-confi", " pkg-config"},
    {"timerleak record -o run.tlk -- pkg-confi", " pkg-config"},
    {"timerleak record pkg-config --famil", ""},
};

#define EXPECTATIONS (sizeof(expectations) / sizeof(*expectations))

/* One folder to stand in, and one to be at home in. */
static char *folder_make(void)
{
    char *folder = directory_make();

    free(output_of(text_make("cd '%s' && mkdir -p home here/folder && touch here/run.tlk "
                             "here/list.txt",
                             folder)));
    return folder;
}

/* All lines, each followed by what the shell offers. */
static char *offered(const char *folder, const char *shell)
{
    char *completion = built("completion"), *lines = strdup("");

    for (size_t i = 0; i < EXPECTATIONS; i++) {
        char *more = text_make("%s '%s'", lines, expectations[i].line);

        free(lines);
        lines = more;
    }
    char *text = output_of(text_make(
        "tests=$PWD/tests/e2e/complete; cd '%s/here' && env -i PATH=\"$PATH\" HOME='%s/home' "
        "LC_ALL=C.UTF-8 \"$tests/offered\" '%s' %s %s",
        folder, folder, completion, shell, lines));
    free(lines);
    free(completion);
    return text;
}

static void expect_all(const char *shell)
{
    need(shell);

    char *folder = folder_make(), *text = offered(folder, shell);

    for (size_t i = 0; i < EXPECTATIONS; i++) {
        char *wanted = text_make("%s:%s\n", expectations[i].line, expectations[i].offered);

        expect_part(text, wanted);
        free(wanted);
    }
    free(text);
    free(output_of(text_make("rm -rf '%s'", folder)));
    free(folder);
}

Test(completion, of_bash)
{
    expect_all("bash");
}

Test(completion, of_zsh)
{
    expect_all("zsh");
}

Test(completion, of_fish)
{
    expect_all("fish");
}
