/* sd-event as libsystemd exports it, for everybody. */
#define HOOK_NAME(name) hook_libsystemd_##name
#define SINCE(version) "LIBSYSTEMD_" #version

#include "families/sd-event/time_sources.h"
