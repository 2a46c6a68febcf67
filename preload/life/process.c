#include "life/process.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/single_threaded.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/gate.h"
#include "core/lock.h"
#include "core/machine.h"
#include "core/real.h"
#include "core/settings.h"
#include "ledger/fdinfo.h"
#include "ledger/inherit.h"
#include "ledger/ledger.h"
#include "ledger/reconcile.h"
#include "life/perfmap.h"
#include "stacks/recall.h"
#include "stacks/stack.h"
#include "tables/descriptors.h"
#include "tables/families.h"
#include "tables/live.h"
#include "tables/mapfile.h"
#include "tables/modules.h"
#include "tables/sites.h"
#include "tables/strings.h"

_Static_assert(offsetof(struct thread, vforked) == 24, "vfork.S knows where it is");

static struct settings settings;
struct lock family_lock;
static char program[256];
static char exe[4096];
static char command[TLK_COMMAND_SIZE]; /* arguments one after the other, as in /proc/PID/cmdline */
static size_t command_size;
static bool start_begun;
static uint64_t forked_at; /* this process, mono */
static bool wake_begun;    /* of this child's recording */

#define WAKE_NS 100000000u /* what threads wait at most for another that starts a recording */

static uint64_t start_ticks(void)
{
    unsigned long long ticks = 0;
    char line[1024];
    const char *after_name = NULL;

    if (fdinfo_read_file("/proc/self/stat", line, sizeof(line)))
        after_name = strrchr(line, ')'); /* the name may hold anything, a ')' included */
    if (after_name)
        sscanf(after_name,
               ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d"
               " %*d %*d %llu",
               &ticks);
    return ticks;
}

static void describe_limits(struct tlk_header *header)
{
    struct rlimit files = {header->nofile_soft, header->nofile_hard};
    struct rlimit signals = {header->sigpending_soft, header->sigpending_hard};

    getrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_SIGPENDING, &signals);
    header->nofile_soft = files.rlim_cur;
    header->nofile_hard = files.rlim_max;
    header->sigpending_soft = signals.rlim_cur;
    header->sigpending_hard = signals.rlim_max;
}

static void describe_command(struct tlk_header *header)
{
    header->exe = string_add(exe);
    header->argv = string_add_bytes(command, command_size);
    for (size_t i = 0; i < command_size; i++)
        header->argc += command[i] == '\0';
}

/* `started`: mono; a child's recording begins later than the child. */
static void describe_process(bool forked, uint64_t started)
{
    struct tlk_header *header = recording;
    struct timespec resolution = {0};
    uint64_t now = clock_mono();

    header->session = settings.session;
    header->pid = getpid();
    header->ppid = getppid();
    header->forked = forked;
    header->start_ticks = start_ticks();
    header->start_mono = started;
    header->start_real = clock_ns(CLOCK_REALTIME) - (now - started);
    header->start_boot = clock_ns(CLOCK_BOOTTIME) - (now - started);
    clock_getres(CLOCK_MONOTONIC_COARSE, &resolution);
    header->clock_resolution = 2 * (uint64_t)resolution.tv_nsec; /* a tick may be late itself */
    header->unwinder = stack_unwinder();
    header->asleep = settings.asleep;
    header->one_in = settings.one_in;
    families_describe();
    describe_limits(header);
    describe_command(header);
}

/* A family that was added while the recording was being made is not in it yet. */
static void open_gate(void)
{
    __atomic_store_n(&gate->state, GATE_OPEN, __ATOMIC_RELEASE);
    families_describe();
}

/* ---- fork ---- */

/* Several threads may fork at once, and a signal handler in the midst of its thread's fork. */
static __thread struct gate gate_before_fork;
static __thread uint32_t forks_within;

/*
 * Everything is taken before fork(), so that the child finds no table half changed; or nothing is,
 * when a lock can't be had in time, and the child is not recorded.
 */
