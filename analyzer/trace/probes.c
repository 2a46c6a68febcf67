#include "trace/probes.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <unistd.h>

extern const char probes_object[], probes_object_end[];

struct probes {
    struct bpf_object *object;
    struct bpf_link **links;
    size_t count;
    struct ring_buffer *ring;
    int watched, steps, epochs, losses;
    void (*take)(void *context, const struct trace_event *event);
    void *context;
    int left; /* that may be taken */
};

#define EVENTS_AT_ONCE 8192

/* ---- what libbpf has to say ---- */

/* The first that it complained of: what follows from that, it tells of, too. It prints by one
 * function for all that it does. */
static char reason[ERROR_SIZE / 2];

static int hear(enum libbpf_print_level level, const char *format, va_list arguments)
{
    if (level == LIBBPF_WARN && !reason[0])
        vsnprintf(reason, sizeof reason, format, arguments);
    return 0;
}

static bool refuse(char error[ERROR_SIZE], int code)
{
    struct utsname kernel;
    uname(&kernel);
    if (access("/sys/kernel/btf/vmlinux", R_OK) != 0)
        return error_set(error,
                         "this kernel (%s) does not describe itself in /sys/kernel/btf/vmlinux: "
                         "one with CONFIG_DEBUG_INFO_BTF is needed, as distributions have",
                         kernel.release);
    if ((code == -EPERM || code == -EACCES) && geteuid() != 0)
        return error_set(error, "programs in the kernel take root, or the capabilities CAP_BPF and "
                                "CAP_PERFMON: start it with sudo");
    if (code == -EPERM)
        return error_set(error, "not even root may have programs in the kernel here: a container "
                                "without CAP_BPF and CAP_PERFMON, or a kernel that is locked down "
                                "(/sys/kernel/security/lockdown)");
    if (code == -ENODATA)
        return error_set(error,
                         "processes have other numbers here than in the kernel: this must run "
                         "in the pid namespace of the host (docker run --pid=host)");
    return error_set(error,
                     "this kernel (%s) does not take the programs, it may be too old, 6.1 is "
                     "enough: %s: %s",
                     kernel.release, strerror(-code), reason);
}

/* ---- loading ---- */

static bool add_link(struct probes *probes, struct bpf_link *link)
{
    if (!link)
        return false;
    struct bpf_link **links = reallocarray(probes->links, probes->count + 1, sizeof *links);
    if (!links) {
        bpf_link__destroy(link);
        errno = ENOMEM;
        return false;
    }
    probes->links = links;
    links[probes->count++] = link;
    return true;
}

/* The hooks see how this process makes a timerfd, and take note of what one is. */
static bool learn(struct probes *probes)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (fd < 0)
        return false;
    close(fd);
    struct bpf_map *map = bpf_object__find_map_by_name(probes->object, ".data.settings");
    struct trace_settings settings;
    const uint32_t first = 0;
    if (bpf_map__lookup_elem(map, &first, sizeof first, &settings, sizeof settings, 0) != 0)
        return false;
    if (settings.timerfd == 0)
        errno = ENODATA;
    return settings.timerfd != 0;
}

static int take_one(void *context, void *data, size_t size)
{
    struct probes *probes = context;
    const struct trace_event *event = data;
    size_t fixed = event->what == TRACE_GO ? sizeof(struct trace_go) : sizeof *event;
    if (size >= fixed && event->size <= size - fixed)
        probes->take(probes->context, event);
    return --probes->left > 0 ? 0 : -EAGAIN;
}

static int load(struct probes *probes, const struct trace_settings *settings)
{
    size_t size = (uintptr_t)probes_object_end - (uintptr_t)probes_object;
    probes->object = bpf_object__open_mem(probes_object, size, NULL);
    if (!probes->object)
        return -errno;
    struct bpf_map *map = bpf_object__find_map_by_name(probes->object, ".data.settings");
    struct trace_settings own = *settings;
    own.self = (uint32_t)getpid();
    own.timerfd = 0;
    int code = bpf_map__set_initial_value(map, &own, sizeof own);
    if (code == 0)
        code = bpf_object__load(probes->object);
    if (code != 0)
        return code;

    struct bpf_program *program = NULL;
    while ((program = bpf_object__next_program(probes->object, program)))
        if (bpf_program__expected_attach_type(program) == BPF_TRACE_RAW_TP &&
            !add_link(probes, bpf_program__attach(program)))
            return -errno;
    if (!learn(probes))
        return -errno;

    probes->watched = bpf_object__find_map_fd_by_name(probes->object, "watched");
    probes->steps = bpf_object__find_map_fd_by_name(probes->object, "steps");
    probes->epochs = bpf_object__find_map_fd_by_name(probes->object, "epochs");
    probes->losses = bpf_object__find_map_fd_by_name(probes->object, "losses");
    int ring = bpf_object__find_map_fd_by_name(probes->object, "ring");
    probes->ring = ring_buffer__new(ring, take_one, probes, NULL);
    return probes->ring ? 0 : -errno;
}

