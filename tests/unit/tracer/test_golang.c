/* Programs of Go as the tracer reads them, and what calls of their runtime make of a ledger. */
#include "trace/golang.h"

#include "recording/reader.h"
#include "symbols/gopclntab.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#define SECOND UINT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define START (1000 * SECOND)
#define MODULE 1

/* Of tests/programs/go, by the versions that they are built by where there is such a Go. */
static const struct {
    const char *form, *version;
    unsigned outer; /* bytes of *time.Timer before the runtime's own part */
    uint32_t retained;
} versions[] = {
    {"", "go1.19", 8, 80 + 96 + 24 + 8},
    {"-1.23", "go1.23", 16, 112 + 112 + 24 + 16},
};

#define VERSIONS 2

static int open_built(const char *name, size_t version, const char *form)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/programs/go/%s%s%s", getenv("TIMERLEAK_BUILD"), name,
             versions[version].form, form);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static void need(size_t tried)
{
    if (tried == 0)
        cr_skip_test("no Go of 1.19 or 1.23 was there to build programs");
}

static const struct golang_probe *probe_of(const struct golang *golang, enum golang_call call)
{
    size_t count;
    const struct golang_probe *probes = golang_probes(golang, &count);
    for (size_t i = 0; i < count; i++) {
        if (probes[i].call == call)
            return &probes[i];
    }
    return NULL;
}

/* ---- programs ---- */

/* They cost a tenth there. Only since 1.23 timers are watched where another call makes them. */
static void expect_cheap(const struct golang *golang, size_t version)
{
    size_t count;
    const struct golang_probe *probes = golang_probes(golang, &count);
    for (size_t i = 0; i < count; i++)
        cr_expect_eq(probes[i].guard, version == 0 || probes[i].call != GOLANG_CREATE);
}

Test(golang, of_any_form_has_the_functions_to_watch)
{
    static const struct {
        const char *name, *form;
    } programs[] = {
        {"after_in_select", ""}, {"after_in_select", "-stripped"}, {"timers_stopped", "-stripped"},
        {"with_c", ""},          {"with_c", "-stripped"},          {"with_c", "-pie"},
    };
    size_t tried = 0;
    for (size_t i = 0; i < VERSIONS * sizeof(programs) / sizeof(*programs); i++) {
        char error[ERROR_SIZE];
        int file =
            open_built(programs[i / VERSIONS].name, i % VERSIONS, programs[i / VERSIONS].form);
        if (file < 0)
            continue;
        tried++;
        struct golang *golang = golang_read(file, error);
        cr_assert(golang, "%s: %s", programs[i / VERSIONS].name, error);
        const char *version = versions[i % VERSIONS].version;
        cr_expect_eq(strncmp(golang_version(golang), version, strlen(version)), 0);
        cr_expect(probe_of(golang, GOLANG_CREATE));
        cr_expect(probe_of(golang, GOLANG_FIRE));
        expect_cheap(golang, i % VERSIONS);
        golang_free(golang);
        close(file);
    }
    need(tried);
}

Test(golang, is_no_other_program)
{
    char error[ERROR_SIZE];
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    cr_expect_null(golang_read(file, error));
    cr_expect_str_empty(error);
    close(file);
}

/* A copy of one, with that change behind the mark of its version. */
static void expect_refused(size_t version, void (*change)(unsigned char *info, uint64_t address),
                           const char *named)
{
    static const char mark[] = "\xff Go buildinf:";
    char error[ERROR_SIZE], path[] = "/tmp/timerleak-test-XXXXXX";
    int file = open_built("after_in_select", version, "-stripped");
    off_t size = lseek(file, 0, SEEK_END);
    unsigned char *bytes = malloc((size_t)size);
    cr_assert_eq(pread(file, bytes, (size_t)size, 0), size);
    close(file);
    for (unsigned char *info = bytes;
         (info = memmem(info, (size_t)(bytes + size - info), mark, strlen(mark))); info++)
        change(info, 0x400000 + (uint64_t)(info - bytes));
    file = mkstemp(path);
    unlink(path);
    cr_assert_eq(write(file, bytes, (size_t)size), size);
    cr_expect_null(golang_read(file, error));
    cr_expect(strstr(error, named), "\"%s\" lacks \"%s\"", error, named);
    close(file);
    free(bytes);
}