static bool tables_lock(void)
{
    if (!sites_lock())
        return false;
    if (live_lock()) {
        if (slots_lock()) {
            if (lock_take(&family_lock))
                return true;
            slots_unlock();
        }
        live_unlock();
    }
    sites_unlock();
    return false;
}

static void tables_unlock(void)
{
    lock_give(&family_lock);
    slots_unlock();
    live_unlock();
    sites_unlock();
}

/* The fork that this one interrupts has the locks, and goes on having them. */
static bool fork_goes_on(void)
{
    return thread.section == SECTION_WITHOUT_FRAME;
}

static void before_fork(void)
{
    if (fork_goes_on()) {
        forks_within++;
        return;
    }
    gate_before_fork = *gate;
    if (gate->state == GATE_CHILD)
        return;
    if (gate->state != GATE_OPEN || !section_enter()) {
        gate_before_fork.state = GATE_SHUT;
        return;
    }
    settings.asleep = recording->asleep;
    section_outlives_frame();
    if (!tables_lock()) {
        recording_drop(TLK_DROP_LOCK);
        section_leave();
        gate_before_fork.state = GATE_SHUT;
        return;
    }
    gate_before_fork.families = gate->families; /* one may have been added meanwhile */
    mapfile_remember();
    inherit_remember();
}

static void after_fork_in_parent(void)
{
    if (forks_within) {
        forks_within--;
        return;
    }
    if (gate_before_fork.state != GATE_OPEN)
        return;
    tables_unlock();
    section_leave();
}

/* What can't be made is told in the parent's recording, which the child still maps. */
static bool start_child(void)
{
    perfmap_forked();
    if (!mapfile_create_for_child(&settings, program)) {
        recording_drop(TLK_DROP_CHILD);
        return false;
    }
    sites_reset();
    describe_process(true, forked_at);
    inherit_restore();
    slots_free_unused();
    return mapfile_publish(&settings, program);
}

/*
 * The kernel has wiped the gate. Most children only exec, and need no recording of their own. What
 * handlers put off while the tables were locked is the parent's to do: here it is not remembered.
 */
static void after_fork_in_child(void)
{
    enum gate_state before = gate_before_fork.state;

    if (forks_within) { /* it is not recorded, nor are its children */
        forks_within--;
        gate_before_fork.state = GATE_SHUT;
        return;
    }
    /* Of a handler that interrupted the shim, to which it may return. */
    if (before == GATE_SHUT && thread.section && recording && !gate_before_fork.sandboxed)
        mapfile_detach();
    if (before == GATE_SHUT || settings.only_pid)
        return;
    /* Since before_fork(), which took no lock, another thread began a recording. */
    if (before == GATE_CHILD && wake_begun)
        return;
    wake_begun = false;
    *gate = gate_before_fork;
    forked_at = clock_mono();
    thread.random = 0; /* or all children of one parent would sample alike */
    gate->state = GATE_SHUT;
    gate->careful |= !__libc_single_threaded;
    if (before == GATE_OPEN) {
        tables_unlock();
        section_exit();
        thread.pending_count = 0;
        live_forget_ids();
    }
    gate->state = GATE_CHILD;
}

/* ---- the end ---- */

static void note_end(enum tlk_end end, int status)
{
    recording->end_status = status;
    recording->end_mono = clock_mono();
    recording->end_real = clock_ns(CLOCK_REALTIME);
    recording->end_boot = clock_ns(CLOCK_BOOTTIME);
    __atomic_store_n(&recording->end, end, __ATOMIC_RELEASE);
}

/* A child that ends with timers from its parent gets a recording to show them. */
static bool ends_recorded(void)
{
    return gate_open() || (gate_waits() && inherit_count() && process_wake());
}

static void end_recording(int status)
{
    perfmap_keep();
    note_end(TLK_EXITED, status);
    if (!gate->sandboxed)
        mapfile_trim();
}

#define ENDINGS_MOST 16

static void (*endings[ENDINGS_MOST])(void);
static uint32_t ending_count;

void process_before_end(void (*function)(void))
{
    if (ending_count < ENDINGS_MOST)
        endings[ending_count++] = function;
}

