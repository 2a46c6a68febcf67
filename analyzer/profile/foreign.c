#include "profile/foreign.h"

#include "recording.h"

#include <string.h>

#define IN_MEMORY (TLK_BY_HANDLE | TLK_FIRES_TOLD | TLK_OVER_FORK)

static const struct foreign foreigns[FOREIGN_FAMILIES] = {
    {
        .family = "libuv",
        .library = "libuv",
        .traits = IN_MEMORY,
        .object = "libtimerleak-uv.so",
        .files = {"libuv.so"},
        .functions = {"uv_timer_start", "uv_timer_stop"},
        .texts = {"UV_THREADPOOL_SIZE", "resolved protocol is unknown"},
        .kept = "never-closed",
        .release = "uv_close()",
    },
    {
        .family = "libevent",
        .library = "libevent",
        .traits = IN_MEMORY,
        .object = "libtimerleak-event.so",
        .files = {"libevent.so", "libevent-", "libevent_"},
        .functions = {"event_add", "event_base_loop"},
        .texts = {"EVENT_NO%s", "EVENT_SHOW_METHOD"},
        .kept = "never-freed",
        .release = "event_free()",
    },
    {
        .family = "libev",
        .library = "libev",
        .traits = IN_MEMORY | TLK_FREE_AT_REST,
        .object = "libtimerleak-ev.so",
        .files = {"libev.so"},
        .functions = {"ev_timer_start", "ev_timer_stop"},
        .texts = {"LIBEV_FLAGS", "(libev) error creating signal/async pipe"},
        .release = "ev_timer_stop()",
    },
    {
        .family = "glib",
        .library = "GLib",
        .traits = IN_MEMORY,
        .object = "libtimerleak-glib.so",
        .files = {"libglib-2.0.so"},
        .functions = {"g_timeout_add_full", "g_source_attach"},
        .texts = {"G_MESSAGES_DEBUG", "Source ID %u was not found when attempting to remove it"},
        .kept = "never-destroyed",
        .release = "g_source_remove() or g_source_destroy()",
    },
    {
        .family = "sd-event",
        .library = "sd-event",
        .traits = TLK_BY_HANDLE | TLK_FIRES_TOLD, /* its loops refuse to go on over fork */
        .object = "libtimerleak-sd-event.so",
        .files = {"libsystemd.so", "libsystemd-shared-", "libsystemd-core-"},
        .makers = {"sd_event_add_time", "sd_event_add_time_relative"},
        .functions = {"sd_event_add_time", "sd_event_source_unref"},
        .texts = {"SD_EVENT_PROFILE_DELAYS", "sd_event_add_time"},
        .kept = "never-unreferenced",
        .release = "sd_event_source_unref()",
    },
    {
        .family = "qt",
        .library = "Qt",
        .traits = IN_MEMORY,
        .object = "libtimerleak-qt.so",
        .files = {"libQt5Core.so", "libQt6Core.so"},
        .functions = {"_ZN7QObject10startTimerEiN2Qt9TimerTypeE", "_ZN7QObject9killTimerEi"},
        .texts = {"QObject::startTimer: Timers cannot have negative intervals",
                  "QBasicTimer::start: Timers cannot be started from another thread"},
        .kept = "never-deleted",
        .release = "QObject::killTimer(), or with its object",
    },
    {
        .family = "ell",
        .library = "ell",
        .traits = IN_MEMORY,
        .one_each = true,
        .object = "libtimerleak-ell.so",
        .files = {"libell.so"},
        .functions = {"l_timeout_create", "l_timeout_remove"},
        .texts = {"Cleanup attempted on running main loop",
                  "(unsigned int) fd > watch_entries - 1"},
        .kept = "never-removed",
        .release = "l_timeout_remove()",
    },
};

const struct foreign *foreign_at(size_t index)
{
    return index < FOREIGN_FAMILIES ? &foreigns[index] : NULL;
}

const struct foreign *foreign_named(const char *family)
{
    for (size_t i = 0; i < FOREIGN_FAMILIES; i++) {
        if (strcmp(foreigns[i].family, family) == 0)
            return &foreigns[i];
    }
    return NULL;
}

const struct foreign *foreign_of_file(const char *name)
{
    for (size_t i = 0; i < FOREIGN_FAMILIES; i++) {
        for (size_t j = 0; j < FOREIGN_WORDS && foreigns[i].files[j]; j++) {
            if (strncmp(name, foreigns[i].files[j], strlen(foreigns[i].files[j])) == 0)
                return &foreigns[i];
        }
    }
    return NULL;
}