static void make_newer(unsigned char *info, uint64_t address)
{
    (void)address;
    memcpy(info + 33, "go1.99", 6);
}

/* Before Go 1.18 there are the addresses of strings. */
static void make_older(unsigned char *info, uint64_t address)
{
    const uint64_t text[] = {address + 48, 6}, header = address + 32;
    info[15] = 0;
    memcpy(info + 16, &header, sizeof(header));
    memcpy(info + 32, text, sizeof(text));
    memcpy(info + 48, "go1.16", 6);
}

Test(golang, of_an_unknown_version_is_named_and_left_alone)
{
    int file = open_built("after_in_select", 0, "-stripped");
    if (file < 0)
        cr_skip_test("no Go 1.19 was there to build programs");
    close(file);
    expect_refused(0, make_newer, "go1.99");
    expect_refused(0, make_older, "go1.16");
}

/* ---- calls ---- */

struct run {
    size_t version;
    int file;
    struct golang *golang;
    struct ledger *ledger;
    struct golang_timers *timers;
    uint64_t within_timer, within_after, within_main; /* return addresses */
    bool channel;
    uint64_t goroutine, frame; /* that make the next */
};

/* Somewhere in a function, where so many others are inlined. */
static uint64_t somewhere(const struct gopclntab *table, const char *function, size_t inlined)
{
    struct gopclntab_frame frames[GOPCLNTAB_MOST_INLINED];
    struct gopclntab_code code;
    cr_assert(gopclntab_find(table, function, &code), "%s", function);
    uint64_t address = code.start;
    while (address < code.end && gopclntab_look_up(table, address, frames) != 1 + inlined)
        address++;
    cr_assert_lt(address, code.end);
    return address + 1;
}

static bool run_begin(struct run *run, size_t version)
{
    char error[ERROR_SIZE];
    static const char *const arguments[] = {"./server", NULL};
    const struct ledger_process process = {
        .pid = 4711, .start_mono = START, .exe = "/opt/server", .arguments = arguments};
    *run = (struct run){.version = version, .channel = true};
    run->file = open_built("after_in_select", version, "-stripped");
    if (run->file < 0)
        return false;
    run->golang = golang_read(run->file, error);
    cr_assert(run->golang, "%s", error);
    Elf *elf = elf_begin(run->file, ELF_C_READ, NULL);
    struct gopclntab *table = gopclntab_new(elf);
    run->within_timer = somewhere(table, "time.NewTimer", 0);
    run->within_after = somewhere(table, "main.consume", 1);
    run->within_main = somewhere(table, "main.main", 0);
    gopclntab_free(table);
    elf_end(elf);
    run->ledger = ledger_new(&process);
    run->timers = golang_timers_new(run->golang, run->ledger);
    return true;
}

static void follow(struct run *run, enum golang_call call, const struct trace_go *event,
                   uint64_t caller)
{
    const uint64_t frames[] = {TLK_FRAME(0, 0x1234), TLK_FRAME(MODULE, run->within_timer),
                               TLK_FRAME(MODULE, caller)};
    const struct golang_probe *probe = probe_of(run->golang, call);
    bool inside = run->version == 1 && call == GOLANG_CREATE; /* watched where it calls */
    if (probe)
        golang_follow(run->timers, probe, event, frames + !inside, inside ? 3 : 2, MODULE);
}

