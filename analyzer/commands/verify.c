/* verify.c - the command `timerleak verify`. */
#include "commands/commands.h"
#include "outside/running.h"

#include "base/errors.h"
#include "base/memory.h"
#include "base/numbers.h"
#include "base/text.h"
#include "outside/kernel_match.h"
#include "profile/losses.h"
#include "profile/stacks.h"
#include "views/timer_words.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The process works on between two looks: a difference counts if it is there at every look. */
#define LOOKS 5
/* Of more, some stand for all. */
#define MOST_NAMED 4

struct look {
    struct profile *profile;
    struct kernel_timers kernel;
    struct kernel_match comparison;
};

static void look_free(struct look *look)
{
    kernel_match_free(&look->comparison);
    free(look->kernel.timers);
    profile_free(look->profile);
}

/* False after a complaint. */
static bool look_take(struct look *look, pid_t pid, const char *path)
{
    char error[ERROR_SIZE];
    struct recording *recording = recording_open(path, error);
    if (!recording) {
        complain("%s", error);
        return false;
    }
    look->profile = profile_new();
    look->profile->keep_timers = true;
    look->profile->plain = true; /* the kernel's list is to be read right after it */
    profile_add(look->profile, recording);
    profile_settle(look->profile);
    recording_close(recording);
    if (look->profile->processes[0]->pid != pid || !look->profile->processes[0]->alive) {
        complain("%s is a recording of process %d, which %s", path,
                 look->profile->processes[0]->pid,
                 look->profile->processes[0]->alive ? "is another one" : "has ended");
        profile_free(look->profile);
        return false;
    }
    if (!kernel_timers_read(&look->kernel, pid)) {
        complain("process %d: %s; it must be yours, or you root", (int)pid, strerror(errno));
        free(look->kernel.timers);
        profile_free(look->profile);
        return false;
    }
    kernel_match_make(&look->comparison, look->profile, &look->kernel, pid);
    return true;
}

/* Which of the kernel's timers were left out on purpose is not known, only how many there were. */
static size_t look_differences(const struct look *look)
{
    uint64_t omitted = losses_omitted(look->profile->processes[0]);
    size_t unrecorded = look->comparison.unrecorded_count;
    return look->comparison.unseen_count + (unrecorded > omitted ? unrecorded : 0);
}

/* What only one of both has. */
struct unmatched {
    uint64_t family, id;
    struct site *site; /* NULL: the kernel's, of which nobody knows who made it */
};

static int by_site(const void *left, const void *right)
{
    const struct unmatched *a = left, *b = right;
    int order = compare_numbers(a->family, b->family);
    if (!order && a->site && b->site)
        order = compare_numbers(a->site->index, b->site->index);
    return order ? order : compare_numbers(a->id, b->id);
}

/* Thousands that one place made are one line: how many, who made them, and some by name. */
static void print_unmatched(struct profile *profile, const struct unmatched *list, size_t count,
                            const char *where)
{
    printf("only in the %s: %s %s %s", where, text_count(count).s, family_name(list->family),
           count == 1 ? "timer" : "timers");
    if (list->site) {
        const struct stack_frame *frame = stack_headline(profile, list->site);
        printf(", created by %s", frame_shown(frame));
        if (frame->short_file)
            printf("  %s:%d", frame->short_file, frame->line);
    }
    for (size_t i = 0; i < count && i < MOST_NAMED; i++)
        printf("%s %s", i > 0 ? "," : ":", timer_identity(list[i].family, list[i].id).s);
    if (count > MOST_NAMED)
        printf(" and %s more", text_count(count - MOST_NAMED).s);
    fputc('\n', stdout);
}

/* Frees the list. */
static void sum_up_unmatched(struct profile *profile, struct unmatched *list, size_t count,
                             const char *where)
{
    if (count > 0)
        qsort(list, count, sizeof(*list), by_site);
    for (size_t first = 0, next = 0; first < count; first = next) {
        while (next < count && list[next].family == list[first].family &&
               list[next].site == list[first].site)
            next++;
        print_unmatched(profile, &list[first], next - first, where);
    }
    free(list);
}

static void look_print_unseen(const struct look *look)
{
    size_t count = look->comparison.unseen_count;
    struct unmatched *list = memory_new(count, sizeof(*list));
    for (size_t i = 0; i < count; i++) {
        const struct live_timer *timer = look->comparison.unseen[i];
        list[i] = (struct unmatched){timer->record.family, timer->record.id, timer->site};
    }
    sum_up_unmatched(look->profile, list, count, "recording");
}

static void look_print_left_out(const struct process *process)
{
    const uint64_t *omitted = process->omitted;
    printf("%s left out on purpose so far, which those may be: %s made while asleep, %s not drawn "
           "for the sample, %s in blocks to be ignored\n",
           text_plural(losses_omitted(process), "timer was", "timers were").s,
           text_count(omitted[TLK_OMIT_ASLEEP]).s, text_count(omitted[TLK_OMIT_SAMPLED]).s,
           text_count(omitted[TLK_OMIT_IGNORED]).s);
}

static void look_print_unrecorded(const struct look *look)
{
    size_t count = look->comparison.unrecorded_count;
    struct unmatched *list = memory_new(count, sizeof(*list));
    for (size_t i = 0; i < count; i++) {
        const struct kernel_timer *timer = look->comparison.unrecorded[i];
        list[i] = (struct unmatched){.family = timer->family, .id = timer->id};
    }
    sum_up_unmatched(look->profile, list, count, "kernel");
}

static int look_print(const struct look *look)
{
    const struct kernel_match *comparison = &look->comparison;
    const struct process *process = look->profile->processes[0];
    printf("%s matched", text_plural(comparison->matched, "timer", "timers").s);
    if (comparison->copies > 0)
        printf(", with %s more", text_plural(comparison->copies, "descriptor", "descriptors").s);
    printf("; %zu only in the kernel, %zu only in the recording\n", comparison->unrecorded_count,
           comparison->unseen_count);
    if (comparison->unwatched > 0)
        printf("%s not compared: of %s nothing was to be recorded\n",
               text_plural(comparison->unwatched, "timer", "timers").s,
               family_list(process->unwatched, ", ").s);
    if (comparison->itimers > 0)
        printf("%s not compared: the kernel shows them to their own process only\n",
               text_plural(comparison->itimers, "interval timer", "interval timers").s);
    look_print_unseen(look);
    look_print_unrecorded(look);
    if (comparison->unrecorded_count > 0 && losses_omitted(process) > 0)
        look_print_left_out(process);
    return look_differences(look) > 0 ? EXIT_LEAK : EXIT_OK;
}

static int verify_run(pid_t pid, const char *path)
{
    struct look look;
    for (int looks = 1;; looks++) {
        if (!look_take(&look, pid, path))
            return EXIT_UNREADABLE;
        if (look_differences(&look) == 0 || looks == LOOKS)
            break;
        look_free(&look);
    }
    int status = look_print(&look);
    look_free(&look);
    return status;
}

int command_verify(const struct command *command, int argc, char **argv)
{
    pid_t pid;
    (void)command;
    if (argc < 2 || argc > 3 || !running_number(argv[1], &pid)) {
        complain("verify needs the number of a process: "
                 "timerleak verify PID [FILE]");
        return EXIT_USAGE;
    }
    char *path = argc > 2 ? memory_copy(argv[2]) : running_recording(pid);
    if (!path)
        return EXIT_UNREADABLE;
    int status = verify_run(pid, path);
    free(path);
    return status;
}
