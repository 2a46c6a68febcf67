/* What is said of the process that a recording is of. */
#include "base/proc.h"
#include "exports/html/page.h"
#include "loaded.h"
#include "profile/process.h"
#include "views/values.h"
#include "views/views.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void expect_start(const char *text, const char *start)
{
    cr_expect(strncmp(text, start, strlen(start)) == 0, "\"%s\" does not start:\n%s", start, text);
}

static void report(FILE *to, struct profile *profile)
{
    report_print(to, profile, -1);
}

static void limits(FILE *to, struct profile *profile)
{
    limits_print(to, profile->processes[0]);
}

static void top(FILE *to, struct profile *profile)
{
    print_view(to, profile, view_top, NULL);
}

/* ---- its name ---- */

Test(process, is_called_what_it_was_started_as)
{
    struct builder *builder = builder_new(HOUR);
    builder_started_as(builder, "/usr/bin/redis-server", "/usr/bin/redis-check-rdb");
    struct profile *profile = loaded(builder);
    char *said = printed(report, profile), *labelled = printed(top, profile);
    expect_start(said, "redis-server (pid 4711), 1h00m, ");
    expect_start(labelled, "File: redis-check-rdb\n");
    cr_expect_str_eq(profile->processes[0]->exe, "/usr/bin/redis-check-rdb");
    free(said);
    free(labelled);
    profile_free(profile);
}

static void expect_names(const char *first, const char *exe, const char *name, const char *file)
{
    struct builder *builder = builder_new(HOUR);
    builder_started_as(builder, first, exe);
    struct profile *profile = loaded(builder);
    cr_expect_str_eq(profile->processes[0]->name, name);
    cr_expect_str_eq(profile->processes[0]->file, file);
    profile_free(profile);
}

Test(process, without_a_first_argument_it_is_called_by_its_file)
{
    expect_names("", "/bin/busybox", "busybox", "busybox");
    expect_names("sh", "/bin/busybox", "sh", "busybox");
    expect_names("sh", "", "sh", "sh");
}

/* ---- its life ---- */

static struct profile *lost(uint64_t last_event)
{
    struct builder *builder = builder_new(HOUR);
    struct tlk_header *header = builder_header(builder);
    header->end = TLK_RUNNING;
    header->pid = 0x7fffffff;
    header->end_mono = header->end_real = header->end_boot = 0;
    if (last_event > 0)
        builder_create(builder, builder_plain_site(builder, TLK_POSIX, 0x1001), last_event);
    return loaded(builder);
}

static void expect_lived(uint64_t last_event, const char *words)
{
    struct profile *profile = lost(last_event);
    struct trend *trend = trend_new();
    struct watch_view view = {.profile = profile, .trend = trend, .most = -1};
    char *said[3] = {printed(report, profile), NULL, printed(html_summary, profile)};
    size_t size;
    FILE *to = open_memstream(&said[1], &size);
    watch_print(to, &view);
    fclose(to);
    for (size_t i = 0; i < 3; i++) {
        cr_expect(strstr(said[i], words), "\"%s\" is missing in:\n%s", words, said[i]);
        free(said[i]);
    }
    trend_free(trend);
    profile_free(profile);
}

Test(process, whose_end_nobody_saw_lived_at_least_until_its_last_event)
{
    expect_lived(1500 * MS, "at least 1.5s, gone, nobody saw how");
}

Test(process, that_left_no_event_and_no_end_lived_nobody_knows_how_long)
{
    expect_lived(0, "unknown how long, gone, nobody saw how");
}

/* ---- its limits ---- */

Test(process, pending_signals_are_its_user_s)
{
    struct profile *profile = loaded(builder_new(HOUR));
    struct process *process = profile->processes[0];
    process->alive = true;
    process->pending = 17223;
    process->sigpending_soft = 95432;
    char *text = printed(limits, profile), *page = printed(html_summary, profile);
    cr_expect(strstr(text, "pending signals of all its user's processes: 17,223 of 95,432\n"), "%s",
              text);
    cr_expect(strstr(page, "<li>pending signals of all its user's processes: 17,223 of 95,432"),
              "%s", page);
    free(text);
    free(page);
    profile_free(profile);
}

static void *name_of_a_thread(void *name)
{
    prctl(PR_SET_NAME, "wor\033\nker");
    *(struct thread_name *)name = proc_thread_name(getpid(), gettid());
    return NULL;
}

Test(process, its_threads_have_names_while_they_run)
{
    struct thread_name name;
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, name_of_a_thread, &name), 0);
    pthread_join(thread, NULL);
    cr_expect_str_eq(name.s, "wor?", "one line of text, whatever it is");
    cr_expect_str_eq(proc_thread_name(getpid(), 0).s, "", "there is none such");
}
