/* processes.c - which processes a report is of, how they ended, what of their limits they used. */
#include "views/views.h"

#include "base/fit.h"
#include "base/memory.h"
#include "base/text.h"
#include "profile/process.h"

#include <stdlib.h>
#include <string.h>

/* Of more processes than this, those of one program share a line: findings stay on the screen. */
#define MOST_PROCESSES 3
#define ENDS_MOST 3 /* of which the line tells */

/* `before` names the process, where that is not plain. */
static void print_limit(FILE *to, const char *before, const struct limit *limit)
{
    struct text growth = {""}, reached = {""};
    if (limit->growth > 0)
        snprintf(growth.s, sizeof(growth.s), "; at +%.40s", text_rate(limit->growth).s);
    if (limit->reached > 0)
        snprintf(reached.s, sizeof(reached.s), " the limit is reached in %.20s",
                 text_duration(limit->reached).s);
    else if (limit->growth > 0 && limit->used >= limit->limit)
        snprintf(reached.s, sizeof(reached.s), ": the limit is reached");
    fit_say(to, "%s%s: %s of %s%s%s", before, limit->name, text_count(limit->used).s,
            limit->limit == UINT64_MAX ? "unlimited" : text_count(limit->limit).s, growth.s,
            reached.s);
}

void limits_print(FILE *to, const struct process *process)
{
    struct limit limits[LIMITS];
    limits_of_process(process, limits);
    for (size_t i = 0; i < LIMITS; i++) {
        if (limits[i].used > 0 && (limits[i].growth > 0 || process->alive))
            print_limit(to, "", &limits[i]);
    }
}

static void print_process(FILE *to, const struct process *process)
{
    fit_say(to, "%s%s (pid %d)%s, %s, %s", style(to, STYLE_STRONG), process->name, process->pid,
            style(to, STYLE_PLAIN), process_lived(process).s, process_end(process).s);
    limits_print(to, process);
}

/* ---- many of one program ---- */

struct program {
    const char *name;
    const struct process *first;
    size_t count;
    int lowest_pid, highest_pid;
    uint64_t shortest, longest; /* ns */
    struct {
        struct text text;
        size_t count;
    } ends[ENDS_MOST];
    const struct process *limited[LIMITS]; /* whose limit is reached first */
    struct limit limits[LIMITS];
};

static void count_end(struct program *program, struct text text)
{
    for (size_t i = 0; i < ENDS_MOST; i++) {
        if (program->ends[i].count > 0 && strcmp(program->ends[i].text.s, text.s) != 0)
            continue;
        program->ends[i].text = text;
        program->ends[i].count++;
        return;
    }
}

static void count_limits(struct program *program, const struct process *process)
{
    struct limit limits[LIMITS];
    limits_of_process(process, limits);
    for (size_t i = 0; i < LIMITS; i++) {
        bool sooner = !program->limited[i] || limits[i].reached < program->limits[i].reached;
        if (limits[i].growth <= 0 || limits[i].used == 0 || !sooner)
            continue;
        program->limited[i] = process;
        program->limits[i] = limits[i];
    }
}

static void program_add(struct program *program, const struct process *process)
{
    uint64_t lived = process_duration(process);
    if (program->count++ == 0) {
        program->first = process;
        program->shortest = lived;
        program->lowest_pid = program->highest_pid = process->pid;
    }
    program->lowest_pid = process->pid < program->lowest_pid ? process->pid : program->lowest_pid;
    program->highest_pid =
        process->pid > program->highest_pid ? process->pid : program->highest_pid;
    program->shortest = lived < program->shortest ? lived : program->shortest;
    program->longest = lived > program->longest ? lived : program->longest;
    count_end(program, process_end(process));
    count_limits(program, process);
}

static struct program *program_of(struct program *programs, size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(programs[i].name, name) == 0)
            return &programs[i];
    }
    programs[*count] = (struct program){.name = name};
    return &programs[(*count)++];
}

static void add_ends(FILE *to, const struct program *program)
{
    size_t told = 0;
    for (size_t i = 0; i < ENDS_MOST && program->ends[i].count > 0; i++) {
        fprintf(to, ", %s %s", text_count(program->ends[i].count).s, program->ends[i].text.s);
        told += program->ends[i].count;
    }
    if (told < program->count)
        fprintf(to, ", %s otherwise", text_count(program->count - told).s);
}

static void print_program(FILE *to, const struct program *program)
{
    char *ends;
    size_t size;
    FILE *line = memory_stream(&ends, &size);
    add_ends(line, program);
    fclose(line);
    fit_say(to, "%s%s (%s, pid %d to %d)%s, %s to %s%s", style(to, STYLE_STRONG), program->name,
            text_plural(program->count, "process", "processes").s, program->lowest_pid,
            program->highest_pid, style(to, STYLE_PLAIN), text_duration(program->shortest).s,
            text_duration(program->longest).s, ends);
    free(ends);
    for (size_t i = 0; i < LIMITS; i++) {
        struct text before;
        if (!program->limited[i])
            continue;
        snprintf(before.s, sizeof(before.s), "pid %d: ", program->limited[i]->pid);
        print_limit(to, before.s, &program->limits[i]);
    }
}

static void print_programs(FILE *to, const struct profile *profile)
{
    struct program *programs = memory_new(profile->process_count, sizeof(*programs));
    size_t count = 0;
    for (size_t i = 0; i < profile->process_count; i++) {
        const struct process *process = profile->processes[i];
        program_add(program_of(programs, &count, process->name), process);
    }
    for (size_t i = 0; i < count; i++) {
        if (programs[i].count == 1)
            print_process(to, programs[i].first);
        else
            print_program(to, &programs[i]);
    }
    free(programs);
}

void processes_print(FILE *to, const struct profile *profile)
{
    if (profile->process_count > MOST_PROCESSES) {
        print_programs(to, profile);
        return;
    }
    for (size_t i = 0; i < profile->process_count; i++)
        print_process(to, profile->processes[i]);
}
