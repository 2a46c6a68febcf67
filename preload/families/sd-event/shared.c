/* sd-event as systemd's own programs have it, from libsystemd-shared-252.so or the like. */
#define HOOK_NAME(name) hook_shared_##name
#define SINCE(version) "SD_SHARED"

#include "families/sd-event/time_sources.h"
