// library: pc:libsystemd
// family: sd-event
/*
 * Two copies of sd-event in one process: the one that the program is linked with, and systemd's
 * own, whose functions are of another version and call each other.
 */
#include <dirent.h>
#include <dlfcn.h>
#include "support/sd_event.h"

static struct {
    __typeof__(&sd_event_new) new_loop;
    __typeof__(&sd_event_add_time_relative) add_time_relative;
    __typeof__(&sd_event_source_set_enabled) set_enabled;
    __typeof__(&sd_event_source_get_enabled) get_enabled;
    __typeof__(&sd_event_source_set_time) set_time;
    __typeof__(&sd_event_source_disable_unref) disable_unref;
    __typeof__(&sd_event_run) run;
} other;

static void *open_other(void)
{
    const char *folder = "/usr/lib/x86_64-linux-gnu/systemd";
    DIR *directory = opendir(folder);
    struct dirent *entry;
    void *library = NULL;
    while (directory && !library && (entry = readdir(directory))) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (!strncmp(entry->d_name, "libsystemd-shared-", 18))
            library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    }
    if (directory)
        closedir(directory);
    return library;
}

static void *must_find(void *library, const char *name)
{
    void *found = dlsym(library, name);
    fail_if(!found, name);
    return found;
}

static void resolve_other(void)
{
    void *library = open_other();
    fail_if(!library, "libsystemd-shared");
    *(void **)&other.new_loop = must_find(library, "sd_event_new");
    *(void **)&other.add_time_relative = must_find(library, "sd_event_add_time_relative");
    *(void **)&other.set_enabled = must_find(library, "sd_event_source_set_enabled");
    *(void **)&other.get_enabled = must_find(library, "sd_event_source_get_enabled");
    *(void **)&other.set_time = must_find(library, "sd_event_source_set_time");
    *(void **)&other.disable_unref = must_find(library, "sd_event_source_disable_unref");
    *(void **)&other.run = must_find(library, "sd_event_run");
}

int main(void)
{
    sd_event *loop = loop_new(), *other_loop;
    sd_event_source *source, *other_source;
    int called = 0, state;
    resolve_other();
    ok(other.new_loop(&other_loop), "sd_event_new");
    // expect: sd-event held created=1 armed=1 fired=1 stopped=0 never-released=1
    ok(sd_event_add_time_relative(loop, &source, CLOCK_MONOTONIC, 1, 1, count_call, &called),
       "add");
    run_until(loop, &called, 1);
    // expect: sd-event held created=1 armed=2 fired=1 stopped=0 never-fired=0 never-stopped=1
    ok(other.add_time_relative(other_loop, &other_source, CLOCK_MONOTONIC, 1, 1, count_call,
                               &called),
       "add");
    while (called < 2)
        ok(other.run(other_loop, UINT64_MAX), "sd_event_run");
    ok(other.get_enabled(other_source, &state), "get_enabled");
    printf("off: %d\n", state);
    ok(other.set_time(other_source, UINT64_MAX / 1000000), "set_time");
    ok(other.set_enabled(other_source, SD_EVENT_ONESHOT), "on");
    // expect: sd-event clean created=1 armed=1 fired=0 stopped=1 released=1
    ok(other.add_time_relative(other_loop, &other_source, CLOCK_MONOTONIC, AN_HOUR_US, 1,
                               count_call, &called),
       "add");
    printf("gone: %d\n", other.disable_unref(other_source) == NULL);
    return 0;
}