struct probes *probes_open(const struct trace_settings *settings, char error[ERROR_SIZE])
{
    struct probes *probes = calloc(1, sizeof *probes);
    if (!probes) {
        error_set(error, "out of memory");
        return NULL;
    }
    reason[0] = '\0';
    libbpf_set_print(hear);
    int code = load(probes, settings);
    if (code != 0) {
        refuse(error, code);
        probes_close(probes);
        return NULL;
    }
    return probes;
}

void probes_close(struct probes *probes)
{
    ring_buffer__free(probes->ring);
    for (size_t i = 0; i < probes->count; i++)
        bpf_link__destroy(probes->links[i]);
    free(probes->links);
    bpf_object__close(probes->object);
    free(probes);
}

bool probes_attach(struct probes *probes, const char *path, uint64_t offset, pid_t pid,
                   uint64_t probe)
{
    struct bpf_program *program = bpf_object__find_program_by_name(probes->object, "go_enters");
    struct bpf_uprobe_opts options = {.sz = sizeof options, .bpf_cookie = probe};
    return add_link(probes, bpf_program__attach_uprobe_opts(program, pid, path, offset, &options));
}

/* ---- what is traced ---- */

bool probes_watch(struct probes *probes, pid_t pid)
{
    const uint8_t yes = 1;
    return bpf_map_update_elem(probes->watched, &pid, &yes, BPF_ANY) == 0;
}

void probes_forget(struct probes *probes, pid_t pid)
{
    bpf_map_delete_elem(probes->watched, &pid);
    bpf_map_delete_elem(probes->epochs, &pid);
    bpf_map_delete_elem(probes->losses, &pid);
}

void probes_existing(struct probes *probes,
                     void (*take)(void *context, const struct trace_event *event), void *context)
{
    struct bpf_program *program = bpf_object__find_program_by_name(probes->object, "open_already");
    struct bpf_link *link = bpf_program__attach_iter(program, NULL);
    int fd = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    struct trace_event event;
    while (file && fread(&event, sizeof event, 1, file) == 1)
        take(context, &event);
    if (file)
        fclose(file);
    else if (fd >= 0)
        close(fd);
    bpf_link__destroy(link);
}

/* ---- what is told ---- */

/* Not all that lies in the ring has woken us: so it is asked before, and after. Who makes events
 * faster than they can be taken would keep us here for ever. */
bool probes_read(struct probes *probes,
                 void (*take)(void *context, const struct trace_event *event), void *context,
                 int ms)
{
    struct epoll_event event;
    probes->take = take;
    probes->context = context;
    probes->left = EVENTS_AT_ONCE;
    ring_buffer__consume(probes->ring);
    if (probes->left == EVENTS_AT_ONCE && ms > 0 &&
        epoll_wait(ring_buffer__epoll_fd(probes->ring), &event, 1, ms) >= 0)
        ring_buffer__consume(probes->ring);
    return probes->left > 0;
}

struct trace_losses probes_losses(const struct probes *probes, pid_t pid)
{
    struct trace_losses losses = {0};
    bpf_map_lookup_elem(probes->losses, &pid, &losses);
    return losses;
}

/* ---- what is known of stacks ---- */

bool probes_step(struct probes *probes, uint64_t key, const struct trace_step *step)
{
    return (step ? bpf_map_update_elem(probes->steps, &key, step, BPF_ANY)
                 : bpf_map_delete_elem(probes->steps, &key)) == 0;
}

void probes_epoch(struct probes *probes, pid_t pid, uint32_t epoch)
{
    bpf_map_update_elem(probes->epochs, &pid, &epoch, BPF_ANY);
}