/* As 1.19 and 1.23 pass it. */
static void create(struct run *run, uint64_t handle, uint64_t when, uint64_t wait, uint64_t caller)
{
    struct trace_go event = {.event = {.now = START + when,
                                       .tid = 4712,
                                       .registers = {.sp = run->frame, .r14 = run->goroutine}}};
    event.arguments[0] = handle + versions[run->version].outer;
    if (run->version == 0) {
        event.memory[1] = START + when + wait;
    } else {
        event.arguments[1] = START + when + wait;
        event.memory[1] = (uint64_t)run->channel << 16;
    }
    follow(run, GOLANG_CREATE, &event, caller);
}

static void reset(struct run *run, uint64_t handle, uint64_t when, uint64_t wait)
{
    struct trace_go event = {.event = {.now = START + when}};
    event.arguments[0] = handle + (run->version == 0 ? 8 : 0);
    event.arguments[1] = START + when + wait;
    follow(run, GOLANG_RESET, &event, run->within_main);
}

static void stop(struct run *run, uint64_t handle, uint64_t when)
{
    struct trace_go event = {.event = {.now = START + when}};
    event.arguments[0] = handle + (run->version == 0 ? 8 : 0);
    follow(run, GOLANG_STOP, &event, run->within_main);
}

static void fire(struct run *run, uint64_t handle, uint64_t when)
{
    struct trace_go event = {.event = {.now = START + when}};
    event.arguments[run->version == 0] = handle + versions[run->version].outer;
    follow(run, GOLANG_FIRE, &event, run->within_main);
}

/* Ends it, and reads what it has written. */
static struct recording *run_end(struct run *run)
{
    char path[] = "/tmp/timerleak-test-XXXXXX", error[ERROR_SIZE];
    close(mkstemp(path));
    ledger_ended(run->ledger, TLK_EXITED, 0, START + MINUTE, START + MINUTE, START + MINUTE, 5);
    cr_assert(ledger_write(run->ledger, path, false, START + MINUTE));
    struct recording *recording = recording_open(path, error);
    cr_assert(recording, "%s", error);
    unlink(path);
    golang_timers_free(run->timers);
    golang_free(run->golang);
    ledger_free(run->ledger);
    close(run->file);
    return recording;
}

static uint32_t live_timers(struct recording *recording, struct timer_record *last)
{
    struct timer_record timer;
    uint32_t count = 0;
    for (uint32_t i = 0; i < recording_count(recording, TLK_TIMERS); i++) {
        if (recording_timer(recording, i, &timer)) {
            *last = timer;
            count++;
        }
    }
    return count;
}

static struct site_record site_at(struct recording *recording, uint32_t index)
{
    struct site_record site;
    cr_assert(recording_site(recording, index, &site));
    return site;
}

static void expect_text(const struct recording *recording, uint32_t string, const char *expected)
{
    cr_expect_str_eq(recording_string(recording, string), expected);
}

/* After, as it is inlined; a second entry of one call, for its stack grew; one that fires is over.
 */
static void expect_after(struct run *run)
{
    struct timer_record timer;
    create(run, 0xc000010000, SECOND, 3 * MINUTE, run->within_after);
    create(run, 0xc000010000, SECOND, 3 * MINUTE, run->within_after);
    create(run, 0xc000020000, 2 * SECOND, SECOND, run->within_after);
    fire(run, 0xc000020000, 3 * SECOND);
    fire(run, 0xc000099000, 3 * SECOND); /* of time.Sleep(), say */
    uint32_t retained = versions[run->version].retained;
    struct recording *recording = run_end(run);
    struct site_record site = site_at(recording, 1);
    expect_text(recording, site.function, "time.NewTimer");
    expect_text(recording, site.kind, "After");
    cr_expect_eq(site.depth, 1);
    cr_expect_eq(site.created, 2);
    cr_expect_eq(site.released, 1);
    cr_expect_eq(site.longest_life, SECOND);
    cr_expect_eq(live_timers(recording, &timer), 1);
    cr_expect_eq(timer.id, 0xc000010000);
    cr_expect_eq(timer.retained, retained);
    cr_expect_eq(timer.deadline, (int64_t)(START + SECOND + 3 * MINUTE));
    cr_expect_eq(timer.armed, 1);
    recording_close(recording);
}

