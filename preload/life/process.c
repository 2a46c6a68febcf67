#include "life/process.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>
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
#include "life/presence.h"
#include "stacks/recall.h"
#include "stacks/stack.h"
#include "tables/counts.h"
#include "tables/descriptors.h"
#include "tables/families.h"
#include "tables/live.h"
#include "tables/regions.h"
#include "tables/modules.h"
#include "tables/sites.h"
#include "tables/strings.h"

static void process_start(void);
void call_aside(void (*function)(void), void *top); /* aside.S */

_Static_assert(offsetof(struct thread, vforked) == 24, "vfork.S knows where it is");

static struct settings settings;
struct lock family_lock;
static char program[256];
static char exe[4096];
static char command[TLK_COMMAND_SIZE]; /* arguments one after the other, as in /proc/PID/cmdline */
static size_t command_size;
static bool start_begun;
static bool wake_begun; /* of this process's recording */
static bool tables_begun;
static const struct thread *beginner;
static uint32_t missed; /* timers, for which no recording could be begun */
static int unwritten;   /* why the last time: an errno */

#define WAKE_NS UINT64_C(10000000000) /* what threads wait at most for one that begins it */
#define FORK_NS 1000000000u           /* and that one for a fork: its child has all of it or none */
#define ASIDE 65536                   /* bytes of a stack to begin on */

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

/*
 * Where there is no /proc, as in many a chroot, by what was passed to exec. The file may have been
 * replaced since, as by an update.
 */