static void at_exit(int status, void *unused)
{
    int cancel;

    (void)unused;
    if (!ends_recorded())
        return;
    for (uint32_t i = 0; i < ending_count; i++)
        endings[i]();
    cancel = cancel_hold_off();
    if (!gate->sandboxed) {
        describe_limits(recording); /* servers raise theirs */
        reconcile_descriptors();
        reconcile_untimed();
    }
    cancel_let(cancel);
    if (section_enter()) {
        modules_note();
        section_leave();
    }
    __atomic_store_n(&gate->state, GATE_SHUT, __ATOMIC_RELEASE);
    end_recording(status);
}

void process_note_exit(int status)
{
    if (!ends_recorded())
        return;
    end_recording(status);
}

bool process_note_exec(void)
{
    if (!gate_open())
        return false;
    perfmap_keep();
    note_end(TLK_EXECED, 0);
    return true;
}

void process_note_exec_failed(void)
{
    __atomic_store_n(&recording->end, TLK_RUNNING, __ATOMIC_RELEASE);
}

/* ---- the start ---- */

static bool start_recording(void)
{
    stack_start();
    if (!gate_install() || !mapfile_create(&settings, program))
        return false;
    if (!sites_start((size_t)recording->chunk_count * TLK_CHUNK) || !live_start() ||
        !descriptors_start()) {
        mapfile_abandon();
        return false;
    }
    modules_start(exe);
    recall_start(settings.depth);
    families_want(settings.families);
    describe_process(false, clock_mono());
    if (!mapfile_publish(&settings, program))
        return false;
    open_gate();
    inherit_over_exec();
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    on_exit(at_exit, NULL);
    return true;
}

/* Where there is no /proc, as in many a chroot, by what was passed to exec. */
static void name_program(void)
{
    const char *executed = (const char *)getauxval(AT_EXECFN);
    ssize_t length = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    const char *slash;

    exe[length > 0 ? length : 0] = '\0';
    command_size = fdinfo_read_file("/proc/self/cmdline", command, sizeof(command));
    if (!*exe && executed)
        snprintf(exe, sizeof(exe), "%s", executed);
    if (!command_size)
        command_size = (size_t)snprintf(command, sizeof(command), "%s", exe) + 1;
    slash = strrchr(command, '/');
    snprintf(program, sizeof(program), "%.255s", slash ? slash + 1 : command);
}

/*
 * Runs as the constructor, or earlier: libraries are initialized before what is preloaded in front
 * of them, and may make timers.
 */
__attribute__((constructor)) static void process_start(void)
{
    if (start_begun)
        return;
    start_begun = true;
    real_resolve();
    name_program();
    settings_hand_on_preload();
    if (!settings_read(&settings) || (settings.only_pid && settings.only_pid != getpid()) ||
        !settings_choose(program, exe))
        return;
    ledger_depth = settings.depth;
    start_recording();
}

/* Of several threads that make a child's first timer, one starts the recording, others wait for it.
 */
static void wake_child(void)
{
    uint32_t child = GATE_CHILD;
    uint64_t deadline = clock_coarse() + WAKE_NS;

    if (__atomic_compare_exchange_n(&gate->state, &child, GATE_WAKING, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE)) {
        __atomic_store_n(&wake_begun, true, __ATOMIC_SEQ_CST);
        if (start_child())
            open_gate();
        else
            __atomic_store_n(&gate->state, GATE_SHUT, __ATOMIC_RELEASE);
    }
    while (__atomic_load_n(&gate->state, __ATOMIC_ACQUIRE) == GATE_WAKING &&
           clock_coarse() < deadline)
        cpu_relax();
}

bool process_wake(void)
{
    bool waits = gate->state >= GATE_CHILD && !thread.vforked && !gate->sandboxed;
    int saved = errno, cancel;

    if (!start_begun || waits) {
        cancel = cancel_hold_off();
        process_start();
        if (waits)
            wake_child();
        cancel_let(cancel);
    }
    errno = saved;
    return gate_open();
}