/* Its owner may do so at any time; what was mapped of it would be the tracer's end. */
Test(golang, a_program_that_is_cut_short_later_is_known_as_it_was)
{
    char path[] = "/tmp/timerleak-test-XXXXXX", error[ERROR_SIZE];
    struct run run;
    if (!run_begin(&run, 0))
        cr_skip_test("no Go 1.19 was there to build programs");
    golang_timers_free(run.timers);
    golang_free(run.golang);
    int copy = mkstemp(path);
    off_t size = lseek(run.file, 0, SEEK_END), done = 0;
    unlink(path);
    while (done < size && sendfile(copy, run.file, &done, (size_t)size) > 0)
        continue;
    run.golang = golang_read(copy, error);
    cr_assert(run.golang, "%s", error);
    cr_expect_eq(ftruncate(copy, 0), 0);
    close(copy);
    run.timers = golang_timers_new(run.golang, run.ledger);
    expect_after(&run);
}

Test(golang, after_is_told_by_its_callers_and_over_when_it_fires)
{
    struct run run;
    size_t tried = 0;
    for (size_t i = 0; i < VERSIONS; i++) {
        if (!run_begin(&run, i))
            continue;
        tried++;
        expect_after(&run);
    }
    need(tried);
}

static bool is_left_behind(struct recording *recording, uint64_t id)
{
    struct timer_record timer;
    for (uint32_t i = 0; i < recording_count(recording, TLK_TIMERS); i++) {
        if (recording_timer(recording, i, &timer) && timer.id == id)
            return timer.flags & TLK_LEFT_BEHIND;
    }
    cr_assert_fail("%lx is not live", id);
    return false;
}

static void create_of(struct run *run, uint64_t goroutine, uint64_t frame, uint64_t handle,
                      uint64_t when, uint64_t caller)
{
    run->goroutine = goroutine;
    run->frame = frame;
    create(run, handle, when, 3 * MINUTE, caller);
}

/* By who made it, in the same frame at the same place: no other can wait for it, mostly. */
static void expect_left_behind(struct run *run)
{
    run->channel = false; /* of 1.23: it is not collected */
    create_of(run, 0xa000, 0xf000, 0xc010, SECOND, run->within_after);
    create_of(run, 0xb000, 0xf000, 0xc020, 2 * SECOND, run->within_after);
    create_of(run, 0xa000, 0xe000, 0xc030, 3 * SECOND, run->within_after);
    create_of(run, 0xa000, 0xf000, 0xc040, 4 * SECOND, run->within_main);
    create_of(run, 0xa000, 0xf000, 0xc050, 5 * SECOND, run->within_main);
    create_of(run, 0xa000, 0xf000, 0xc060, 6 * SECOND, run->within_after);
    /* It waited for this one, whose memory is another's now. */
    create_of(run, 0xd000, 0xf000, 0xc070, 7 * SECOND, run->within_after);
    fire(run, 0xc070, 8 * SECOND);
    create_of(run, 0xb000, 0xe000, 0xc070, 9 * SECOND, run->within_after);
    create_of(run, 0xd000, 0xf000, 0xc080, 10 * SECOND, run->within_after);
    struct recording *recording = run_end(run);
    cr_expect(is_left_behind(recording, 0xc010));
    for (uint64_t id = 0xc020; id <= 0xc080; id += 0x10)
        cr_expect_not(is_left_behind(recording, id), "%lx", id);
    recording_close(recording);
}

Test(golang, after_is_left_behind_where_its_goroutine_makes_the_next)
{
    struct run run;
    size_t tried = 0;
    for (size_t i = 0; i < VERSIONS; i++) {
        if (!run_begin(&run, i))
            continue;
        tried++;
        expect_left_behind(&run);
    }
    need(tried);
}