static void find_exe(void)
{
    static const char replaced[] = " (deleted)";
    const size_t suffix = sizeof(replaced) - 1;
    const char *executed = (const char *)getauxval(AT_EXECFN);
    ssize_t length = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

    if (length <= 0)
        snprintf(exe, sizeof(exe), "%s", executed ? executed : "");
    else if ((size_t)length > suffix && !strncmp(exe + length - suffix, replaced, suffix))
        exe[(size_t)length - suffix] = '\0';
    else
        exe[length] = '\0';
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

static void describe_process(void)
{
    struct tlk_header *header = recording;
    struct timespec resolution = {0};
    uint64_t now = clock_mono();

    header->session = settings.session;
    header->pid = getpid();
    header->ppid = gate->parent;
    header->forked = gate->forked;
    header->start_ticks = gate->ticks;
    header->start_mono = gate->born;
    header->start_real = clock_ns(CLOCK_REALTIME) - (now - gate->born);
    header->start_boot = clock_ns(CLOCK_BOOTTIME) - (now - gate->born);
    clock_getres(CLOCK_MONOTONIC_COARSE, &resolution);
    header->clock_resolution = 2 * (uint64_t)resolution.tv_nsec; /* a tick may be late itself */
    header->unwinder = stack_unwinder();
    header->asleep = settings.asleep;
    header->one_in = settings.one_in;
    families_describe();
    describe_limits(header);
    describe_command(header);
}

/* Of a forked child nobody wants to know. */
static void tell(enum tlk_presence what)
{
    if (!gate->sandboxed && !gate->forked)
        presence_note(&settings, what, 0);
}

/* A family that was added while the recording was being made is not in it yet. */
static void open_gate(void)
{
    __atomic_store_n(&gate->state, GATE_OPEN, __ATOMIC_RELEASE);
    families_describe();
}

/* Until another thread that begins a recording has done so. */
static void wait_begun(void)
{
    uint64_t deadline = clock_coarse() + WAKE_NS;
    const struct timespec moment = {.tv_nsec = CLOCK_LAG};

    while (__atomic_load_n(&gate->state, __ATOMIC_ACQUIRE) == GATE_WAKING &&
           clock_coarse() < deadline)
        real()->syscall(SYS_futex, &gate->state, FUTEX_WAIT_PRIVATE, GATE_WAKING, &moment, NULL, 0);
}

/* ---- fork ---- */

/* Several threads may fork at once, and a signal handler in the midst of its thread's fork. */
static __thread struct gate gate_before_fork;
static __thread uint32_t forks_within;
static uint32_t forks_waiting; /* that are under way while there is no recording */
static __thread uint32_t forks_waiting_here;
static __thread bool tables_locked;

/*
 * Everything is taken before fork(), so that the child finds no table half changed; or nothing is,
 * when a lock can't be had in time, and the child is not recorded. A thread that is alone, and in
 * no section, finds the tables whole. It leaves them alone: each page that it writes to is copied,
 * here and in the child, which takes a third of what the fork does.
 */
static bool tables_lock(void)
{
    tables_locked = !__libc_single_threaded;
    if (!tables_locked)
        return true;
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
    if (!tables_locked)
        return;
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

static void fork_waited(void)
{
    forks_waiting_here--;
    __atomic_fetch_sub(&forks_waiting, 1, __ATOMIC_SEQ_CST);
}

/* A recording does not begin meanwhile: the child would have half of it. */
static void fork_waiting(void)
{
    __atomic_fetch_add(&forks_waiting, 1, __ATOMIC_SEQ_CST);
    forks_waiting_here++;
    if (__atomic_load_n(&gate->state, __ATOMIC_SEQ_CST) != GATE_WAITS)
        fork_waited();
}

static void before_fork(void)
{
    if (fork_goes_on()) {
        forks_within++;
        return;
    }
    if (gate->state == GATE_WAITS)
        fork_waiting();
    if (beginner != &thread)
        wait_begun();
    gate_before_fork = *gate;
    gate_before_fork.born = clock_mono(); /* in the child to call for it costs two pages */
    gate_before_fork.forked = 1;
    if (gate->state == GATE_WAITS || gate->state == GATE_WAKING)
        return;
    if (gate->state != GATE_OPEN || !section_enter()) {
        gate_before_fork.state = GATE_SHUT;
        return;
    }
    if (settings.asleep != recording->asleep)
        settings.asleep = recording->asleep;
    section_outlives_frame();
    if (!tables_lock()) {
        recording_drop(TLK_DROP_LOCK);
        section_leave();
        gate_before_fork.state = GATE_SHUT;
        return;
    }
    gate_before_fork.families = gate->families; /* one may have been added meanwhile */
    regions_remember();
    inherit_remember();
}

static void after_fork_in_parent(void)
{
    if (forks_within) {
        forks_within--;
        return;
    }
    if (forks_waiting_here)
        fork_waited();
    if (gate_before_fork.state != GATE_OPEN)
        return;
    tables_unlock();
    section_leave();
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
    forks_waiting = forks_waiting_here = 0;
    /* Of a handler that interrupted the shim, or of what it called to begin: to which it returns.
     */
    if ((before == GATE_WAKING || (before == GATE_SHUT && thread.section)) && recording &&
        !gate_before_fork.sandboxed)
        mapfile_detach();
    if (before == GATE_SHUT || before == GATE_WAKING || settings.only_pid)
        return;
    /* Since before_fork() a recording was begun, by its own thread. */
    if (before == GATE_WAITS && wake_begun)
        return;
    if (wake_begun)
        wake_begun = false;
    *gate = gate_before_fork;
    gate->parent = getppid();
    gate->ticks = 0;
    if (missed) /* as in regions_remember() */
        missed = 0;
    if (unwritten)
        unwritten = 0;
    thread.random = 0; /* or all children of one parent would sample alike */
    gate->state = GATE_SHUT;
    gate->careful |= !__libc_single_threaded;
    if (before == GATE_OPEN) {
        tables_unlock();
        section_exit();
        thread.pending_count = 0;
    }
    gate->state = GATE_WAITS;
}

/* ---- a recording begins ---- */

/* Not in a child that what was called meanwhile has forked: its gate is wiped. */
static bool publish(void)
{
    if (gate->state == GATE_WAKING)
        return mapfile_publish(&settings, program);
    mapfile_abandon();
    return false;
}

static bool begin_first(void)
{
    if (!regions_create(&settings, program))
        return false;
    tables_begun = true;
    if (!sites_start() || !live_start() || !descriptors_start()) {
        mapfile_abandon();
        return false;
    }
    stack_begin();
    modules_start(exe);
    recall_start(settings.depth);
    describe_process();
    inherit_reserve();
    return publish();
}

/*
 * There is one in its memory already: its parent's, or one that it gave up before it was to become
 * another program. What can't be made is told there.
 */
static bool begin_anew(void)
{
    if (recording->pid != getpid())
        perfmap_forked();
    if (!regions_create_for_child(&settings, program)) {
        if (!missed)
            recording_drop(TLK_DROP_CHILD);
        return false;
    }
    sites_reset();
    live_forget_ids();
    describe_process();
    inherit_restore();
    slots_free_unused();
    return publish();
}

/*
 * What another time may not stand in the way. Tables that are no recording's can't be begun again:
 * what they have reserved would be lost, and what they remember is of the one that was given up.
 */
static bool passes(int error)
{
    return (error == EMFILE || error == ENFILE || error == ENOMEM) && (recording || !tables_begun);
}

static void begin(void)
{
    if (!gate->ticks) /* first: there may be one descriptor left, and no more */
        gate->ticks = start_ticks();
    if (!*exe)
        find_exe();
    if (recording ? begin_anew() : begin_first()) {
        recording->dropped[TLK_DROP_FULL] += missed;
        missed = 0;
        unwritten = 0;
        tell(TLK_BEGUN);
        open_gate();
    } else if (gate->state == GATE_WAKING) {
        missed++;
        unwritten = errno;
        wake_begun = false;
        __atomic_store_n(&gate->state, passes(unwritten) ? GATE_WAITS : GATE_SHUT,
                         __ATOMIC_RELEASE);
    }
}

/* A fork by this very thread, which a handler before or in it interrupted, is not waited for. */
static void forks_wait(void)
{
    uint64_t deadline = clock_coarse() + FORK_NS;

    while (!forks_waiting_here && __atomic_load_n(&forks_waiting, __ATOMIC_SEQ_CST) &&
           clock_coarse() < deadline)
        sched_yield();
}

/* Not even a handler comes between: it would find half of a recording, and a stack of no size. */
static void begin_aside(void)
{
    static char room[ASIDE] __attribute__((aligned(16)));
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    call_aside(begin, room + ASIDE);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Of several threads that make the first timer, one begins the recording, others wait for it. */
static void wake(void)
{
    uint32_t waits = GATE_WAITS;

    if (__atomic_compare_exchange_n(&gate->state, &waits, GATE_WAKING, false, __ATOMIC_SEQ_CST,
                                    __ATOMIC_ACQUIRE)) {
        beginner = &thread;
        forks_wait();
        wake_begun = true;
        begin_aside();
        beginner = NULL;
        real()->syscall(SYS_futex, &gate->state, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
    } else if (beginner != &thread) {
        wait_begun();
    }
}

bool process_wake(void)
{
    int saved = errno, cancel;

    if (!start_begun)
        process_start();
    if (gate->state >= GATE_WAITS && !thread.vforked && !gate->sandboxed) {
        cancel = cancel_hold_off();
        wake();
        cancel_let(cancel);
    }
    errno = saved;
    return gate_open();
}

void process_before_closing(void)
{
    if ((gate_open() || process_wake()) && !gate->sandboxed && section_enter()) {
        mapfile_fill_up();
        section_leave();
    }
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
    if (unwritten && !gate->sandboxed && !thread.vforked)
        presence_note(&settings, TLK_UNWRITTEN, unwritten);
    return gate_open() || (gate_waits() && inherit_count() && process_wake());
}

/*
 * One that was begun lest it could not be later, and then was of no use. With some families left
 * out it may have been their timers for which it was begun: it tells that they are.
 */
static bool is_idle(void)
{
    return !gate->sandboxed && !families_left_out() && mapfile_is_unused() && sites_are_unused();
}

static bool withdraw(void)
{
    if (!mapfile_remove())
        return false;
    tell(TLK_WITHDRAWN);
    return true;
}

static void end_recording(int status)
{
    if (is_idle() && !mapfile_named_alone(&settings) && withdraw())
        return;
    perfmap_keep();
    note_end(TLK_EXITED, status);
    if (!gate->sandboxed)
        mapfile_end();
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

/*
 * It is there in memory still, should exec fail: see begin_anew(). Not among threads: one that is
 * about to enter a timer would do so in tables that are begun anew under it.
 */
static bool give_up(void)
{
    if (!__libc_single_threaded || !is_idle() || !mapfile_remove())
        return false;
    regions_remember();
    wake_begun = false;
    __atomic_store_n(&gate->state, GATE_WAITS, __ATOMIC_RELEASE);
    return true;
}

/* The last that can be done for it. Other threads go on until exec has succeeded. */
bool process_note_exec(void)
{
    int saved = errno, cancel;

    if (!gate_open() && !gate_waits())
        return false;
    cancel = cancel_hold_off();
    tell(TLK_BECAME);
    if (gate_open() && !give_up()) {
        perfmap_keep();
        note_end(TLK_EXECED, 0);
        if (!gate->sandboxed)
            mapfile_trim();
    }
    cancel_let(cancel);
    errno = saved;
    return true;
}

void process_note_exec_failed(void)
{
    int saved = errno, cancel = cancel_hold_off();

    tell(TLK_STAYED);
    if (gate_open())
        __atomic_store_n(&recording->end, TLK_RUNNING, __ATOMIC_RELEASE);
    cancel_let(cancel);
    errno = saved;
}

/* ---- the start ---- */

/* Where the kernel put them; programs write over them later, to be shown by another name. */
static void keep_arguments(void)
{
    char **argument = (char **)__libc_stack_end + 1;

    for (; *argument && command_size < sizeof(command) - 1; argument++) {
        char *end =
            memccpy(command + command_size, *argument, '\0', sizeof(command) - 1 - command_size);

        command_size = end ? (size_t)(end - command) : sizeof(command) - 1;
    }
}

static void name_program(void)
{
    const char *executed = (const char *)getauxval(AT_EXECFN);
    const char *slash;

    keep_arguments();
    if (!command_size)
        command_size =
            (size_t)snprintf(command, sizeof(command), "%s", executed ? executed : "") + 1;
    slash = strrchr(command, '/');
    snprintf(program, sizeof(program), "%.255s", slash ? slash + 1 : command);
}

/*
 * `timerleak ctl` reaches a process by its recording. Who gives it a name that says nothing of the
 * process expects one file, whatever is in it.
 */
static bool begins_at_once(void)
{
    return settings.asleep || mapfile_named_alone(&settings) || fdinfo_any_timer();
}

/*
 * Runs as the constructor, or earlier: libraries are initialized before what is preloaded in front
 * of them, and may make timers. Here is what can't be done later, and no more: most processes make
 * none.
 */
__attribute__((constructor)) static void process_start(void)
{
    bool at_once;

    if (start_begun)
        return;
    start_begun = true;
    real_resolve();
    name_program();
    settings_hand_on_preload();
    if (settings_choosy())
        find_exe();
    if (!settings_read(&settings) || (settings.only_pid && settings.only_pid != getpid()) ||
        !settings_choose(program, exe))
        return;
    ledger_depth = settings.depth;
    stack_start();
    if (!gate_install())
        return;
    gate->born = clock_mono();
    gate->parent = getppid();
    families_want(settings.families);
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    on_exit(at_exit, NULL);
    tell(TLK_STARTED);
    at_once = begins_at_once();
    __atomic_store_n(&gate->state, GATE_WAITS, __ATOMIC_RELEASE);
    if (at_once && process_wake())
        inherit_over_exec();
}