/* Stopped and reset it is the same timer; where another is made in its memory it has ended. */
static void expect_new_timer(struct run *run)
{
    struct timer_record timer;
    create(run, 0xc000010000, SECOND, 3 * MINUTE, run->within_main);
    stop(run, 0xc000010000, 2 * SECOND);
    reset(run, 0xc000010000, 5 * SECOND, 3 * MINUTE);
    bool resets = probe_of(run->golang, GOLANG_RESET), stops = probe_of(run->golang, GOLANG_STOP);
    create(run, 0xc000020000, SECOND, 3 * MINUTE, run->within_main);
    fire(run, 0xc000020000, 2 * SECOND);
    create(run, 0xc000020000, 6 * SECOND, 3 * MINUTE, run->within_main);
    struct recording *recording = run_end(run);
    struct site_record site = site_at(recording, 1);
    expect_text(recording, site.kind, "NewTimer");
    cr_expect_eq(site.created, 3);
    cr_expect_eq(site.released, 1);
    cr_expect_eq(site.fired, 1);
    cr_expect_eq(site.longest_life, SECOND);
    cr_expect_eq(live_timers(recording, &timer), 2);
    cr_expect(recording_timer(recording, 1, &timer));
    cr_expect_eq(timer.id, 0xc000010000);
    cr_expect_eq(timer.armed, 1 + resets);
    cr_expect_eq(timer.stopped, stops);
    recording_close(recording);
}

Test(golang, stopped_and_reset_it_is_one_timer)
{
    struct run run;
    size_t tried = 0;
    for (size_t i = 0; i < VERSIONS; i++) {
        if (!run_begin(&run, i))
            continue;
        tried++;
        expect_new_timer(&run);
    }
    need(tried);
}

/* So say the traits of its family: GODEBUG=asynctimerchan=1 has what was before. */
Test(golang, with_a_channel_is_collected_since_1_23)
{
    struct run run;
    if (!run_begin(&run, 1))
        cr_skip_test("no Go 1.23 was there to build programs");
    create(&run, 0xc000010000, SECOND, 3 * MINUTE, run.within_after);
    run.channel = false;
    create(&run, 0xc000020000, SECOND, 3 * MINUTE, run.within_after);
    struct recording *recording = run_end(&run);
    const struct tlk_family *families = recording->header.families;
    const struct tlk_family *first = &families[site_at(recording, 1).family];
    const struct tlk_family *second = &families[site_at(recording, 2).family];
    cr_expect_str_eq(first->name, "go");
    cr_expect_str_eq(second->name, "go");
    cr_expect(first->traits & TLK_COLLECTED);
    cr_expect_not(second->traits & TLK_COLLECTED);
    recording_close(recording);
}

/* The collector tells nobody; what has come to rest is not kept for ever. */
Test(golang, at_rest_no_more_than_some_are_kept)
{
    struct timer_record timer;
    struct run run;
    size_t count = 100000, tried = 0;
    for (size_t i = 0; i < VERSIONS; i++) {
        if (!run_begin(&run, i))
            continue;
        tried++;
        for (size_t j = 0; j < count; j++) {
            create(&run, 0xc000010000 + j * 128, j * 1000, MINUTE, run.within_main);
            fire(&run, 0xc000010000 + j * 128, j * 1000 + 100);
        }
        create(&run, 0xd000000000, SECOND, 3 * MINUTE, run.within_main);
        struct recording *recording = run_end(&run);
        struct site_record site = site_at(recording, 1);
        uint32_t live = live_timers(recording, &timer);
        cr_expect_eq(site.created, count + 1);
        cr_expect_eq(site.released + live, count + 1);
        cr_expect_lt(live, 20000);
        cr_expect_eq(site.longest_life, 100);
        recording_close(recording);
    }
    need(tried);
}
